"""Payments: money received or paid back, one row for each movement, never changed afterwards."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import MONEY, Processing
from promosms.models.registry import N_, OPERATOR, READ, Export, Retention


class PaymentKind(StrEnum):
    """Receipts and won disputes bring money in; refunds and disputes take it out."""

    RECEIPT = "receipt"
    REFUND = "refund"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"


class Payment(Model):
    """`amount` is gross in 1/10,000, negative when money goes out.

    `provider` is "transfer", "stripe" or "overpayment". `reference` is the provider's name of the
    movement (bank reference, payment intent, refund); it is unique, so nothing is booked twice.
    The law requires this record: when an account is erased, `account_id`, `top_up_id` and `note`
    are emptied, the times are cut to the day, a bank reference becomes a keyed hash ("gone:…"), and
    the figures stay.
    """

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("provider", "reference", "kind"),
        CheckConstraint(
            # A refund that failed at the provider has a second row with a positive amount.
            "CASE kind WHEN 'dispute' THEN amount < 0"
            " WHEN 'refund' THEN amount <> 0 ELSE amount > 0 END",
            name="signs",
        ),
    )
    privacy = Privacy.LEGAL
    customer_rights = READ
    export = Export(
        "payments",
        N_("Money that came or went."),
        without={"actor": OPERATOR},
        words={"invoice_id": N_("the number of the invoice"), "provider": N_("by which way")},
        money=("amount",),
        referred=("payment_id",),
    )
    retention = Retention(
        "ever: figures that lead to nobody when the account is gone",
        words=N_(
            "They stay in the books. When the account is deleted, nothing here leads from them to "
            "it any more."
        ),
    )
    processing = Processing(MONEY, N_("Payments: amount, day, way, and the reference of the bank"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int | None] = mapped_column(BigId, index=True)
    top_up_id: Mapped[int | None] = mapped_column(BigId, index=True)
    invoice_id: Mapped[int | None] = mapped_column(BigId, index=True)
    kind: Mapped[str] = mapped_column(String(11), default=PaymentKind.RECEIPT)
    provider: Mapped[str] = mapped_column(String(12))
    reference: Mapped[str] = mapped_column(String(120))
    currency: Mapped[str] = mapped_column(String(3))
    amount: Mapped[int] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(String(20), default="")
    note: Mapped[str] = mapped_column(String(300), default="")
    paid_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
