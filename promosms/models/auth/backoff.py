"""Backoffs: the number of wrong tries in a row, and the end of the pause."""

from datetime import datetime, timedelta

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime, now
from promosms.models.processing import SECURITY, Processing
from promosms.models.registry import EVERY_RIGHT, N_, NOBODYS, Retention


class Backoff(Model):
    """`key` is a keyed hash: without the key of the installation it identifies nobody.

    There is a row for every typed address, with or without an account; deleted after 30 days.
    """

    __tablename__ = "backoffs"
    privacy = Privacy.SYSTEM
    customer_rights = EVERY_RIGHT
    export = NOBODYS
    retention = Retention(
        "its last try",
        by="backoffs",
        limit=timedelta(days=30),
        words=N_("%(time)s after the last try."),
    )
    processing = Processing(
        SECURITY, N_("How often a wrong password was tried for an e-mail address")
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    free_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
