"""Forms to settle opt-outs that belong to nobody."""

from wtforms import Field, HiddenField, StringField, TelField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from promosms.forms.form import Form
from promosms.forms.shared import stripped
from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.sms.network_address import Ton, read
from promosms.sms.phone import LONGEST_TYPED


class CandidateForm(Form):
    """The candidates that were chosen by a button: the key of one, or of each."""

    keys = HiddenField(validators=[InputRequired(), Length(max=30_000)])


class AssignForm(Form):
    """The number and the account that an opt-out belongs to."""

    phone = TelField(
        _("The whole number"),
        filters=[stripped],
        description=_("Ask the provider for it: it knows the time and the gateway."),
        render_kw={"maxlength": LONGEST_TYPED, "autocomplete": "off"},
    )
    account = StringField(
        _("Account ID"),
        [Length(max=20)],
        filters=[stripped],
        description=_("Empty: every account that has texted the number lately."),
        render_kw={"maxlength": 20, "autocomplete": "off"},
    )

    number = ""
    """The number in E.164, once the form is valid; empty if none was typed."""

    def begin(self, country: str, is_known: bool) -> None:
        """Say in which country a national number is, and whether the number is known already."""
        self.of_country, self.is_known = country, is_known
        if is_known:
            self.phone.description = gettext("Empty: the number that the STOP came from.")

    def validate_phone(self, field: Field) -> None:
        """A number that can reply, or nothing if it is known."""
        if not field.data:
            if self.is_known:
                return
            raise ValidationError(gettext("Enter the number."))
        number = read(field.data, Ton.UNKNOWN, self.of_country)
        if number is None:
            raise ValidationError(
                gettext("Enter a mobile number with its country code, such as +44 7911 123456.")
            )
        self.number = number


class DismissForm(Form):
    """Why an opt-out is settled without an effect."""

    reason = StringField(
        _("Reason"),
        [DataRequired(_("Write a reason: it stays in the audit log.")), Length(max=200)],
        filters=[stripped],
        description=_("Do not name people or numbers in it."),
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
