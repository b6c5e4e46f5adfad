"""Admins: who they are, and how the right of one ends. One who can do the work always stays.

An admin belongs to no account, so the user has nothing but this right: when it ends, the user is
deleted with everything about this person, and may register as anybody else.
"""

from collections.abc import Callable

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import force_locale
from promosms.models import AccountStatus, Email, EmailLink, Role, User
from promosms.services.accounts import adjustments
from promosms.services.audit import log as audit_log
from promosms.services.auth import emails as auth_emails
from promosms.services.auth import totp
from promosms.services.mail.emails import EmailText
from promosms.services.mail.notify import tell_admins
from promosms.services.mail.outbox import queue_email

SERVER = "server"
"""The actor of what is done by a command."""


class LastAdmin(Exception):
    """Nobody would stay who can do the work of an admin."""


class NotAdmin(Exception):
    """The user, or the one who acts, is no admin, or not any more."""


def admins() -> list[User]:
    """All admins, the oldest first."""
    return list(db.session.scalars(_admins()))


def find(public_id: str) -> User | None:
    """An admin by the public id."""
    return db.session.scalar(_admins().where(User.public_id == public_id))


def by_email(email: str) -> User | None:
    """An admin by the e-mail address."""
    return db.session.scalar(_admins().where(User.email == email.strip().lower()))


def can_work(admin: User) -> bool:
    """Can this admin sign in and open the pages, as it is now?

    Not without a password, without the second step where it is mandatory, or with an account that
    is suspended or being deleted.
    """
    account = admin.account
    return (
        admin.password_hash is not None
        and (totp.is_on(admin) or not totp.required(admin))
        and (account is None or account.status == AccountStatus.ACTIVE)
    )


def is_last(admin: User) -> bool:
    """Would nobody stay who can do the work, without this admin?"""
    return not any(can_work(other) for other in admins() if other.id != admin.id)


def leave(public_id: str) -> None:
    """Give up one's own right; raises LastAdmin and NotAdmin."""
    with transaction() as session:
        _end(session, public_id, public_id, "admin.leave", "")


def revoke(public_id: str, actor: str, reason: str) -> None:
    """Take the right away, as another admin or SERVER; raises LastAdmin and NotAdmin."""
    if public_id == actor:
        raise ValueError("who gives up the own right leaves")
    with transaction() as session:
        _end(session, public_id, actor, "admin.revoke", reason)


def _end(session: Session, public_id: str, actor: str, action: str, reason: str) -> None:
    """All admins are locked: of two who take the right from each other, one comes too late."""
    locked = _admins().with_for_update().execution_options(populate_existing=True)
    found = {admin.public_id: admin for admin in session.scalars(locked)}
    if public_id not in found or actor not in (*found, SERVER):
        raise NotAdmin
    admin = found.pop(public_id)
    if not any(can_work(other) for other in found.values()):
        raise LastAdmin
    by = "" if actor == public_id else found[actor].email if actor in found else SERVER
    address, language = admin.email, admin.language
    adjustments.withdraw_all(session, public_id, actor)
    _delete(session, admin)
    audit_log.record(actor, action, public_id, reason)
    _write(address, language, lambda: auth_emails.admin_ended(by, reason))
    tell_admins(lambda: auth_emails.other_admin_ended(address, by, reason))


def _delete(session: Session, admin: User) -> None:
    """Sessions, codes and all else that hangs on the user go by their foreign keys."""
    for condition in (EmailLink.email == admin.email, EmailLink.user_id == admin.id):
        session.execute(delete(EmailLink).where(condition))
    no_account = Email.account_id.is_(None)
    session.execute(delete(Email).where(no_account, Email.recipient == admin.email))
    session.execute(delete(User).where(User.id == admin.id))
    session.expunge(admin)


def _write(address: str, language: str, write: Callable[[], EmailText]) -> None:
    with force_locale(language):
        queue_email(address, *write())


def _admins() -> Select[User]:
    return select(User).where(User.role == Role.ADMIN).order_by(User.id)
