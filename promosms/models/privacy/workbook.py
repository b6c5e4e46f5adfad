"""Workbooks: tables of an account that are too long to be written while somebody waits."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.privacy.account_export import ExportStatus
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import N_, NotExported, Retention


class WorkbookKind(StrEnum):
    """Which table it is."""

    RECIPIENTS = "recipients"
    CONSENTS = "consents"
    OPT_OUTS = "opt-outs"


class Workbook(Model):
    """A workbook under a random name in `exports/`; an account has one of each kind at a time.

    `chosen` is the search whose people it has, or the words for its cells. `language` and `zone`
    are those of whoever asked for it. `place` says where the next slice goes on, in the table and
    in the file. `done` counts rows of `total`, if that is known. `error` is a code. The file is
    deleted when it `expires_at`.
    """

    __tablename__ = "workbooks"
    __table_args__ = (UniqueConstraint("account_id", "kind"),)
    privacy = Privacy.COLLECTED
    export = NotExported(N_("The making of a long workbook."))
    retention = Retention(
        "it is ready",
        by="workbooks",
        limit=timedelta(hours=24),
        what=N_("Long workbooks with recipients, consents or opt-outs"),
    )
    processing = Processing(RECIPIENTS, N_("Long workbooks with them, for a day"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(10))
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    language: Mapped[str] = mapped_column(String(2))
    zone: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(8), default=ExportStatus.QUEUED)
    error: Mapped[str] = mapped_column(String(20), default="")
    stored_as: Mapped[str] = mapped_column(String(40))
    place: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
