"""Automatic answers to replies: sent in the transaction that stores the reply, or never.

Two machines that text each other stop: a person gets the same answer once in twelve hours, and
three answers in a day at most. An account sends so many a day as its owner has said.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from promosms import logs
from promosms.models import Account, AutomaticAnswer, DirectText, InboundMessage, Message, now
from promosms.services.automatic_answers import answers, choice, opening_hours
from promosms.services.inbox import direct_texts
from promosms.services.inbox.direct_texts import AlreadySent, Automatic, DirectTextRefused, Refusal
from promosms.services.ledger import ledger
from promosms.services.sending import opt_outs

log = logs.get(__name__)
DAY = timedelta(hours=24)
ONCE = timedelta(hours=12)
"""A person gets the same answer once in this time."""
MOST_TO_ONE = 3
"""Automatic answers that a person gets in 24 hours: the other side may be a machine."""
FRESH = timedelta(hours=1)
"""What has waited longer is answered by a person: an answer by itself would surprise."""
MONEY, DAILY_LIMIT = "money", "daily_limit"
EXPECTED = (Refusal.OPTED_OUT, Refusal.HELD, Refusal.NO_CONSENT)
"""Who may not be texted gets nothing, and nobody has to do anything about it."""


def lock(session: Session, account_id: int) -> None:
    """Take the locks for `answer`, before any other."""
    opt_outs.lock_shared(session, account_id)
    session.get_one(Account, account_id, with_for_update=True, populate_existing=True)


def answer(session: Session, reply: InboundMessage) -> Message | None:
    """Queue the automatic answer to a reply that was just stored; None if it gets none.

    Call `lock` before. What keeps an answer from being sent, and can be mended, is noted for its
    owner.
    """
    account = session.get_one(Account, reply.account_id)
    chosen = choice.choose(account, reply.text, reply.received_at)
    if chosen is None or reply.received_at <= now() - FRESH:
        return None
    if _had_enough(session, reply, chosen):
        return None
    try:
        return _send(session, account, reply, chosen)
    except AlreadySent:
        return None
    except DirectTextRefused as refusal:
        _miss(session, chosen, refusal.code)
    except ledger.InsufficientBalance:
        _miss(session, chosen, MONEY)
    return None


def _send(
    session: Session, account: Account, reply: InboundMessage, chosen: AutomaticAnswer
) -> Message | None:
    if _sent_today(session, account.id) >= opening_hours.of(account.id).daily_limit:
        _miss(session, chosen, DAILY_LIMIT)
        return None
    message = direct_texts.send(
        account,
        reply.phone,
        chosen.text,
        key=reply.public_id,
        agreed_price=chosen.agreed_price,
        automatic=Automatic(chosen.id, reply.inbound_number),
    )
    answers.note_sent(session, chosen.id)
    return message


def _had_enough(session: Session, reply: InboundMessage, chosen: AutomaticAnswer) -> bool:
    query = (
        select(DirectText.automatic_answer_id, DirectText.created_at)
        .join(Message, Message.id == DirectText.message_id)
        .where(*_automatic(reply.account_id), Message.phone == reply.phone)
    )
    sent = session.execute(query).all()
    same = [row for row in sent if row.automatic_answer_id == chosen.id]
    return len(sent) >= MOST_TO_ONE or any(row.created_at > now() - ONCE for row in same)


def _sent_today(session: Session, account_id: int) -> int:
    query = select(func.count(DirectText.id)).where(*_automatic(account_id))
    return session.scalars(query).one()


def _automatic(account_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        DirectText.account_id == account_id,
        DirectText.automatic_answer_id.is_not(None),
        DirectText.created_at > now() - DAY,
    )


def _miss(session: Session, chosen: AutomaticAnswer, reason: str) -> None:
    if reason in EXPECTED:
        return
    answers.note_missed(session, chosen.id, reason)
    log.info("automatic_answer.missed", extra={"code": str(reason)})
