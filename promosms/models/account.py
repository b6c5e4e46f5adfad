"""Accounts: one small business each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now


class AccountStatus(StrEnum):
    """Only an active account sends; a deleting one is already unreachable."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETING = "deleting"


class Account(Model):
    """A customer of the installation. Money in 1/10,000 of the currency.

    `approved_at` ends the trial: the first paid top-up, or an admin. `created_at` is when it
    registered.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("balance >= 0", name="balance"),
        CheckConstraint("held >= 0", name="held"),
        {"sqlite_autoincrement": True},  # an id is never given twice
    )
    privacy = Privacy.ACCOUNT

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    status: Mapped[str] = mapped_column(String(12), default=AccountStatus.ACTIVE, index=True)
    suspended_reason: Mapped[str] = mapped_column(String(300), default="")
    region: Mapped[str] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(40), default="UTC")
    balance: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    field_labels: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    served_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
