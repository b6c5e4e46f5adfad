"""Parts that several forms of recipients share: the consent, and the list to put them on."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

from wtforms import (
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import Length, StopValidation

from promosms.forms.words import DAY
from promosms.language import gettext, timezone
from promosms.language import lazy_gettext as _
from promosms.lib.pages import HIGHEST
from promosms.models import Consent, RecipientList, Wording, now
from promosms.services.imports.imports import Target
from promosms.services.recipients import wordings
from promosms.services.recipients.consent import FIRST_DAY, Basis

NO_NUMBER = "-"
DAY_FORMATS = ["%Y-%m-%d", "%d.%m.%Y"]
"""As browsers send a day, and as people type it; 05/06 is two different days."""


def stripped(text: Any) -> Any:
    """The typed value without the spaces around it."""
    return text.strip() if isinstance(text, str) else text


class WholeNumberField(IntegerField):
    """A whole number that a column can hold. One with hundreds of digits breaks validators."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        super().process_formdata(valuelist)
        if self.data is not None and abs(self.data) > HIGHEST:
            super().process_formdata([NO_NUMBER])  # refused as no number


def _consents() -> dict[str, str]:
    return {
        Consent.GIVEN.value: gettext("Yes, they agreed"),
        Consent.NONE.value: gettext("No, or I do not know: they get no promotional texts"),
    }


def _day_needed(form: Any, field: Field) -> None:
    """A consent needs its day. Without consent the day is ignored."""
    unreadable, field.errors = bool(field.errors), []
    if form.consent.data != Consent.GIVEN:
        raise StopValidation
    if not (field.raw_data and field.raw_data[0].strip()):
        raise StopValidation(gettext("Enter the day on which they agreed."))
    if unreadable:
        raise StopValidation(str(DAY))


class ConsentPart:
    """The consent to promotions, with its evidence."""

    words: ClassVar[dict[str, object]] = {"consent": _("Say whether they have agreed.")}

    consent = RadioField(
        _("May you text them promotions?"),
        choices=_consents,
    )
    consent_source = StringField(
        _("Where or how they agreed"),
        [Length(max=300)],
        filters=[stripped],
        description=_("For example: loyalty card form in the shop. You may be asked to prove it."),
    )
    consent_on = DateField(
        _("When they agreed"),
        [_day_needed],
        format=DAY_FORMATS,
        description=_("If there are several days, the last."),
    )

    wording = SelectField(
        _("Words that they agreed to"),
        choices=lambda: {"": gettext("No words noted")},
        default="",
        description=_("Of your own: see “Words that people agree to”."),
    )
    wording_ids: Mapping[str, int] = MappingProxyType({})

    def offer_wordings(self, account_id: int, chosen: int | None = None) -> None:
        """Fill the choice of words; `chosen` is an id that is in force already."""
        rows = wordings.offered(account_id, chosen)
        named = {row.public_id: _wording_label(row) for row in rows}
        self.wording.choices = {"": gettext("No words noted"), **named}
        self.wording_ids = {row.public_id: row.id for row in rows}

    @property
    def any_wording(self) -> bool:
        """Has the account any words of its own to choose from?"""
        return bool(self.wording_ids)

    def validate_consent_source(self, field: Field) -> None:
        """A consent needs its evidence."""
        if self.consent.data == Consent.GIVEN and not field.data:
            raise ValidationError(gettext("Write where or how they agreed."))

    def validate_consent_on(self, field: Field) -> None:
        """The day has come already where the account is, and somebody may remember it."""
        if field.data and field.data < FIRST_DAY:
            raise ValidationError(gettext("This day is too long ago: check the year."))
        if field.data and field.data > now().astimezone(timezone()).date():
            raise ValidationError(gettext("This day is still to come."))

    def basis(self) -> Basis:
        """The chosen consent."""
        day, wording_id = self.consent_on.data, self.wording_ids.get(self.wording.data or "")
        source = self.consent_source.data or ""
        return Basis(Consent(self.consent.data), source, day, wording_id)


def _wording_label(wording: Wording) -> str:
    return str(gettext("%(name)s, version %(number)s", name=wording.name, number=wording.version))


class TargetPart:
    """The list that recipients are put on."""

    words: ClassVar[dict[str, object]] = {"list": _("Choose one of your lists, or none.")}

    list = SelectField(_("Put them on a list"), default="")
    new_list = StringField(_("Or on a new list, called"), [Length(max=80)], filters=[stripped])

    def offer(self, lists: Sequence[RecipientList]) -> None:
        """Fill the choice of lists."""
        named = {recipient_list.public_id: recipient_list.name for recipient_list in lists}
        self.list.choices = {"": gettext("No list"), **named}

    def validate_new_list(self, field: Field) -> None:
        """An existing list or a new one, not both."""
        if field.data and self.list.data:
            raise ValidationError(gettext("Choose a list or name a new one, not both."))

    def target(self, lists: Sequence[RecipientList]) -> Target:
        """The chosen list."""
        chosen = next(
            (
                recipient_list
                for recipient_list in lists
                if recipient_list.public_id == self.list.data
            ),
            None,
        )
        return Target(chosen, self.new_list.data or "")


def hours_in_words(hours: Iterable[int]) -> dict[str, str]:
    """Choices of some spans between an hour and three days."""
    words = {
        1: gettext("1 hour"),
        3: gettext("3 hours"),
        6: gettext("6 hours"),
        12: gettext("12 hours"),
        24: gettext("1 day"),
        48: gettext("2 days"),
        72: gettext("3 days"),
    }
    return {str(each): words[each] for each in hours}
