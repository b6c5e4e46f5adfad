"""Events: the inbox of the gateways. Stored raw first, applied afterwards in batches.

Replies come before receipts, each in transactions of its own: an opt-out takes the lock of its
account before anything else, and must not wait behind a flood of receipts.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, literal, select
from sqlalchemy.orm import Session

from promosms import logs
from promosms.db.bulk import among
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Event, Inbound, Receipt
from promosms.models import EventKind, SuppressionSource, now
from promosms.services.inbox import concatenation, inbound, receipts
from promosms.services.inbox.concatenation import INBOUND
from promosms.services.inbox.inbox_rows import EVENTS, insert_receipts, postpone, remove
from promosms.services.sending import opt_outs

log = logs.get(__name__)
BATCH = 2000
REPLIES = 200
# An event that fits nothing yet (its submission is not recorded) is tried again, 72 hours long.
WAITS = (1, 5, 30, 60, 300, 1800, 3600)
OLDEST = timedelta(hours=72)
RECEIPT = EVENTS.c.kind == literal(EventKind.RECEIPT.value, literal_execute=True)
READ = [EVENTS.c[name] for name in ("id", "gateway_id", "reference", "own", "status", "phone")]


def store(gateway_id: int, events: Sequence[Event]) -> None:
    """Store events as they came; the gateway acknowledges them after this has committed."""
    told = [
        (event.reference, event.own, event.status.value, event.phone[:20])
        for event in events
        if isinstance(event, Receipt)
    ]
    moment = now()
    replies = [_reply(gateway_id, e, moment) for e in events if isinstance(e, Inbound)]
    with transaction() as session:
        insert_receipts(session, gateway_id, moment, told)
        if replies:
            session.execute(insert(EVENTS), replies)


def apply_batch() -> int:
    """Apply the due events of one batch, replies first; returns how many there were."""
    return _apply_replies() + _apply_receipts()


def _apply_replies() -> int:
    query = select(EVENTS.c.id).where(INBOUND, EVENTS.c.next_attempt_at <= now())
    due = db.session.scalars(
        query.order_by(EVENTS.c.next_attempt_at, EVENTS.c.id).limit(REPLIES)
    ).all()
    strangers = 0
    for event_id in due:
        try:
            strangers += not _apply_reply(event_id)
        except Exception as fault:  # this one alone waits; a lost database fails here again
            _put_off(event_id, fault)
    if strangers:
        log.info("inbound.dropped", extra={"code": "nobody", "count": strangers})
    return len(due)


def _apply_reply(event_id: int) -> bool:
    """Apply one; False if it was nobody's. Killed in between, it is simply done again."""
    with transaction() as session:
        found = concatenation.lock(session, event_id)
        if not found:
            return True  # somebody else has dealt with it
        reply = concatenation.whole(found)
        if reply is None:
            postpone(session, _ids(found), concatenation.ready_at(found))
            return True
        kind, accounts = inbound.whose(session, reply)
        if len(accounts) != 1:
            inbound.copy(session, reply, accounts)
            remove(session, _ids(found))
            return bool(accounts)
    if kind in inbound.STOPPING:  # alone: it waits for texts that are just leaving
        opt_outs.opt_out(accounts[0], reply.phone, SuppressionSource.REPLY)
    with transaction() as session:
        if found := concatenation.lock(session, event_id):
            inbound.keep(session, accounts[0], reply, kind)
            remove(session, _ids(found))
    return True


def _ids(events: Sequence[Row[Any]]) -> list[int]:
    return [event.id for event in events]


def _apply_receipts(which: Sequence[int] = ()) -> int:
    due: Sequence[Row[Any]] = ()
    try:
        with transaction() as session:
            due = _due_receipts(session, which)
            done = receipts.apply(session, due)
            remove(session, list(done))
            if len(done) < len(due):
                _try_later(session, [one.id for one in due if one.id not in done])
        return len(due)
    except Exception as fault:
        ids = _ids(due)
        if not ids:
            raise
        if len(ids) == 1:
            _put_off(ids[0], fault)
            return 1
        half = len(ids) // 2  # one of them is to blame: the others go on without it
        return _apply_receipts(ids[:half]) + _apply_receipts(ids[half:])


def _due_receipts(session: Session, which: Sequence[int]) -> Sequence[Row[Any]]:
    query = select(*READ).where(RECEIPT, EVENTS.c.next_attempt_at <= now())
    query = query.order_by(EVENTS.c.next_attempt_at, EVENTS.c.id).limit(BATCH)
    query = query.with_for_update(skip_locked=True)
    if not which:
        return session.execute(query).all()
    return session.execute(query.where(among(EVENTS.c.id)), {"ids": which}).all()


def _try_later(session: Session, unmatched: list[int]) -> None:
    """Their submissions are not recorded yet, or they are not ours: after 72 hours they go."""
    moment = now()
    waiting: dict[int, list[int]] = defaultdict(list)
    query = select(EVENTS.c.id, EVENTS.c.attempts, EVENTS.c.received_at)
    for event in session.execute(query.where(among(EVENTS.c.id)), {"ids": unmatched}):
        late = moment - event.received_at > OLDEST
        waiting[-1 if late else min(event.attempts, len(WAITS) - 1)].append(event.id)
    remove(session, waiting.pop(-1, []))
    for attempts, ids in waiting.items():
        postpone(session, ids, moment + timedelta(seconds=WAITS[attempts]))


def _put_off(event_id: int, fault: Exception) -> None:
    """An event that cannot be applied waits, and is given up in the end."""
    log.warning("event.failed", extra={"code": type(fault).__name__})
    with transaction() as session:
        columns = (EVENTS.c.attempts, EVENTS.c.received_at)
        event = session.execute(select(*columns).where(EVENTS.c.id == event_id)).one_or_none()
        if event is None:
            return
        if now() - event.received_at > OLDEST:
            log.error("event.given_up", extra={"code": type(fault).__name__})
            remove(session, [event_id])
            return
        wait = WAITS[min(event.attempts, len(WAITS) - 1)]
        postpone(session, [event_id], now() + timedelta(seconds=wait))


def _reply(gateway_id: int, event: Inbound, moment: datetime) -> dict[str, object]:
    """A part keeps its text as JSON: half of a surrogate pair fits nowhere else."""
    return {
        "gateway_id": gateway_id,
        "kind": EventKind.INBOUND,
        "received_at": moment,
        "next_attempt_at": moment,
        "reference": event.reference,
        "phone": event.phone[:20],
        "inbound_number": event.inbound_number[:20],
        "text": json.dumps(event.text) if event.joint else concatenation.clean(event.text),
        "joint": event.joint,
        "part": event.part,
        "parts": event.parts,
    }
