"""The chain of the audit log: each entry holds the digest of the one before it (SHA-256).

Somebody who can write to the database can also make a new chain. To detect that, keep the digest of
the last entry, which `audit verify` prints, somewhere else and compare it.
"""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import AuditEntry, AuditHead

BATCH = 1_000
DELETED = "account.leave"
"""Entries of an account with this action may have empty details."""
FIELDS = ("id", "actor", "action", "subject", "detail_digest")


class Broken(Exception):
    """The chain does not hold; `entry` is the id of the first broken entry, or 0 for the end."""

    def __init__(self, entry: int) -> None:
        super().__init__(entry)
        self.entry = entry


def detail_digest(salt: str, detail: str) -> str:
    """The digest of a detail in the chain; without the salt nobody can guess the detail."""
    return hashlib.sha256(f"{salt}:{detail}".encode()).hexdigest()


def digest(previous: str, entry: AuditEntry) -> str:
    """The digest of an entry that follows the one with the digest `previous`."""
    fields = [previous, *(getattr(entry, name) for name in FIELDS), entry.created_at.isoformat()]
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()


def verify(place: dict[str, Any], over: Callable[[], bool]) -> dict[str, Any] | None:
    """Check the chain from a place on for a time slice: the next place, or None at its end.

    Raises Broken. At the end `place` has the digest of the last entry and the number of entries.
    """
    place |= {"after": 0, "digest": "", "entries": 0} | place
    while True:
        db.session.rollback()
        end, end_digest, newest = _end()
        entries = _batch(place["after"], end)
        for entry in entries:
            _check(place["digest"], entry)
            place |= {"after": entry.id, "digest": entry.digest}
            place["entries"] += 1
        if place["after"] >= end:
            if place["digest"] != end_digest or newest != end:
                raise Broken(newest if newest > end else 0)
            return None
        if not entries:
            raise Broken(0)
        if over():
            return dict(place)


def _end() -> tuple[int, str, int]:
    """Id and digest of the last entry as the head says, and the id of the newest entry."""
    newest = func.coalesce(select(func.max(AuditEntry.id)).scalar_subquery(), 0)
    row = db.session.execute(select(AuditHead.entry_id, AuditHead.digest, newest)).first()
    if row is None:
        chained = select(func.min(AuditEntry.id)).where(AuditEntry.digest != "")
        first = db.session.scalar(chained)
        if first is not None:
            raise Broken(first)
        newest_id = db.session.scalar(select(newest)) or 0
        return newest_id, "", newest_id
    end, end_digest, newest_id = row
    return end, end_digest, newest_id


def _batch(after: int, end: int) -> list[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.id > after, AuditEntry.id <= end)
    return list(db.session.scalars(query.order_by(AuditEntry.id).limit(BATCH)))


def _check(previous: str, entry: AuditEntry) -> None:
    if not entry.digest and not previous and not entry.previous and not entry.detail_digest:
        return  # written before there was a chain
    if entry.previous != previous or entry.digest != digest(previous, entry):
        raise Broken(entry.id)
    if not entry.salt and not entry.detail:
        if not _is_deleted(entry.subject):
            raise Broken(entry.id)
    elif entry.detail_digest != detail_digest(entry.salt, entry.detail):
        raise Broken(entry.id)


def _is_deleted(subject: str) -> bool:
    entry = select(AuditEntry.id).where(AuditEntry.action == DELETED, AuditEntry.subject == subject)
    return db.session.scalar(entry.limit(1)) is not None
