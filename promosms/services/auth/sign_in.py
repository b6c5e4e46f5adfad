"""Signing in: with one's own password, or once with the one that came by text."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AccountStatus, EmailLink, EmailLinkKind, User, now
from promosms.services.abuse import sms_pumping
from promosms.services.auth import backoff, known_browsers, passwords, sessions, totp
from promosms.services.auth import emails as auth_emails
from promosms.services.auth.known_browsers import Where
from promosms.services.auth.notify import tell
from promosms.services.mail import emails as account_emails

MOST_TRIES = 5


class WrongPassword(Exception):
    """The current password was not the right one."""


@dataclass(frozen=True)
class Entrant:
    """Who has given the right password; `by_text` if it was the one that came by text."""

    user: User
    by_text: bool


def attempt(email: str, password: str, where: Where) -> Entrant | None:
    """Sign-in with a password, counted; None if it is wrong or there is a pause.

    Browsers that are known have tries of their own, so that nobody can keep their user out. The
    count of those who need a second step ends with that.
    """
    name, network = counted(email, where)
    free = backoff.attempt(name, network)
    found = _recognise(email, password, paused=not free)
    if found is None:
        return None
    if free:
        backoff.take_back(name, network)
    if found.by_text or not totp.is_on(found.user):
        backoff.forget(name)
    return found


def counted(email: str, where: Where) -> tuple[str, str]:
    """Under which names the tries of somebody are counted: person and, of strangers, network."""
    address = email.strip().lower()
    if known_browsers.is_known(address, where):
        return f"sign in {address} {where.network} {where.browser}", ""
    return f"sign in {address}", f"network {where.network}"


def entered(user: User, where: Where, when: str) -> None:
    """A browser was let in: nothing is counted any more; the user is told if it is a new one."""
    backoff.forget(*counted(user.email, where)[:1])
    with transaction():
        if known_browsers.note(user, where):
            tell(user, lambda: auth_emails.new_sign_in(where.browser, when))


def identify(email: str, password: str) -> User | None:
    """The user to whom e-mail and password belong, without counting.

    What is typed decides how many hashes are checked, never who exists: the answer takes as
    long for a stranger as for a user.
    """
    found = _recognise(email, password)
    return found.user if found else None


def _recognise(email: str, password: str, *, paused: bool = False) -> Entrant | None:
    """In a pause the own password opens nothing, but costs as much work as ever.

    The one that came by text does: it has 73 bits and five tries of its own, and is the way out
    for somebody whose password others are trying.
    """
    user = db.session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is not None and _leaving(user):
        user = None
    right = passwords.matches(user.password_hash if user and not paused else None, password)
    by_text = passwords.could_be_sent(password) and _redeem(user, passwords.normalised(password))
    return Entrant(user, by_text) if user is not None and (right or by_text) else None


def choose_password(user: User, password: str, token: str) -> None:
    """Give the user a password of one's own; every browser but this one is signed out."""
    hashed = passwords.hash_password(password)
    with transaction():
        set_password(user, hashed)
        sessions.close_others(user, token)


def change_password(user: User, current: str, password: str, token: str) -> None:
    """Replace the password by another; raises WrongPassword. The user is told by e-mail."""
    name = f"confirm {user.public_id}"
    free = backoff.attempt(name)
    if not passwords.matches(user.password_hash if free else None, current):
        raise WrongPassword
    backoff.forget(name)
    hashed = passwords.hash_password(password)
    with transaction():
        set_password(user, hashed)
        sessions.close_others(user, token)


def set_password(user: User, hashed: str) -> None:
    """Make this the user's password: what was sent by text or e-mail before is void.

    Who has come this way has proved the address, so that wrong tries are forgotten. The user is
    told, unless it is the very first password.
    """
    if user.password_hash is not None:
        tell(user, account_emails.password_changed)
    backoff.forget(f"sign in {user.email}", f"code {user.public_id} ")
    with transaction() as session:
        user.password_hash = hashed
        user.system_hash = None
        user.system_expires_at = None
        user.must_choose_password = False
        session.execute(
            delete(EmailLink).where(
                EmailLink.kind == EmailLinkKind.RESET, EmailLink.user_id == user.id
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
            .returning(User.phone)
        )
        phone = used.scalar_one_or_none()
        if phone is not None:
            sms_pumping.completed(phone)
        return phone is not None
