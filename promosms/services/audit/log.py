"""The audit log: who did what to what, in public ids and without personal data."""

import secrets
from datetime import datetime

from sqlalchemy import event, select, update
from sqlalchemy.orm import Session, SessionTransaction

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.pages import Page, page_of, select_page
from promosms.models import AuditEntry, AuditHead, now
from promosms.services.audit import chain as audit_chain

PENDING = "audit"
PAGE = 50


def record(actor: str, action: str, subject: str = "", detail: str = "") -> None:
    """Write an entry; part of the transaction that does the thing itself.

    It is written just before that transaction commits: the head of the chain stays locked until
    the commit, and no other lock should be awaited in this time.
    """
    salt = secrets.token_hex(16)
    with transaction() as session:
        entry = AuditEntry(actor=actor, action=action, subject=subject, detail=detail[:300])
        entry.salt, entry.created_at = salt, now()
        entry.detail_digest = audit_chain.detail_digest(salt, entry.detail)
        pending = session.info.setdefault(PENDING, [])
        pending.append((session.get_nested_transaction(), entry))


def page(before: int | None = None) -> Page[AuditEntry]:
    """A page of entries, the newest first."""
    rows = db.session.scalars(select_page(select(AuditEntry), AuditEntry.id, before, PAGE))
    return page_of(rows, PAGE, lambda entry: entry.id)


def last(action: str, subject: str) -> datetime | None:
    """When an action was last done to a subject."""
    query = select(AuditEntry.created_at).where(
        AuditEntry.action == action, AuditEntry.subject == subject
    )
    return db.session.scalar(query.order_by(AuditEntry.id.desc()).limit(1))


def empty_details(session: Session, subject: str) -> None:
    """Delete the typed details about a subject; the entries stay."""
    emptied = update(AuditEntry).where(AuditEntry.subject == subject).values(detail="", salt="")
    session.execute(emptied)


@event.listens_for(db.session, "before_commit")
def _write(session: Session) -> None:
    """Add the recorded entries to the end of the chain, last in the transaction."""
    if session.in_nested_transaction():
        return
    pending = session.info.pop(PENDING, [])
    if not pending:
        return
    head = _locked_head(session)
    for _, entry in pending:
        entry.previous = head.digest
        session.add(entry)
        session.flush()  # one by one: the ids must be in the order of the chain
        entry.digest = audit_chain.digest(head.digest, entry)
        head.entry_id, head.digest = entry.id, entry.digest


def _locked_head(session: Session) -> AuditHead:
    missing = upsert.insert(AuditHead).values(id=1, entry_id=0, digest="")
    session.execute(missing.on_conflict_do_nothing())
    return session.get_one(AuditHead, 1, with_for_update=True, populate_existing=True)


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """Drop what was recorded in the part that was rolled back."""
    pending = session.info.pop(PENDING, [])
    if ended.nested:
        session.info[PENDING] = [
            (nested, entry) for nested, entry in pending if nested is not ended
        ]
