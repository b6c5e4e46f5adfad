"""Prices: what one part costs an account, by the country and the number it goes to."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Price, now
from promosms.services.prices import tiers


class Entry(NamedTuple):
    """A stored price: 1/10,000 of the currency for one part, None when it is withdrawn."""

    country: str
    prefix: str
    tier_from: int
    valid_from: datetime
    amount: int | None

    @property
    def series(self) -> tuple[str, str, int]:
        """What it is a price of; the entries of one series follow each other in time."""
        return self.country, self.prefix, self.tier_from


class _Prefixes(NamedTuple):
    """The prices of a country that has several, the lengths of their prefixes falling."""

    amounts: dict[str, int]
    lengths: tuple[int, ...]

    def of(self, phone: str) -> int | None:
        for length in self.lengths:
            found = self.amounts.get(phone[1 : length + 1])
            if found is not None:
                return found
        return None


class PriceList:
    """The prices that hold for somebody at a moment, by (country, prefix)."""

    __slots__ = ("_found", "amounts")

    def __init__(self, amounts: Mapping[tuple[str, str], int]) -> None:
        self.amounts = dict(amounts)
        by_country: dict[str, dict[str, int]] = {}
        for (country, prefix), amount in self.amounts.items():
            by_country.setdefault(country, {})[prefix] = amount
        # A number where there is only one: preparing asks for every recipient.
        self._found: dict[str, int | _Prefixes] = {
            country: own[""] if set(own) == {""} else _Prefixes(own, _lengths(own))
            for country, own in by_country.items()
        }

    def of(self, country: str, phone: str = "") -> int | None:
        """Net price of one part to a number (E.164) of a country; None: nothing is sent there."""
        found = self._found.get(country)
        return found.of(phone) if isinstance(found, _Prefixes) else found

    def countries(self) -> dict[str, int]:
        """The prices that hold for whole countries."""
        return {country: price for (country, prefix), price in self.amounts.items() if not prefix}


def price_list(
    route_id: int, account_id: int | None = None, moment: datetime | None = None
) -> PriceList:
    """What holds for an account on a route at a moment (default: now).

    Without an account it is what somebody pays who has not topped up. Read once: keep it for
    seconds, not for hours.
    """
    moment = moment or now()
    known = entries(route_id)
    if account_id is None or not any(entry.tier_from for entry in known):
        return choose(known, 0, moment)
    return choose(known, tiers.reached(account_id, moment), moment)


def choose(known: Iterable[Entry], reached: int, moment: datetime) -> PriceList:
    """The rule: the longest prefix wins, then the highest tier reached, then the youngest valid.

    `reached` is the size of a top-up in 1/10,000. Of a series that is withdrawn at the moment
    nothing holds, whatever it cost before.
    """
    youngest: dict[tuple[str, str, int], Entry] = {}
    for entry in known:
        if entry.valid_from <= moment and entry.tier_from <= reached:
            other = youngest.get(entry.series)
            if other is None or other.valid_from < entry.valid_from:
                youngest[entry.series] = entry
    amounts = {}
    for country, prefix, tier in sorted(youngest):
        amount = youngest[country, prefix, tier].amount
        if amount is not None:
            amounts[country, prefix] = amount  # that of a higher tier comes later
    return PriceList(amounts)


def entries(route_id: int) -> list[Entry]:
    """Everything that is stored of a route: what held, what holds and what is planned."""
    columns = Price.country, Price.prefix, Price.tier_from, Price.valid_from, Price.amount
    rows = db.session.execute(select(*columns).where(Price.route_id == route_id))
    return sorted((Entry(*row) for row in rows), key=lambda entry: entry[:4])


def _lengths(prefixes: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted({len(prefix) for prefix in prefixes}, reverse=True))
