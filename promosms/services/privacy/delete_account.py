"""Leaving without signing in: for whoever has lost a password, a phone, or never had finished.

A link goes to the e-mail address; behind it the account is deleted, with the password if there is
one, because whoever reads somebody's e-mail must not be able to destroy his business.
"""

from dataclasses import dataclass

from sqlalchemy import delete, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import force_locale
from promosms.models import (
    AccountStatus,
    Email,
    EmailLink,
    EmailLinkKind,
    Role,
    User,
)
from promosms.services.auth import email_links, passwords
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.registration import user_of
from promosms.services.mail.outbox import queue_email
from promosms.services.privacy import emails as privacy_emails
from promosms.services.privacy import erasure

KIND = EmailLinkKind.LEAVE


class WrongPassword(Exception):
    """This is not the password of the account."""


@dataclass(frozen=True)
class Leaver:
    """Who has opened a link: an owner, or somebody whose registration is not finished."""

    account_id: int | None
    password_needed: bool


def ask(email: str) -> None:
    """Somebody wants his account deleted: write to the address, whether it is known or not."""
    email = email.strip().lower()
    with transaction():
        user = user_of(email)
        if user is None and not _registering(email):
            queue_email(email, *privacy_emails.nothing_here())
        elif user is None:
            queue_email(email, *privacy_emails.leave(email_links.new_link(KIND, email)))
        elif user.role != Role.OWNER:
            with force_locale(user.language):
                letter = privacy_emails.not_the_owner()
                queue_email(email, *letter, account_id=user.account_id)
        else:
            link = email_links.new_link(KIND, email, user=user)
            with force_locale(user.language):
                queue_email(email, *privacy_emails.leave(link), account_id=user.account_id)


def leaver(token: str) -> Leaver:
    """Who stands behind a link; raises LinkGone."""
    asked = email_links.find(KIND, token)
    user = db.session.get(User, asked.user_id) if asked.user_id else None
    if user is None:
        return Leaver(None, password_needed=False)
    if user.account is None or user.account.status == AccountStatus.DELETING:
        raise LinkGone
    return Leaver(user.account_id, password_needed=user.password_hash is not None)


def leave(token: str, password: str, link: str) -> int | None:
    """Delete what the link stands for: the id of the account, None for a registration.

    Raises LinkGone and WrongPassword.
    """
    asked = email_links.find(KIND, token)
    found = leaver(token)
    if found.account_id is None:
        _forget_registration(asked.email)
        return None
    user = db.session.get_one(User, asked.user_id)
    if found.password_needed and not passwords.matches(user.password_hash, password):
        raise WrongPassword
    erasure.begin(found.account_id, user.public_id, link)
    return found.account_id


def _registering(email: str) -> bool:
    query = select(EmailLink.id).where(EmailLink.email == email)
    return db.session.scalar(query.limit(1)) is not None


def _forget_registration(email: str) -> None:
    with transaction() as session:
        nobody = EmailLink.user_id.is_(None)
        session.execute(delete(EmailLink).where(EmailLink.email == email, nobody))
        session.execute(delete(Email).where(Email.recipient == email, Email.account_id.is_(None)))
