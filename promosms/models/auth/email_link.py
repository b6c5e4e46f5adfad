"""E-mail links: each proves an address once."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now


class EmailLinkKind(StrEnum):
    """What the link allows."""

    REGISTER = "register"
    RESET = "reset"
    ADMIN = "admin"
    EMAIL = "email"  # the new address of a user
    UNDO = "undo_email"  # the old address undoes the change
    PHONE = "phone"  # the new number of a user
    DELETE = "delete"  # the account is deleted without signing in
    KEEP = "totp_keep"  # two-factor sign-in stays on


class EmailLink(Model):
    """A single-use link; the row is deleted when it is used or has expired."""

    __tablename__ = "email_links"
    privacy = Privacy.ACCOUNT

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254), default="", index=True)
    phone: Mapped[str] = mapped_column(String(16), default="")
    language: Mapped[str] = mapped_column(String(5), default="en")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
