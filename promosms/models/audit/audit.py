"""Audit entries: what admins and owners did, without personal data, in a chain of digests."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from promosms.models.base import BigId, Model, Privacy, UtcDateTime, now


class AuditEntry(Model):
    """`actor` and `subject` are public ids, `action` a verb such as `account.suspend`.

    `digest` covers the whole entry and the digest of the one before it (`previous`), so
    no entry can be changed, removed or inserted. Of the detail it covers only a salted digest: the
    detail can be deleted together with its salt, and cannot be guessed then. Entries from before
    there was a chain have no digest.
    """

    __tablename__ = "audit_entries"
    privacy = Privacy.SYSTEM

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    actor: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(String(300), default="")
    salt: Mapped[str] = mapped_column(String(32), default="", server_default="")
    detail_digest: Mapped[str] = mapped_column(String(64), default="", server_default="")
    previous: Mapped[str] = mapped_column(String(64), default="", server_default="")
    digest: Mapped[str] = mapped_column(String(64), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)


class AuditHead(Model):
    """The end of the chain, one row, locked to add an entry; it shows if last entries are gone."""

    __tablename__ = "audit_head"
    privacy = Privacy.SYSTEM

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")
