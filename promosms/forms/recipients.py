"""Forms for one recipient and the names of the free fields, made from FIELDS, and for lists."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from wtforms import (
    EmailField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput

from promosms.forms.field_values import hint, value_problem
from promosms.forms.form import Form
from promosms.forms.shared import ConsentPart, stripped
from promosms.language import gettext, pgettext, timezone
from promosms.language import lazy_gettext as _
from promosms.lib import local_values
from promosms.lib.local_values import Unreadable
from promosms.models import (
    FIELD_NAMES,
    FIELDS,
    Account,
    Field,
    FieldType,
    Input,
    RecipientList,
    now,
)
from promosms.services.recipients import field_values
from promosms.services.recipients.fields import FREE_FIELDS, labels, types
from promosms.sms.phone import LONGEST_TYPED

LONGEST_VALUE = 60
"""A birthday in words is longer than one that is kept."""


def _phone(about: Field) -> TelField:
    return TelField(
        _lazy(about.label),
        [InputRequired(_("Enter a mobile number."))],
        description=_("With the country code if it is abroad, such as +44 7911 123456."),
        render_kw={"maxlength": LONGEST_TYPED, "autocomplete": "off"},
    )


def _email(about: Field) -> EmailField:
    return EmailField(
        _lazy(about.label),
        [Optional(), Length(max=about.longest), Email(_("This is not an e-mail address."))],
        filters=[stripped],
        render_kw={"maxlength": about.longest, "autocomplete": "off"},
    )


def _fits(form: Any, field: Any) -> None:
    """A value that was there before its field became a number or a date may stay."""
    if field.data and field.data != form.opened_with.get(field.name):
        try:
            form.kept(field.name)
        except Unreadable as error:
            type_, region = form.types[field.name], form.account.region
            raise ValidationError(value_problem(type_, error.code, region)) from error


def _line(about: Field) -> StringField:
    typed = about.free or about.type != FieldType.TEXT
    return StringField(
        _lazy(about.label),
        [Length(max=max(about.longest, LONGEST_VALUE)), *([_fits] if typed else [])],
        filters=[stripped],
        render_kw={"maxlength": max(about.longest, LONGEST_VALUE), "autocomplete": "off"},
    )


def _lines(about: Field) -> TextAreaField:
    return TextAreaField(
        _lazy(about.label),
        [Length(max=about.longest)],
        filters=[stripped],
        render_kw={"rows": 3},
    )


def _lazy(label: str) -> Any:
    """The name of a field in the reader's language; a free one gets its name from the account."""
    return _(label) if label else ""


INPUTS: dict[Input, Callable[[Field], Any]] = {
    Input.PHONE: _phone,
    Input.EMAIL: _email,
    Input.LINE: _line,
    Input.LINES: _lines,
}
FIRST = tuple(field.name for field in FIELDS if field.first)
MORE = tuple(field.name for field in FIELDS if not field.first)
FieldsPart: Any = type(
    "FieldsPart",
    (),
    {
        field.name: INPUTS[field.input](field)
        for field in sorted(FIELDS, key=lambda field: not field.first)
    },
)
"""The part of a form with all fields of a recipient, made from their columns."""


class RecipientForm(ConsentPart, FieldsPart, Form):
    """All that can be known of a recipient; only the number is needed."""

    lists = SelectMultipleField(_("Lists"), option_widget=CheckboxInput())

    account: Account
    types: Mapping[str, FieldType] = MappingProxyType({})
    opened_with: Mapping[str, str] = MappingProxyType({})
    """The values of typed fields as they stand in the form when it opens."""

    def prepare(
        self, account: Account, lists: list[RecipientList], wording_id: int | None = None
    ) -> None:
        """Set the labels and types of the fields, and the choice of lists and of words."""
        self.account, self.types = account, types(account)
        self.offer_wordings(account.id, wording_id)
        names = labels(account)
        for name in FREE_FIELDS:
            self[name].label.text = names[name]
        self.opened_with = {name: self._open(name, type_) for name, type_ in self.types.items()}
        self.lists.choices = {
            recipient_list.public_id: recipient_list.name for recipient_list in lists
        }

    def _open(self, name: str, type_: FieldType) -> str:
        """Show what is kept as somebody types it; browsers have a field of their own for dates.

        Returns with what the field opens.
        """
        field, kept = self[name], self[name].object_data or ""
        iso = type_ == FieldType.DATE and (not kept or field_values.fits(type_, kept))
        opened = kept if iso else field_values.as_typed(type_, kept, self.account.region)
        if not self.is_submitted():
            field.data = opened
        if iso and (not field.data or field_values.fits(type_, field.data)):
            field.render_kw = {"type": "date"}
            return opened
        field.description = hint(type_, self.account.region)
        if type_ == FieldType.NUMBER:
            field.render_kw = {**field.render_kw, "inputmode": "decimal"}
        return opened

    def kept(self, name: str) -> str:
        """What is typed in a field, in the form in which it is kept. Raises Unreadable."""
        typed = self[name].data or ""
        if name not in self.types:
            return typed
        if typed == self.opened_with[name]:
            return self[name].object_data or ""
        today = now().astimezone(timezone()).date()
        how = local_values.ways(self.account.region)
        return field_values.read(self.types[name], typed, how, today)

    @property
    def first(self) -> list[Any]:
        """The fields at the top of the page."""
        return [self[name] for name in FIRST]

    @property
    def more(self) -> list[Any]:
        """The fields that are folded away."""
        return [self[name] for name in MORE]

    def values(self) -> dict[str, str]:
        """The fields of the recipient in the form in which they are kept."""
        return {name: self.kept(name) for name in FIELD_NAMES}

    def list_ids(self, lists: list[RecipientList]) -> list[int]:
        """The ids of the chosen lists."""
        chosen = set(self.lists.data or ())
        return [recipient_list.id for recipient_list in lists if recipient_list.public_id in chosen]


def _types_of_own() -> dict[str, str]:
    return {
        FieldType.TEXT.value: gettext("Text"),
        FieldType.NUMBER.value: pgettext("a kind of value", "Number"),
        FieldType.DATE.value: gettext("Date"),
    }


def _name(number: int) -> StringField:
    return StringField(
        _("Detail %(number)s", number=number),
        [Length(max=40)],
        filters=[stripped],
        render_kw={"maxlength": 40, "autocomplete": "off"},
    )


def _type(number: int) -> SelectField:
    return SelectField(
        _("What detail %(number)s holds", number=number),
        choices=_types_of_own,
        default=FieldType.TEXT.value,
    )


NamesPart: Any = type(
    "NamesPart",
    (),
    {
        **{name: _name(number) for number, name in enumerate(FREE_FIELDS, 1)},
        **{f"{name}_type": _type(number) for number, name in enumerate(FREE_FIELDS, 1)},
    },
)


class FieldNamesForm(NamesPart, Form):
    """The account's own names of its free fields, and their types."""

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """The fields for name and type of each."""
        return [(self[name], self[f"{name}_type"]) for name in FREE_FIELDS]

    def types(self) -> dict[str, FieldType]:
        """The types by field."""
        return {name: FieldType(self[f"{name}_type"].data) for name in FREE_FIELDS}

    def labels(self) -> dict[str, str]:
        """The names by field."""
        return {name: self[name].data or "" for name in FREE_FIELDS}


class ListForm(Form):
    """The name of a list, new or old."""

    name = StringField(
        _("Name of the list"),
        [DataRequired(_("Give the list a name.")), Length(max=80)],
        filters=[stripped],
        render_kw={"maxlength": 80, "autocomplete": "off"},
    )
