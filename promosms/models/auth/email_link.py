"""E-mail links: each proves an address once."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, ForeignKey, LargeBinary, String, or_
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now, users_of
from promosms.models.processing import SIGN_IN, Processing
from promosms.models.registry import N_, NotExported, Retention


class EmailLinkKind(StrEnum):
    """What the link allows."""

    REGISTER = "register"
    RESET = "reset"
    ADMIN = "admin"
    COLLEAGUE = "colleague"  # joins the account of the user who has invited
    EMAIL = "email"  # the new address of a user
    UNDO = "undo_email"  # address, number and second step become what they were
    PHONE = "phone"  # the new number of a user
    DELETE = "delete"  # the account is deleted without signing in
    KEEP = "totp_keep"  # two-factor sign-in stays on


class EmailLink(Model):
    """A single-use link; the row is deleted when it is used or has expired.

    `factors_encrypted`: number and second step as they were, for a link that undoes a change; see
    services/auth/factors.py. Encrypted with the key of the installation. `role`: of a colleague who
    is invited.
    """

    __tablename__ = "email_links"
    privacy = Privacy.ACCOUNT
    export = NotExported(N_("Links that were sent by e-mail: they are keys."))
    retention = Retention(
        "it is used, or `expires_at`",
        by="registrations",
        limit=timedelta(days=7),
        what=N_("A registration that nobody completes"),
        words=N_("Until it is used or has expired: at most %(time)s."),
    )
    processing = Processing(
        SIGN_IN,
        N_(
            "Links sent by e-mail, as a hash, with the address or number that they confirm; with a "
            "link that undoes a change, the earlier address and, encrypted, number and second step"
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(254), default="", index=True)
    phone: Mapped[str] = mapped_column(String(16), default="")
    factors_encrypted: Mapped[bytes | None] = mapped_column(LargeBinary)
    role: Mapped[str] = mapped_column(String(8), default="", server_default="")
    language: Mapped[str] = mapped_column(String(5), default="en")
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """Those of its users, and those that were sent to their addresses."""
        by_user = cls.user_id.in_(users_of(account_id, "id"))
        return or_(by_user, cls.email.in_(users_of(account_id, "email")))
