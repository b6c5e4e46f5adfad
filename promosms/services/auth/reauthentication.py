"""Reauthentication: before something dangerous the user proves once more to be there."""

from datetime import timedelta

from promosms.db.transactions import transaction
from promosms.models import Session, now
from promosms.services.auth import backoff, passwords, sessions, totp, two_factor
from promosms.services.auth.known_browsers import Where

VALID = timedelta(minutes=5)


class NotConfirmed(Exception):
    """Password or code were not right, or there were too many tries: it is not said which."""


def required(session: Session) -> bool:
    """Is it longer than five minutes ago that the user of this session was there for sure?"""
    confirmed_at = session.confirmed_at
    return confirmed_at is None or now() - confirmed_at > VALID


def confirm(session: Session, password: str, code: str, where: Where) -> str:
    """Password and, where it is on, the second step; returns the new token of the session.

    Raises NotConfirmed.
    """
    user = session.user
    if not right_password(session, password):
        raise NotConfirmed
    if totp.is_on(user):
        name = two_factor.name_of(user, where)
        if not backoff.attempt(name) or not two_factor.use(user, code):
            raise NotConfirmed
        backoff.forget(name)
    with transaction():
        session.confirmed_at = now()
        return sessions.renew(session)


def right_password(session: Session, password: str) -> bool:
    """Is it the password? Wrong ones are counted, so that a stolen session cannot try for long."""
    user = session.user
    name = f"confirm {user.public_id}"
    free = backoff.attempt(name)
    right = passwords.matches(user.password_hash if free else None, password)
    if right:
        backoff.forget(name)
    return right
