"""Signing in: with one's own password, or once with the one that came by text."""

from sqlalchemy import delete, select, update

from promosms.database import transaction
from promosms.extensions import db
from promosms.models import AccountStatus, Confirmation, ConfirmationKind, User, now
from promosms.services import letters, passwords, sessions
from promosms.services.emails import queue_email

MOST_TRIES = 5


class WrongPassword(Exception):
    """The current password was not the right one."""


def identify(email: str, password: str) -> User | None:
    """The user to whom e-mail and password belong.

    What is typed decides how many hashes are checked, never who exists: the answer takes as
    long for a stranger as for a user.
    """
    user = db.session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is not None and _leaving(user):
        user = None
    found = user if passwords.matches(user.password_hash if user else None, password) else None
    if passwords.could_be_sent(password) and _redeem(user, passwords.normalised(password)):
        found = user
    return found


def choose_password(user: User, password: str, token: str) -> None:
    """Give the user a password of one's own; every browser but this one is signed out."""
    hashed = passwords.hash_password(password)
    with transaction():
        set_password(user, hashed)
        sessions.close_others(user, token)


def change_password(user: User, current: str, password: str, token: str) -> None:
    """Replace the password by another; raises WrongPassword. The user is told by e-mail."""
    if not passwords.matches(user.password_hash, current):
        raise WrongPassword
    hashed = passwords.hash_password(password)
    with transaction():
        set_password(user, hashed)
        sessions.close_others(user, token)
        queue_email(user.email, *letters.password_changed(), account_id=user.account_id)


def set_password(user: User, hashed: str) -> None:
    """Make this the user's password: what was sent by text or e-mail before is void."""
    with transaction() as session:
        user.password_hash = hashed
        user.system_hash = None
        user.system_expires_at = None
        user.must_choose_password = False
        session.execute(
            delete(Confirmation).where(
                Confirmation.kind == ConfirmationKind.RESET, Confirmation.user_id == user.id
            )
        )


def _leaving(user: User) -> bool:
    return user.account is not None and user.account.status == AccountStatus.DELETING


def _redeem(user: User | None, password: str) -> bool:
    """Use the system password up; a try is counted before it is known whether it is right."""
    with transaction() as session:
        stored = session.scalar(
            update(User)
            .where(
                User.id == (user.id if user else None),
                User.system_hash.is_not(None),
                User.system_expires_at > now(),
                User.system_tries < MOST_TRIES,
            )
            .values(system_tries=User.system_tries + 1)
            .returning(User.system_hash)
        )
    if not passwords.matches(stored, password):
        return False
    with transaction() as session:
        used = session.execute(
            update(User)
            .where(User.system_hash == stored)
            .values(system_hash=None, system_expires_at=None, must_choose_password=True)
            .returning(User.id)
        )
        return used.first() is not None
