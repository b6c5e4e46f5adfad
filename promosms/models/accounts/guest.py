"""Guests: the few numbers that an account may text while it tries the service."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import KEY, MACHINERY, N_, Export, Retention


class Guest(Model):
    """`removed_at` keeps the place taken for a day, so that guests cannot be swapped quickly.

    Until `confirmed_at` they get nothing but a code: `code_hash` is the hash of the last one, which
    was texted at `sent_at`, `tries` counts what was typed in for it. One who was erased has an x
    instead of the number.
    """

    __tablename__ = "guests"
    __table_args__ = (UniqueConstraint("account_id", "phone"),)
    privacy = Privacy.COLLECTED
    export = Export(
        "guests",
        N_("Numbers that you may text while you try the service."),
        without={"code_hash": KEY, "tries": MACHINERY},
        words={
            "added_at": N_("when it was added"),
            "sent_at": N_("when the code was last texted"),
            "confirmed_at": N_("when the code was given"),
            "removed_at": N_("when it was removed"),
        },
    )
    retention = Retention(
        "it was removed",
        by="guests",
        limit=timedelta(hours=24),
        words=N_("Until you remove them, and %(time)s more; %(time)s if they give no code."),
        what=N_("Guests whom an account on trial has removed, or who gave no code"),
    )
    processing = Processing(RECIPIENTS, N_("Guests of an account on trial, and when they agreed"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    phone: Mapped[str] = mapped_column(String(16))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)
    code_hash: Mapped[str] = mapped_column(String(200), default="", server_default="")
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
