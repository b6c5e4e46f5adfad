"""Prices: what one part costs an account, by country and phone number."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Price, now
from promosms.services.prices import tiers
from promosms.settings import settings


class Entry(NamedTuple):
    """A stored price: 1/10,000 of the currency for one part, None if it is withdrawn."""

    country: str
    prefix: str
    tier_from: int
    valid_from: datetime
    amount: int | None
    currency: str = ""

    @property
    def foreign(self) -> bool:
        """Is its figure one of another currency than that of the installation?"""
        return bool(self.amount) and self.currency not in ("", settings.currency)

    @property
    def series(self) -> tuple[str, str, int]:
        """Country, prefix and tier; the entries of one series follow each other in time."""
        return self.country, self.prefix, self.tier_from


class _Prefixes(NamedTuple):
    """The prices of a country that has several, and the lengths of prefixes, longest first."""

    amounts: dict[str, int]
    lengths: tuple[int, ...]

    def of(self, phone: str) -> int | None:
        for length in self.lengths:
            amount = self.amounts.get(phone[1 : length + 1])
            if amount is not None:
                return amount
        return None


class PriceList:
    """The prices that are valid for an account at a moment, by (country, prefix)."""

    __slots__ = ("_by_country", "amounts")

    def __init__(self, amounts: Mapping[tuple[str, str], int]) -> None:
        self.amounts = dict(amounts)
        by_country: dict[str, dict[str, int]] = {}
        for (country, prefix), amount in self.amounts.items():
            by_country.setdefault(country, {})[prefix] = amount
        # A plain number for countries with one price, because preparation asks for each recipient.
        self._by_country: dict[str, int | _Prefixes] = {
            country: by_prefix[""]
            if set(by_prefix) == {""}
            else _Prefixes(by_prefix, _lengths(by_prefix))
            for country, by_prefix in by_country.items()
        }

    def of(self, country: str, phone: str = "") -> int | None:
        """Net price of one part to a number (E.164) of a country; None: nothing is sent there."""
        price = self._by_country.get(country)
        return price.of(phone) if isinstance(price, _Prefixes) else price

    def countries(self) -> dict[str, int]:
        """The prices of whole countries."""
        return {country: price for (country, prefix), price in self.amounts.items() if not prefix}


def price_list(
    route_id: int,
    account_id: int | None = None,
    moment: datetime | None = None,
    country: str = "",
) -> PriceList:
    """The prices of a route for an account at a moment (default: now), or of one country.

    Without an account, the prices without any tier. The list is a snapshot: use it for seconds,
    not for hours.
    """
    return list_of(entries(route_id, country), account_id, moment)


def list_of(
    route_entries: Iterable[Entry], account_id: int | None = None, moment: datetime | None = None
) -> PriceList:
    """As `price_list`, of entries that were read before."""
    route_entries, moment = tuple(route_entries), moment or now()
    if account_id is None or not any(entry.tier_from for entry in route_entries):
        return choose(route_entries, 0, moment)
    return choose(route_entries, tiers.reached(account_id, moment), moment)


def choose(entries: Iterable[Entry], reached: int, moment: datetime) -> PriceList:
    """The rule: the longest prefix wins, then the highest reached tier, then the latest entry.

    `reached` is the amount of a top-up in 1/10,000. A series whose latest entry is withdrawn has
    no price.
    """
    latest: dict[tuple[str, str, int], Entry] = {}
    for entry in entries:
        if entry.valid_from <= moment and entry.tier_from <= reached:
            other = latest.get(entry.series)
            if other is None or other.valid_from < entry.valid_from:
                latest[entry.series] = entry
    amounts = {}
    for country, prefix, tier in sorted(latest):
        amount = latest[country, prefix, tier].amount
        if amount is not None:
            amounts[country, prefix] = amount  # overwritten by higher tiers, which sort later
    return PriceList(amounts)


def entries(route_id: int, country: str = "") -> list[Entry]:
    """All past, present and planned prices of a route, or those to one country."""
    columns = (
        *(Price.country, Price.prefix, Price.tier_from),
        *(Price.valid_from, Price.amount, Price.currency),
    )
    query = select(*columns).where(Price.route_id == route_id)
    if country:
        query = query.where(Price.country == country)
    rows = db.session.execute(query)
    return sorted((Entry(*row) for row in rows), key=lambda entry: entry[:4])


def _lengths(prefixes: Iterable[str]) -> tuple[int, ...]:
    return tuple(sorted({len(prefix) for prefix in prefixes}, reverse=True))
