"""Adjustments that wait for a second admin."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import MONEY, Processing
from promosms.models.registry import N_, OPERATOR, READ, WITH_ACCOUNT, Export


class AdjustmentStatus(StrEnum):
    """Requested, then agreed to or refused by another admin, or withdrawn by the same one."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Adjustment(Model):
    """`amount` in 1/10,000, up or down; `asked_by` and `decided_by` are public ids of admins."""

    __tablename__ = "adjustments"
    privacy = Privacy.ACCOUNT
    customer_rights = READ
    export = Export(
        "adjustments",
        N_("Corrections of your balance that the operator considered."),
        without=dict.fromkeys(("asked_by", "decided_by"), OPERATOR),
        words={"decided_at": N_("when it was decided")},
        money=("amount",),
    )
    retention = WITH_ACCOUNT
    processing = Processing(MONEY, N_("Corrections of the balance, with their reasons"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(300))
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    status: Mapped[str] = mapped_column(String(9), default=AdjustmentStatus.WAITING, index=True)
    asked_by: Mapped[str] = mapped_column(String(20))
    decided_by: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
