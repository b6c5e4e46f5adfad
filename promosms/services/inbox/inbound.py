"""Inbound messages: whose they are, and what they ask for.

Whose a reply is: the account's that last texted this phone from the number that was written to.
If nobody texted from it, the sender was a name, which cannot be answered, or the provider has shown
another number than ours. Then
- a wish to stop counts for every account that texted this phone by this gateway within 30 days, or
  is about to; if there is none, for the one that did so last. We cannot know which of them is
  meant, and the law asks to honour an objection however it is worded and whatever way it takes:
  texting less is allowed, losing an opt-out is not, and START takes it back. Where the numbers
  of old messages have been deleted, it counts for every account that has them among its recipients.
- anything else is dropped: START because consent must be certain, the rest because there is nobody
  whom it was written to. Of people whom nobody has texted nothing is stored.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from promosms.models import (
    Account,
    EventKind,
    InboundKind,
    InboundMessage,
    Message,
    MessageCount,
    MessageStatus,
    Recipient,
    now,
)
from promosms.services.inbox import auto_replies
from promosms.services.inbox.concatenation import Reply
from promosms.services.inbox.inbox_rows import EVENTS
from promosms.services.sending import opt_outs
from promosms.sms.keywords import Keyword, recognise

KINDS = {
    Keyword.STOP: InboundKind.STOP,
    Keyword.START: InboundKind.START,
    Keyword.HELP: InboundKind.HELP,
    Keyword.HOLD: InboundKind.HOLD,
    Keyword.NOTHING: InboundKind.REPLY,
}
STOPPING = (InboundKind.STOP, InboundKind.HOLD)
LATELY = timedelta(days=30)
TEXTED = (
    MessageStatus.SENDING,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.UNDELIVERED,
    MessageStatus.EXPIRED,
    MessageStatus.UNKNOWN,
)
MOST = 1000  # texts to one phone that are looked at


def whose(session: Session, reply: Reply) -> tuple[InboundKind, list[int]]:
    """What a reply asks for, and the accounts to which it goes: none, one, or several."""
    kind = KINDS[recognise(reply.text)]
    accounts = _addressed(session, reply)
    if kind in STOPPING and reply.account_id is None:
        accounts = accounts or _perhaps_meant(session, reply)
        accounts = list(dict.fromkeys((*accounts, *_forgotten(session, reply, bool(accounts)))))
    return kind, accounts


def _addressed(session: Session, reply: Reply) -> list[int]:
    if reply.account_id is not None:
        return [reply.account_id]
    query = select(Message.account_id).where(
        Message.phone == reply.phone,
        Message.sender == reply.inbound_number,
        Message.status.in_(TEXTED),
    )
    return list(session.scalars(query.order_by(Message.id.desc()).limit(1)))


def _perhaps_meant(session: Session, reply: Reply) -> list[int]:
    """Accounts that texted this phone by this gateway, the last one first."""
    query = select(Message.account_id, Message.created_at).where(
        Message.phone == reply.phone,
        Message.gateway_id == reply.gateway_id,
        # Also a first text that is still waiting: he may know that it would come.
        Message.status.in_((*TEXTED, MessageStatus.QUEUED)),
    )
    found = session.execute(query.order_by(Message.id.desc()).limit(MOST)).all()
    lately = [row for row in found if now() - row.created_at < LATELY] or found[:1]
    return list(dict.fromkeys(row.account_id for row in lately))


def _forgotten(session: Session, reply: Reply, others: bool) -> list[int]:
    """Accounts that may have texted this phone, and have deleted the numbers of old messages.

    The phone is one of their recipients. Where `others` are known to be meant, only accounts that
    delete numbers before the 30 days are over: the others would have been found.
    """
    query = select(Account.id).where(
        exists().where(MessageCount.account_id == Account.id),
        exists().where(Recipient.account_id == Account.id, Recipient.phone == reply.phone),
    )
    if others:
        query = query.where(Account.retention_days < LATELY.days)
    return list(session.scalars(query.order_by(Account.id)))


def copy(session: Session, reply: Reply, accounts: Sequence[int]) -> None:
    """Make an event for each account, because each is applied under the lock of its account."""
    moment = now()
    rows = [
        {
            "account_id": account_id,
            "gateway_id": reply.gateway_id,
            "kind": EventKind.INBOUND,
            "reference": reply.reference,
            "phone": reply.phone,
            "inbound_number": reply.inbound_number,
            "text": reply.text,
            "received_at": reply.received_at,
            "next_attempt_at": moment,
        }
        for account_id in accounts
    ]
    if rows:
        session.execute(insert(EVENTS), rows)


def keep(session: Session, account_id: int, reply: Reply, kind: InboundKind) -> None:
    """Put a reply into the inbox of its account, once, and answer STOP and HELP.

    STOP and HOLD have been honoured before. A text that asks to stop in its own words ("hold")
    is not confirmed: a person reads it first, and the owner can lift it. START is not answered:
    it only lifts what STOP has done.
    """
    if _known(session, account_id, reply):
        return
    if kind == InboundKind.START:
        opt_outs.lift(account_id, reply.phone)
    session.add(
        InboundMessage(
            account_id=account_id,
            phone=reply.phone,
            text=reply.text[:2000],
            kind=kind,
            reference=reply.reference,
            received_at=reply.received_at,
        )
    )
    session.flush()
    if kind == InboundKind.STOP:
        auto_replies.confirm_stop(session, account_id, reply)
    elif kind == InboundKind.HELP:
        auto_replies.answer_help(session, account_id, reply)


def _known(session: Session, account_id: int, reply: Reply) -> bool:
    query = select(InboundMessage.id).where(
        InboundMessage.account_id == account_id,
        InboundMessage.phone == reply.phone,
        InboundMessage.reference == reply.reference,
    )
    return bool(reply.reference) and session.scalar(query.limit(1)) is not None
