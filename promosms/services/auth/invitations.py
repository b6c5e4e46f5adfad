"""Invitations of admins: there are no default credentials, the first admin joins by a link."""

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from promosms.db.transactions import transaction
from promosms.language import current_language
from promosms.models import EmailLink, EmailLinkKind, Role, User
from promosms.services.audit import log as audit_log
from promosms.services.auth import email_links, passwords

KIND = EmailLinkKind.ADMIN


class EmailTaken(Exception):
    """A user with this e-mail address exists."""


def invite_admin(another: bool = False) -> str | None:
    """A link by which one admin can join, valid for 24 hours.

    None if there is an admin already, unless `another` is wanted. Older unused links become void.
    """
    with transaction() as session:
        admins = select(User.id).where(User.role == Role.ADMIN).limit(1)
        if not another and session.scalar(admins) is not None:
            return None
        session.execute(delete(EmailLink).where(EmailLink.kind == KIND))
        return email_links.new_link(KIND)


def join(token: str, email: str, password: str) -> User:
    """Create the admin; raises LinkGone and EmailTaken."""
    email_links.find(KIND, token)
    hashed = passwords.hash_password(password)
    try:
        with transaction() as session:
            invitation = email_links.find(KIND, token)
            admin = User(
                role=Role.ADMIN,
                email=email.strip().lower(),
                language=current_language(),
                password_hash=hashed,
                must_choose_password=False,
            )
            session.add(admin)
            session.delete(invitation)
            session.flush()
            audit_log.record(admin.public_id, "admin.join")
            return admin
    except IntegrityError as error:
        raise EmailTaken from error
