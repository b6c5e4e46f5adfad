"""Suppressions: an opt-out takes effect at once, also while messages are being sent."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    or_,
    select,
)
from sqlalchemy.orm import Session

from promosms.db import advisory_locks, upsert
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction, writing
from promosms.extensions import db
from promosms.models import (
    TO_ONE,
    Campaign,
    CampaignKind,
    Guest,
    Message,
    MessageStatus,
    Priority,
    Suppression,
    SuppressionSource,
    WebhookEvent,
    new_public_id,
    now,
    table_of,
)
from promosms.models.recipients import count_triggers
from promosms.services.ledger import ledger
from promosms.services.sending import answers, counters, withdrawal
from promosms.services.webhooks import noting

OPTED_OUT = "opted_out"
HELD = "held"
DELETED = "deleted"
NO_CONSENT = "no_consent"
MOST_TEXT = 2000  # characters of a reply that are kept
PATIENCE = 2.0  # seconds that an opt-out waits for a submission
LOCKS = count_triggers.LOCKS
LISTED = table_of(Suppression)
T = TypeVar("T")
OF_ACCOUNT = or_(Message.campaign_id.is_not(None), Message.priority.in_(TO_ONE))
"""Texts of the account itself: opt-outs stop these, and neither tests nor verification texts."""
WITH_SIGN_UPS = or_(OF_ACCOUNT, Message.priority == Priority.SIGN_UP)
# A source replaces those with a smaller number. A STOP word is the recipient's own and certain:
# only START lifts it. What is held until it is read replaces nothing.
STRENGTH = {
    SuppressionSource.HELD: 0,
    SuppressionSource.HAND: 1,
    SuppressionSource.IMPORT: 1,
    SuppressionSource.REPLY: 2,
    SuppressionSource.FAILURE: 2,
    SuppressionSource.WORDS: 2,
    SuppressionSource.LINK: 3,
    SuppressionSource.KEYWORD: 3,
}


@dataclass(frozen=True)
class Evidence:
    """What proves an opt-out: the reply as it came, when, and to which number; who has read it."""

    text: str = ""
    inbound_number: str = ""
    received_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None


NO_EVIDENCE = Evidence()


def opt_out(
    account_id: int, phone: str, source: SuppressionSource, evidence: Evidence = NO_EVIDENCE
) -> bool:
    """Suppress a number and skip its queued messages; False if it had opted out before.

    After this returns nothing is submitted to the number, see `alone`. Queued messages are skipped
    and their price is released in the same transaction.
    """
    return alone(
        account_id,
        phone,
        lambda session: suppress(session, account_id, phone, source, evidence),
    )


def opt_out_all(account_id: int, phones: Sequence[str], source: SuppressionSource) -> None:
    """Suppress numbers as `opt_out` does; those that had opted out before stay as they are."""
    alone(account_id, phones, lambda session: _suppress_all(session, account_id, phones, source))


def _suppress_all(
    session: Session, account_id: int, phones: Sequence[str], source: SuppressionSource
) -> None:
    rows = [
        {
            "public_id": new_public_id(),
            "account_id": account_id,
            "phone": phone,
            "source": source,
            "created_at": now(),
        }
        for phone in sorted(phones)
    ]
    keys = ["account_id", "phone"]
    statement = upsert.insert(Suppression).on_conflict_do_nothing(index_elements=keys)
    session.connection().execute(statement, rows)
    if noting.listens(session, account_id, sandbox=False):
        names = [row["public_id"] for row in rows]
        added = session.scalars(
            select(Suppression.id)
            .where(Suppression.account_id == account_id, Suppression.public_id.in_(names))
            .order_by(Suppression.id)
        )
        noting.note(session, [recorded(account_id, number, source) for number in added])
    held = Suppression.account_id == account_id, Suppression.phone.in_(phones)
    session.execute(
        update_rows(Suppression)
        .where(*held, Suppression.source == SuppressionSource.HELD)
        .values(source=source, text="", inbound_number="", received_at=None)
    )
    _remove_guests(session, account_id, phones)
    skip_waiting(session, account_id, phones, OPTED_OUT)


def _remove_guests(session: Session, account_id: int, phones: Sequence[str]) -> None:
    """A guest of an account on trial who opts out is none any more."""
    session.execute(
        update_rows(Guest)
        .where(Guest.account_id == account_id, Guest.phone.in_(phones), Guest.removed_at.is_(None))
        .values(removed_at=now(), confirmed_at=None, code_hash="")
    )


def alone(account_id: int, phone: str | Sequence[str], work: Callable[[Session], T]) -> T:
    """Do the work in one transaction during which nothing is being submitted to these numbers.

    It waits for a submission that has begun, but at most two seconds, because a gateway may not
    answer. A later submission sees what the work has written. Inside a running transaction it
    does not wait.
    """
    end = time.monotonic() + PATIENCE
    nested = writing()
    while True:
        with transaction() as session:
            lock(session, account_id)
            begun = session.scalar(_begun(account_id, phone))
            if begun is None or nested or time.monotonic() > end:
                return work(session)
        time.sleep(0.005)


def lock(session: Session, account_id: int) -> None:
    """Take the opt-out lock of an account, before any other lock: a claim takes it shared."""
    advisory_locks.take(session, LOCKS + account_id)


def lock_shared(session: Session, *account_ids: int) -> None:
    """Keep opt-outs of accounts away until the end of the transaction.

    Who writes recipients gets this lock in any case, see `count_triggers`. It has to be taken
    before locks that an opt-out takes after its own, such as those of campaigns.
    """
    advisory_locks.share(session, [LOCKS + account_id for account_id in account_ids])


def suppress(
    session: Session,
    account_id: int,
    phone: str,
    source: SuppressionSource,
    evidence: Evidence = NO_EVIDENCE,
) -> bool:
    """Suppress a number and skip its queued messages; False if it had opted out before.

    A number that was only held had not.
    """
    suppression = locked(session, account_id, phone)
    before = suppression.source if suppression else ""
    if suppression is None:
        suppression = Suppression(account_id=account_id, phone=phone, source=source)
        session.add(suppression)
        prove(suppression, source, evidence)
    elif STRENGTH[source] > STRENGTH[SuppressionSource(before)]:
        prove(suppression, source, evidence)
    session.flush()
    if suppression.source != SuppressionSource.HELD:
        _remove_guests(session, account_id, [phone])
    # What they had asked for by a sign-up form as well: the opt-out came after it.
    waiting = and_(Message.account_id == account_id, Message.phone == phone)
    skip_texts(session, waiting, reason_of(suppression.source), WITH_SIGN_UPS)
    new = before in ("", SuppressionSource.HELD) and before != suppression.source
    if new:
        noting.note(session, [recorded(account_id, suppression.id, suppression.source)])
    return new


def recorded(account_id: int, suppression_id: int, source: str) -> noting.Happening:
    """What webhooks hear of an opt-out, or of a reply that counts as one until it is read."""
    return noting.Happening(account_id, WebhookEvent.OPT_OUT_RECORDED, suppression_id, word=source)


def prove(suppression: Suppression, source: SuppressionSource, evidence: Evidence) -> None:
    """Write how an opt-out came, and its evidence."""
    suppression.source = source
    suppression.text = evidence.text[:MOST_TEXT]
    suppression.inbound_number = evidence.inbound_number
    suppression.received_at = evidence.received_at
    suppression.decided_by = evidence.decided_by
    suppression.decided_at = evidence.decided_at


def locked(session: Session, account_id: int, phone: str) -> Suppression | None:
    """The suppression of a number, locked."""
    query = select(Suppression).where(
        Suppression.account_id == account_id, Suppression.phone == phone
    )
    fresh = query.with_for_update().execution_options(populate_existing=True)
    return session.scalars(fresh).one_or_none()


def reason_of(source: str) -> str:
    """Why a message to a number on the list, or without consent, is skipped."""
    if source == NO_CONSENT:
        return NO_CONSENT
    return HELD if source == SuppressionSource.HELD else OPTED_OUT


def lift(account_id: int, phone: str) -> bool:
    """Allow texts to the number again: only if the recipient asks for it later."""
    with transaction() as session:
        lock(session, account_id)
        query = delete(Suppression).where(
            Suppression.account_id == account_id, Suppression.phone == phone
        )
        return bool(session.execute(query.returning(Suppression.id)).all())


def forget_words(
    session: Session, account_id: int, phones: Sequence[str], before: datetime | None = None
) -> None:
    """Delete the words of the opt-outs of an erased person, only those of before if that is given.

    What is held can be read by nobody then: it is an opt-out from now on.
    """
    rows = [Suppression.account_id == account_id, Suppression.phone.in_(phones)]
    if before is not None:
        rows.append(Suppression.created_at < before)
    held = Suppression.source == SuppressionSource.HELD
    session.execute(
        update_rows(Suppression).where(*rows, held).values(source=SuppressionSource.WORDS)
    )
    words = {"text": "", "inbound_number": "", "received_at": None}
    reader = {"decided_by": "", "decided_at": None}
    session.execute(update_rows(Suppression).where(*rows).values(**words, **reader))


def is_suppressed(account_id: int, phone: str) -> bool:
    """Has this number opted out of this account's texts?"""
    return db.session.scalar(_row(account_id, phone)) is not None


def _begun(account_id: int, phone: str | Sequence[str]) -> Select[int]:
    return (
        select(Message.id)
        .where(
            Message.phone.in_([phone] if isinstance(phone, str) else phone),
            Message.account_id == account_id,
            OF_ACCOUNT,
            Message.status == MessageStatus.SENDING,
            Message.submitted_at.is_not(None),
        )
        .limit(1)
    )


def _row(account_id: int, phone: str) -> Select[int]:
    return select(Suppression.id).where(
        Suppression.account_id == account_id, Suppression.phone == phone
    )


def skip_promotions(session: Session, condition: ColumnElement[bool]) -> None:
    """Skip those of these messages that wait and need a consent: it was withdrawn.

    They are those of promotional campaigns, and direct texts that answer nobody. Take the lock of
    `lock` before: no claim is under way then, and a later one looks again.
    """
    waiting = and_(condition, Message.status == MessageStatus.QUEUED)
    direct = Message.id.in_(answers.without(session, waiting))
    of_service = select(Campaign.id).where(
        Campaign.id == Message.campaign_id, Campaign.kind == CampaignKind.SERVICE
    )
    promotions = or_(and_(Message.campaign_id.is_not(None), ~of_service.exists()), direct)
    skip_texts(session, and_(condition, promotions), NO_CONSENT)


def skip_claimed(session: Session, sources: Iterable[tuple[int, str]]) -> None:
    """Skip messages that this transaction has claimed although their number is on the list.

    `sources` has the id of each, and how the number got there. They were queued after that. Their
    campaign, if they have one, must be locked.
    """
    by_reason: dict[str, list[int]] = defaultdict(list)
    for message_id, source in sources:
        by_reason[reason_of(source)].append(message_id)
    for reason, ids in sorted(by_reason.items()):
        skip_claimed_for(session, ids, reason)


def skip_claimed_for(session: Session, ids: Sequence[int], reason: str) -> None:
    """Skip messages that this transaction has claimed, for a reason. Their campaign is locked."""
    claimed = Message.id.in_(ids)
    session.execute(
        update_rows(Message)
        .where(claimed, Message.status == MessageStatus.SENDING)
        .values(
            status=MessageStatus.QUEUED,
            attention_status=MessageStatus.QUEUED,
            attempts=Message.attempts - 1,
            submitted_at=None,
            lease_token=None,
            lease_until=None,
        )
    )
    _skip(session, (claimed, Message.status == MessageStatus.QUEUED), reason)


def skip_waiting(session: Session, account_id: int, phones: Sequence[str], reason: str) -> None:
    """Skip queued messages of the account to these numbers and release their price."""
    to_phones = and_(Message.phone.in_(phones), Message.account_id == account_id)
    skip_texts(session, to_phones, reason)


def skip_texts(
    session: Session,
    condition: ColumnElement[bool],
    reason: str,
    kinds: ColumnElement[bool] = OF_ACCOUNT,
) -> None:
    """Skip those of these messages that are queued, tests excepted, and release their price."""
    queued = condition, kinds, Message.status == MessageStatus.QUEUED
    campaign_ids = session.scalars(select(Message.campaign_id).where(*queued)).all()
    # Everything that changes queued messages locks their campaign first: no deadlocks.
    session.execute(
        select(Campaign.id)
        .where(Campaign.id.in_(campaign_ids))
        .order_by(Campaign.id)
        .with_for_update()
    ).all()
    _skip(session, queued, reason)


def _skip(session: Session, queued: tuple[ColumnElement[bool], ...], reason: str) -> None:
    withdrawal.keep_unknown(session, and_(*queued), MessageStatus.QUEUED)
    skipped = session.execute(
        update_rows(Message)
        .where(*queued)
        .values(
            status=MessageStatus.SKIPPED,
            attention_status=MessageStatus.SKIPPED,
            reason=reason,
            final_at=now(),
        )
        .returning(
            *(Message.id, Message.account_id, Message.campaign_id),
            *(Message.priority, Message.price),
        )
    ).all()
    noting.note_texts(
        session,
        {row.account_id for row in skipped},
        MessageStatus.SKIPPED,
        lambda: (noting.EndedText(*row[:4]) for row in skipped),
    )
    for message_id, _, campaign_id, _, price in skipped:
        if campaign_id is None:
            ledger.settle_text(message_id, 0, price)
            continue
        counters.move(session, campaign_id, {MessageStatus.QUEUED: -1, MessageStatus.SKIPPED: 1})
        ledger.release_if_held(campaign_id, price, f"release:message:{message_id}")
