"""Sessions of signed-in browsers: open, find, renew, close."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, or_, select, update

from promosms.db.statements import delete_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AccountStatus, Role, Session, User, now
from promosms.settings import settings


def digest(token: str) -> str:
    """SHA-256 of a random token; enough for 256 bits of randomness (ASVS 6.5.2)."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(user: User, browser: str, *, stay: bool = False) -> str:
    """Sign the user in on a browser; returns the token for its cookie.

    With `stay` the session lasts for `Session.STAY_DAYS`, but not for an admin.
    """
    token = secrets.token_urlsafe(32)
    until = now() + timedelta(days=Session.STAY_DAYS) if stay and user.role != Role.ADMIN else None
    with transaction() as session:
        row = Session(token_hash=digest(token), user_id=user.id, browser=browser[:60])
        row.stays_until = until
        session.add(row)
        user.signed_in_at = now()
    return token


def find(token: str, *, touch: bool = True) -> Session | None:
    """The live session of a token; with `touch` its last use is noted, once a minute."""
    row = db.session.scalar(select(Session).where(Session.token_hash == digest(token)))
    if row is None or _has_ended(row):
        return None
    if touch and now() - row.seen_at > timedelta(minutes=1):
        with transaction() as session:
            session.execute(update(Session).where(Session.id == row.id).values(seen_at=now()))
    return row


def renew(row: Session) -> str:
    """Give the session a new token: a stolen old cookie does not get its new rights."""
    token = secrets.token_urlsafe(32)
    with transaction():
        row.token_hash = digest(token)
    return token


def close(token: str) -> None:
    """End the session of a token."""
    with transaction() as session:
        session.execute(delete(Session).where(Session.token_hash == digest(token)))


def close_others(user: User, token: str) -> int:
    """End every other session of the user; returns how many there were."""
    with transaction() as session:
        others = delete(Session).where(
            Session.user_id == user.id, Session.token_hash != digest(token)
        )
        return len(session.execute(others.returning(Session.id)).all())


def close_one(user: User, public_id: str) -> None:
    """End one session of the user, named by its public id."""
    with transaction() as session:
        session.execute(
            delete(Session).where(Session.user_id == user.id, Session.public_id == public_id)
        )


def close_long(account_id: int) -> None:
    """End the sessions of an account that stay signed in."""
    users = select(User.id).where(User.account_id == account_id)
    with transaction() as session:
        session.execute(
            delete(Session).where(Session.stays_until.is_not(None), Session.user_id.in_(users))
        )


def shorten(row: Session) -> None:
    """From now on the session ends as if the user had not asked to stay signed in."""
    with transaction():
        row.stays_until = None


def of_user(user: User) -> list[Session]:
    """The sessions of a user, the last used first."""
    query = select(Session).where(Session.user_id == user.id).order_by(Session.seen_at.desc())
    return list(db.session.scalars(query))


def _has_ended(row: Session) -> bool:
    user = row.user
    admin = user.role == Role.ADMIN
    idle = settings.session_idle_minutes_admin if admin else settings.session_idle_minutes
    deleting = user.account is not None and user.account.status == AccountStatus.DELETING
    if row.stays_until is not None and not admin:
        return deleting or now() >= row.stays_until
    return (
        deleting
        or now() - row.seen_at > timedelta(minutes=idle)
        or now() - row.created_at > timedelta(hours=settings.session_hours)
    )


def forget_old() -> None:
    """Delete the sessions that have ended by age."""
    hours = timedelta(hours=settings.session_hours)
    with transaction() as session:
        session.execute(
            delete_rows(Session).where(
                Session.created_at < now() - hours,
                or_(Session.stays_until.is_(None), Session.stays_until <= now()),
            )
        )
