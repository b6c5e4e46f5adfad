"""Answers: what the platform itself writes back, free of charge, to STOP and to HELP."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    Lane,
    Message,
    Role,
    Suppression,
    User,
    now,
)
from promosms.services.inbox.concatenation import Reply
from promosms.settings import settings
from promosms.sms import opt_out, segments
from promosms.sms.keywords import opt_out_line
from promosms.sms.transliterate import plain_text

DAY = timedelta(days=1)
MOST_CONFIRMATIONS = 3  # per number and day: two robots may be talking to each other
MOST_HELP = 1


def confirm_stop(session: Session, account_id: int, reply: Reply) -> bool:
    """Tell the recipient once that his STOP is honoured; False if there is nothing to tell.

    Not again for a later STOP, unless he has written START meanwhile; not twice for one STOP that
    counts for several accounts; and at most three times a day.
    """
    said = tuple(opt_out.CONFIRMATIONS.values())
    if not _can_answer(session, account_id, reply):
        return False
    if _told(session, reply.phone, said, now() - DAY) >= MOST_CONFIRMATIONS:
        return False
    fresh = session.scalar(
        update(Suppression)
        .where(
            Suppression.account_id == account_id,
            Suppression.phone == reply.phone,
            Suppression.confirmed_at.is_(None),
        )
        .values(confirmed_at=now())
        .returning(Suppression.id)
        .execution_options(synchronize_session=False)
    )
    if fresh is None or _told(session, reply.phone, said, reply.received_at):
        return False
    country, language = _last(session, account_id, reply.phone)
    _answer(session, account_id, reply, country, opt_out.confirmation(language))
    return True


def answer_help(session: Session, account_id: int, reply: Reply) -> bool:
    """Say who the operator is, once per number and day; False if nothing is said."""
    country, language = _last(session, account_id, reply.phone)
    text = settings.help_answer or _who_we_are(language)
    told = _told(session, reply.phone, (text,), now() - DAY)
    if told >= MOST_HELP or not _can_answer(session, account_id, reply):
        return False
    _answer(session, account_id, reply, country, text)
    return True


def _answer(session: Session, account_id: int, reply: Reply, country: str, text: str) -> None:
    measure = segments.measure(text)
    session.add(
        Message(
            account_id=account_id,
            gateway_id=reply.gateway_id,
            lane=Lane.SYSTEM,
            phone=reply.phone,
            country=country,
            sender=reply.inbound_number[:16],
            text=text,
            encoding=measure.encoding,
            parts=measure.parts,
        )
    )
    session.flush()


def _who_we_are(language: str) -> str:
    name = settings.operator_name or "PromoSMS"
    where = settings.operator_email or settings.public_url
    return plain_text(f"{name}, {where}. {opt_out_line(language)}")


def _can_answer(session: Session, account_id: int, reply: Reply) -> bool:
    """By a number, and while the account is not about to be erased."""
    number = reply.inbound_number.removeprefix("+")
    query = select(Account.status).where(Account.id == account_id)
    leaving = session.scalar(query) in (None, AccountStatus.DELETING)
    return number.isascii() and number.isdecimal() and not leaving


def _told(session: Session, phone: str, texts: tuple[str, ...], since: datetime) -> int:
    query = select(func.count()).where(
        Message.phone == phone,
        Message.lane == Lane.SYSTEM,
        Message.created_at >= since,
        Message.text.in_(texts),
    )
    return session.scalar(query) or 0


def _last(session: Session, account_id: int, phone: str) -> tuple[str, str]:
    """Country and language of the last campaign that reached this phone, else the owner's."""
    last = (
        select(Message.country, Campaign.language)
        .join(Campaign, Message.campaign_id == Campaign.id)
        .where(Message.phone == phone, Message.account_id == account_id)
        .order_by(Message.id.desc())
        .limit(1)
    )
    found = session.execute(last).one_or_none()
    if found is not None:
        return found.country, found.language
    owner = select(User.language).where(User.account_id == account_id, User.role == Role.OWNER)
    return "", session.scalar(owner.limit(1)) or "en"
