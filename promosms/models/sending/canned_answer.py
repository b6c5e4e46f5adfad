"""Canned answers: short texts that an account has saved, to put into an answer."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, new_public_id, now
from promosms.models.processing import CAMPAIGNS, Processing
from promosms.models.registry import N_, UNTIL_DELETED, Export


class CannedAnswer(Model):
    """A text with a name; its placeholders are filled in for the person who is answered."""

    __tablename__ = "canned_answers"
    __table_args__ = (UniqueConstraint("account_id", "name"),)
    privacy = Privacy.COLLECTED
    export = Export("canned-answers", N_("The answers that you have saved."))
    retention = UNTIL_DELETED
    processing = Processing(CAMPAIGNS, N_("Answers that were saved to be used again"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(20), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
