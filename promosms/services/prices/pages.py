"""The price list as its readers see it: by country and tier, with what is going to change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from promosms.services.prices import entries as price_entries
from promosms.services.prices import prices, tiers
from promosms.services.prices.prices import Entry, PriceList
from promosms.services.prices.tiers import Standing

COMING = 10  # moments of change that are looked at


@dataclass(frozen=True)
class Cell:
    """A price of now (1/10,000, None: nothing is sent there), and the next one and its day."""

    amount: int | None
    changes_at: datetime | None = None
    then: int | None = None


@dataclass(frozen=True)
class Line:
    """The prices of a country, or of those numbers in it that begin with `prefix`."""

    country: str
    prefix: str
    cells: list[Cell]


@dataclass(frozen=True)
class Saving:
    """What a part costs now, and with the next tier, in a country; most of all in percent."""

    country: str
    now: int
    then: int
    percent: int


@dataclass(frozen=True)
class Page:
    """A price list: a cell of each line for each of the sizes at which a tier begins."""

    sizes: list[int]
    lines: list[Line]
    standing: Standing
    saving: Saving | None


def page(route_id: int, account_id: int, home: str, moment: datetime) -> Page:
    """The prices of a route for an account whose own country is `home`."""
    known = prices.entries(route_id)
    sizes = sorted({0, *(entry.tier_from for entry in price_entries.present(known, moment))})
    standing = tiers.standing(account_id, sizes[1:], moment)
    changes = sorted({entry.valid_from for entry in known if entry.valid_from > moment})[:COMING]
    columns = [_column(known, size, moment, changes) for size in sizes]
    lists = [found for column in columns for _at, found in column]
    places = sorted({place for found in lists for place in found.amounts})
    lines = [Line(*place, [_cell(column, *place) for column in columns]) for place in places]
    return Page(sizes, lines, standing, _saving(known, standing, home, moment))


def _column(
    known: Sequence[Entry], size: int, moment: datetime, changes: Sequence[datetime]
) -> list[tuple[datetime, PriceList]]:
    """The prices of a tier at this moment and at those at which something changes."""
    return [(at, prices.choose(known, size, at)) for at in (moment, *changes)]


def _cell(column: list[tuple[datetime, PriceList]], country: str, prefix: str) -> Cell:
    amounts = [(at, found.of(country, f"+{prefix}")) for at, found in column]
    present = amounts[0][1]
    for at, amount in amounts[1:]:
        if amount != present:
            return Cell(present, at, amount)
    return Cell(present)


def _saving(
    known: Sequence[Entry], standing: Standing, home: str, moment: datetime
) -> Saving | None:
    """What the next tier saves: at home, else where it saves most."""
    if standing.following is None:
        return None
    present = prices.choose(known, standing.tier, moment).amounts
    then = prices.choose(known, standing.following, moment)
    cheaper = [
        Saving(country, amount, after, round(100 * (amount - after) / amount))
        for (country, prefix), amount in present.items()
        if (after := then.of(country, f"+{prefix}")) is not None and after < amount
    ]
    at_home = [one for one in cheaper if one.country == home]
    return max(at_home or cheaper, key=lambda one: one.percent, default=None)
