"""The form of a campaign."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput

from promosms.forms.campaigns.kind import KindFields
from promosms.forms.campaigns.links import LinksFields
from promosms.forms.campaigns.sender import SenderPart
from promosms.forms.campaigns.when import WhenPart
from promosms.language import gettext, number
from promosms.language import lazy_gettext as _
from promosms.models import Account, Campaign, campaign_name, is_automatic, new_public_id
from promosms.services.campaigns import drafts, follow_ups, text_cost
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.follow_ups import FollowUp
from promosms.services.campaigns.text_cost import TextProblem
from promosms.services.recipients import counts, detail_names, fields, lists
from promosms.services.recipients.segments import segments
from promosms.sms.transliterate import tidy

EVERYONE = "everyone"
SEGMENT = "segment-"
"""Before the public id of a segment in the choice of who gets it."""
LANGUAGES = {
    "en": "English",
    "pl": "Polski",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "cs": "Čeština",
    "uk": "Українська",
}
DEFAULT_LANGUAGE = "en"


def tidied(typed: str | None) -> str:
    """A text without characters that nobody sees."""
    return tidy(typed or "")


def single_line(typed: str | None) -> str:
    """The same on one line."""
    return " ".join(tidied(typed).split())


class CampaignForm(SenderPart, LinksFields, WhenPart, KindFields):
    """Name, kind, audience, text, sender and time of a draft.

    `stamp` is the state of the draft that the user saw; `key` creates a new draft at most once.
    """

    words: ClassVar[dict[str, object]] = {
        "audience": _("Choose who gets it: everyone, a list or a segment."),
        "language": _("Choose the language of that line."),
        "text": _("Write the text first: there is nothing to send yet."),
    }

    name = StringField(
        _("Name of the campaign"),
        description=_("Only you see it. Leave it empty to use the beginning of the text."),
        filters=[single_line],
        validators=[Length(max=100, message=_("Please use at most 100 characters."))],
    )
    audience = SelectMultipleField(
        _("Who gets it"), option_widget=CheckboxInput(), validate_choice=False
    )
    without = SelectMultipleField(
        _("Leave out"), option_widget=CheckboxInput(), validate_choice=False
    )
    text = TextAreaField(_("Your text"), filters=[tidied])
    language = SelectField(_("Language of that line"), choices=LANGUAGES)
    plain_details = BooleanField(_("Write names plainly"))
    stamp = HiddenField()
    key = HiddenField()
    person = HiddenField()
    """The place of the recipient whose text is shown, among the first ones."""

    groups: Mapping[str, str] = MappingProxyType({})
    """The lists and segments that can be chosen, set by `prepare`."""

    follow_up: FollowUp | None = None
    """For some of another campaign; then nothing is chosen but who is left out."""

    def prepare(self, account: Account, public_id: str = "", draft: Draft | None = None) -> None:
        """Set the choices: everyone, the lists and the segments of the account, the senders.

        What the stored draft has chosen stays among the senders.
        """
        self.follow(account, public_id)
        self.account = account
        self.prepare_sender(account, draft)
        self.lists = lists.all_of(account.id)
        count = number(counts.everybody(account.id))
        self.groups = {
            **{one.public_id: f"{one.name} ({number(one.size)})" for one in self.lists},
            **{f"{SEGMENT}{one.public_id}": one.name for one in segments.all_of(account.id)},
        }
        everyone = gettext("Everyone (%(people)s)", people=count)
        self.audience.choices = {EVERYONE: everyone, **self.groups}
        self.without.choices = self.groups
        self.key.data = self.key.data or new_public_id()

    def follow(self, account: Account, public_id: str) -> None:
        """Is the draft with this public id a follow-up? Then its audience is given."""
        self.follow_up = follow_ups.of_draft(account, public_id)

    def show(self, draft: Draft, campaign: Campaign | None = None) -> None:
        """Fill the fields with a draft."""
        # The beginning of the text was given by us: it follows the text as long as nobody names it.
        name = "" if is_automatic(draft.name, draft.text) else draft.name
        self.name.data = name and detail_names.title(name, self.account)
        self.text.data = draft.text
        self.show_kind(draft.kind, opt_out_line=draft.opt_out_line)
        self.language.data = draft.language
        self.plain_details.data = draft.plain_details
        self.short_links.data = draft.short_links
        self.show_sender(draft)
        self.audience.data = [EVERYONE] if draft.everyone else _values(draft.lists, draft.segments)
        self.without.data = _values(draft.without_lists, draft.without_segments)
        self.show_plan(draft)
        if campaign is not None:
            self.stamp.data = drafts.stamp(campaign)

    def draft(self) -> Draft:
        """The draft as typed."""
        chosen = [] if self.follow_up else self.audience.data or []
        text = self.text.data or ""
        draft = Draft(
            name=self.name.data or campaign_name(text),
            text=text,
            kind=self.kind.data,
            opt_out_line=bool(self.opt_out_line.data),
            language=self.language.data or DEFAULT_LANGUAGE,
            plain_details=bool(self.plain_details.data),
            short_links=bool(self.short_links.data),
            sender=self.sender.data or "",
            route=self.route.data or "",
            everyone=EVERYONE in chosen,
            lists=[] if EVERYONE in chosen else _lists(chosen),
            segments=[] if EVERYONE in chosen else _segments(chosen),
            without_lists=_lists(self.without.data or []),
            without_segments=_segments(self.without.data or []),
            follow_up=self.follow_up,
        )
        return self.with_plan(draft)

    def shown_person(self) -> int:
        """The place of the recipient whose text is shown."""
        typed = self.person.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 0

    def demand_audience(self) -> bool:
        """The review needs an audience; returns False with an error without one."""
        if self.audience.data or self.follow_up:
            return True
        self.audience.errors = [
            *self.audience.errors,
            gettext("Choose who gets it: everyone, a list or a segment."),
        ]
        return False

    def validate_audience(self, field: SelectMultipleField) -> None:
        """A chosen list may have been deleted in another window."""
        self._keep_offered(field, {EVERYONE, *self.groups})

    def validate_without(self, field: SelectMultipleField) -> None:
        """Nobody is chosen and left out by the same list."""
        self._keep_offered(field, set(self.groups))
        both = [one for one in field.data or [] if one in (self.audience.data or [])]
        if both:
            raise ValidationError(
                gettext(
                    "“%(name)s” is chosen and left out. Choose one of the two.",
                    name=self.groups[both[0]],
                )
            )

    def _keep_offered(self, field: SelectMultipleField, offered: set[str]) -> None:
        chosen = field.data or []
        if not offered.issuperset(chosen):
            field.data = [value for value in chosen if value in offered]
            raise ValidationError(
                gettext("A chosen list or segment no longer exists. Please choose again.")
            )

    def validate_text(self, field: TextAreaField) -> None:
        """The text must not be empty or too long, and must have known placeholders only."""
        problem = text_cost.problem(
            field.data or "",
            opt_out_line=bool(self.opt_out_line.data),
            language=self.language.data or DEFAULT_LANGUAGE,
            short_links=bool(self.short_links.data),
        )
        if problem:
            raise ValidationError(problem_text(problem, field.data or "", self.account))


def too_long(text: str) -> str:
    """How long a text may be, and how long this one is."""
    return str(
        gettext(
            "This text is too long: it may count as six texts at most, about 918 plain letters, "
            "or about 402 with special letters. You wrote %(count)s characters.",
            count=number(len(text)),
        )
    )


def _values(lists: Sequence[str], segments: Sequence[str]) -> list[str]:
    """Lists and segments as the choice names them."""
    return [*lists, *(f"{SEGMENT}{public_id}" for public_id in segments)]


def _lists(chosen: Sequence[str]) -> list[str]:
    return [one for one in chosen if one != EVERYONE and not one.startswith(SEGMENT)]


def _segments(chosen: Sequence[str]) -> list[str]:
    return [one.removeprefix(SEGMENT) for one in chosen if one.startswith(SEGMENT)]


def problem_text(problem: TextProblem, text: str, account: Account) -> str:
    """What is wrong with a text, and what can be done about it."""
    message = gettext("Write the text first: there is nothing to send yet.")
    if problem == TextProblem.TOO_LONG:
        return too_long(text)
    if problem == TextProblem.UNKNOWN_PLACEHOLDER:
        message = gettext(
            "Nobody can fill in: %(wrong)s. These details can be used: %(known)s.",
            wrong=", ".join(text_cost.unknown(text)),
            known=", ".join(fields.labels(account).values()),
        )
    return str(message)
