"""Held replies: what may be an opt-out in other words, until a person has read it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.extensions import db
from promosms.models import (
    Conversation,
    Decision,
    InboundKind,
    InboundMessage,
    Recipient,
    Suppression,
    SuppressionSource,
    User,
    now,
)
from promosms.services.audit import log as audit_log
from promosms.services.sending import opt_outs
from promosms.services.sending.opt_outs import Evidence

MOST_COUNTED = 1000
"""More are not counted: nobody has to know how many they are."""
ACTIONS = {Decision.STOP: "reply.opt_out", Decision.OTHER: "reply.release"}


def count(account_id: int) -> int:
    """How many numbers are held until a person has read their reply, up to MOST_COUNTED."""
    held = Suppression.account_id == account_id, Suppression.source == SuppressionSource.HELD
    some = select(Suppression.id).where(*held).limit(MOST_COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


@dataclass(frozen=True)
class Held:
    """A number that is held: its evidence, the reply if it is still there, and their name."""

    suppression: Suppression
    reply: InboundMessage | None
    name: str


def newest(account_id: int, most: int) -> list[Held]:
    """The numbers that are held, those whose reply came last first."""
    query = (
        select(Suppression, Recipient.first_name, Recipient.last_name)
        .outerjoin(
            Recipient,
            and_(
                Recipient.account_id == Suppression.account_id,
                Recipient.phone == Suppression.phone,
            ),
        )
        .where(Suppression.account_id == account_id, Suppression.source == SuppressionSource.HELD)
        .order_by(Suppression.id.desc())
        .limit(most)
    )
    return [
        Held(suppression, reply_of(suppression), f"{first_name or ''} {last_name or ''}".strip())
        for suppression, first_name, last_name in db.session.execute(query)
    ]


def decide(reply: InboundMessage, decision: Decision, user: User) -> bool:
    """Decide about a held reply: an opt-out for good, or about something else.

    The latter lifts only the hold of this reply: another held reply of the number, or an opt-out
    that came in another way, stays. False if the opposite was decided before, or if the recipient
    has asked for texts again meanwhile. A wish to stop counts even after the opposite.
    """

    account_id, phone, by = reply.account_id, reply.phone, user.public_id
    reply_id, public_id = reply.id, reply.public_id

    def work(session: Session) -> bool:
        suppression = opt_outs.locked(session, account_id, phone)
        row = session.get(InboundMessage, reply_id, with_for_update=True, populate_existing=True)
        if row is None or row.kind != InboundKind.HOLD or row.decision == Decision.START:
            return False
        if row.decision in (decision, Decision.STOP):
            return row.decision == decision
        row.decision, row.decided_by, row.decided_at = decision, by, now()
        number = _inbound_number(suppression, row)
        evidence = Evidence(row.text, number, row.received_at, by, row.decided_at)
        if decision == Decision.STOP:
            opt_outs.suppress(session, account_id, phone, SuppressionSource.WORDS, evidence)
            _close(session, account_id, phone)
        elif suppression is not None and suppression.source == SuppressionSource.HELD:
            session.flush()
            hold_on(session, suppression)
        audit_log.record(by, ACTIONS[decision], public_id)
        return True

    return opt_outs.alone(account_id, phone, work)


def decide_number(suppression: Suppression, decision: Decision, user: User) -> bool:
    """Decide about the reply with which a number on the list is held; as `decide`.

    The evidence may have outlived the reply itself.
    """
    account_id, phone, by = suppression.account_id, suppression.phone, user.public_id
    public_id = suppression.public_id
    if (reply := reply_of(suppression)) is not None:
        return decide(reply, decision, user)
    is_stop = decision == Decision.STOP

    def work(session: Session) -> bool:
        row = opt_outs.locked(session, account_id, phone)
        if row is None or row.public_id != public_id or row.source != SuppressionSource.HELD:
            return row is not None and row.source == SuppressionSource.WORDS and is_stop
        if is_stop:
            evidence = Evidence(row.text, row.inbound_number, row.received_at, by, now())
            opt_outs.suppress(session, account_id, phone, SuppressionSource.WORDS, evidence)
        else:
            hold_on(session, row)
        audit_log.record(by, ACTIONS[decision], public_id)
        return True

    return opt_outs.alone(account_id, phone, work)


def _close(session: Session, account_id: int, phone: str) -> None:
    """There is nothing left to answer: nobody may write to them."""
    session.execute(
        update_rows(Conversation)
        .where(
            Conversation.account_id == account_id,
            Conversation.phone == phone,
            Conversation.unread == 0,
            Conversation.done_at.is_(None),
        )
        .values(done_at=now())
    )


def reply_of(suppression: Suppression) -> InboundMessage | None:
    """The reply with which the number is held; None if only its evidence is kept."""
    if suppression.source != SuppressionSource.HELD or suppression.received_at is None:
        return None
    query = select(InboundMessage).where(
        _held(suppression.account_id, suppression.phone),
        InboundMessage.received_at == suppression.received_at,
    )
    return db.session.scalars(query.limit(1)).one_or_none()


def _inbound_number(suppression: Suppression | None, reply: InboundMessage) -> str:
    """The number that a reply was sent to, where it is known."""
    if suppression is None or suppression.received_at != reply.received_at:
        return ""
    return suppression.inbound_number


def hold_on(session: Session, suppression: Suppression) -> None:
    """Hold the number because of another reply that nobody has read, or lift the suppression."""
    query = select(InboundMessage).where(
        _held(suppression.account_id, suppression.phone),
        InboundMessage.decision == Decision.OPEN,
    )
    other = session.scalars(query.order_by(InboundMessage.id).limit(1)).one_or_none()
    if other is None:
        session.delete(suppression)
    else:
        evidence = Evidence(other.text, "", other.received_at)
        opt_outs.prove(suppression, SuppressionSource.HELD, evidence)
    session.flush()


def settle(session: Session, account_id: int, phone: str) -> None:
    """The recipient has asked for texts again: nothing before is to be read any more."""
    session.execute(
        update_rows(InboundMessage)
        .where(_held(account_id, phone), InboundMessage.decision == Decision.OPEN)
        .values(decision=Decision.START, decided_at=now())
    )


def _held(account_id: int, phone: str) -> ColumnElement[bool]:
    return and_(
        InboundMessage.account_id == account_id,
        InboundMessage.phone == phone,
        InboundMessage.kind == InboundKind.HOLD,
    )
