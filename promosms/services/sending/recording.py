"""Results: what the gateway answered, recorded with its money in one transaction."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal, or_, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from promosms.db import bulk
from promosms.db.transactions import on_sqlite, transaction
from promosms.gateways import KINDS
from promosms.gateways.base import Answer, Resend, Trouble
from promosms.models import Gateway, MessageStatus, apart_of, now
from promosms.services.ledger import ledger
from promosms.services.sending.claim_queries import ROWS
from promosms.services.sending.claiming import Claim
from promosms.services.sending.counter_deltas import Tally
from promosms.services.sending.outbound import Claimed

# Waiting before the next try, by the number of tries so far, until a text is too old.
WAITS = tuple(timedelta(seconds=s) for s in (30, 120, 300, 900, 1800))
OLDEST = timedelta(hours=24)
THROTTLED = timedelta(seconds=2)
DOUBTFUL = timedelta(seconds=60)  # a request that was slow to arrive has arrived by then
# Our settings at the gateway may be wrong, or this one text: it is not burnt at the first try.
SETTINGS = tuple(timedelta(seconds=s) for s in (60, 600))

Answered = tuple[Claimed, Answer]


class Fate(NamedTuple):
    """What becomes of a message that was not accepted; `wait` before the next try."""

    status: MessageStatus
    reason: str = ""
    wait: timedelta = timedelta(0)
    counted: bool = True
    doubtful: bool = False


def record(claim: Claim, answers: Sequence[Answered], tally: Tally | None = None) -> int:
    """Record what a gateway answered; returns how many rows still belonged to the claim.

    Accepted texts are charged, refused ones released; after a temporary trouble a text goes back
    to the queue until it is a day old. A lost answer is unknown, or asked for again where the
    gateway can tell. A row that the sweep has declared unknown meanwhile still takes
    a late positive answer.
    """
    accepted = [one for one in answers if one[1].trouble is None]
    refused = [one for one in answers if one[1].trouble is not None]
    mine = tally or Tally()
    with transaction() as session:
        number = _accept(session, claim, accepted, mine) if accepted else 0
        if refused:
            resend = resend_of(session.get_one(Gateway, claim.gateway_id))
            fates: dict[Fate, list[Answered]] = defaultdict(list)
            for message, answer in refused:
                fates[_fate(message, answer, resend)].append((message, answer))
            for fate, group in fates.items():
                number += _refuse(session, claim, fate, group, mine)
        if tally is None:
            mine.book(session, claim.next_reference())
    return number


def resend_of(gateway: Gateway) -> Resend:
    """What may be done with a text whose answer this gateway has lost."""
    kind = KINDS.get(gateway.kind)
    return kind.resend(gateway.settings) if kind else Resend.NEVER


def _fate(message: Claimed, answer: Answer, resend: Resend) -> Fate:
    tries, reason = message.attempts, answer.reason
    asked = timedelta(seconds=answer.wait) if answer.wait is not None else None
    if answer.trouble is Trouble.PERMANENT:
        return Fate(MessageStatus.FAILED, reason)
    if answer.trouble is Trouble.UNKNOWN:
        if resend is Resend.NEVER:
            return Fate(MessageStatus.UNKNOWN, reason)
        return Fate(MessageStatus.QUEUED, reason, DOUBTFUL, doubtful=True)
    if answer.trouble is Trouble.THROTTLED:
        return Fate(MessageStatus.QUEUED, reason, asked or THROTTLED, counted=False)
    if answer.trouble is Trouble.SETTINGS:
        if tries > len(SETTINGS):
            return Fate(MessageStatus.FAILED, reason)
        return Fate(MessageStatus.QUEUED, reason, SETTINGS[tries - 1])
    return Fate(MessageStatus.QUEUED, reason, asked or WAITS[min(tries, len(WAITS)) - 1])


def _accept(session: Session, claim: Claim, accepted: Sequence[Answered], tally: Tally) -> int:
    messages = [message for message, _ in accepted]
    moved = _move(session, claim, messages, Fate(MessageStatus.SENT), tally)
    if len(moved) < len(messages):
        late = [message for message in messages if message.id not in moved]
        unknown = MessageStatus.UNKNOWN
        moved |= _move(session, claim, late, Fate(MessageStatus.SENT), tally, before=unknown)
    known = [(message, answer) for message, answer in accepted if message.id in moved]
    _insert_parts(session, claim, [(m, enumerate(a.references, 1)) for m, a in known])
    for message, _ in known:
        if message.campaign_id is not None:
            tally.charged[message.campaign_id] += message.price
    return len(moved)


def _refuse(
    session: Session, claim: Claim, fate: Fate, group: Sequence[Answered], tally: Tally
) -> int:
    messages = [message for message, _ in group]
    moved: set[int] = set()
    if fate.status == MessageStatus.QUEUED:  # unless it is too old
        failed = Fate(MessageStatus.FAILED, fate.reason)
        ended = _move(session, claim, messages, failed, tally, old=True)
        again = [message for message in messages if message.id not in ended]
        moved = _postpone(session, claim, again, fate, tally)
    else:
        ended = _move(session, claim, messages, fate, tally)
    known = [(m, a) for m, a in group if m.id in moved or m.id in ended]
    _insert_parts(session, claim, [(m, a.taken.items()) for m, a in known])
    if fate.status != MessageStatus.UNKNOWN:  # else nobody knows yet: the money stays held
        for message, answer in known:
            if message.id in ended:
                _pay(message, len({*message.taken, *answer.taken}), tally)
    return len(known)


def _pay(message: Claimed, parts: int, tally: Tally) -> None:
    """A message has failed: charge the parts that were taken, and release the others."""
    charged = message.price * parts // message.parts
    if message.campaign_id is not None:
        tally.pay(message.campaign_id, charged, message.price - charged)
    elif message.price > charged:
        ledger.give_back(
            message.account_id, message.price - charged, f"release:message:{message.id}"
        )


def _move(
    session: Session,
    claim: Claim,
    messages: Sequence[Claimed],
    fate: Fate,
    tally: Tally,
    *,
    before: MessageStatus = MessageStatus.SENDING,
    old: bool = False,
) -> set[int]:
    """Give rows that still belong to the claim a final status, or SENT; returns their ids.

    With `old` only those whose first try was too long ago.
    """
    moment, sent = now(), fate.status == MessageStatus.SENT
    values: dict[str, object] = {
        "ids": [message.id for message in messages],
        "token": claim.token,
        "before": before,
        "after": fate.status,
        "apart": apart_of(fate.status),
        "why": fate.reason,
        "sent": moment if sent else None,
        "final": None if sent else moment,
    }
    values |= {"oldest": moment - OLDEST} if old else {}
    rows = session.connection().scalars(_movement(on_sqlite(), old), values)
    return _count(messages, set(rows), before, fate.status, tally)


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
            apart=bindparam("apart"),
            reason=bindparam("why"),
            sent_at=bindparam("sent"),
            final_at=bindparam("final"),
            lease_until=None,
            # Nobody needs a system password any more once the gateway has it.
            sealed=None,
        )
        .returning(ROWS.c.id)
    )


def _postpone(
    session: Session, claim: Claim, messages: Sequence[Claimed], fate: Fate, tally: Tally
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
            apart=MessageStatus.QUEUED,
            reason=fate.reason,
            next_attempt_at=now() + fate.wait,
            attempts=ROWS.c.attempts - (0 if fate.counted else 1),
            doubtful=or_(ROWS.c.doubtful, literal(fate.doubtful)),
            submitted_at=None,
            lease_token=None,
            lease_until=None,
        )
        .returning(ROWS.c.id),
        {"ids": [message.id for message in messages]},
    )
    return _count(messages, set(rows), MessageStatus.SENDING, MessageStatus.QUEUED, tally)


def _count(
    messages: Sequence[Claimed],
    moved: set[int],
    before: MessageStatus,
    after: MessageStatus,
    tally: Tally,
) -> set[int]:
    numbers = Counter(message.campaign_id for message in messages if message.id in moved)
    for campaign_id, number in numbers.items():
        tally.move(campaign_id, number, before, after)
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
