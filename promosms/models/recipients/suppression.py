"""Suppressions: numbers that an account must not text, even after a new import."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import RECIPIENTS, Processing
from promosms.models.registry import N_, UNTIL_DELETED, Export


class SuppressionSource(StrEnum):
    """How the number got on the suppression list."""

    REPLY = "reply"
    HAND = "hand"
    IMPORT = "import"


class Suppression(Model):
    """A suppressed number. It stays when the recipient is deleted and imported again.

    `confirmed_at` is the time of the one text that confirms an opt-out to the recipient.
    """

    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("account_id", "phone"),)
    privacy = Privacy.COLLECTED
    export = Export(
        "opt-outs",
        N_("Numbers that must not be texted."),
        words={"source": N_("how it came here: reply, hand or import")},
    )
    retention = UNTIL_DELETED
    processing = Processing(RECIPIENTS, N_("Numbers that have opted out, since when and how"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    phone: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(8))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
