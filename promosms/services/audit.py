"""The audit log: who did what to what, in public ids and without personal data."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from promosms.database import transaction
from promosms.extensions import db
from promosms.models import AuditEntry


def record(actor: str, action: str, subject: str = "", detail: str = "") -> None:
    """Write an entry; part of the transaction that does the thing itself."""
    with transaction() as session:
        entry = AuditEntry(actor=actor, action=action, subject=subject, detail=detail[:300])
        session.add(entry)


def recent(before: int | None = None, limit: int = 50) -> list[AuditEntry]:
    """Entries from the newest on, older than the one with the id `before`."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return list(db.session.scalars(query))


def last(action: str, subject: str) -> datetime | None:
    """When something was last done to a subject."""
    done = AuditEntry.action == action, AuditEntry.subject == subject
    query = select(AuditEntry.created_at).where(*done).order_by(AuditEntry.id.desc()).limit(1)
    return db.session.scalar(query)


def empty_details(session: Session, subject: str) -> None:
    """Forget the reasons that were typed about a subject; that it happened stays on record."""
    session.execute(update(AuditEntry).where(AuditEntry.subject == subject).values(detail=""))
