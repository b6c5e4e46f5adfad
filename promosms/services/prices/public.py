"""The price list for people without an account: that of the default route, country by country."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from promosms.services.installation import defaults
from promosms.services.prices import entries as price_entries
from promosms.services.prices import pages, prices
from promosms.services.prices.pages import PriceRow
from promosms.settings import settings

EXAMPLES = (100, 1_000, 5_000)
"""How many recipients the examples of a price are for."""


class Range(NamedTuple):
    """The lowest and the highest net price of a part, in 1/10,000; equal if there is one price."""

    least: int
    most: int

    def times(self, number: int) -> "Range":
        """What so many texts of one part cost."""
        return Range(self.least * number, self.most * number)


class Tier(NamedTuple):
    """The prices from a top-up of `size` on: its net amount in 1/10,000."""

    size: int
    price: Range


class PlannedChange(NamedTuple):
    """A price that is going to change; `amount` is None if nothing will be sent there."""

    prefix: str
    at: datetime
    amount: int | None


@dataclass(frozen=True)
class CountryPrices:
    """What a part costs in a country.

    `networks` are the prices of numbers with a prefix; without `whole` only those can be reached.
    """

    code: str
    price: Range
    whole: bool
    networks: list[tuple[str, int]]
    tiers: list[Tier]
    changes: list[PlannedChange]


def home() -> str:
    """The country of the installation: that of the operator, else the first one of its users."""
    return settings.operator_country.upper() or settings.registration_countries[0]


def price_list(moment: datetime) -> dict[str, CountryPrices]:
    """The present prices of the default route by country; empty if there are none."""
    entries = prices.entries(defaults.default_route().id)
    present = price_entries.present(entries, moment)
    sizes = sorted({0, *(entry.tier_from for entry in present)})
    by_country = groupby(pages.price_rows(entries, sizes, moment), lambda row: row.country)
    countries = (_country(code, list(rows), sizes) for code, rows in by_country)
    return {country.code: country for country in countries if country}


def _country(code: str, rows: list[PriceRow], sizes: list[int]) -> CountryPrices | None:
    """The prices of a country; None if nothing is sent there at present."""
    price = _range(row.cells[0].amount for row in rows)
    if price is None:
        return None
    tiers, before = [], price
    for column, size in enumerate(sizes[1:], 1):
        lower = _range(row.cells[column].amount for row in rows)
        if lower and lower != before:
            tiers.append(Tier(size, lower))
            before = lower
    present = [(row, row.cells[0].amount) for row in rows]
    return CountryPrices(
        code,
        price,
        whole=any(not row.prefix for row, amount in present if amount is not None),
        networks=[
            (row.prefix, amount) for row, amount in present if row.prefix and amount is not None
        ],
        tiers=tiers,
        changes=[
            PlannedChange(row.prefix, cell.changes_at, cell.next_amount)
            for row in rows
            if (cell := row.cells[0]).changes_at
        ],
    )


def _range(amounts: Iterable[int | None]) -> Range | None:
    known = [amount for amount in amounts if amount is not None]
    return Range(min(known), max(known)) if known else None
