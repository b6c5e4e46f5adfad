"""Spent proofs: used solutions of proof-of-work challenges, until they expire."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import Model, Privacy, UtcDateTime
from promosms.models.processing import NotPersonal
from promosms.models.registry import ADD, NOBODYS, Retention


class SpentProof(Model):
    """`signature` is that of the challenge: random, and nothing about the browser."""

    __tablename__ = "spent_proofs"
    privacy = Privacy.SYSTEM
    customer_rights = ADD
    export = NOBODYS
    retention = Retention("`expires_at`", by="verification texts")
    processing = NotPersonal("Signatures of challenges that were solved: random.")

    signature: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
