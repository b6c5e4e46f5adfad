"""Deleting an account without signing in, for users who lost access or never finished registering.

A link goes to the e-mail address; its page deletes the account. The password is needed if there is
one, because access to the mailbox alone must not be enough to destroy a business.
"""

from dataclasses import dataclass

from sqlalchemy import delete as sql_delete
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    AccountStatus,
    Email,
    EmailLink,
    EmailLinkKind,
    Role,
    User,
)
from promosms.services.abuse import receivers
from promosms.services.auth import email_links, reauthentication
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.registration import user_of
from promosms.services.mail.notify import tell_user
from promosms.services.mail.outbox import queue_email
from promosms.services.privacy import emails as privacy_emails
from promosms.services.privacy import erasure

KIND = EmailLinkKind.DELETE


class WrongPassword(Exception):
    """This is not the password of the account."""


@dataclass(frozen=True)
class DeletionRequest:
    """What a link deletes: the account of an owner, or (None) an unfinished registration."""

    account_id: int | None
    password_needed: bool


def ask(email: str, *, proven: bool = False) -> None:
    """Write to somebody who wants to delete an account, whether the address has one or not.

    `proven`: the browser has done the proof of work.
    """
    email = email.strip().lower()
    with transaction():
        if not receivers.may_write(email, proven=proven):
            return
        user = user_of(email)
        if user is None and not _is_registering(email):
            queue_email(email, *privacy_emails.nothing_to_delete())
        elif user is None:
            queue_email(email, *privacy_emails.delete_account(email_links.new_link(KIND, email)))
        elif user.role == Role.ADMIN:
            tell_user(user, privacy_emails.admin_leaves)
        elif user.role != Role.OWNER:
            tell_user(user, privacy_emails.not_the_owner)
        else:
            link = email_links.new_link(KIND, email, user=user)
            tell_user(user, lambda: privacy_emails.delete_account(link))


def find(token: str) -> DeletionRequest:
    """The request of a link; raises LinkGone."""
    link = email_links.find(KIND, token)
    user = db.session.get(User, link.user_id) if link.user_id else None
    if user is None:
        return DeletionRequest(None, password_needed=False)
    if user.account is None or user.account.status == AccountStatus.DELETING:
        raise LinkGone
    return DeletionRequest(user.account_id, password_needed=user.password_hash is not None)


def delete(token: str, password: str, progress_link: str) -> int | None:
    """Delete the account of a link; returns its id, or None for a registration.

    `progress_link` is the secret that shows the erasure. Raises LinkGone and WrongPassword.
    """
    link = email_links.find(KIND, token)
    request = find(token)
    if request.account_id is None:
        _forget_registration(link.email)
        return None
    user = db.session.get_one(User, link.user_id)
    # The mailbox is the second step here: a lost app must not keep anybody from leaving.
    if request.password_needed and not reauthentication.is_password(user, password):
        raise WrongPassword
    erasure.begin(request.account_id, user.public_id, progress_link)
    return request.account_id


def _is_registering(email: str) -> bool:
    query = select(EmailLink.id).where(EmailLink.email == email)
    return db.session.scalar(query.limit(1)) is not None


def _forget_registration(email: str) -> None:
    with transaction() as session:
        no_user = EmailLink.user_id.is_(None)
        session.execute(sql_delete(EmailLink).where(EmailLink.email == email, no_user))
        no_account = Email.account_id.is_(None)
        session.execute(sql_delete(Email).where(Email.recipient == email, no_account))
