"""Imports: files and pasted numbers that become recipients."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import IMPORTS, Processing
from promosms.models.registry import MACHINERY, N_, WITH_ACCOUNT, Export, Retention


class ImportStatus(StrEnum):
    """`mapping` waits for the user; `queued`, `running` and `undoing` for the worker."""

    MAPPING = "mapping"
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"


class ImportMode(StrEnum):
    """What becomes of recipients who are here already; an empty cell never deletes a value."""

    LEAVE = "leave"
    COMPLETE = "complete"  # only what is empty is filled
    OVERWRITE = "overwrite"


FORGOTTEN_NAME = "*"
"""What stands instead of the name of a file when its time is over."""


class Import(Model):
    """An import: its file (stored in UTF-8 under a random name) and the result of its rows.

    `mapping` is the recipient field of each column, or "". `position` is the number of rows done,
    so that the import continues there when a worker was killed. `outcome` is what it would do, see
    services/imports/outcome.py; it has rows of the file, so it goes with the file. `checked` rows
    were looked into by a worker that gave its last sign at `checked_at`. `consent` is what was said
    of its people, and `consent_id` the act that gives it to them, made when the import is started.
    """

    __tablename__ = "imports"
    privacy = Privacy.COLLECTED
    export = Export(
        "imports",
        N_("Files and pasted numbers that you have imported."),
        without=dict.fromkeys(
            ("stored_as", "position", "touched_at", "outcome", "checked", "checked_at"), MACHINERY
        ),
        words={
            "filename": N_("the name of the file, for 30 days"),
            "delimiter": N_("what stands between two columns"),
            "has_header": N_("does the first row hold the names of the columns"),
            "mapping": N_("which column became which field"),
            "mode": N_("what became of people who were here: leave, complete or overwrite"),
            "error": N_("what went wrong, as a code"),
            "total": N_("rows of the file"),
            "hidden_rows": N_("rows that were hidden in the workbook, by a filter for example"),
            "added": N_("recipients that were added"),
            "updated": N_("recipients that were here before"),
            "duplicates": N_("rows with a number that stood there before"),
            "bad": N_("rows that were refused"),
            "suppressed": N_("rows with a number that has opted out"),
            "mended": N_("refused rows that you mended, and which are counted as the others"),
            "left_out": N_("refused rows that you left out"),
            "started_at": N_("when it began"),
        },
        referred=("import_id",),
    )
    retention = Retention(
        "its file is imported; the row stays with the account",
        by="uploads",
        limit=timedelta(hours=24),
        what=N_("Uploaded files"),
    )
    processing = (
        Processing(IMPORTS, N_("The uploaded file")),
        Processing(
            IMPORTS,
            N_("The name of the file"),
            kept=Retention(
                "its import was made",
                by="file names",
                limit=timedelta(days=30),
                what=N_("Names of imported files"),
            ),
        ),
        Processing(IMPORTS, N_("Consent and counts of an import"), kept=WITH_ACCOUNT),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    filename: Mapped[str] = mapped_column(String(200), default="")
    stored_as: Mapped[str] = mapped_column(String(60))
    encoding: Mapped[str] = mapped_column(String(20), default="utf-8")
    delimiter: Mapped[str] = mapped_column(String(1), default=",")
    has_header: Mapped[bool] = mapped_column(default=True)
    mapping: Mapped[list[str]] = mapped_column(JSON, default=list)
    list_id: Mapped[int | None] = mapped_column(ForeignKey("lists.id", ondelete="SET NULL"))
    mode: Mapped[str] = mapped_column(String(9), default=ImportMode.OVERWRITE)
    consent: Mapped[str] = mapped_column(String(5), default="none")
    consent_id: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(String(10), default=ImportStatus.MAPPING)
    error: Mapped[str] = mapped_column(String(40), default="")
    total: Mapped[int] = mapped_column(Integer, default=0)
    hidden_rows: Mapped[int] = mapped_column(Integer, default=0)
    position: Mapped[int] = mapped_column(Integer, default=0)
    added: Mapped[int] = mapped_column(Integer, default=0)
    updated: Mapped[int] = mapped_column(Integer, default=0)
    duplicates: Mapped[int] = mapped_column(Integer, default=0)
    bad: Mapped[int] = mapped_column(Integer, default=0)
    suppressed: Mapped[int] = mapped_column(Integer, default=0)
    mended: Mapped[int] = mapped_column(Integer, default=0)
    left_out: Mapped[int] = mapped_column(Integer, default=0)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    checked: Mapped[int] = mapped_column(Integer, default=0)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BadRow(Model):
    """A refused row: its number in the file, the problem, and the cells of the chosen columns.

    `content` is a line of CSV, in the order of the file; `typed` the number that somebody has tried
    instead. A row that was mended or left out is deleted.
    """

    __tablename__ = "bad_rows"
    privacy = Privacy.COLLECTED
    export = Export(
        "refused-rows",
        N_("Rows of imports that were refused."),
        words={
            "row": N_("the row in the file"),
            "problem": N_("what was wrong, as a code"),
            "content": N_("what stood in the columns that you chose"),
            "typed": N_("the number that you tried instead"),
        },
        parent="import_id",
    )
    retention = Retention(
        "its import was made",
        by="refused rows",
        limit=timedelta(days=30),
        what=N_("Refused rows of imports"),
    )
    processing = Processing(IMPORTS, N_("Refused rows with their content"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(
        String(20), index=True, unique=True, default=new_public_id
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), index=True)
    row: Mapped[int] = mapped_column(Integer)
    problem: Mapped[str] = mapped_column(String(24))
    content: Mapped[str] = mapped_column(Text)
    typed: Mapped[str] = mapped_column(String(100), default="")
