"""Forms for admins: suspend, adjust, end the right of an admin, gateway speed, test texts."""

from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    StringField,
    TelField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp

from promosms.forms.auth import EmailForm
from promosms.forms.form import Form
from promosms.forms.imports import row_problem
from promosms.forms.privacy import LeavingForm
from promosms.forms.shared import WholeNumberField
from promosms.language import lazy_gettext as _
from promosms.models import new_public_id
from promosms.settings import settings
from promosms.sms import phone as numbers
from promosms.sms.phone import LONGEST_TYPED

UNITS = 10_000
MOST = Decimal(1_000_000)


def _reason() -> StringField:
    return StringField(
        _("Reason"),
        [
            DataRequired(_("Write a reason: the owner of the account will read it.")),
            Length(max=200),
        ],
        description=_("The owner reads it. Do not name people or numbers in it."),
    )


class SuspendForm(Form):
    """Why an account is suspended."""

    why = _reason()


class AdjustForm(Form):
    """A correction of a balance and its reason. The reference makes sure it is booked once."""

    amount = StringField(
        _("Amount"),
        [InputRequired(_("Enter an amount, such as 25 or -3.50."))],
        description=_("Such as 25 to add, or -3.50 to take away."),
        render_kw={"inputmode": "text", "autocomplete": "off"},
    )
    reason = _reason()
    reference = HiddenField(validators=[Regexp(r"^[0-9a-f]{20}$")], default=new_public_id)

    @property
    def units(self) -> int:
        """The amount in 1/10,000 of the currency."""
        return int(plain_amount(self.amount.data or "") * UNITS)

    def validate_amount(self, field: Field) -> None:
        """Not zero, at most a million, at most four digits after the comma."""
        try:
            amount = plain_amount(field.data)
        except InvalidOperation:
            amount = Decimal(0)
        if not amount.is_finite() or not amount or abs(amount) > MOST:
            raise ValidationError(_("Enter an amount, such as 25 or -3.50."))
        if amount * UNITS % 1:
            raise ValidationError(_("At most four digits after the comma."))


class InviteAdminForm(EmailForm):
    """The address to which an invitation goes; not one that the browser fills in."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.email.render_kw = {"autocomplete": "off", "maxlength": 254, "required": True}


class WithdrawForm(Form):
    """The address of the invitation that becomes void; empty for the printed one."""

    email = HiddenField(validators=[Length(max=254)])


class RevokeAdminForm(Form):
    """Why an admin loses the right."""

    reason = StringField(
        _("Reason"),
        [DataRequired(_("Write a reason: all admins will read it.")), Length(max=200)],
        description=_("All admins read it, and the audit log keeps it."),
    )


class AdminLeavesForm(LeavingForm):
    """The confirmation of an admin."""

    confirmed = BooleanField(
        _("Give up the right and delete my sign-in, for good"),
        [InputRequired(_("Tick this box if you want to leave."))],
    )


def between(least: int, most: int) -> list[object]:
    """Validators of a number that is needed, with its limits."""
    wrong = _("Enter a number from %(least)s to %(most)s.", least=least, most=most)
    return [InputRequired(wrong), NumberRange(least, most, wrong)]


class SpeedForm(Form):
    """The speed of a gateway, as the contract with its provider allows."""

    rate = WholeNumberField(
        _("Texts a second"),
        between(1, 10_000),
        description=_("Of all its connections together."),
        render_kw={"min": 1, "max": 10_000},
    )
    window = WholeNumberField(
        _("Texts under way on each connection"),
        between(1, 1000),
        description=_(
            "Over SMPP also how many submissions may be open. As many may be unconfirmed when a "
            "connection breaks."
        ),
        render_kw={"min": 1, "max": 1000},
    )
    connections = WholeNumberField(
        _("Connections"),
        between(1, 20),
        description=_("Each is held by a worker of its own."),
        render_kw={"min": 1, "max": 20},
    )


class TestForm(Form):
    """The number that a test text is sent to."""

    phone = TelField(
        _("Your mobile number"),
        [InputRequired(_("Enter a mobile number."))],
        description=_("With the country code, such as +44 7911 123456."),
        render_kw={"maxlength": LONGEST_TYPED, "autocomplete": "tel"},
    )

    number = ""
    """The number in E.164, once the form is valid."""

    def validate_phone(self, field: Field) -> None:
        """A mobile number of any country."""
        try:
            number = numbers.parse(field.data or "", settings.registration_countries[0])
        except numbers.InvalidPhone as error:
            raise ValidationError(row_problem(error.code)) from error
        self.number = number.e164


def plain_amount(typed: str) -> Decimal:
    """An amount typed as 3,50 or 3.50. Raises InvalidOperation."""
    plain = typed.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    return Decimal(plain.replace(",", "."))
