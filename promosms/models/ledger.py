"""The ledger: every movement of money of an account, never changed afterwards."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now


class EntryKind(StrEnum):
    """A hold moves money aside, a charge takes it from there, a release gives it back."""

    CREDIT = "credit"
    HOLD = "hold"
    CHARGE = "charge"
    RELEASE = "release"
    ADJUSTMENT = "adjustment"


class LedgerEntry(Model):
    """Changes of the two pots: `amount` of the balance, `held` of what is set aside.

    The balance of an account is the sum of `amount`, its held money the sum of `held`.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (Index("ix_ledger_entries_page", "account_id", "id"),)
    privacy = Privacy.ACCOUNT

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    reference: Mapped[str] = mapped_column(String(80), unique=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    actor: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Hold(Model):
    """What a campaign has set aside. `remaining` is neither charged nor released yet."""

    __tablename__ = "holds"
    __table_args__ = (CheckConstraint("remaining >= 0", name="remaining"),)
    privacy = Privacy.ACCOUNT

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    remaining: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
