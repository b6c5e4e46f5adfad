"""The audit log: who did what to what, in public ids and without personal data."""

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, event, or_, select, update
from sqlalchemy.orm import Session, SessionTransaction

from promosms.db import row_security, statements, upsert
from promosms.db.transactions import transaction, undone
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
        entry.actor_digest = audit_chain.actor_digest(audit_chain.actor_salt(salt), actor)
        entry.detail_digest = audit_chain.detail_digest(entry)
        pending = session.info.setdefault(PENDING, [])
        pending.append((session.get_nested_transaction(), entry))


def page(
    before: int | None = None, subject: str = "", kinds: Collection[str] = ()
) -> Page[AuditEntry]:
    """A page of entries, the newest first: of one subject, of some kinds, or all.

    A kind is what stands before the dot of an action, such as `account`.
    """
    query = select(AuditEntry)
    if subject:
        query = query.where(AuditEntry.subject == subject)
    if kinds:
        query = query.where(or_(*(AuditEntry.action.startswith(f"{kind}.") for kind in kinds)))
    rows = db.session.scalars(select_page(query, AuditEntry.id, before, PAGE))
    return page_of(rows, PAGE, lambda entry: entry.id)


def last(action: str, subject: str) -> datetime | None:
    """When an action was last done to a subject."""
    query = select(AuditEntry.created_at).where(
        AuditEntry.action == action, AuditEntry.subject == subject
    )
    return db.session.scalar(query.order_by(AuditEntry.id.desc()).limit(1))


def forget(session: Session, about: ColumnElement[bool], actors: Collection[str]) -> int:
    """Empty the entries of an account that leaves; returns how many.

    What was done stays, with the day, and with an actor who is not one of `actors`. An entry of its
    own says how many were emptied, so none is emptied unseen.
    """
    entries = session.scalars(select(AuditEntry).where(about).order_by(AuditEntry.id)).all()
    for entry in entries:
        kept = entry.actor not in actors
        salt = audit_chain.actor_salt(entry.salt) if kept and entry.actor_digest else ""
        values = {"subject": "", "detail": "", "salt": salt, "actor": entry.actor if kept else ""}
        values |= {} if entry.actor_digest else {"detail_digest": ""}
        day = entry.created_at.replace(hour=0, minute=0, second=0, microsecond=0)
        changed = update(AuditEntry).where(AuditEntry.id == entry.id)
        session.execute(changed.values(**values, created_at=day))
    if entries:
        record("system", audit_chain.FORGET, "", str(len(entries)))
    return len(entries)


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
        entry.id, entry.previous = statements.next_id(session, AuditEntry), head.digest
        # Complete before it is stored: nobody who only adds entries may change one.
        entry.digest = audit_chain.digest(head.digest, entry)
        session.add(entry)
        session.flush()  # one by one: the ids must be in the order of the chain
        head.entry_id, head.digest = entry.id, entry.digest


def _locked_head(session: Session) -> AuditHead:
    """The head of the chain; the first entry of an installation makes it."""
    head = session.get(AuditHead, 1, with_for_update=True, populate_existing=True)
    if head is not None:
        return head
    missing = upsert.insert(AuditHead).values(id=1, entry_id=0, digest="")
    with row_security.bypass("the chain belongs to the installation"):
        session.execute(missing.on_conflict_do_nothing())
    return session.get_one(AuditHead, 1, with_for_update=True, populate_existing=True)


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """Drop what was recorded in the part that was rolled back."""
    pending, part = session.info.pop(PENDING, []), undone(ended)
    if part.parent is not None:
        session.info[PENDING] = [(nested, entry) for nested, entry in pending if nested is not part]
