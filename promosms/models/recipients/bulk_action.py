"""Bulk actions: what is done with many recipients at once, chosen one by one or by a filter."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import MACHINERY, N_, Export, Retention


class BulkKind(StrEnum):
    """What is done with each of the recipients."""

    PUT_ON_LIST = "put_on_list"
    TAKE_OFF_LIST = "take_off_list"
    RECORD_CONSENT = "record_consent"
    READ_VALUES = "read_values"  # of fields that are texts, numbers or dates now
    DELETE = "delete"
    ERASE = "erase"  # also out of texts, replies and refused rows


class BulkStatus(StrEnum):
    """`failed`: the list is gone."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"
    FAILED = "failed"


class BulkAction(Model):
    """A bulk action. `chosen` are the public ids of recipients, or the filter that they are in.

    Recipients are taken in the order of their ids: `position` is the last that is done, so that the
    action goes on there when a worker was killed, and `until` the highest there was when it began:
    who comes later is not meant. Of `total` people then, `seen` have been looked at, `changed` were
    not so before, and `left` could not be erased because a text to them was just leaving.
    `consent_id` is the act that is recorded for all of them.
    """

    __tablename__ = "bulk_actions"
    privacy = Privacy.COLLECTED
    export = Export(
        "bulk-actions",
        N_("What you have done with many recipients at once."),
        without=dict.fromkeys(("position", "until", "touched_at"), MACHINERY),
        words={
            "chosen": N_("which recipients: by name, or by what they have in common"),
            "list_id": N_("the list that they were put on or taken off, see lists"),
            "by": N_("who has done it, see users"),
            "total": N_("how many recipients it was for"),
            "seen": N_("how many of them are done"),
            "changed": N_("for how many of them it has changed something"),
            "left": N_("how many could not be erased, because a text was just leaving"),
        },
    )
    retention = Retention(
        "it has ended",
        by="bulk actions",
        limit=timedelta(days=30),
        what=N_("What was done with many recipients at once"),
    )
    processing = Processing(
        RECIPIENTS,
        N_("What was done with many of them at once, and until then, how they were chosen"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    chosen: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    list_id: Mapped[int | None] = mapped_column(
        ForeignKey("lists.id", ondelete="SET NULL"), index=True
    )
    consent_id: Mapped[int | None] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(String(20), default="")
    status: Mapped[str] = mapped_column(String(9), default=BulkStatus.QUEUED, index=True)
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    until: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    seen: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    left: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    touched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
