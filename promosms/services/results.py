"""Results: what the gateway answered, recorded with its money in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from promosms.database import transaction
from promosms.models import Message, MessagePart, MessageStatus, now, table_of
from promosms.services import counters, ledger
from promosms.services.claims import ROWS, Claim, Claimed

# Waiting before the next try, by the number of tries so far; then the message has failed.
RETRIES = tuple(timedelta(seconds=s) for s in (30, 120, 300, 900, 3600, 3600, 3600))
PARTS = table_of(MessagePart)
THROTTLED = timedelta(seconds=2)
OLDEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message; `status` is its next one, QUEUED for another try."""

    message: Claimed
    status: MessageStatus
    references: tuple[str, ...] = ()
    reason: str = ""
    throttled: bool = False


def record(claim: Claim, results: Sequence[Result]) -> int:
    """Record the results of a window; returns how many rows still belonged to the claim.

    A row that the sweep has declared unknown meanwhile still takes a late positive answer.
    """
    with transaction() as session:
        return sum(
            _record(session, claim, [r for r in results if r.status == status], status)
            for status in MessageStatus
        )


def next_try(message: Claimed, throttled: bool) -> MessageStatus:
    """QUEUED while another try makes sense, else FAILED."""
    old = now() - message.created_at > OLDEST
    used_up = not throttled and message.attempts > len(RETRIES)
    return MessageStatus.FAILED if old or used_up else MessageStatus.QUEUED


def _record(session: Session, claim: Claim, results: list[Result], status: MessageStatus) -> int:
    if not results:
        return 0
    if status == MessageStatus.QUEUED:
        return sum(_requeue(session, claim, result) for result in results)
    accepted = status == MessageStatus.SENT
    changed = _settle(session, claim, results, status, MessageStatus.SENDING)
    if accepted and len(changed) < len(results):
        changed |= _settle(session, claim, results, status, MessageStatus.UNKNOWN)
    if accepted:
        _insert_parts(session, claim, [r for r in results if r.message.id in changed])
    _pay(session, claim, [r.message for r in results if r.message.id in changed], status)
    return len(changed)


def _settle(
    session: Session,
    claim: Claim,
    results: list[Result],
    status: MessageStatus,
    before: MessageStatus,
) -> set[int]:
    final = status in (MessageStatus.FAILED, MessageStatus.UNKNOWN)
    rows: set[int] = set()
    for reason in {result.reason for result in results}:
        found = session.execute(
            update(ROWS)
            .where(
                ROWS.c.id.in_([r.message.id for r in results if r.reason == reason]),
                ROWS.c.lease_token == claim.token,
                ROWS.c.status == before,
            )
            .values(
                status=status,
                reason=reason,
                sent_at=now() if status == MessageStatus.SENT else None,
                final_at=now() if final else None,
                lease_until=None,
                # Nobody needs a system password any more once the gateway has it.
                sealed=None,
            )
            .returning(ROWS.c.id)
        )
        rows.update(found.scalars())
    by_campaign: dict[int, int] = {}
    for result in results:
        campaign_id = result.message.campaign_id
        if result.message.id in rows and campaign_id is not None:
            by_campaign[campaign_id] = by_campaign.get(campaign_id, 0) + 1
    for campaign_id, number in by_campaign.items():
        counters.move(session, campaign_id, {before: -number, status: number})
    return rows


def _insert_parts(session: Session, claim: Claim, results: list[Result]) -> None:
    rows = [
        {
            "message_id": result.message.id,
            "number": number,
            "account_id": result.message.account_id,
            "gateway_id": claim.gateway_id,
            "reference": reference,
            "status": MessageStatus.SENT,
        }
        for result in results
        for number, reference in enumerate(result.references, 1)
    ]
    if rows:
        session.execute(insert(PARTS), rows)


def _pay(session: Session, claim: Claim, messages: list[Claimed], status: MessageStatus) -> None:
    if status == MessageStatus.UNKNOWN:
        return  # nobody knows yet: the money stays held
    accepted = status == MessageStatus.SENT
    for campaign_id in {m.campaign_id for m in messages if m.campaign_id is not None}:
        group = [m for m in messages if m.campaign_id == campaign_id]
        total = sum(message.price for message in group)
        first = min(message.id for message in group)
        reference = f"{claim.token}:{first}:{status}"
        if accepted:
            ledger.charge(campaign_id, total, f"charge:{reference}")
        else:
            ledger.release(campaign_id, total, f"release:{reference}")
    for message in messages:
        if message.campaign_id is None and message.price and not accepted:
            ledger.give_back(message.account_id, message.price, f"release:message:{message.id}")


def _requeue(session: Session, claim: Claim, result: Result) -> int:
    message = result.message
    wait = THROTTLED if result.throttled else RETRIES[min(message.attempts, len(RETRIES)) - 1]
    values: dict[str, object] = {
        "status": MessageStatus.QUEUED,
        "reason": result.reason,
        "next_attempt_at": now() + wait,
        "submitted_at": None,
        "lease_token": None,
        "lease_until": None,
    }
    if result.throttled:
        values["attempts"] = message.attempts - 1
    found = session.execute(
        update(Message)
        .where(
            Message.id == message.id,
            Message.lease_token == claim.token,
            Message.status == MessageStatus.SENDING,
        )
        .values(values)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    if found and message.campaign_id is not None:
        changes = {MessageStatus.SENDING: -1, MessageStatus.QUEUED: 1}
        counters.move(session, message.campaign_id, changes)
    return len(found)
