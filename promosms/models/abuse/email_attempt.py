"""E-mail attempts: how many e-mails that a stranger can cause have gone to a receiver."""

from datetime import datetime, timedelta

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now
from promosms.models.processing import SECURITY, Processing
from promosms.models.registry import ADD, N_, NOBODYS, Retention


class EmailAttempt(Model):
    """An e-mail of any kind that went out; the receiver is a keyed hash."""

    __tablename__ = "email_attempts"
    __table_args__ = (Index("ix_email_attempts_receiver", "receiver_hash", "created_at"),)
    privacy = Privacy.SYSTEM
    customer_rights = ADD
    export = NOBODYS
    retention = Retention(
        "it was made",
        by="e-mail attempts",
        limit=timedelta(hours=24),
        words=N_("%(time)s. What is older is deleted every night."),
    )
    processing = Processing(
        SECURITY, N_("That an e-mail was sent which anybody can ask for: its address")
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    receiver_hash: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
