"""Events: the inbox of the gateways. Stored raw first, applied afterwards in batches."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from promosms.database import transaction
from promosms.gateways.base import Event, Receipt
from promosms.models import EventKind, GatewayEvent, now
from promosms.services import inbound, receipts

BATCH = 500
# An event that fits nothing yet (its submission is not recorded) is tried again, 72 hours long.
WAITS = (1, 5, 30, 60, 300, 1800, 3600)
OLDEST = timedelta(hours=72)


def store(gateway_id: int, events: Sequence[Event]) -> None:
    """Store events as they came; the gateway acknowledges them after this has committed."""
    with transaction() as session:
        session.execute(insert(GatewayEvent), [_row(gateway_id, event) for event in events])


def apply_batch() -> int:
    """Apply the due events of one batch; returns how many there were."""
    with transaction() as session:
        due = session.execute(
            select(*GatewayEvent.__table__.c)
            .where(GatewayEvent.next_attempt_at <= now())
            .order_by(GatewayEvent.next_attempt_at, GatewayEvent.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        done = receipts.apply(session, [e for e in due if e.kind == EventKind.RECEIPT])
        for event in due:
            if event.kind == EventKind.INBOUND:
                inbound.apply(session, event)
                done.add(event.id)
        _postpone(session, [event for event in due if event.id not in done], done)
        if done:
            session.execute(
                delete(GatewayEvent)
                .where(GatewayEvent.id.in_(done))
                .execution_options(synchronize_session=False)
            )
        return len(due)


def _postpone(session: Session, unmatched: list[Row[Any]], done: set[int]) -> None:
    for event in unmatched:
        if now() - event.received_at > OLDEST:
            done.add(event.id)
            continue
        wait = timedelta(seconds=WAITS[min(event.attempts, len(WAITS) - 1)])
        session.execute(
            update(GatewayEvent)
            .where(GatewayEvent.id == event.id)
            .values(attempts=event.attempts + 1, next_attempt_at=now() + wait)
            .execution_options(synchronize_session=False)
        )


def _row(gateway_id: int, event: Event) -> dict[str, object]:
    row: dict[str, object] = {
        "gateway_id": gateway_id,
        "received_at": now(),
        "next_attempt_at": now(),
        "reference": event.reference,
        "own": "",
        "status": "",
        "phone": "",
        "inbound_number": "",
        "text": "",
    }
    if isinstance(event, Receipt):
        return row | {"kind": EventKind.RECEIPT, "own": event.own, "status": event.status.value}
    return row | {
        "kind": EventKind.INBOUND,
        "phone": event.phone,
        "inbound_number": event.inbound_number,
        "text": event.text,
    }
