"""Low-balance alerts: the owner is told when the balance falls below an amount."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime


class LowBalanceAlert(Model):
    """`below` is in 1/10,000. `notified_at` is empty again once the balance has risen above it."""

    __tablename__ = "low_balance_alerts"
    privacy = Privacy.ACCOUNT

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    below: Mapped[int] = mapped_column(BigInteger)
    by_text: Mapped[bool] = mapped_column(default=False)
    notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
