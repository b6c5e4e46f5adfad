"""Price entries as admins keep them: planned, changed, withdrawn. Each act is audited.

What held once stays as it was: a new price is a further row with the moment from which it holds.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.language import money
from promosms.models import BEGINNING, Price, Route, now
from promosms.services.audit import log as audit_log
from promosms.services.prices import prices
from promosms.services.prices.cells import BadCell, PriceProblem, Typed
from promosms.services.prices.prices import Entry


class Change(NamedTuple):
    """What a typed price would change: `before` is what holds without it, at its beginning."""

    typed: Typed
    before: int | None


def put(route_id: int, typed: Typed, actor: str) -> bool:
    """Store a price, or its end; False if it is so already. Raises BadCell for a past beginning.

    Campaigns that are prepared already keep theirs.
    """
    with transaction() as session:
        route, moment = lock(session, route_id), now()
        changes = what_changes(prices.entries(route_id), [typed], moment)
        write(session, route_id, changes, moment)
        for change in changes:
            audit_log.record(actor, "route.price", route.code, _said(change))
        return bool(changes)


def drop_plan(route_id: int, typed: Typed, actor: str) -> bool:
    """Forget a price that does not hold yet; False if there is none, or if it holds by now."""
    with transaction() as session:
        route, moment = lock(session, route_id), now()
        if typed.valid_from is None or typed.valid_from <= moment:
            return False
        gone = session.execute(
            delete(Price)
            .where(
                Price.route_id == route_id,
                Price.country == typed.country,
                Price.prefix == typed.prefix,
                Price.tier_from == typed.tier_from,
                Price.valid_from == typed.valid_from,
            )
            .returning(Price.amount)
        ).all()
        for (amount,) in gone:
            audit_log.record(actor, "route.unplan", route.code, _named(typed, amount))
        return bool(gone)


def copy(source_id: int, target_id: int) -> None:
    """Give a new route what holds on another one, and what is planned there; part of making it."""
    with transaction() as session:
        moment = now()
        for entry in present(prices.entries(source_id), moment):
            begins = entry.valid_from if entry.valid_from > moment else BEGINNING
            session.add(Price(route_id=target_id, **(entry._asdict() | {"valid_from": begins})))


def present(known: Iterable[Entry], moment: datetime) -> list[Entry]:
    """Of each series the entry that holds at the moment, unless withdrawn, and what is planned."""
    holding: dict[tuple[str, str, int], Entry] = {}
    planned = []
    for entry in sorted(known, key=lambda entry: entry[:4]):
        if entry.valid_from > moment:
            planned.append(entry)
        else:
            holding[entry.series] = entry
    found = [entry for entry in holding.values() if entry.amount is not None] + planned
    return sorted(found, key=lambda entry: entry[:4])


class Past(NamedTuple):
    """An entry as history shows it: until when it held, and whether it is what holds now."""

    entry: Entry
    until: datetime | None
    holds: bool


def history(known: Iterable[Entry], country: str, moment: datetime) -> list[Past]:
    """Everything that ever was or will be the price of a country, by numbers and tier."""
    own = sorted((entry for entry in known if entry.country == country), key=lambda one: one[:4])
    found = []
    for entry, after in zip(own, [*own[1:], None], strict=False):
        until = after.valid_from if after and after.series == entry.series else None
        begun = entry.valid_from <= moment
        found.append(Past(entry, until, begun and (until is None or until > moment)))
    return found


def what_changes(known: Sequence[Entry], wanted: Iterable[Typed], moment: datetime) -> list[Change]:
    """The wanted prices that are not so already; raises BadCell for one that began in the past."""
    changes = (change_of(known, typed, moment) for typed in wanted)
    return [change for change in changes if change is not None]


def change_of(known: Sequence[Entry], typed: Typed, moment: datetime) -> Change | None:
    """What this one changes; None if it is so already. Raises BadCell for a past beginning."""
    begins = typed.valid_from or moment
    own = [entry for entry in known if entry.series == typed.series and entry.valid_from <= begins]
    last = max(own, key=lambda entry: entry.valid_from, default=None)
    before = last.amount if last else None
    same = before == typed.amount
    exact = last is not None and last.valid_from == typed.valid_from
    if same and (exact or typed.valid_from is None):
        return None
    if typed.valid_from is not None and typed.valid_from <= moment:
        raise BadCell("valid_from", PriceProblem.PAST)
    return Change(typed, before)


def write(session: Session, route_id: int, changes: Iterable[Change], moment: datetime) -> None:
    """Store changes; those without a beginning hold from this moment. The route is locked."""
    rows = session.scalars(select(Price).where(Price.route_id == route_id))
    known = {(row.country, row.prefix, row.tier_from, row.valid_from): row for row in rows}
    for typed, _before in changes:
        begins = typed.valid_from or moment
        row = known.get((*typed.series, begins))
        if row is not None:
            row.amount = typed.amount
        else:
            new = typed._asdict() | {"valid_from": begins}
            session.add(Price(route_id=route_id, **new))


def lock(session: Session, route_id: int) -> Route:
    """Let nobody else change the prices of this route until the transaction ends."""
    return session.get_one(Route, route_id, with_for_update=True, populate_existing=True)


def seal_of(changes: Sequence[Change]) -> str:
    """A short name of exactly these changes: whoever agreed to it has seen them."""
    return hashlib.sha256(repr(changes).encode()).hexdigest()[:20]


def _said(change: Change) -> str:
    begins = change.typed.valid_from
    until = f", from {begins:%Y-%m-%d %H:%M} UTC" if begins else ""
    return f"{_named(change.typed, change.before)} -> {_price(change.typed.amount)}{until}"


def _named(typed: Typed, amount: int | None) -> str:
    prefix = f" +{typed.prefix}" if typed.prefix else ""
    tier = f", top-up from {money(typed.tier_from)}" if typed.tier_from else ""
    return f"{typed.country}{prefix}{tier}: {_price(amount)}"


def _price(amount: int | None) -> str:
    return "none" if amount is None else money(amount)
