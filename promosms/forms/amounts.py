"""Fields for amounts of money: a number as people type it, in 1/10,000 once it is valid."""

from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_symbol
from flask_babel.speaklater import LazyString
from wtforms import Field, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from promosms.forms.admin import UNITS, plain_amount
from promosms.forms.shared import stripped
from promosms.language import current_language, gettext, ngettext
from promosms.language import lazy_gettext as _
from promosms.settings import currencies, settings

MOST = Decimal(1_000_000)
CURRENCY = LazyString(lambda: get_currency_symbol(settings.currency, current_language()))
"""The currency of the installation in labels, such as €."""


def amount_field(label: str, description: str, *, optional: bool = False) -> StringField:
    """A field for an amount, perhaps an `optional` one; its form calls `check_amount`."""
    demand = Optional() if optional else InputRequired(_("Enter an amount, such as 25."))
    return StringField(
        label,
        [demand, Length(max=20)],
        filters=[stripped],
        description=description,
        render_kw={"inputmode": "decimal", "autocomplete": "off", "maxlength": 20},
    )


def check_amount(field: Field) -> None:
    """Raise ValidationError unless the amount is positive, in whole cents, at most a million."""
    if not is_amount(field.data):
        raise ValidationError(gettext("Enter an amount, such as 25."))
    if plain_amount(field.data) * UNITS % currencies.smallest(settings.currency):
        raise ValidationError(too_fine())


def too_fine() -> str:
    """What is wrong with an amount that nobody can pay, such as half a cent."""
    digits = currencies.digits(settings.currency)
    if not digits:
        return str(
            gettext(
                "Enter a whole amount: %(currency)s has no smaller coins.",
                currency=settings.currency,
            )
        )
    return str(
        ngettext(
            "At most %(num)s digit after the comma.",
            "At most %(num)s digits after the comma.",
            digits,
        )
    )


def is_amount(text: str | None) -> bool:
    """Is the text a positive number up to a million?"""
    try:
        amount = plain_amount(text or "")
    except InvalidOperation:
        return False
    return amount.is_finite() and 0 < amount <= MOST


def units(text: str | None) -> int:
    """A valid amount in 1/10,000."""
    return int(plain_amount(text or "") * UNITS)


def as_text(amount: int) -> str:
    """An amount in 1/10,000 as the field shows it."""
    return currencies.amount_text(amount, settings.currency)
