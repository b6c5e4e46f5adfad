"""Accounts: one small business each."""

import secrets
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, BigInteger, CheckConstraint, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now


def new_log_key() -> str:
    """A random key: 128 bits."""
    return secrets.token_hex(16)


class AccountStatus(StrEnum):
    """Only an active account sends; a deleting one is already unreachable."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETING = "deleting"


class Account(Model):
    """A customer of the installation. Money in 1/10,000 of the currency.

    `approved_at` ends the trial: the first paid top-up, or an admin. `created_at` is when it
    registered. `terms_version` is the version of the policies that it accepted then, with the
    contract on the data of recipients (article 28 of the GDPR) in it. `retention_days` is how long
    the numbers and texts of its messages are kept after the last news of them. Logs contain
    only a pseudonym made with `log_key`, which cannot be computed after the row is deleted.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("balance >= 0", name="balance"),
        CheckConstraint("held >= 0", name="held"),
        {"sqlite_autoincrement": True},  # an id is never used twice
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
    terms_version: Mapped[str] = mapped_column(String(10), default="", server_default="")
    retention_days: Mapped[int] = mapped_column(SmallInteger, default=30, server_default="30")
    log_key: Mapped[str] = mapped_column(String(32), default=new_log_key, server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
