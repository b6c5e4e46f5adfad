"""Clicks: where a short link leads, and that somebody has opened it.

Those who ask at the same moment are answered by one transaction, after it has committed: an answer
that was given is stored, also if the process is killed. Of a click the recipient, the link and the
time are stored, and nothing of the device or the network.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, Row, bindparam, func, select, update
from sqlalchemy.orm import Session

from promosms import logs
from promosms.db import upsert
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.lib.together import Together
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    Click,
    Link,
    LinkKind,
    Recipient,
    WebhookEvent,
    now,
    table_of,
)
from promosms.services.links import links
from promosms.services.recipients import activity
from promosms.services.webhooks import noting

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


@dataclass
class _Seen:
    """What the clicks of one recipient on one link add up to."""

    account_id: int
    first: datetime
    last: datetime
    times: int = 1


# Statements of tables instead of classes, made once: a click is stored while somebody waits.
CLICKS, LINKS, PEOPLE = table_of(Click), table_of(Link), table_of(Recipient)
_ACTIVE_LINKS = (
    select(
        *(LINKS.c.id, LINKS.c.account_id, LINKS.c.target, LINKS.c.prepared_at),
        *(Campaign.launched_at, Account.retention_days),
    )
    .join(Campaign, Campaign.id == LINKS.c.campaign_id)
    .join(Account, Account.id == LINKS.c.account_id)
    .where(
        LINKS.c.id.in_(bindparam("ids", expanding=True)),
        LINKS.c.kind == LinkKind.ADDRESS,
        Account.status == AccountStatus.ACTIVE,
    )
)
"""The links of active accounts: those of a suspended or leaving one lead nowhere."""
_PEOPLE = select(PEOPLE.c.id, PEOPLE.c.account_id, PEOPLE.c.created_at).where(
    PEOPLE.c.id.in_(bindparam("ids", expanding=True))
)
_LOCKED = _PEOPLE.order_by(PEOPLE.c.id).with_for_update(read=True, key_share=True)
"""Nobody is deleted between this and the insert of the click."""
_ADD = (
    update(LINKS)
    .where(LINKS.c.id == bindparam("link"))
    .values(
        people=LINKS.c.people + bindparam("more_people"),
        clicks=LINKS.c.clicks + bindparam("more_clicks"),
    )
)


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
    # What kept all of them from an answer may be the visit of another: each then asks alone.
    return visit.target if _storing.ask(visit) else target(code)


def _store(visits: Sequence[_Visit]) -> list[bool]:
    """Store visits, and say of each whether it is stored."""
    try:
        with transaction() as session:
            _count(session, _resolve(session, visits, locked=True))
    except Exception:
        log.exception("click.lost", extra={"code": "storage", "count": len(visits)})
        return [False] * len(visits)
    return [True] * len(visits)


_storing = Together(_store, MOST)


def _resolve(
    session: Session, visits: Sequence[_Visit], *, locked: bool = False
) -> dict[Pair, _Seen]:
    """Say of each visit where it leads; returns the clicks that count."""
    pairs = {pair for visit in visits for pair in visit.pairs}
    link_ids = {"ids": sorted({link for link, _ in pairs})}
    person_ids = {"ids": sorted({recipient for _, recipient in pairs})}
    line = session.connection()
    rows = {row.id: row for row in line.execute(_ACTIVE_LINKS, link_ids)}
    people = {row.id: row for row in line.execute(_LOCKED if locked else _PEOPLE, person_ids)}
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
    latest: dict[int, tuple[int, datetime]] = {}
    sums: defaultdict[int, Counter[str]] = defaultdict(Counter)
    rows = []
    for (link_id, recipient_id), click in sorted(seen.items()):
        rows.append(
            {
                "link_id": link_id,
                "recipient_id": recipient_id,
                "account_id": click.account_id,
                "first_at": click.first,
                "last_at": click.last,
                "times": click.times,
            }
        )
        sums[link_id]["more_clicks"] += click.times
        _, before = latest.get(recipient_id, (0, click.last))
        latest[recipient_id] = click.account_id, max(before, click.last)
    line = session.connection()
    opened = []
    for link_id, recipient_id, times in line.execute(_upsert(on_sqlite()), rows):
        click = seen[link_id, recipient_id]
        if times == click.times:
            sums[link_id]["more_people"] += 1
            opened.append(
                noting.Happening(
                    *(click.account_id, WebhookEvent.LINK_OPENED, link_id, recipient_id),
                    at=click.first,
                )
            )
    noting.note(session, opened)
    line.execute(
        _ADD,
        [{"link": link_id, "more_people": 0, **more} for link_id, more in sorted(sums.items())],
    )
    activity.clicked(session, latest)


@cache
def _upsert(sqlite: bool) -> Executable:
    """Insert clicks or add to them; returns how often each person has opened each link."""
    statement = upsert.insert(Click)
    new = statement.excluded
    latest = func.max if sqlite else func.greatest
    return statement.on_conflict_do_update(
        index_elements=["link_id", "recipient_id"],
        set_={
            "last_at": latest(CLICKS.c.last_at, new.last_at),
            "times": CLICKS.c.times + new.times,
        },
    ).returning(CLICKS.c.link_id, CLICKS.c.recipient_id, CLICKS.c.times)
