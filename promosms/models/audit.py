"""Audit entries: what admins and owners did, without personal data."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now


class AuditEntry(Model):
    """`actor` and `subject` are public ids, `action` a verb such as `account.suspend`."""

    __tablename__ = "audit_entries"
    privacy = Privacy.SYSTEM

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
