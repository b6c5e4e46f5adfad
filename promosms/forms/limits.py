"""The form of the limits: how much may be spent, by whom, and what pauses a campaign by itself."""

from typing import Any, ClassVar

from wtforms import Field, SelectField, ValidationError

from promosms.forms.amounts import CURRENCY, amount_field, as_text, check_amount, units
from promosms.forms.form import Form
from promosms.language import gettext, share
from promosms.language import lazy_gettext as _
from promosms.services.campaigns.guard import Limits

FAILURES = (5, 10, 20, 30, 50)
WISHES = (1, 2, 5, 10)


def _choices(percents: tuple[int, ...]) -> dict[str, str]:
    more = {
        str(percent): gettext("more than %(share)s", share=share(percent / 100))
        for percent in percents
    }
    return {**more, "0": gettext("never")}


class LimitsForm(Form):
    """Three amounts, empty without a limit, and two shares."""

    words: ClassVar[dict[str, object]] = {
        "failures": _("Choose one of these."),
        "wishes": _("Choose one of these."),
    }

    per_campaign = amount_field(
        _("At most for one campaign (%(currency)s)", currency=CURRENCY),
        _("Empty: no limit. A campaign that would cost more cannot be sent."),
        optional=True,
    )
    per_month = amount_field(
        _("At most in a calendar month (%(currency)s)", currency=CURRENCY),
        _("Empty: no limit. It counts everything: campaigns, answers, tests and codes."),
        optional=True,
    )
    second_yes_above = amount_field(
        _("A campaign needs a second yes above (%(currency)s)", currency=CURRENCY),
        _(
            "Empty: never. One person asks, and it leaves when another one who may send has read "
            "it and says yes. Campaigns that are planned already keep their time."
        ),
        optional=True,
    )
    failures = SelectField(_("Pause when so many texts do not arrive"))
    wishes = SelectField(_("Pause when so many people want no more texts"))

    def prepare(self, *, people: int) -> None:
        """Set the choices, in the language of the page; so many `people` may send."""
        self.people = people
        self.failures.choices = _choices(FAILURES)
        self.wishes.choices = _choices(WISHES)

    def show(self, limits: Limits) -> None:
        """Fill the fields with the stored limits."""
        self.per_campaign.data = _text(limits.per_campaign)
        self.per_month.data = _text(limits.per_month)
        self.second_yes_above.data = _text(limits.second_yes_above)
        self.failures.data, self.wishes.data = str(limits.failures), str(limits.wishes)

    def limits(self) -> Limits:
        """What was typed, once the form is valid."""
        return Limits(
            _units(self.per_campaign.data),
            _units(self.per_month.data),
            int(self.failures.data),
            int(self.wishes.data),
            _units(self.second_yes_above.data),
        )

    def validate_per_campaign(self, field: Field) -> None:
        """An amount in whole cents."""
        check_amount(field)

    def validate_per_month(self, field: Field) -> None:
        """The same."""
        check_amount(field)

    def validate_second_yes_above(self, field: Field) -> None:
        """An amount in whole cents, and somebody who can say yes."""
        check_amount(field)
        if self.people < 2:
            raise ValidationError(
                gettext(
                    "Nobody else in your account may send. Invite a colleague, or leave this empty."
                )
            )


def _units(text: Any) -> int | None:
    return units(text) if text else None


def _text(amount: int | None) -> str:
    return "" if amount is None else as_text(amount)
