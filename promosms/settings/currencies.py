"""Currencies: the digits of their smallest unit, and amounts as plain decimal numbers.

Amounts are integers of 1/10,000 of the currency. The digits are those of CLDR, by Babel, but of ISO
4217 for currencies whose coins are gone and whose invoices still have hundredths.
"""

from decimal import Decimal

from babel.numbers import get_currency_precision

UNITS = Decimal(10_000)
MOST_DIGITS = 4
OF_ISO_4217 = {"ALL": 2, "RSD": 2}


def digits(currency: str) -> int:
    """The digits after the comma: 2 for EUR and PLN, 0 for JPY, 3 for KWD."""
    return min(OF_ISO_4217.get(currency, get_currency_precision(currency)), MOST_DIGITS)


def smallest(currency: str) -> int:
    """The smallest amount that can be paid, such as a cent, in 1/10,000."""
    return int(10 ** (MOST_DIGITS - digits(currency)))


def decimal(units: int, currency: str) -> Decimal:
    """The amount with the digits of its currency; prices of parts and their sums may need more."""
    exact = (Decimal(units) / UNITS).normalize()
    needed = max(digits(currency), -int(exact.as_tuple().exponent))
    return exact.quantize(Decimal(1).scaleb(-needed))


def amount_text(units: int, currency: str) -> str:
    """The same with a point and without separators, for files, fields and documents in XML."""
    return f"{decimal(units, currency):f}"
