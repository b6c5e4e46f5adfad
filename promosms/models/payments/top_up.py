"""Top-ups: what an account orders, how it pays, and how much it has paid."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import MONEY, Processing
from promosms.models.registry import ADD_AND_CHANGE, N_, OPERATOR, REPEATED, WITH_ACCOUNT, Export


class TopUpStatus(StrEnum):
    """open -> paid, cancelled or expired; a later payment turns the last two into paid."""

    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class PayMethod(StrEnum):
    """How a top-up is paid."""

    TRANSFER = "transfer"
    CARD = "card"


class TopUp(Model):
    """Money in 1/10,000, whole cents: `net` goes to the balance, `gross` is to be paid.

    `paid` is what was received so far, less refunds; `rate` is the VAT in 1/100 of a percent,
    `tax_case` the reason for it. `buyer` is a copy of the company at the time of the order.
    `number` is that of the pro forma, `reference` is what the payer writes into the transfer.
    `checkout` is Stripe's id of the Checkout session or, if `automatic`, of the payment intent.
    """

    __tablename__ = "top_ups"
    __table_args__ = (
        CheckConstraint("net > 0 AND tax >= 0 AND gross = net + tax", name="sums"),
        Index("ix_top_ups_page", "account_id", "id"),
        Index("ix_top_ups_status", "status", "id"),
    )
    privacy = Privacy.ACCOUNT
    customer_rights = ADD_AND_CHANGE
    export = Export(
        "top-ups",
        N_("Your orders of credit."),
        without={"tax_check_id": REPEATED, "checkout": OPERATOR, "actor": OPERATOR},
        words={
            "method": N_("how it is paid"),
            "automatic": N_("was it ordered by itself"),
            "paid": N_("what has been paid of it"),
            "buyer": N_("the buyer, as it stood then"),
            "number": N_("number of the pro forma"),
            "expires_at": N_("until when it waits for its money"),
        },
        money=("net", "tax", "gross", "paid"),
        referred=("top_up_id",),
    )
    retention = WITH_ACCOUNT
    processing = Processing(MONEY, N_("Orders, with the company at that time"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    status: Mapped[str] = mapped_column(String(9), default=TopUpStatus.OPEN)
    method: Mapped[str] = mapped_column(String(8))
    automatic: Mapped[bool] = mapped_column(default=False)
    currency: Mapped[str] = mapped_column(String(3))
    net: Mapped[int] = mapped_column(BigInteger)
    tax: Mapped[int] = mapped_column(BigInteger)
    gross: Mapped[int] = mapped_column(BigInteger)
    paid: Mapped[int] = mapped_column(BigInteger, default=0)
    rate: Mapped[int] = mapped_column(Integer)
    tax_case: Mapped[str] = mapped_column(String(20))
    tax_check_id: Mapped[int | None] = mapped_column(BigId)
    buyer: Mapped[dict[str, Any]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(5), default="en")
    number: Mapped[str] = mapped_column(String(40), default="")
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    checkout: Mapped[str | None] = mapped_column(String(120), unique=True)
    actor: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
