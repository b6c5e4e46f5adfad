"""Joints: replies that came in parts, put together again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, literal, select
from sqlalchemy.orm import Session

from promosms.gateways.concatenation import joined
from promosms.models import EventKind, GatewayEvent, now, table_of

# So long after the first part the others are waited for; then what is there has to do.
PATIENCE = timedelta(seconds=60)
FAR = timedelta(days=3)
EVENTS = table_of(GatewayEvent)
INBOUND = EVENTS.c.kind == literal(EventKind.INBOUND.value, literal_execute=True)


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply; `account_id` if it is known already whose it is."""

    gateway_id: int
    phone: str
    inbound_number: str
    text: str
    reference: str
    received_at: datetime
    account_id: int | None = None


def lock(session: Session, event_id: int) -> Sequence[Row[Any]]:
    """The due event, with all parts that belong to it, locked; none if it is dealt with."""
    event = session.execute(select(EVENTS).where(EVENTS.c.id == event_id)).one_or_none()
    if event is None:
        return []
    which = EVENTS.c.id == event_id
    if event.joint:
        which = and_(
            INBOUND,
            EVENTS.c.next_attempt_at < now() + FAR,  # always true, but leads to the index
            EVENTS.c.gateway_id == event.gateway_id,
            EVENTS.c.phone == event.phone,
            EVENTS.c.inbound_number == event.inbound_number,
            EVENTS.c.joint == event.joint,
        )
    query = select(EVENTS).where(which).order_by(EVENTS.c.id).with_for_update()
    found = session.execute(query).all()
    due = any(one.id == event_id and one.next_attempt_at <= now() for one in found)
    return found if due else []


def whole(events: Sequence[Row[Any]]) -> Reply | None:
    """The reply that these events are; None while parts are missing and may still come.

    A part that came twice counts once. Raises ValueError if a part cannot be read.
    """
    pieces = {event.part: event for event in reversed(events)}  # of repeated ones the first
    first = pieces[min(pieces)]
    if len(pieces) < first.parts and now() < ready_at(events):
        return None
    texts = [pieces[part].text for part in sorted(pieces)]
    if first.joint:
        texts = [joined(json.loads(text) for text in texts)]
    return Reply(
        first.gateway_id,
        first.phone,
        first.inbound_number,
        clean(texts[0]),
        first.reference,
        min(event.received_at for event in events),
        first.account_id,
    )


def ready_at(events: Sequence[Row[Any]]) -> datetime:
    """When parts that are missing are not waited for any more."""
    first: datetime = min(event.received_at for event in events)
    return first + PATIENCE


def clean(text: str) -> str:
    """Text that any database can store: no NUL, no half of a surrogate pair."""
    return joined([text]).replace("\0", "")
