"""The audit log: who did what to what, in public ids and without personal data."""

import secrets
from datetime import datetime

from sqlalchemy import event, select, update
from sqlalchemy.orm import Session, SessionTransaction

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AuditEntry, AuditHead, now
from promosms.services.audit import chain as audit_chain

PENDING = "audit"


def record(actor: str, action: str, subject: str = "", detail: str = "") -> None:
    """Write an entry; part of the transaction that does the thing itself.

    It is written when that transaction ends: whoever adds to the chain holds its end until the
    commit, and nobody should wait for other locks while he does.
    """
    salt = secrets.token_hex(16)
    with transaction() as session:
        entry = AuditEntry(actor=actor, action=action, subject=subject, detail=detail[:300])
        entry.salt, entry.created_at = salt, now()
        entry.detail_digest = audit_chain.detail_digest(salt, entry.detail)
        pending = session.info.setdefault(PENDING, [])
        pending.append((session.get_nested_transaction(), entry))


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
    emptied = update(AuditEntry).where(AuditEntry.subject == subject).values(detail="", salt="")
    session.execute(emptied)


@event.listens_for(db.session, "before_commit")
def _write(session: Session) -> None:
    """Add what was recorded to the end of the chain, as the last thing of the transaction."""
    if session.in_nested_transaction():
        return
    pending = session.info.pop(PENDING, [])
    if not pending:
        return
    head = _locked_head(session)
    for _, entry in pending:
        entry.previous = head.digest
        session.add(entry)
        session.flush()  # one by one, so that the ids follow the chain
        entry.digest = audit_chain.digest(head.digest, entry)
        head.entry_id, head.digest = entry.id, entry.digest


def _locked_head(session: Session) -> AuditHead:
    missing = upsert.insert(AuditHead).values(id=1, entry_id=0, digest="")
    session.execute(missing.on_conflict_do_nothing())
    return session.get_one(AuditHead, 1, with_for_update=True, populate_existing=True)


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """What was undone has not happened: the whole, or the part since a savepoint."""
    pending = session.info.pop(PENDING, [])
    if ended.nested:
        session.info[PENDING] = [each for each in pending if each[0] is not ended]
