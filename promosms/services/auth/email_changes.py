"""Changes of the e-mail address: the new one confirms by a link."""

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.models import EmailLink, EmailLinkKind, User
from promosms.services.abuse import receivers
from promosms.services.auth import (
    email_links,
    known_browsers,
    security_log,
    sessions,
    undo_changes,
)
from promosms.services.auth import emails as auth_emails
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.registration import user_of
from promosms.services.mail.notify import tell_user

KIND = EmailLinkKind.EMAIL


def ask(user: User, email: str, *, proven: bool = False) -> None:
    """Write to the new and to the current address; nothing changes before the link is used.

    Only the owner of a taken address learns that it is taken. `proven`: the browser has done the
    proof of work. If nothing may go to the new address, a link that is there already still works.
    """
    email = email.strip().lower()
    with transaction():
        writes = receivers.may_write(email, proven=proven)
        _forget_links(user, kept="" if writes else email)
        if writes and not _taken(user, email):
            link = email_links.new_link(KIND, email, user=user)
            # It belongs to no account until it is confirmed, so the account does not read it.
            tell_user(user, lambda: auth_emails.confirm_email(link), email)
        tell_user(user, auth_emails.email_asked)


def apply(token: str, keep: str = "") -> User:
    """Use the new address; every session ends except that of the token `keep`. Raises LinkGone."""
    try:
        user_id = email_links.find(KIND, token).user_id
        with transaction() as session:
            user = undo_changes.lock(user_id)
            link = email_links.find(KIND, token)
            undo = undo_changes.new_link(user)
            old, user.email = user.email, link.email
            session.flush()
            _forget_links(user)
            known_browsers.forget(user)
            sessions.close_others(user, keep)
            masked_email = masked(user.email)
            tell_user(user, lambda: auth_emails.email_changed(masked_email, undo), old)
            tell_user(user, auth_emails.email_is_yours)
            security_log.note("factor_changed", user, "email")
            return user
    except IntegrityError as error:  # somebody has registered with it meanwhile
        raise LinkGone from error


def find(token: str) -> EmailLink:
    """The open link to change an address; raises LinkGone, also while the account is deleted."""
    link = email_links.find(KIND, token)
    undo_changes.living(link.user_id)
    return link


def masked(email: str) -> str:
    """An address that only somebody who knows it recognises: o•••@example.com."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}"


def _taken(user: User, email: str) -> bool:
    with row_security.bypass("an address is unique in the whole installation"):
        owner = user_of(email)
        if owner is not None and owner.id != user.id:
            tell_user(owner, auth_emails.email_taken)
    return owner is not None


def _forget_links(user: User, kept: str = "") -> None:
    """Forget the links of this user to other addresses than the one that is kept."""
    with transaction() as session:
        own = EmailLink.user_id == user.id, EmailLink.kind == KIND, EmailLink.email != kept
        session.execute(delete(EmailLink).where(*own))
