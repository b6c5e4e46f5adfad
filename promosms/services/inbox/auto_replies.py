"""Auto replies: the free texts that the platform sends after STOP and HELP."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    Message,
    Priority,
    Role,
    Suppression,
    User,
    now,
)
from promosms.services.inbox.concatenation import Reply
from promosms.services.recipients import recipients
from promosms.settings import settings
from promosms.sms import opt_out, segments
from promosms.sms.keywords import opt_out_line
from promosms.sms.transliterate import plain_text

DAY = timedelta(days=1)
MOST_CONFIRMATIONS = 3  # for each number and day: the other side may be a robot
MOST_HELP_REPLIES = 1


def confirm_stop(session: Session, account_id: int, reply: Reply) -> bool:
    """Confirm a STOP to the recipient; False if no text is queued.

    Once for each opt-out: a second STOP is confirmed only after a START. Once for a STOP that
    counts for several accounts. At most three times a day.
    """
    texts = tuple(opt_out.CONFIRMATIONS.values())
    if not _can_reply(session, account_id, reply):
        return False
    if _count_sent(session, reply.phone, texts, now() - DAY) >= MOST_CONFIRMATIONS:
        return False
    fresh = session.scalar(
        update_rows(Suppression)
        .where(
            Suppression.account_id == account_id,
            Suppression.phone == reply.phone,
            Suppression.confirmed_at.is_(None),
        )
        .values(confirmed_at=now())
        .returning(Suppression.id)
    )
    if fresh is None or _count_sent(session, reply.phone, texts, reply.received_at):
        return False
    country, language = _country_and_language(session, account_id, reply.phone)
    _queue(session, account_id, reply, country, opt_out.confirmation(language))
    return True


def reply_to_help(session: Session, account_id: int, reply: Reply) -> bool:
    """Text in the name of the shop, once for each number and day; False if no text is queued."""
    country, language = _country_and_language(session, account_id, reply.phone)
    text = _help_text(session, account_id, language)
    sent = _count_sent(session, reply.phone, (text,), now() - DAY)
    if sent >= MOST_HELP_REPLIES or not _can_reply(session, account_id, reply):
        return False
    _queue(session, account_id, reply, country, text)
    return True


def _queue(session: Session, account_id: int, reply: Reply, country: str, text: str) -> None:
    measure = segments.measure(text)
    session.add(
        Message(
            account_id=account_id,
            gateway_id=reply.gateway_id,
            priority=Priority.VERIFICATION,
            recipient=recipients.owner_of(session, account_id, reply.phone),
            phone=reply.phone,
            country=country,
            sender=reply.inbound_number[:16],
            text=text,
            encoding=measure.encoding,
            parts=measure.parts,
        )
    )
    session.flush()


def _help_text(session: Session, account_id: int, language: str) -> str:
    """The shop with the operator's words for HELP, or with the way out.

    The recipient knows the shop, not the operator, who never writes to them in his own name.
    Without a name of the shop there is the address where this service is explained.
    """
    name = session.scalar(select(Account.shop_name).where(Account.id == account_id)) or ""
    if settings.help_answer:
        return plain_text(f"{name}. {settings.help_answer}") if name else settings.help_answer
    return plain_text(f"{name or settings.public_url}. {opt_out_line(language)}")


def _can_reply(session: Session, account_id: int, reply: Reply) -> bool:
    """Only from a number, and not for an account that is being deleted."""
    number = reply.inbound_number.removeprefix("+")
    query = select(Account.status).where(Account.id == account_id)
    leaving = session.scalar(query) in (None, AccountStatus.DELETING)
    return number.isascii() and number.isdecimal() and not leaving


def _count_sent(session: Session, phone: str, texts: tuple[str, ...], since: datetime) -> int:
    query = select(func.count()).where(
        Message.phone == phone,
        Message.priority == Priority.VERIFICATION,
        Message.created_at >= since,
        Message.text.in_(texts),
    )
    return session.scalar(query) or 0


def _country_and_language(session: Session, account_id: int, phone: str) -> tuple[str, str]:
    """Country and language of the last campaign to this phone; else the owner's language."""
    last = (
        select(Message.country, Campaign.language)
        .join(Campaign, Message.campaign_id == Campaign.id)
        .where(Message.phone == phone, Message.account_id == account_id)
        .order_by(Message.id.desc())
        .limit(1)
    )
    row = session.execute(last).one_or_none()
    if row is not None:
        return row.country, row.language
    owner = select(User.language).where(User.account_id == account_id, User.role == Role.OWNER)
    return "", session.scalar(owner.limit(1)) or "en"
