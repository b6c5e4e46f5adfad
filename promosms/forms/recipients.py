"""Forms for one recipient, and for the names of the free fields."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, SelectMultipleField, StringField, TelField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput

from promosms.forms.shared import ConsentPart, stripped
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.models import FIELDS, Account, RecipientList
from promosms.services.recipients.recipients import FREE_FIELDS, LENGTHS


def _text(label: Any, name: str) -> StringField:
    longest = LENGTHS[name]
    return StringField(
        label,
        [Length(max=longest)],
        filters=[stripped],
        render_kw={"maxlength": longest, "autocomplete": "off"},
    )


def field_labels(account: Account) -> dict[str, str]:
    """The labels of all fields, with the account's own names of the free ones."""
    names = {
        "phone": gettext("Mobile number"),
        "email": gettext("E-mail"),
        "first_name": gettext("First name"),
        "last_name": gettext("Last name"),
        "company": gettext("Company"),
        "tax_id": gettext("Tax ID"),
        "address": gettext("Address"),
        "city": gettext("City"),
        "note": gettext("Note"),
    }
    for number, name in enumerate(FREE_FIELDS, 1):
        label = account.field_labels.get(name)
        names[name] = label or gettext("Free field %(number)s", number=number)
    return names


class RecipientForm(ConsentPart, FlaskForm):
    """All fields of a recipient; only the number is required."""

    phone = TelField(
        _("Mobile number"),
        [InputRequired(_("Enter a mobile number."))],
        description=_("With the country code if it is abroad, such as +44 7911 123456."),
        render_kw={"maxlength": 40, "autocomplete": "off"},
    )
    first_name = _text(_("First name"), "first_name")
    last_name = _text(_("Last name"), "last_name")
    email = EmailField(
        _("E-mail"),
        [Optional(), Length(max=254), Email(_("This is not an e-mail address."))],
        filters=[stripped],
        render_kw={"maxlength": 254, "autocomplete": "off"},
    )
    company = _text(_("Company"), "company")
    tax_id = _text(_("Tax ID"), "tax_id")
    address = _text(_("Address"), "address")
    city = _text(_("City"), "city")
    note = TextAreaField(
        _("Note"), [Length(max=LENGTHS["note"])], filters=[stripped], render_kw={"rows": 3}
    )
    field1 = _text("", "field1")
    field2 = _text("", "field2")
    field3 = _text("", "field3")
    field4 = _text("", "field4")
    field5 = _text("", "field5")
    lists = SelectMultipleField(_("Lists"), option_widget=CheckboxInput())

    def prepare(self, account: Account, lists: list[RecipientList]) -> None:
        """Set the labels of the free fields, and the choice of lists."""
        names = field_labels(account)
        for name in FREE_FIELDS:
            self[name].label.text = names[name]
        self.lists.choices = {
            recipient_list.public_id: recipient_list.name for recipient_list in lists
        }

    def values(self) -> dict[str, str]:
        """The fields of the recipient as they were typed."""
        return {name: self[name].data or "" for name in FIELDS}

    def list_ids(self, lists: list[RecipientList]) -> list[int]:
        """The ids of the chosen lists."""
        chosen = set(self.lists.data or ())
        return [recipient_list.id for recipient_list in lists if recipient_list.public_id in chosen]


class FieldNamesForm(FlaskForm):
    """The account's own names of its five free fields."""

    field1 = StringField(_("Free field 1"), [Length(max=40)], filters=[stripped])
    field2 = StringField(_("Free field 2"), [Length(max=40)], filters=[stripped])
    field3 = StringField(_("Free field 3"), [Length(max=40)], filters=[stripped])
    field4 = StringField(_("Free field 4"), [Length(max=40)], filters=[stripped])
    field5 = StringField(_("Free field 5"), [Length(max=40)], filters=[stripped])

    def labels(self) -> dict[str, str]:
        """The names by field."""
        return {name: self[name].data or "" for name in FREE_FIELDS}
