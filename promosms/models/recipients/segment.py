"""Segments: saved filters of recipients."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import N_, UNTIL_DELETED, Export


class Segment(Model):
    """A saved filter; who is in it is looked up when it is needed.

    `conditions` has a version and what `services/recipients/segments/conditions.py` reads. `people`
    is how many were in it at `counted_at`, None before it was counted or after it was changed.
    """

    __tablename__ = "segments"
    __table_args__ = (UniqueConstraint("account_id", "name"),)
    privacy = Privacy.COLLECTED
    export = Export(
        "segments",
        N_("Your segments: filters of recipients that you have saved."),
        words={
            "conditions": N_("the conditions that its recipients meet"),
            "people": N_("how many recipients were in it when they were counted last"),
            "counted_at": N_("when they were counted"),
        },
        referred=("segment_id",),
    )
    retention = UNTIL_DELETED
    processing = Processing(RECIPIENTS, N_("Segments: filters that you have saved"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(80))
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    people: Mapped[int | None] = mapped_column(Integer)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
