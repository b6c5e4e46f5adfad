"""Changes of prices by admins: set, planned, withdrawn. Each act is audited.

A price that was ever valid is never changed: a new price is another row with its own `valid_from`.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import money
from promosms.models import BEGINNING, Price, Route, now
from promosms.services.audit import log as audit_log
from promosms.services.prices import prices
from promosms.services.prices.cells import BadCell, NewPrice, PriceProblem
from promosms.services.prices.prices import Entry
from promosms.settings import settings


class Change(NamedTuple):
    """A new price, and the price that would be valid at its beginning without it."""

    price: NewPrice
    before: int | None


def put(route_id: int, price: NewPrice, actor: str) -> bool:
    """Set or withdraw a price; False if nothing changes. Raises BadCell for a past beginning.

    Campaigns that are prepared already keep their prices.
    """
    with transaction() as session:
        route, moment = lock(session, route_id), now()
        changes = what_changes(prices.entries(route_id), [price], moment)
        write(session, route_id, changes, moment)
        for change in changes:
            audit_log.record(actor, "route.price", route.code, _audit_text(change))
        return bool(changes)


def drop_plan(route_id: int, price: NewPrice, actor: str) -> bool:
    """Delete a planned price; False if there is none, or if it is valid by now."""
    with transaction() as session:
        route, moment = lock(session, route_id), now()
        if price.valid_from is None or price.valid_from <= moment:
            return False
        deleted = session.execute(
            delete(Price)
            .where(
                Price.route_id == route_id,
                Price.country == price.country,
                Price.prefix == price.prefix,
                Price.tier_from == price.tier_from,
                Price.valid_from == price.valid_from,
            )
            .returning(Price.amount)
        ).all()
        for (amount,) in deleted:
            audit_log.record(actor, "route.unplan", route.code, _named(price, amount))
        return bool(deleted)


def copy(source_id: int, target_id: int) -> None:
    """Copy the valid and planned prices of a route to a new one, in the caller's transaction."""
    with transaction() as session:
        moment = now()
        for entry in present(prices.entries(source_id), moment):
            begins = entry.valid_from if entry.valid_from > moment else BEGINNING
            session.add(Price(route_id=target_id, **(entry._asdict() | {"valid_from": begins})))


def present(entries: Iterable[Entry], moment: datetime) -> list[Entry]:
    """The entries that are valid at the moment and not withdrawn, and the planned ones."""
    valid: dict[tuple[str, str, int], Entry] = {}
    planned = []
    for entry in sorted(entries, key=_sort_key):
        if entry.valid_from > moment:
            planned.append(entry)
        else:
            valid[entry.series] = entry
    not_withdrawn = [entry for entry in valid.values() if entry.amount is not None]
    return sorted(not_withdrawn + planned, key=_sort_key)


class ForeignPrices(NamedTuple):
    """Prices of a route whose figures are of another currency than the installation's."""

    route: Route
    currency: str
    number: int


def foreign() -> list[ForeignPrices]:
    """The valid and planned prices that the operator has not set in the currency yet."""
    other = Price.currency.not_in(("", settings.currency)), Price.amount > 0
    routes = select(Route).where(Route.id.in_(select(Price.route_id).where(*other)))
    found = []
    for route in db.session.scalars(routes.order_by(Route.id)):
        rows = [entry for entry in present(prices.entries(route.id), now()) if entry.foreign]
        if rows:
            found.append(ForeignPrices(route, rows[0].currency, len(rows)))
    return found


class HistoryRow(NamedTuple):
    """An entry in the history: until when it was valid, and whether it is valid now."""

    entry: Entry
    until: datetime | None
    valid: bool


def history(entries: Iterable[Entry], country: str, moment: datetime) -> list[HistoryRow]:
    """All past, present and planned prices of a country, by prefix and tier."""
    of_country = sorted((entry for entry in entries if entry.country == country), key=_sort_key)
    rows = []
    for entry, after in zip(of_country, [*of_country[1:], None], strict=False):
        until = after.valid_from if after and after.series == entry.series else None
        begun = entry.valid_from <= moment
        rows.append(HistoryRow(entry, until, begun and (until is None or until > moment)))
    return rows


def what_changes(
    entries: Sequence[Entry], new_prices: Iterable[NewPrice], moment: datetime
) -> list[Change]:
    """The changes that new prices make; raises BadCell for a beginning in the past."""
    changes = (change_of(entries, price, moment) for price in new_prices)
    return [change for change in changes if change is not None]


def change_of(entries: Sequence[Entry], price: NewPrice, moment: datetime) -> Change | None:
    """The change that a new price makes; None if it makes none. Raises BadCell."""
    begins = price.valid_from or moment
    earlier = [
        entry for entry in entries if entry.series == price.series and entry.valid_from <= begins
    ]
    last = max(earlier, key=lambda entry: entry.valid_from, default=None)
    before = last.amount if last else None
    same_begin = last is not None and last.valid_from == price.valid_from
    known = before == price.amount and not (last and last.foreign)
    if known and (same_begin or price.valid_from is None):
        return None
    if price.valid_from is not None and price.valid_from <= moment:
        raise BadCell("valid_from", PriceProblem.PAST)
    return Change(price, before)


def write(session: Session, route_id: int, changes: Iterable[Change], moment: datetime) -> None:
    """Store changes; those without a beginning are valid from `moment`. The route is locked."""
    rows = session.scalars(select(Price).where(Price.route_id == route_id))
    by_key = {(row.country, row.prefix, row.tier_from, row.valid_from): row for row in rows}
    for price, _before in changes:
        begins = price.valid_from or moment
        row = by_key.get((*price.series, begins))
        if row is not None:
            row.amount, row.currency = price.amount, settings.currency
        else:
            values = price._asdict() | {"valid_from": begins, "currency": settings.currency}
            session.add(Price(route_id=route_id, **values))


def lock(session: Session, route_id: int) -> Route:
    """Lock the route, so that only this transaction can change its prices."""
    return session.get_one(Route, route_id, with_for_update=True, populate_existing=True)


def digest(changes: Sequence[Change]) -> str:
    """A hash of the changes, which proves that the reader has agreed to exactly these."""
    return hashlib.sha256(repr(changes).encode()).hexdigest()[:20]


def _audit_text(change: Change) -> str:
    begins = change.price.valid_from
    since = f", from {begins:%Y-%m-%d %H:%M} UTC" if begins else ""
    return f"{_named(change.price, change.before)} -> {_price(change.price.amount)}{since}"


def _named(price: NewPrice, amount: int | None) -> str:
    prefix = f" +{price.prefix}" if price.prefix else ""
    tier = f", top-up from {money(price.tier_from)}" if price.tier_from else ""
    return f"{price.country}{prefix}{tier}: {_price(amount)}"


def _sort_key(entry: Entry) -> tuple[str, str, int, datetime]:
    return entry[:4]


def _price(amount: int | None) -> str:
    return "none" if amount is None else money(amount)
