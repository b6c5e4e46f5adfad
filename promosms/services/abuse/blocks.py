"""Blocks: number prefixes that get no verification texts for a day, and the e-mails to admins."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import TextBlock, now
from promosms.services.abuse import emails as abuse_emails
from promosms.services.abuse.refusals import DAY
from promosms.services.audit import log as audit_log
from promosms.services.mail import notify
from promosms.sms.phone import InvalidPhone, pretty

SUFFIX = 4
"""Digits after the prefix: ten thousand numbers, the smallest range that is rented out."""
EMAIL_PAUSE = timedelta(hours=1)
"""After an e-mail about a block admins get no other for so long; the page shows each of them."""


def is_blocked(prefix: str) -> bool:
    """Is a prefix blocked now?"""
    query = select(TextBlock.id).where(TextBlock.prefix == prefix, *_active())
    return db.session.scalar(query.limit(1)) is not None


def lifted_at(prefix: str) -> datetime:
    """When an admin last lifted a block of this prefix; two days ago if never."""
    query = select(func.max(TextBlock.lifted_at)).where(TextBlock.prefix == prefix)
    return db.session.scalar(query) or now() - 2 * DAY


def block(prefix: str, texts: int) -> None:
    """Block a prefix for a day, and e-mail the admins unless they got an e-mail just now."""
    with transaction() as session:
        if not _emailed_just_now():
            notify.tell_admins(lambda: abuse_emails.blocked(masked(prefix), texts))
        session.add(TextBlock(prefix=prefix, texts=texts, until=now() + DAY))


def note_empty_budget() -> None:
    """The budget of the hour is used up: e-mail the admins, once a day."""
    with transaction() as session:
        if _exists_since(TextBlock.prefix == "", now() - DAY):
            return
        notify.tell_admins(abuse_emails.budget_empty)
        session.add(TextBlock(until=now() + DAY))


def current() -> list[TextBlock]:
    """The current blocks of prefixes, the newest first."""
    query = select(TextBlock).where(TextBlock.prefix != "", *_active())
    return list(db.session.scalars(query.order_by(TextBlock.id.desc())))


def lift(public_id: str, actor: str) -> bool:
    """Lift a block; False if it was over already."""
    with transaction() as session:
        query = select(TextBlock).where(
            TextBlock.public_id == public_id, TextBlock.prefix != "", *_active()
        )
        row = session.scalar(query.with_for_update())
        if row is None:
            return False
        row.lifted_at = now()
        audit_log.record(actor, "texts.unblock", public_id)
        return True


def prefix_of(number: str) -> str:
    """The beginning of a number (E.164) that neighbouring numbers share."""
    return number[:-SUFFIX]


def masked(prefix: str) -> str:
    """A prefix with its spaces, and dots for the digits after it."""
    try:
        signs = list(pretty(prefix + "0" * SUFFIX))
    except InvalidPhone:
        return prefix + "•" * SUFFIX
    left = SUFFIX
    for place in reversed(range(len(signs))):
        if left and signs[place].isdigit():
            signs[place], left = "•", left - 1
    return "".join(signs)


def _active() -> tuple[ColumnElement[bool], ...]:
    return TextBlock.until > now(), TextBlock.lifted_at.is_(None)


def _emailed_just_now() -> bool:
    """Did a block cause an e-mail within the pause? Not every block has caused one."""
    emailed = None
    query = select(TextBlock.created_at).where(
        TextBlock.prefix != "", TextBlock.created_at > now() - DAY
    )
    for blocked_at in db.session.scalars(query.order_by(TextBlock.created_at)):
        if emailed is None or blocked_at - emailed >= EMAIL_PAUSE:
            emailed = blocked_at
    return emailed is not None and now() - emailed < EMAIL_PAUSE


def _exists_since(condition: ColumnElement[bool], moment: datetime) -> bool:
    query = select(TextBlock.id).where(condition, TextBlock.created_at > moment).limit(1)
    return db.session.scalar(query) is not None
