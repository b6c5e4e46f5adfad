"""Spent proofs: solutions of the browser's sum that have been used, until they expire."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime
from promosms.models.registry import NOBODYS, Retention


class SpentProof(Model):
    """`signature` is our own, of the challenge: random, and nothing about who has solved it."""

    __tablename__ = "spent_proofs"
    privacy = Privacy.SYSTEM
    export = NOBODYS
    retention = Retention("`expires_at`", by="system texts")

    signature: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
