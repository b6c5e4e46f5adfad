"""Signing in: with the user's own password, or once with a system password sent by text."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AccountStatus, EmailLink, EmailLinkKind, User, now
from promosms.services.abuse import sms_pumping
from promosms.services.auth import (
    backoff,
    known_browsers,
    passwords,
    reauthentication,
    security_log,
    sessions,
    totp,
)
from promosms.services.auth import emails as auth_emails
from promosms.services.auth.known_browsers import Client
from promosms.services.mail import emails as account_emails
from promosms.services.mail.notify import tell_user

MOST_TRIES = 5


class WrongPassword(Exception):
    """The current password was not the right one, or the session has ended meanwhile."""


@dataclass(frozen=True)
class Authenticated:
    """A user who has given the right password; `by_text` if it was a system password."""

    user: User
    by_text: bool


def attempt(email: str, password: str, client: Client) -> Authenticated | None:
    """Check a password and count the try; None if it is wrong or during a pause.

    Known browsers are counted separately, so that nobody can lock their user out. With two-factor
    sign-in the count is forgotten only after the second factor.
    """
    name, network = backoff_names(email, client)
    free = backoff.attempt(name, network)
    authenticated = _authenticate(email, password, paused=not free)
    if authenticated is None:
        security_log.note_address("wrong_password" if free else "paused", email)
        return None
    security_log.note("password_right", authenticated.user)
    if free:
        backoff.take_back(name, network)
    if authenticated.by_text or not totp.is_on(authenticated.user):
        backoff.forget(name)
    return authenticated


def backoff_names(email: str, client: Client) -> tuple[str, str]:
    """The names under which tries are counted: the address and, for strangers, the network."""
    address = email.strip().lower()
    if known_browsers.is_known(address, client):
        return f"sign in {address} {client.network} {client.browser}", ""
    return f"sign in {address}", f"network {client.network}"


def entered(user: User, client: Client, when: str, *, stays: bool = False) -> None:
    """A session was opened: forget wrong tries, and e-mail the user if the browser is new."""
    backoff.forget(backoff_names(user.email, client)[0])
    security_log.note("signed_in", user, "stays" if stays else "")
    with transaction():
        if known_browsers.note(user, client):
            tell_user(user, lambda: auth_emails.new_sign_in(client.browser, when))


def identify(email: str, password: str) -> User | None:
    """The user with this e-mail address and password, without counting.

    The number of hashes that are checked depends on the typed password only: the answer takes as
    long for an unknown address as for a user.
    """
    authenticated = _authenticate(email, password)
    return authenticated.user if authenticated else None


def _authenticate(email: str, password: str, *, paused: bool = False) -> Authenticated | None:
    """During a pause the user's own password is refused after the usual work.

    A system password is accepted: it has 73 bits and five tries of its own. So a user whose
    password others are guessing can still sign in.
    """
    user = db.session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is not None and _is_deleting(user):
        user = None
    right = passwords.matches(user.password_hash if user and not paused else None, password)
    by_text = passwords.could_be_sent(password) and _redeem(user, passwords.normalised(password))
    return Authenticated(user, by_text) if user is not None and (right or by_text) else None


def choose_password(user: User, password: str, token: str) -> None:
    """Set the user's own password; every other browser is signed out. Raises WrongPassword."""
    hashed = passwords.hash_password(password)
    with transaction():
        # While it was hashed, a link that undoes changes may have ended the session.
        db.session.refresh(user, with_for_update=True)
        row = sessions.find(token, touch=False)
        if row is None:
            raise WrongPassword
        # After a system password the user has only just asked to stay signed in.
        if not user.must_choose_password:
            sessions.shorten(row)
        set_password(user, hashed)
        sessions.close_others(user, token)


def change_password(user: User, current: str, password: str, token: str) -> None:
    """Replace the password and e-mail the user; raises WrongPassword."""
    if not reauthentication.is_password(user, current):
        raise WrongPassword
    choose_password(user, password, token)


def set_password(user: User, hashed: str) -> None:
    """Store this as the user's password; system passwords and links sent before become void.

    The user has proved who is there, so wrong tries are forgotten. An e-mail goes to the user,
    unless it is the first password.
    """
    if user.password_hash is not None:
        tell_user(user, account_emails.password_changed)
    security_log.note("factor_changed", user, "password")
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


def _is_deleting(user: User) -> bool:
    return user.account is not None and user.account.status == AccountStatus.DELETING


def _redeem(user: User | None, password: str) -> bool:
    """Use up the system password; a try is counted before the check."""
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
