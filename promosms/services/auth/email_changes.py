"""Changes of the e-mail address: the new one confirms by a link, the old one can undo it."""

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AccountStatus, EmailLink, EmailLinkKind, User
from promosms.services.auth import email_links, known_browsers, security_log, sessions
from promosms.services.auth import emails as auth_emails
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.registration import user_of
from promosms.services.mail.notify import tell_user

KIND, UNDO = EmailLinkKind.EMAIL, EmailLinkKind.UNDO


def ask(user: User, email: str) -> None:
    """Write to the new and to the current address; nothing changes before the link is used.

    Only the owner of a taken address learns that it is taken.
    """
    email = email.strip().lower()
    with transaction():
        _forget_links(user)
        if not _taken(user, email):
            link = email_links.new_link(KIND, email, user=user)
            # It belongs to no account until it is confirmed, so the account does not read it.
            tell_user(user, lambda: auth_emails.confirm_email(link), email)
        tell_user(user, auth_emails.email_asked)


def apply(token: str, keep: str = "") -> User:
    """Use the new address; every session ends except that of the token `keep`. Raises LinkGone."""
    try:
        with transaction() as session:
            link = email_links.find(KIND, token)
            user = _living(session.get(User, link.user_id, with_for_update=True))
            old, user.email = user.email, link.email
            session.flush()
            _forget_links(user)
            undo = email_links.new_link(UNDO, old, user=user)
            _end_sessions(user, keep)
            masked_email = masked(user.email)
            tell_user(user, lambda: auth_emails.email_changed(masked_email, undo), old)
            tell_user(user, auth_emails.email_is_yours)
            security_log.note("factor_changed", user, "email")
            return user
    except IntegrityError as error:  # somebody has registered with it meanwhile
        raise LinkGone from error


def undo(token: str) -> None:
    """Use the old address again; the password is void, because the attacker knew it.

    Raises LinkGone.
    """
    try:
        with transaction() as session:
            link = email_links.find(UNDO, token)
            user = _living(session.get(User, link.user_id, with_for_update=True))
            user.email = link.email
            user.password_hash = user.system_hash = None
            session.flush()
            session.execute(delete(EmailLink).where(EmailLink.user_id == user.id))
            _end_sessions(user, "")
            tell_user(user, auth_emails.email_back)
            security_log.note("factor_changed", user, "email_undone")
    except IntegrityError as error:
        raise LinkGone from error


def find(kind: EmailLinkKind, token: str) -> EmailLink:
    """The open link to change an address, or to undo the change; raises LinkGone.

    That of an account that is being deleted is gone, too.
    """
    link = email_links.find(kind, token)
    _living(db.session.get(User, link.user_id))
    return link


def masked(email: str) -> str:
    """An address that only somebody who knows it recognises: o•••@example.com."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def _living(user: User | None) -> User:
    if user is None or (user.account and user.account.status == AccountStatus.DELETING):
        raise LinkGone
    return user


def _taken(user: User, email: str) -> bool:
    with row_security.bypass("an address is unique in the whole installation"):
        owner = user_of(email)
        if owner is not None and owner.id != user.id:
            tell_user(owner, auth_emails.email_taken)
    return owner is not None


def _end_sessions(user: User, keep: str) -> None:
    known_browsers.forget(user)
    sessions.close_others(user, keep)


def _forget_links(user: User) -> None:
    with transaction() as session:
        session.execute(
            delete(EmailLink).where(EmailLink.user_id == user.id, EmailLink.kind == KIND)
        )
