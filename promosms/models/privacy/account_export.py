"""Account exports: everything of an account in one file, made in the background."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import DATA_RIGHTS, Processing
from promosms.models.registry import N_, NotExported, Retention


class ExportStatus(StrEnum):
    """queued -> running -> ready, or failed; a new one takes the place of the old one."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class AccountExport(Model):
    """A ZIP file under a random name in `exports/`; an account has one at a time.

    `place` says where the next slice goes on, `size` how long the file (in bytes) is then: one
    that is longer was left behind by a killed worker, and starts again. `done` and `total` count
    rows. `error` is a code. The file is deleted when it `expires_at`.
    """

    __tablename__ = "account_exports"
    privacy = Privacy.ACCOUNT
    export = NotExported(N_("The making of this file."))
    retention = Retention(
        "it is ready",
        by="exports",
        limit=timedelta(hours=48),
        what=N_("The file with everything of an account"),
    )
    processing = Processing(DATA_RIGHTS, N_("The file with everything of an account"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), unique=True)
    status: Mapped[str] = mapped_column(String(8), default=ExportStatus.QUEUED)
    error: Mapped[str] = mapped_column(String(20), default="")
    stored_as: Mapped[str] = mapped_column(String(40))
    place: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
