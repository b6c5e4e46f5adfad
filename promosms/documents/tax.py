"""The VAT of a top-up, by the countries of seller and buyer and the answer of VIES.

Sources: VAT Directive 2006/112/EC art. 44 and 196 (a service between businesses is taxed in the
country of the customer, who owes the tax), art. 45 (other services in the country of the seller),
art. 226 (the content of an invoice).
"""

from dataclasses import dataclass
from enum import StrEnum

from promosms.models import TaxAnswer

# The member states by ISO code. In VIES, Greece is EL, and Northern Ireland is XI.
EU = frozenset(
    ["AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT"]
    + ["LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"]
)


CENT = 100  # in 1/10,000


class TaxCase(StrEnum):
    """The reason for a rate."""

    DOMESTIC = "domestic"
    REVERSE_CHARGE = "reverse_charge"
    OTHER_EU = "other_eu"  # a buyer elsewhere in the EU without a confirmed VAT number
    OUTSIDE_EU = "outside_eu"
    EXEMPT = "exempt"  # the seller charges no VAT at all


@dataclass(frozen=True)
class Decision:
    """The case and the rate, in 1/100 of a percent."""

    case: TaxCase
    rate: int


def decide(
    seller_country: str, seller_rate: int, buyer_country: str, answer: TaxAnswer | None
) -> Decision:
    """The VAT of a sale; `answer` is the answer of VIES for the buyer, None without a number.

    If VIES could not check the number, VAT is charged: without evidence the seller would owe it.
    """
    if seller_rate == 0:
        return Decision(TaxCase.EXEMPT, 0)
    if buyer_country == seller_country:
        return Decision(TaxCase.DOMESTIC, seller_rate)
    if buyer_country not in EU:
        return Decision(TaxCase.OUTSIDE_EU, 0)
    if answer == TaxAnswer.VALID and seller_country in EU:
        return Decision(TaxCase.REVERSE_CHARGE, 0)
    return Decision(TaxCase.OTHER_EU, seller_rate)


def tax_on(net: int, rate: int, smallest: int = CENT) -> int:
    """VAT on an amount in 1/10,000, rounded half up to the `smallest` amount of the currency."""
    sign, whole = -1 if net < 0 else 1, 10_000 * smallest
    return sign * ((abs(net) * rate * 2 + whole) // (2 * whole)) * smallest


def split_gross(gross: int, rate: int, smallest: int = CENT) -> tuple[int, int]:
    """Net and VAT of a gross amount, whose sum they are; rounded as by `tax_on`."""
    sign = -1 if gross < 0 else 1
    total, whole = abs(gross), (10_000 + rate) * smallest
    net = (total * 10_000 * 2 + whole) // (whole * 2) * smallest
    return sign * net, sign * (total - net)
