"""The ledger: every movement of money of an account, never changed afterwards."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now
from promosms.models.processing import MONEY, NotPersonal, Processing
from promosms.models.registry import (
    ADD,
    CHANGE,
    N_,
    NO_RIGHTS,
    NOBODYS,
    OPERATOR,
    WITH_ACCOUNT,
    WITH_INSTALLATION,
    Export,
)


class EntryKind(StrEnum):
    """A hold sets money aside, a charge takes it from there, a release gives it back.

    A credit is a top-up or a gift, a refund goes back to the payer. A dispute is what the payer's
    bank takes back, and also what returns when the dispute is won.
    """

    CREDIT = "credit"
    HOLD = "hold"
    CHARGE = "charge"
    RELEASE = "release"
    ADJUSTMENT = "adjustment"
    REFUND = "refund"
    DISPUTE = "dispute"


# The signs of each kind; an adjustment needs a reason and an actor.
SIGNS = """CASE kind
WHEN 'credit' THEN amount > 0 AND held = 0
WHEN 'hold' THEN amount <= 0 AND held = -amount
WHEN 'charge' THEN amount <= 0 AND held <= 0
WHEN 'release' THEN amount >= 0 AND (held = 0 OR held = -amount)
WHEN 'adjustment' THEN held = 0 AND note <> '' AND actor <> ''
WHEN 'refund' THEN amount < 0 AND held = 0
WHEN 'dispute' THEN held = 0
ELSE 1 = 0 END"""


class LedgerEntry(Model):
    """`amount` is the change of the balance, `held` the change of the money set aside.

    The balance of an account is the sum of `amount`, its held money the sum of `held`. The
    database refuses any change of an entry (guards.py).
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        Index("ix_ledger_entries_page", "account_id", "id"),
        Index("ix_ledger_entries_month", "account_id", "created_at"),  # what a month has cost
        CheckConstraint(SIGNS, name="signs"),
    )
    privacy = Privacy.ACCOUNT
    customer_rights = ADD
    export = Export(
        "ledger",
        N_("Every movement of your balance."),
        without={"actor": OPERATOR},
        words={"payment_id": N_("the payment, see payments")},
        money=("amount", "held"),
    )
    retention = WITH_ACCOUNT
    processing = Processing(MONEY, N_("Movements of the balance, with notes"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    payment_id: Mapped[int | None] = mapped_column(BigId, index=True)
    kind: Mapped[str] = mapped_column(String(10))
    amount: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    reference: Mapped[str] = mapped_column(String(80), unique=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    actor: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Hold(Model):
    """The money set aside for a campaign. `remaining` is neither charged nor released yet."""

    __tablename__ = "holds"
    __table_args__ = (CheckConstraint("remaining >= 0", name="remaining"),)
    privacy = Privacy.ACCOUNT
    customer_rights = CHANGE
    export = Export(
        "holds",
        N_("What campaigns have set aside."),
        words={
            "remaining": N_("what is neither charged nor given back yet"),
            "closed_at": N_("when nothing was left of it"),
        },
        money=("amount", "remaining"),
    )
    retention = WITH_ACCOUNT
    processing = Processing(MONEY, N_("What campaigns have set aside"))

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    remaining: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LedgerTotal(Model):
    """Sums of the entries of erased accounts, by month, without any account.

    `kind` is the kind of the entries, or "top_up" for credits that were paid for.
    """

    __tablename__ = "ledger_totals"
    privacy = Privacy.LEGAL
    customer_rights = NO_RIGHTS
    export = NOBODYS
    retention = WITH_INSTALLATION
    processing = NotPersonal("Sums by month of all erased accounts together.")

    month: Mapped[str] = mapped_column(String(7), primary_key=True)  # "2026-11"
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger, default=0)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
