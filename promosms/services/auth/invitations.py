"""Invitations of admins: there are no default credentials, an admin joins by a link.

A command prints the link of the first admin; an admin has the others sent by e-mail. Such a link
belongs to that address, and to the admin who sent it: it goes with this admin.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import current_language, force_locale
from promosms.models import EmailLink, EmailLinkKind, Role, User, now
from promosms.services.audit import log as audit_log
from promosms.services.auth import email_links, passwords
from promosms.services.auth import emails as auth_emails
from promosms.services.mail.notify import tell_admins
from promosms.services.mail.outbox import queue_email

KIND = EmailLinkKind.ADMIN
PRINTED = ""
"""The address of an invitation that was printed by a command: whoever has it may use it."""


class EmailTaken(Exception):
    """A user with this e-mail address exists."""


class NotAdmin(Exception):
    """The one who invites is no admin, or not any more."""


def invite_admin(another: bool = False) -> str | None:
    """A link by which one admin can join, valid for 24 hours.

    None if there is an admin already, unless `another` is wanted. An older printed link becomes
    void.
    """
    with transaction() as session:
        admins = select(User.id).where(User.role == Role.ADMIN).limit(1)
        if not another and session.scalar(admins) is not None:
            return None
        session.execute(delete(EmailLink).where(EmailLink.kind == KIND, _sent_to(PRINTED)))
        return email_links.new_link(KIND)


def invite(email: str, inviter_id: int) -> None:
    """Send an invitation by e-mail, in the language of the inviter; an older one becomes void.

    It works once, for 24 hours, and for this address only. Raises EmailTaken and NotAdmin. The
    caller wakes the mail worker.
    """
    address = email.strip().lower()
    with transaction() as session:
        # Locked: when the right of the inviter has ended, nobody is invited any more.
        inviter = session.scalar(
            select(User)
            .where(User.id == inviter_id, User.role == Role.ADMIN)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if inviter is None:
            raise NotAdmin
        if session.scalar(select(User.id).where(User.email == address)) is not None:
            raise EmailTaken
        session.execute(delete(EmailLink).where(EmailLink.kind == KIND, _sent_to(address)))
        link = email_links.new_link(KIND, address, user=inviter)
        with force_locale(inviter.language):
            queue_email(address, *auth_emails.admin_invited(link, inviter.email))
        audit_log.record(inviter.public_id, "admin.invite")


def withdraw(email: str, actor: str) -> bool:
    """Make the invitation to an address, or the printed one, void; False if there is none."""
    with transaction() as session:
        gone = session.execute(
            delete(EmailLink).where(EmailLink.kind == KIND, _sent_to(email)).returning(EmailLink.id)
        ).all()
        if gone:
            audit_log.record(actor, "admin.uninvite")
        return bool(gone)


def waiting() -> Sequence[EmailLink]:
    """The invitations that can be used, the oldest first."""
    query = select(EmailLink).where(EmailLink.kind == KIND, EmailLink.expires_at > now())
    return db.session.scalars(query.order_by(EmailLink.id)).all()


def join(token: str, email: str, password: str) -> User:
    """Create the admin; raises LinkGone and EmailTaken.

    An invitation that was sent by e-mail is for its address, whatever is typed. The other admins
    are told.
    """
    email_links.find(KIND, token)
    hashed = passwords.hash_password(password)
    try:
        with transaction() as session:
            invitation = email_links.find(KIND, token)
            address = invitation.email or email.strip().lower()
            inviter = session.get(User, invitation.user_id) if invitation.user_id else None
            admin = User(
                role=Role.ADMIN,
                email=address,
                language=current_language(),
                password_hash=hashed,
                must_choose_password=False,
            )
            session.add(admin)
            session.delete(invitation)
            session.flush()
            audit_log.record(
                admin.public_id, "admin.join", inviter.public_id if inviter is not None else ""
            )
            by = inviter.email if inviter is not None else ""
            tell_admins(lambda: auth_emails.admin_joined(address, by), except_for=admin.public_id)
            return admin
    except IntegrityError as error:
        raise EmailTaken from error


def _sent_to(email: str) -> ColumnElement[bool]:
    return EmailLink.email == email
