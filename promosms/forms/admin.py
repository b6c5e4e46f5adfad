"""What admins may type in."""

from decimal import Decimal, InvalidOperation

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from promosms.language import lazy_gettext as _
from promosms.models import new_public_id

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


class SuspendForm(FlaskForm):
    """Why an account is suspended."""

    why = _reason()


class AdjustForm(FlaskForm):
    """By how much a balance is corrected, and why. The reference books it once only."""

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
        return int(_amount(self.amount.data or "") * UNITS)

    def validate_amount(self, field: Field) -> None:
        """Not zero, at most a million, at most four digits after the comma."""
        try:
            amount = _amount(field.data)
        except InvalidOperation:
            amount = Decimal(0)
        if not amount.is_finite() or not amount or abs(amount) > MOST:
            raise ValidationError(_("Enter an amount, such as 25 or -3.50."))
        if amount * UNITS % 1:
            raise ValidationError(_("At most four digits after the comma."))


def _amount(typed: str) -> Decimal:
    plain = typed.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    return Decimal(plain.replace(",", "."))
