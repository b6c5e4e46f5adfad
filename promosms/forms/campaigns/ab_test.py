"""The form of an A/B test: a second text, how many people get one of both, and what decides."""

from typing import ClassVar

from wtforms import Field, RadioField, SelectField, TextAreaField, ValidationError
from wtforms.validators import DataRequired

from promosms.forms.campaigns.composer import problem_text, tidied
from promosms.forms.form import Form
from promosms.language import gettext, ngettext, share
from promosms.language import lazy_gettext as _
from promosms.models import AbMeasure, Account, Campaign
from promosms.services.campaigns import ab_tests, text_cost
from promosms.services.campaigns.ab_tests import Choice
from promosms.services.senders import answerable
from promosms.sms import addresses


def _measures() -> dict[str, str]:
    return {
        AbMeasure.CLICKED.value: gettext("More people open a link"),
        AbMeasure.REPLIED.value: gettext("More people reply"),
    }


def _shares() -> dict[str, str]:
    return {str(percent): share(percent / 100) for percent in ab_tests.SHARES}


def _hours() -> dict[str, str]:
    return {
        str(hours): ngettext("%(num)s hour", "%(num)s hours", hours) for hours in ab_tests.HOURS
    }


class AbTestForm(Form):
    """The test of a draft. `prepare` comes first."""

    words: ClassVar[dict[str, object]] = {
        "share": _("Choose how many people get one of the two texts."),
        "wait": _("Choose how long to wait."),
    }

    text_b = TextAreaField(
        _("Text B"),
        [DataRequired(_("Write the second text."))],
        filters=[tidied],
        description=_("It has the same sender, kind and opt-out line as text A."),
    )
    share = SelectField(_("How many people get one of both"), choices=_shares, default="20")
    measure = RadioField(
        _("A text is better when"), choices=_measures, default=AbMeasure.CLICKED.value
    )
    wait = SelectField(
        _("When both have left, wait for"),
        choices=_hours,
        default="4",
        description=_("Then the better one goes to the others by itself."),
    )
    campaign: Campaign
    account: Account

    def prepare(self, campaign: Campaign, account: Account) -> "AbTestForm":
        """Set the draft, and its account."""
        self.campaign, self.account = campaign, account
        return self

    def show(self) -> None:
        """Fill in what was chosen; else what fits the draft, with its own text to change."""
        campaign, chosen = self.campaign, ab_tests.chosen(self.campaign)
        self.text_b.data = chosen.text_b if chosen else campaign.text
        linked = campaign.short_links and bool(addresses.targets(campaign.text))
        fits = AbMeasure.CLICKED if linked else AbMeasure.REPLIED
        self.measure.data = (chosen.measure if chosen else fits).value
        self.share.data = str(chosen.share) if chosen else self.share.default
        self.wait.data = str(chosen.hours) if chosen else self.wait.default

    def validate_text_b(self, field: Field) -> None:
        """It can be sent, and is another text."""
        text, campaign = field.data or "", self.campaign
        if text.strip() == campaign.text.strip():
            raise ValidationError(gettext("Both texts are the same. Change something in text B."))
        line, works = campaign.opt_out_line, answerable.can_answer(campaign)
        problem = text_cost.problem(
            text,
            opt_out_line=line and works,
            opt_out_link=line and not works,
            language=campaign.language,
            short_links=campaign.short_links,
        )
        if problem:
            raise ValidationError(problem_text(problem, text, self.account))

    def validate_measure(self, field: Field) -> None:
        """It can be known in this campaign."""
        campaign = self.campaign
        if field.data == AbMeasure.REPLIED:
            if not answerable.can_answer(campaign):
                raise ValidationError(gettext("Nobody can reply to this sender: it is a name."))
            return
        texts = (campaign.text, self.text_b.data or "")
        if not campaign.short_links or not all(addresses.targets(text) for text in texts):
            raise ValidationError(
                gettext(
                    "Who opens a link is only known when both texts have one, and “Shorten the "
                    "address, and count who opens it” is switched on for it."
                )
            )

    def choice(self) -> Choice:
        """The test, once the form is valid."""
        return Choice(
            self.text_b.data or "",
            int(self.share.data or 0),
            AbMeasure(self.measure.data),
            int(self.wait.data or 0),
        )
