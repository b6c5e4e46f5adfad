"""Another e-mail address: the new one confirms by a link, the old one may take it back."""

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AccountStatus, EmailLink, EmailLinkKind, User
from promosms.services.auth import email_links, known_browsers, sessions
from promosms.services.auth import emails as auth_emails
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.notify import tell
from promosms.services.auth.registration import user_of

KIND, UNDO = EmailLinkKind.EMAIL, EmailLinkKind.UNDO


def ask(user: User, email: str) -> None:
    """Write to the new address and to the present one; nothing changes before the link is used.

    Of an address that is taken only its owner learns that.
    """
    email = email.strip().lower()
    with transaction():
        _forget_links(user)
        if not _taken(user, email):
            link = email_links.new_link(KIND, email, user=user)
            # It belongs to no account until it is confirmed, so the account does not read it.
            tell(user, lambda: auth_emails.confirm_email(link), email)
        tell(user, auth_emails.email_asked)


def apply(token: str, keep: str = "") -> User:
    """The new address counts; every session but that of the token `keep` ends. Raises LinkGone."""
    try:
        with transaction() as session:
            link = email_links.find(KIND, token)
            user = _person(session.get(User, link.user_id, with_for_update=True))
            old, user.email = user.email, link.email
            session.flush()
            _forget_links(user)
            undo = email_links.new_link(UNDO, old, user=user)
            _start_anew(user, keep)
            shown = masked(user.email)
            tell(user, lambda: auth_emails.email_changed(shown, undo), old)
            tell(user, auth_emails.email_is_yours)
            return user
    except IntegrityError as error:  # somebody has registered with it in the meantime
        raise LinkGone from error


def undo(token: str) -> None:
    """The old address counts again; who changed it knew the password, so that is void.

    Raises LinkGone.
    """
    try:
        with transaction() as session:
            link = email_links.find(UNDO, token)
            user = _person(session.get(User, link.user_id, with_for_update=True))
            user.email = link.email
            user.password_hash = user.system_hash = None
            session.flush()
            session.execute(delete(EmailLink).where(EmailLink.user_id == user.id))
            _start_anew(user, "")
            tell(user, auth_emails.email_back)
    except IntegrityError as error:
        raise LinkGone from error


def find(kind: EmailLinkKind, token: str) -> EmailLink:
    """The open link of a living account; raises LinkGone."""
    link = email_links.find(kind, token)
    _person(db.session.get(User, link.user_id))
    return link


def masked(email: str) -> str:
    """An address that only who knows it recognises: o•••@example.com."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def _person(user: User | None) -> User:
    if user is None or (user.account and user.account.status == AccountStatus.DELETING):
        raise LinkGone
    return user


def _taken(user: User, email: str) -> bool:
    with row_security.bypass("an address is unique in the whole installation"):
        found = user_of(email)
        if found is not None and found.id != user.id:
            tell(found, auth_emails.email_taken)
    return found is not None


def _start_anew(user: User, keep: str) -> None:
    known_browsers.forget(user)
    sessions.close_others(user, keep)


def _forget_links(user: User) -> None:
    with transaction() as session:
        ours = EmailLink.user_id == user.id, EmailLink.kind == KIND
        session.execute(delete(EmailLink).where(*ours))
