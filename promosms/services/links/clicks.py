"""Clicks: where a short link leads, and that somebody has opened it.

Those who ask at the same moment are answered by one transaction, after it has committed: an answer
that was given is stored, also if the process is killed. Of a click the recipient, the link and the
time are stored, and nothing of the device or the network.
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Executable, Row, func, select
from sqlalchemy.orm import Session

from promosms import logs
from promosms.db import upsert
from promosms.db.statements import update_rows
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    Click,
    Link,
    LinkKind,
    Recipient,
    now,
)
from promosms.services.links import links
from promosms.services.recipients import activity

log = logs.get(__name__)
MOST = 500
"""So many clicks are stored by one transaction."""
Pair = tuple[int, int]


@dataclass
class _Visit:
    """Somebody who opens a link; `pairs` are what its code may mean."""

    pairs: list[Pair]
    moment: datetime
    target: str | None = None
    done: bool = False


@dataclass
class _Waiting:
    """Who waits for the next transaction, and whose turn it is to begin it."""

    visits: list[_Visit] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> list[_Visit]:
        """Those who have waited longest."""
        with self.guard:
            taken, self.visits = self.visits[:MOST], self.visits[MOST:]
        return taken


@dataclass
class _Seen:
    """What the clicks of one recipient on one link add up to."""

    account_id: int
    first: datetime
    last: datetime
    times: int = 1


_waiting = _Waiting()


def target(code: str) -> str | None:
    """Where a link leads, for a robot: nothing is counted. None if it leads nowhere (any more)."""
    visit = _Visit(links.decode(code), now())
    _resolve(db.session(), [visit])
    return visit.target


def follow(code: str) -> str | None:
    """Where a link leads, for a person: when this returns, the click is stored.

    None if it leads nowhere (any more). When the database cannot write, people still get there.
    """
    visit = _Visit(links.decode(code), now())
    if not visit.pairs:
        return None
    with _waiting.guard:
        _waiting.visits.append(visit)
    with _waiting.turn:
        while not visit.done:
            _store(_waiting.take())
    return visit.target


def _store(visits: Sequence[_Visit]) -> None:
    try:
        with transaction() as session:
            _count(session, _resolve(session, visits, locked=True))
    except Exception:
        log.exception("click.lost", extra={"code": "storage", "count": len(visits)})
        _resolve(db.session(), visits)
    finally:
        for visit in visits:
            visit.done = True


def _resolve(
    session: Session, visits: Sequence[_Visit], *, locked: bool = False
) -> dict[Pair, _Seen]:
    """Say of each visit where it leads; returns the clicks that count."""
    pairs = {pair for visit in visits for pair in visit.pairs}
    rows = {row.id: row for row in session.execute(_links({link for link, _ in pairs}))}
    query = select(Recipient.id, Recipient.account_id, Recipient.created_at)
    query = query.where(Recipient.id.in_({recipient for _, recipient in pairs}))
    if locked:  # nobody is deleted between this and the insert of the click
        query = query.order_by(Recipient.id).with_for_update(read=True, key_share=True)
    people = {row.id: row for row in session.execute(query)}
    seen: dict[Pair, _Seen] = {}
    for visit in visits:
        for pair in sorted(visit.pairs, key=lambda pair: pair[1] not in people):
            if (link := rows.get(pair[0])) is None:
                continue
            visit.target = link.target
            if _counts(link, people.get(pair[1]), visit.moment):
                _add(seen, pair, link.account_id, visit.moment)
            break
    return seen


def _links(ids: Iterable[int]) -> Executable:
    """The links of active accounts: those of a suspended or leaving one lead nowhere."""
    return (
        select(
            *(Link.id, Link.account_id, Link.target, Link.prepared_at),
            *(Campaign.launched_at, Account.retention_days),
        )
        .join(Campaign, Campaign.id == Link.campaign_id)
        .join(Account, Account.id == Link.account_id)
        .where(
            Link.id.in_(ids),
            Link.kind == LinkKind.ADDRESS,
            Account.status == AccountStatus.ACTIVE,
        )
    )


def _counts(link: Row[Any], person: Row[int, int, datetime] | None, moment: datetime) -> bool:
    """Is it one of those who got the link, and does it come before clicks are forgotten?

    A click that came later would count a second time whoever has been forgotten.
    """
    if person is None or person.account_id != link.account_id or link.launched_at is None:
        return False
    late = moment - link.launched_at > timedelta(days=link.retention_days)
    return not late and (link.prepared_at is None or person.created_at <= link.prepared_at)


def _add(seen: dict[Pair, _Seen], pair: Pair, account_id: int, moment: datetime) -> None:
    if pair not in seen:
        seen[pair] = _Seen(account_id, moment, moment)
        return
    before = seen[pair]
    before.first, before.last = min(before.first, moment), max(before.last, moment)
    before.times += 1


def _count(session: Session, seen: dict[Pair, _Seen]) -> None:
    """Store clicks; in the order of their keys, so that two processes never wait in a circle."""
    if not seen:
        return
    people: defaultdict[int, int] = defaultdict(int)
    clicks: defaultdict[int, int] = defaultdict(int)
    for (link_id, recipient_id), click in sorted(seen.items()):
        clicks[link_id] += click.times
        people[link_id] += _insert(session, link_id, recipient_id, click)
    for link_id in sorted(clicks):
        session.execute(
            update_rows(Link)
            .where(Link.id == link_id)
            .values(people=Link.people + people[link_id], clicks=Link.clicks + clicks[link_id])
        )
    latest: dict[int, _Seen] = {}
    for (_, recipient_id), click in seen.items():
        if recipient_id not in latest or latest[recipient_id].last < click.last:
            latest[recipient_id] = click
    for recipient_id, click in sorted(latest.items()):
        activity.clicked(session, click.account_id, recipient_id, click.last)


def _insert(session: Session, link_id: int, recipient_id: int, click: _Seen) -> bool:
    """Insert a click or add to it; True if it is the first one."""
    statement = upsert.insert(Click).values(
        link_id=link_id,
        recipient_id=recipient_id,
        account_id=click.account_id,
        first_at=click.first,
        last_at=click.last,
        times=click.times,
    )
    new = statement.excluded
    latest = (
        func.max(Click.last_at, new.last_at)
        if on_sqlite()
        else func.greatest(Click.last_at, new.last_at)
    )
    times = session.scalar(
        statement.on_conflict_do_update(
            index_elements=["link_id", "recipient_id"],
            set_={"last_at": latest, "times": Click.times + new.times},
        ).returning(Click.times)
    )
    return times == click.times
