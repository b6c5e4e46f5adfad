"""Text blocks: numbers that get no system texts for a day, and what admins are told about it."""

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

LINE = 4
"""So many digits are left away: ten thousand numbers, the least that is rented together."""
QUIET = timedelta(hours=1)
"""Admins are told of several blocks within this time once; the page shows them all."""


def is_blocked(prefix: str) -> bool:
    """Is a prefix blocked now?"""
    query = select(TextBlock.id).where(TextBlock.prefix == prefix, *_alive())
    return db.session.scalar(query.limit(1)) is not None


def lifted(prefix: str) -> datetime:
    """When the last block of a prefix was lifted by an admin; long ago if never."""
    query = select(func.max(TextBlock.lifted_at)).where(TextBlock.prefix == prefix)
    found = db.session.scalar(query)
    return found or now() - 2 * DAY


def block(prefix: str, texts: int) -> None:
    """Block a prefix for a day, and tell the admins unless they were told just now."""
    with transaction() as session:
        if not _made_since(TextBlock.prefix != "", now() - QUIET):
            notify.tell_admins(lambda: abuse_emails.blocked(masked(prefix), texts))
        session.add(TextBlock(prefix=prefix, texts=texts, until=now() + DAY))


def stop() -> None:
    """The budget of the hour is used up: tell the admins, once a day."""
    with transaction() as session:
        if _made_since(TextBlock.prefix == "", now() - DAY):
            return
        notify.tell_admins(abuse_emails.stopped)
        session.add(TextBlock(until=now() + DAY))


def current() -> list[TextBlock]:
    """The prefixes that are blocked now, the newest first."""
    query = select(TextBlock).where(TextBlock.prefix != "", *_alive())
    return list(db.session.scalars(query.order_by(TextBlock.id.desc())))


def lift(public_id: str, actor: str) -> bool:
    """Let the texts to a prefix go out again; False if it was not blocked any more."""
    with transaction() as session:
        query = select(TextBlock).where(
            TextBlock.public_id == public_id, TextBlock.prefix != "", *_alive()
        )
        found = session.scalar(query.with_for_update())
        if found is None:
            return False
        found.lifted_at = now()
        audit_log.record(actor, "texts.unblock", public_id)
        return True


def prefix_of(number: str) -> str:
    """The beginning of a number (E.164) that its neighbours share."""
    return number[:-LINE]


def masked(prefix: str) -> str:
    """A prefix with its spaces, and dots for the digits that were left away."""
    try:
        shown = pretty(prefix + "0" * LINE)
    except InvalidPhone:
        return prefix + "•" * LINE
    left = LINE
    signs = list(shown)
    for place in reversed(range(len(signs))):
        if left and signs[place].isdigit():
            signs[place], left = "•", left - 1
    return "".join(signs)


def _alive() -> tuple[ColumnElement[bool], ...]:
    return TextBlock.until > now(), TextBlock.lifted_at.is_(None)


def _made_since(which: ColumnElement[bool], moment: datetime) -> bool:
    query = select(TextBlock.id).where(which, TextBlock.created_at > moment).limit(1)
    return db.session.scalar(query) is not None
