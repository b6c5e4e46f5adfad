"""E-mail links: each works once and for a limited time."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import current_language
from promosms.models import EmailLink, EmailLinkKind, User, now
from promosms.services.auth.sessions import digest
from promosms.urls import public_address

LIFETIMES = {
    EmailLinkKind.REGISTER: timedelta(hours=24),
    EmailLinkKind.RESET: timedelta(hours=1),
    EmailLinkKind.DELETE: timedelta(hours=1),
    EmailLinkKind.ADMIN: timedelta(hours=24),
    EmailLinkKind.COLLEAGUE: timedelta(days=7),
    EmailLinkKind.EMAIL: timedelta(hours=24),
    EmailLinkKind.UNDO: timedelta(days=7),
    EmailLinkKind.PHONE: timedelta(hours=24),
    EmailLinkKind.KEEP: timedelta(days=7),
}
PATHS = {
    EmailLinkKind.REGISTER: "/register/",
    EmailLinkKind.RESET: "/forgotten/",
    EmailLinkKind.DELETE: "/leave/",
    EmailLinkKind.ADMIN: "/admin/join/",
    EmailLinkKind.COLLEAGUE: "/colleagues/join/",
    EmailLinkKind.EMAIL: "/change/email/",
    EmailLinkKind.UNDO: "/change/undo/",
    EmailLinkKind.PHONE: "/change/phone/",
    EmailLinkKind.KEEP: "/change/keep/",
}


class LinkGone(Exception):
    """The link was used, has expired, or never was."""


def new_link(
    kind: EmailLinkKind,
    email: str = "",
    phone: str = "",
    user: User | None = None,
    factors: bytes | None = None,
    role: str = "",
) -> str:
    """Make a link and return its whole address; only a hash of its token is stored."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        session.add(
            EmailLink(
                kind=kind,
                token_hash=digest(token),
                email=email,
                phone=phone,
                factors_encrypted=factors,
                role=role,
                language=user.language if user else current_language(),
                user_id=user.id if user else None,
                expires_at=now() + LIFETIMES[kind],
            )
        )
    return public_address(PATHS[kind] + token)


def find(kind: EmailLinkKind, token: str) -> EmailLink:
    """The open link with this token; raises LinkGone."""
    query = select(EmailLink).where(
        EmailLink.kind == kind,
        EmailLink.token_hash == digest(token),
        EmailLink.expires_at > now(),
    )
    # Inside a transaction the row is locked: of two requests at once only one may use the link.
    if db.session().info.get("writing"):
        query = query.with_for_update().execution_options(populate_existing=True)
    link = db.session.scalar(query)
    if link is None:
        raise LinkGone
    return link


def forget_expired() -> None:
    """Delete the links that have expired."""
    with transaction() as session:
        session.execute(delete(EmailLink).where(EmailLink.expires_at <= now()))
