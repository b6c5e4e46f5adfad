"""The sandbox: texts of sandbox keys, which nobody gets and nobody pays for.

What becomes of one follows from the last digits of its number, as on the simulator
(`gateways/simulator.py`), and from the time that has passed. So it needs no worker and no gateway.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.db.upsert_rows import insert_rows
from promosms.extensions import db
from promosms.gateways import simulator
from promosms.gateways.simulator import Outcome
from promosms.models import (
    ApiKey,
    MessageStatus,
    SandboxMessage,
    WebhookEvent,
    new_public_id,
    new_public_ids,
    now,
    table_of,
)
from promosms.services.api import composing, idempotency
from promosms.services.api.batches import ComposedBatch
from promosms.services.api.composing import Wish
from promosms.services.api.idempotency import Once
from promosms.services.api.message_ids import SANDBOX_PREFIX
from promosms.services.webhooks import noting
from promosms.services.webhooks.noting import Happening

RESULT = "sandbox"
ANSWER, RECEIPT, SLOW_RECEIPT = (timedelta(seconds=seconds) for seconds in (1, 3, 30))
"""When a simulated network has taken a text, and when its receipt comes."""
COLUMNS = (
    *("public_id", "account_id", "key_id", "batch", "phone", "country", "sender"),
    *("text", "encoding", "parts", "price", "reference"),
    *("send_at", "valid_until", "cancelled_at", "created_at"),
)
FINAL = {
    Outcome.UNDELIVERED: MessageStatus.UNDELIVERED,
    Outcome.EXPIRED: MessageStatus.EXPIRED,
}


def accept(key: ApiKey, wish: Wish, once: Once | None) -> SandboxMessage:
    """Store a text; raises Refused, and what `idempotency.begin` raises."""
    with transaction() as session:
        idempotency.begin(session, once)
        composed = composing.compose(key.account_id, wish)
        message = SandboxMessage(
            account_id=key.account_id,
            key_id=key.id,
            phone=composed.phone,
            country=composed.country,
            sender=composed.sender,
            text=composed.text,
            encoding=composed.encoding,
            parts=composed.parts,
            price=composed.price,
            reference=composed.reference,
            send_at=composed.send_at or now(),
            valid_until=composed.valid_until,
        )
        session.add(message)
        session.flush()
        noting.note(session, list(_to_come(message)), sandbox=True)
        idempotency.finish(session, once, f"{RESULT}:{message.id}")
        return message


def accept_many(key: ApiKey, batch: ComposedBatch, once: Once | None) -> str:
    """Store the texts of a batch; returns what came of it, as `idempotency` keeps it.

    Raises what `idempotency.begin` raises.
    """
    name, moment = new_public_id(), now()
    result = f"{RESULT}:{name}"
    public_ids = new_public_ids(len(batch.drafts))
    rows = [
        (
            *(public_id, key.account_id, key.id, name, draft.phone, draft.country, draft.sender),
            *(draft.text, draft.encoding, draft.parts, draft.price, person.reference),
            *(batch.send_at or moment, None, None, moment),
        )
        for public_id, person, draft in zip(
            public_ids, batch.wish.people, batch.drafts, strict=True
        )
    ]
    with transaction() as session:
        idempotency.begin(session, once)
        insert_rows(session, table_of(SandboxMessage), COLUMNS, rows)
        if noting.listens(session, key.account_id, sandbox=True):
            made = session.scalars(_of_batch(key.account_id, name))
            to_come = [each for message in made for each in _to_come(message)]
            noting.note(session, to_come, sandbox=True)
        idempotency.finish(session, once, result)
    return result


def find(account_id: int, public_id: str) -> SandboxMessage | None:
    """The text of an account with this public id, which has the prefix of the sandbox."""
    return db.session.scalar(
        select(SandboxMessage).where(
            SandboxMessage.account_id == account_id,
            SandboxMessage.public_id == public_id.removeprefix(SANDBOX_PREFIX),
        )
    )


def status_of(message: SandboxMessage) -> tuple[MessageStatus, str]:
    """What has become of a text by now, and why if it did not arrive."""
    return status_at(message, now())


def status_at(message: SandboxMessage, moment: datetime) -> tuple[MessageStatus, str]:
    """What has become of a text by then, and why if it did not arrive."""
    if message.cancelled_at is not None:
        return MessageStatus.CANCELLED, ""
    waited = moment - message.send_at
    if waited < ANSWER:
        return MessageStatus.QUEUED, ""
    outcome = simulator.outcome_of(message.phone)
    if outcome is Outcome.REJECTED:
        return MessageStatus.FAILED, "rejected"
    if outcome is Outcome.LOST_ANSWER and waited < RECEIPT:
        return MessageStatus.UNKNOWN, "no_answer"
    if outcome is Outcome.NO_RECEIPT or waited < _receipt(outcome):
        return MessageStatus.SENT, ""
    return FINAL.get(outcome, MessageStatus.DELIVERED), ""


def times_of(message: SandboxMessage) -> tuple[datetime | None, datetime | None]:
    """When it left, and when its result was known."""
    status, _reason = status_of(message)
    if status == MessageStatus.CANCELLED:
        return None, message.cancelled_at
    left = message.send_at + ANSWER
    sent = None if status in (MessageStatus.QUEUED, MessageStatus.FAILED) else left
    receipt = message.send_at + _receipt(simulator.outcome_of(message.phone))
    final = receipt if status in (MessageStatus.DELIVERED, *FINAL.values()) else None
    return sent, left if status == MessageStatus.FAILED else final


def cancel(message: SandboxMessage) -> bool:
    """Cancel a text that has not left; False if it is too late."""
    with transaction() as session:
        rows = session.execute(
            update_rows(SandboxMessage)
            .where(
                SandboxMessage.id == message.id,
                SandboxMessage.cancelled_at.is_(None),
                SandboxMessage.send_at > now() - ANSWER,
            )
            .values(cancelled_at=now())
            .returning(SandboxMessage.id)
        ).all()
        if rows:
            _tell_cancelled(session, message)
        return bool(rows)


def _tell_cancelled(session: Session, message: SandboxMessage) -> None:
    noting.forget_waiting(session, message.account_id, message.id)
    event, word = WebhookEvent.MESSAGE_FINISHED, MessageStatus.CANCELLED
    happening = Happening(message.account_id, event, message.id, word=word)
    noting.note(session, [happening], sandbox=True)


def _to_come(message: SandboxMessage) -> Iterator[Happening]:
    """What webhooks of the sandbox will hear of a text, at the times when that happens."""
    seen: set[MessageStatus] = set()
    for wait in (ANSWER, RECEIPT, SLOW_RECEIPT):
        at = message.send_at + wait
        status, _reason = status_at(message, at)
        if status in seen or status == MessageStatus.QUEUED:
            continue
        seen.add(status)
        sent = status == MessageStatus.SENT
        event = WebhookEvent.MESSAGE_SENT if sent else WebhookEvent.MESSAGE_FINISHED
        yield Happening(message.account_id, event, message.id, word=status, at=at)


def _of_batch(account_id: int, name: str) -> Select[SandboxMessage]:
    query = select(SandboxMessage).where(
        SandboxMessage.account_id == account_id, SandboxMessage.batch == name
    )
    return query.order_by(SandboxMessage.id)


def _receipt(outcome: Outcome) -> timedelta:
    return SLOW_RECEIPT if outcome is Outcome.SLOW else RECEIPT
