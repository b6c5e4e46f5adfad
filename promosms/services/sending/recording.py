"""Results: records answers of gateways and their money in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from promosms.db import bulk
from promosms.db.transactions import on_sqlite, transaction
from promosms.gateways import KINDS
from promosms.gateways.base import Answer, ErrorClass, Resend
from promosms.models import WITH_HOLD, Gateway, MessageStatus, attention_status_of, now
from promosms.services.sending.claim_queries import PARTS, ROWS, Claimed
from promosms.services.sending.claiming import Claim
from promosms.services.sending.counters import CounterDeltas
from promosms.services.webhooks import noting

# Waiting before the next try, by the number of tries so far, until a text is too old.
WAITS = tuple(timedelta(seconds=s) for s in (30, 120, 300, 900, 1800))
OLDEST = timedelta(hours=24)
THROTTLED = timedelta(seconds=2)
UNCONFIRMED_WAIT = timedelta(seconds=60)  # a slow request has arrived by then
# Our settings may be wrong, or this text: so it does not fail at the first try.
SETTINGS = tuple(timedelta(seconds=s) for s in (60, 600))

Answered = tuple[Claimed, Answer]


class Outcome(NamedTuple):
    """What happens to a message that was not accepted; `wait` before the next try."""

    status: MessageStatus
    reason: str = ""
    wait: timedelta = timedelta(0)
    counted: bool = True
    unconfirmed: bool = False


def record(claim: Claim, answers: Sequence[Answered], deltas: CounterDeltas | None = None) -> int:
    """Record answers; returns how many messages still belonged to the claim.

    Accepted messages are charged, refused ones released. After a temporary error a message is
    queued again until it is a day old. If the answer was lost, the message is unknown, or queued
    again if the gateway can find repetitions. A message that the sweep has made unknown meanwhile
    still takes a late positive answer.
    """
    accepted = [(m, answer) for m, answer in answers if answer.error_class is None]
    refused = [(m, answer) for m, answer in answers if answer.error_class is not None]
    collected = deltas or CounterDeltas()
    with transaction() as session:
        number = _accept(session, claim, accepted, collected) if accepted else 0
        if refused:
            resend = resend_of(session.get_one(Gateway, claim.gateway_id))
            outcomes: dict[Outcome, list[Answered]] = defaultdict(list)
            for message, answer in refused:
                outcomes[_outcome(message, answer, resend)].append((message, answer))
            for outcome, group in outcomes.items():
                number += _refuse(session, claim, outcome, group, collected)
        if deltas is None:
            collected.write(session, claim.next_reference())
    return number


def resend_of(gateway: Gateway) -> Resend:
    """What may be done with a message whose answer was lost at this gateway."""
    kind = KINDS.get(gateway.kind)
    return kind.resend(gateway.settings) if kind else Resend.NEVER


def _outcome(message: Claimed, answer: Answer, resend: Resend) -> Outcome:
    tries, reason = message.attempts, answer.reason
    delay = timedelta(seconds=answer.wait) if answer.wait is not None else None
    if answer.error_class is ErrorClass.PERMANENT:
        return Outcome(MessageStatus.FAILED, reason)
    if answer.error_class is ErrorClass.UNKNOWN:
        if resend is Resend.NEVER:
            return Outcome(MessageStatus.UNKNOWN, reason)
        return Outcome(MessageStatus.QUEUED, reason, UNCONFIRMED_WAIT, unconfirmed=True)
    if answer.error_class is ErrorClass.THROTTLED:
        return Outcome(MessageStatus.QUEUED, reason, delay or THROTTLED, counted=False)
    if answer.error_class is ErrorClass.SETTINGS:
        if tries > len(SETTINGS):
            return Outcome(MessageStatus.FAILED, reason)
        return Outcome(MessageStatus.QUEUED, reason, SETTINGS[tries - 1])
    return Outcome(MessageStatus.QUEUED, reason, delay or WAITS[min(tries, len(WAITS)) - 1])


def _accept(
    session: Session, claim: Claim, accepted: Sequence[Answered], deltas: CounterDeltas
) -> int:
    messages = [message for message, _ in accepted]
    moved = _move(session, claim, messages, Outcome(MessageStatus.SENT), deltas)
    learnt: dict[int, dict[int, str]] = {}
    if len(moved) < len(messages):
        late = [message for message in messages if message.id not in moved]
        unknown = MessageStatus.UNKNOWN
        found = _move(session, claim, late, Outcome(MessageStatus.SENT), deltas, before=unknown)
        learnt = _learnt_parts(session, found)
        moved |= found
    recorded = [(message, answer) for message, answer in accepted if message.id in moved]
    _insert_parts(
        session, claim, [(m, _numbered(a.references, learnt.get(m.id))) for m, a in recorded]
    )
    for message, _ in recorded:
        if message.campaign_id is not None:
            deltas.pay(message.account_id, message.campaign_id, message.price, 0)
        elif message.priority in WITH_HOLD:
            deltas.pay_direct(message.account_id, message.id, message.price, 0)
    return len(moved)


def _learnt_parts(session: Session, ids: set[int]) -> dict[int, dict[int, str]]:
    """References by part number that receipts have told before the answer came."""
    learnt: dict[int, dict[int, str]] = defaultdict(dict)
    if ids:
        query = select(PARTS.c.message_id, PARTS.c.number, PARTS.c.reference)
        rows = session.execute(query.where(bulk.among(PARTS.c.message_id)), {"ids": list(ids)})
        for message_id, number, reference in rows:
            learnt[message_id][number] = reference
    return learnt


def _numbered(
    references: Sequence[str], learnt: Mapping[int, str] | None
) -> Iterable[tuple[int, str]]:
    """The parts to insert: those whose reference is not known, with the numbers that are free."""
    if not learnt:
        return enumerate(references, 1)
    free = (number for number in range(1, len(references) + 1) if number not in learnt)
    known = set(learnt.values())
    return zip(free, (name for name in references if name not in known), strict=False)


def _refuse(
    session: Session,
    claim: Claim,
    outcome: Outcome,
    group: Sequence[Answered],
    deltas: CounterDeltas,
) -> int:
    messages = [message for message, _ in group]
    moved: set[int] = set()
    if outcome.status == MessageStatus.QUEUED:  # unless the first try was too long ago
        failed = Outcome(MessageStatus.FAILED, outcome.reason)
        ended = _move(session, claim, messages, failed, deltas, old=True)
        again = [message for message in messages if message.id not in ended]
        moved = _postpone(session, claim, again, outcome, deltas)
    else:
        ended = _move(session, claim, messages, outcome, deltas)
    recorded = [(m, a) for m, a in group if m.id in moved or m.id in ended]
    _insert_parts(session, claim, [(m, a.taken.items()) for m, a in recorded])
    if (
        outcome.status != MessageStatus.UNKNOWN
    ):  # else the price stays held: a receipt may still come
        for message, answer in recorded:
            if message.id in ended:
                _pay(message, len({*message.taken, *answer.taken}), deltas)
    return len(recorded)


def _pay(message: Claimed, parts: int, deltas: CounterDeltas) -> None:
    """Charge the parts of a failed message that were taken, and release the others."""
    charged = message.price * parts // message.parts
    if message.campaign_id is not None:
        deltas.pay(message.account_id, message.campaign_id, charged, message.price - charged)
    elif message.priority in WITH_HOLD:
        deltas.pay_direct(message.account_id, message.id, charged, message.price - charged)
    elif message.price > charged:
        deltas.give_back(message.account_id, message.id, message.price - charged)


def _move(
    session: Session,
    claim: Claim,
    messages: Sequence[Claimed],
    outcome: Outcome,
    deltas: CounterDeltas,
    *,
    before: MessageStatus = MessageStatus.SENDING,
    old: bool = False,
) -> set[int]:
    """Set a final status, or SENT, for messages that still belong to the claim; returns ids.

    With `old` only those whose first try was too long ago.
    """
    moment, sent = now(), outcome.status == MessageStatus.SENT
    values: dict[str, object] = {
        "ids": [message.id for message in messages],
        "token": claim.token,
        "before": before,
        "after": outcome.status,
        "attention_status": attention_status_of(outcome.status),
        "why": outcome.reason,
        "sent": moment if sent else None,
        "final": None if sent else moment,
    }
    values |= {"oldest": moment - OLDEST} if old else {}
    moved = set(session.connection().scalars(_movement(on_sqlite(), old), values))
    noting.note_texts(
        session,
        {message.account_id for message in messages},
        outcome.status,
        lambda: (_ended(message) for message in messages if message.id in moved),
    )
    deltas.gateways.move(claim.gateway_id, moment, before, outcome.status, len(moved))
    return _count(messages, moved, before, outcome.status, deltas)


def _ended(message: Claimed) -> noting.EndedText:
    return noting.EndedText(message.id, message.account_id, message.campaign_id, message.priority)


@lru_cache
def _movement(_sqlite: bool, old: bool) -> ReturningUpdate[Any]:
    aged = (ROWS.c.tried_at < bindparam("oldest"),) if old else ()
    return (
        update(ROWS)
        .where(
            bulk.among(ROWS.c.id),
            ROWS.c.lease_token == bindparam("token"),
            ROWS.c.status == bindparam("before"),
            *aged,
        )
        .values(
            status=bindparam("after"),
            attention_status=bindparam("attention_status"),
            reason=bindparam("why"),
            sent_at=bindparam("sent"),
            final_at=bindparam("final"),
            lease_until=None,
            # The gateway has the system password: it is not needed any more.
            encrypted_text=None,
        )
        .returning(ROWS.c.id)
    )


def _postpone(
    session: Session,
    claim: Claim,
    messages: Sequence[Claimed],
    outcome: Outcome,
    deltas: CounterDeltas,
) -> set[int]:
    rows = session.scalars(
        update(ROWS)
        .where(
            bulk.among(ROWS.c.id),
            ROWS.c.lease_token == claim.token,
            ROWS.c.status == MessageStatus.SENDING,
        )
        .values(
            status=MessageStatus.QUEUED,
            attention_status=MessageStatus.QUEUED,
            reason=outcome.reason,
            next_attempt_at=now() + outcome.wait,
            attempts=ROWS.c.attempts - (0 if outcome.counted else 1),
            unconfirmed=or_(ROWS.c.unconfirmed, literal(outcome.unconfirmed)),
            submitted_at=None,
            lease_token=None,
            lease_until=None,
        )
        .returning(ROWS.c.id),
        {"ids": [message.id for message in messages]},
    )
    return _count(messages, set(rows), MessageStatus.SENDING, MessageStatus.QUEUED, deltas)


def _count(
    messages: Sequence[Claimed],
    moved: set[int],
    before: MessageStatus,
    after: MessageStatus,
    deltas: CounterDeltas,
) -> set[int]:
    numbers = Counter(message.campaign_id for message in messages if message.id in moved)
    for campaign_id, number in numbers.items():
        deltas.move(campaign_id, number, before, after)
    return moved


def _insert_parts(
    session: Session, claim: Claim, taken: Sequence[tuple[Claimed, Iterable[tuple[int, str]]]]
) -> None:
    rows = [
        (message.id, number, message.account_id, reference)
        for message, parts in taken
        for number, reference in parts
        if number not in message.taken
    ]
    bulk.insert_parts(session, claim.gateway_id, rows)
