"""Forms for one recipient and the names of the free fields, made from FIELDS, and for lists."""

from collections.abc import Callable
from typing import Any

from wtforms import EmailField, SelectMultipleField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput

from promosms.forms.form import Form
from promosms.forms.shared import ConsentPart, stripped
from promosms.language import lazy_gettext as _
from promosms.models import FIELD_NAMES, FIELDS, Account, Field, Input, RecipientList
from promosms.services.recipients.fields import FREE_FIELDS, labels
from promosms.sms.phone import LONGEST_TYPED


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


def _line(about: Field) -> StringField:
    return StringField(
        _lazy(about.label),
        [Length(max=about.longest)],
        filters=[stripped],
        render_kw={"maxlength": about.longest, "autocomplete": "off"},
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

    def prepare(self, account: Account, lists: list[RecipientList]) -> None:
        """Set the labels of the free fields, and the choice of lists."""
        names = labels(account)
        for name in FREE_FIELDS:
            self[name].label.text = names[name]
        self.lists.choices = {
            recipient_list.public_id: recipient_list.name for recipient_list in lists
        }

    @property
    def first(self) -> list[Any]:
        """The fields at the top of the page."""
        return [self[name] for name in FIRST]

    @property
    def more(self) -> list[Any]:
        """The fields that are folded away."""
        return [self[name] for name in MORE]

    def values(self) -> dict[str, str]:
        """The fields of the recipient as they were typed."""
        return {name: self[name].data or "" for name in FIELD_NAMES}

    def list_ids(self, lists: list[RecipientList]) -> list[int]:
        """The ids of the chosen lists."""
        chosen = set(self.lists.data or ())
        return [recipient_list.id for recipient_list in lists if recipient_list.public_id in chosen]


NamesPart: Any = type(
    "NamesPart",
    (),
    {
        name: StringField(
            _("Detail %(number)s", number=number), [Length(max=40)], filters=[stripped]
        )
        for number, name in enumerate(FREE_FIELDS, 1)
    },
)


class FieldNamesForm(NamesPart, Form):
    """The account's own names of its free fields."""

    @property
    def names(self) -> list[Any]:
        """A field for each name."""
        return [self[name] for name in FREE_FIELDS]

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
