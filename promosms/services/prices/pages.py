"""The price list for customers: by country and tier, with planned changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from promosms.services.prices import entries as price_entries
from promosms.services.prices import prices, tiers
from promosms.services.prices.prices import Entry, PriceList
from promosms.services.prices.tiers import Standing

MOST_CHANGES = 10  # planned moments of change that are considered


@dataclass(frozen=True)
class Cell:
    """The present price (1/10,000, None: nothing is sent there), and the next one with its day."""

    amount: int | None
    changes_at: datetime | None = None
    next_amount: int | None = None


@dataclass(frozen=True)
class PriceRow:
    """The prices of a country, or of those numbers in it that begin with `prefix`."""

    country: str
    prefix: str
    cells: list[Cell]


@dataclass(frozen=True)
class Saving:
    """The price of a part in a country now and in the next tier, and the difference in percent."""

    country: str
    now: int
    next_tier: int
    percent: int


@dataclass(frozen=True)
class PriceTable:
    """A price list: each row has a cell for each of the tiers that begin at `sizes`."""

    sizes: list[int]
    rows: list[PriceRow]
    standing: Standing
    saving: Saving | None


def price_table(route_id: int, account_id: int, home: str, moment: datetime) -> PriceTable:
    """The prices of a route for an account whose own country is `home`."""
    entries = prices.entries(route_id)
    sizes = sorted({0, *(entry.tier_from for entry in price_entries.present(entries, moment))})
    standing = tiers.standing(account_id, sizes[1:], moment)
    rows = price_rows(entries, sizes, moment)
    return PriceTable(sizes, rows, standing, _saving(entries, standing, home, moment))


def price_rows(entries: Sequence[Entry], sizes: Iterable[int], moment: datetime) -> list[PriceRow]:
    """A row for each country and prefix with a price, with a cell for each of the tiers."""
    planned = sorted({entry.valid_from for entry in entries if entry.valid_from > moment})
    columns = [_column(entries, size, (moment, *planned[:MOST_CHANGES])) for size in sizes]
    price_lists = [price_list for column in columns for _at, price_list in column]
    keys = sorted({key for price_list in price_lists for key in price_list.amounts})
    return [PriceRow(*key, [_cell(column, *key) for column in columns]) for key in keys]


def _column(
    entries: Sequence[Entry], size: int, moments: Sequence[datetime]
) -> list[tuple[datetime, PriceList]]:
    """The prices of a tier at several moments."""
    return [(at, prices.choose(entries, size, at)) for at in moments]


def _cell(column: list[tuple[datetime, PriceList]], country: str, prefix: str) -> Cell:
    amounts = [(at, price_list.of(country, f"+{prefix}")) for at, price_list in column]
    present = amounts[0][1]
    for at, amount in amounts[1:]:
        if amount != present:
            return Cell(present, at, amount)
    return Cell(present)


def _saving(
    entries: Sequence[Entry], standing: Standing, home: str, moment: datetime
) -> Saving | None:
    """What the next tier saves: in the own country, else where it saves most."""
    if standing.next_tier is None:
        return None
    present = prices.choose(entries, standing.tier, moment).amounts
    next_tier = prices.choose(entries, standing.next_tier, moment)
    cheaper = [
        Saving(country, amount, after, round(100 * (amount - after) / amount))
        for (country, prefix), amount in present.items()
        if (after := next_tier.of(country, f"+{prefix}")) is not None and after < amount
    ]
    at_home = [saving for saving in cheaper if saving.country == home]
    return max(at_home or cheaper, key=lambda saving: saving.percent, default=None)
