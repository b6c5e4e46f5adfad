"""The forms of admins for received transfers and refunds."""

from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import BooleanField, DateField, Field, HiddenField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from promosms.forms.admin import MOST, UNITS, plain_amount
from promosms.forms.amounts import too_fine
from promosms.forms.form import Form
from promosms.forms.shared import DAY_FORMATS, stripped
from promosms.language import gettext, money
from promosms.language import lazy_gettext as _
from promosms.models import new_public_id, now
from promosms.services.invoices import seller_days
from promosms.settings import currencies, settings


class AmountMixin:
    """A positive amount of the installation's currency in whole cents."""

    amount = StringField(
        _("Amount"),
        [InputRequired(_("Enter an amount, such as 123 or 123.45."))],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )

    @property
    def units(self) -> int:
        """The amount in 1/10,000."""
        return amount_of(self.amount.data or "") or 0

    def validate_amount(self, field: Field) -> None:
        """Positive, in whole cents, at most a million, in no other currency."""
        currency = settings.currency
        if _names_other_currency(field.data, currency):
            raise ValidationError(gettext("Enter the amount in %(currency)s.", currency=currency))
        try:
            amount = plain_amount(_bare(field.data))
        except InvalidOperation:
            amount = Decimal(0)
        if not amount.is_finite() or not 0 < amount <= MOST:
            raise ValidationError(gettext("Enter an amount, such as 123 or 123.45."))
        if amount * UNITS % currencies.smallest(currency):
            raise ValidationError(too_fine())


class ReceiveForm(AmountMixin, Form):
    """A transfer on the bank statement that pays a top-up."""

    paid_on = DateField(
        _("Day on the bank statement"),
        [InputRequired(_("Enter the day on which it came."))],
        format=DAY_FORMATS,
    )
    bank_reference = StringField(
        _("Bank reference"),
        [
            DataRequired(_("Enter what names this line on the bank statement.")),
            Length(max=100),
        ],
        filters=[stripped],
        description=_(
            "The number of the transaction. Without one: the number of the statement and of the "
            "line on it. Each is booked once only."
        ),
        render_kw={"maxlength": 100, "autocomplete": "off"},
    )
    sure = BooleanField(_("Yes, this amount has come"))

    def __init__(self, missing: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.missing = missing
        """The open amount in 1/10,000; any other amount has to be confirmed."""

    def validate_paid_on(self, field: Field) -> None:
        """Not a day in the future."""
        if field.data and field.data > seller_days.day_of(now()):
            raise ValidationError(gettext("This day is still to come."))

    def validate_sure(self, field: Field) -> None:
        """A booking cannot be undone, so an unexpected amount has to be confirmed."""
        if self.units and self.units != self.missing and not field.data:
            raise ValidationError(
                gettext(
                    "You typed %(typed)s, and %(missing)s is missing. Is that right?",
                    typed=money(self.units),
                    missing=money(self.missing),
                )
            )

    @property
    def paid_at(self) -> datetime:
        """Noon of that day in the seller's time zone, but never in the future."""
        assert self.paid_on.data is not None
        noon = datetime.combine(self.paid_on.data, time(12), seller_days.zone())
        return min(noon, now())


class RefundForm(AmountMixin, Form):
    """How much of a payment is refunded, and why."""

    reason = StringField(
        _("Reason"),
        [DataRequired(_("Write a reason: it stands on the credit note.")), Length(max=200)],
        filters=[stripped],
        description=_("It stands on the credit note, so the customer reads it."),
        render_kw={"maxlength": 200},
    )
    bank_reference = StringField(
        _("Bank reference of your transfer"),
        [Length(max=100)],
        filters=[stripped],
        description=_("If you have it: it finds the line on the bank statement again."),
        render_kw={"maxlength": 100, "autocomplete": "off"},
    )
    sent = BooleanField(_("I have sent the money by bank transfer"))
    reference = HiddenField(validators=[Regexp(r"^[0-9a-f]{20}$")], default=new_public_id)

    def __init__(self, by_transfer: bool, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.by_transfer = by_transfer

    def validate_sent(self, field: Field) -> None:
        """The admin makes the bank transfer himself, before it is booked."""
        if self.by_transfer and not field.data:
            raise ValidationError(gettext("Send the transfer first, then tick this box."))


def amount_of(typed: str) -> int | None:
    """A typed amount in 1/10,000; None if the text is no amount."""
    try:
        amount = plain_amount(_bare(typed))
        return int(amount * UNITS) if amount.is_finite() and 0 < amount <= MOST else None
    except InvalidOperation:
        return None


def _bare(typed: str) -> str:
    """The number without the currency of the installation."""
    currency = settings.currency
    signs = {"EUR": "€", "GBP": "£", "USD": "$", "PLN": "zł"}
    for sign in (currency, currency.lower(), signs.get(currency, currency)):
        typed = typed.replace(sign, "")
    return typed.strip()


def _names_other_currency(typed: str, currency: str) -> bool:
    figures = set("0123456789.,+- \N{NO-BREAK SPACE}\N{MINUS SIGN}")
    rest = _bare(typed)
    return bool(rest) and any(sign.isdigit() for sign in rest) and not set(rest) <= figures
