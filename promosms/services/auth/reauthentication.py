"""Reauthentication: before a dangerous action the user proves again who is there."""

from datetime import timedelta

from promosms.db.transactions import transaction
from promosms.models import Session, User, now
from promosms.services.auth import backoff, passwords, security_log, sessions, totp, two_factor
from promosms.services.auth.known_browsers import Client

VALID = timedelta(minutes=5)


class NotConfirmed(Exception):
    """Password or code were wrong, or there were too many tries; the user does not learn which."""


def required(session: Session) -> bool:
    """Did the user of this session last prove to be there more than five minutes ago?"""
    confirmed_at = session.confirmed_at
    return confirmed_at is None or now() - confirmed_at > VALID


def confirm(session: Session, password: str, code: str, client: Client) -> str:
    """Check the password and, where it is on, the second factor; returns the session's new token.

    Raises NotConfirmed.
    """
    prove(session.user, password, code, client)
    with transaction():
        session.confirmed_at = now()
        return sessions.renew(session)


def prove(user: User, password: str, code: str, client: Client) -> None:
    """Check the password and, where it is on, the second factor; raises NotConfirmed."""
    if not is_password(user, password):
        raise NotConfirmed
    prove_code(user, code, client)


def prove_code(user: User, code: str, client: Client) -> None:
    """Check the second factor alone, where it is on; raises NotConfirmed.

    For users without a password of their own: they signed in with one that was texted.
    """
    if totp.is_on(user):
        name = two_factor.backoff_name(user, client)
        if not backoff.attempt(name) or not two_factor.use_code(user, code):
            security_log.note("wrong_code", user)
            raise NotConfirmed
        backoff.forget(name)
    security_log.note("confirmed", user)


def is_password(user: User, password: str) -> bool:
    """Is it the user's password? Wrong ones are counted, to stop guesses in a stolen session."""
    name = f"confirm {user.public_id}"
    free = backoff.attempt(name)
    right = passwords.matches(user.password_hash if free else None, password)
    if right:
        backoff.forget(name)
    else:
        security_log.note("wrong_password" if free else "paused", user)
    return right
