"""Low-balance alerts: the owner is told when the balance falls below an amount."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime
from promosms.models.processing import MONEY, Processing
from promosms.models.registry import N_, UNTIL_DELETED, Export


class LowBalanceAlert(Model):
    """`below` is in 1/10,000. `notified_at` is empty again once the balance has risen above it."""

    __tablename__ = "low_balance_alerts"
    privacy = Privacy.ACCOUNT
    export = Export(
        "low-balance-alert",
        N_("When you want to be told about a low balance."),
        words={
            "by_text": N_("by text as well as by e-mail"),
            "notified_at": N_("when you were last told"),
        },
        money=("below",),
    )
    retention = UNTIL_DELETED
    processing = Processing(MONEY, N_("When you want to be told about a low balance"))

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    below: Mapped[int] = mapped_column(BigInteger)
    by_text: Mapped[bool] = mapped_column(default=False)
    notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
