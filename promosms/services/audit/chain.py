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
FORGET = "audit.forget"
"""The action that says how many entries were emptied with it."""
DELETED = "account.leave"
"""Older entries of an account with this action may have empty details."""
FIELDS = ("id", "action", "actor_digest", "detail_digest")
OLDER_FIELDS = ("id", "actor", "action", "subject", "detail_digest")


class Broken(Exception):
    """The chain does not hold; `entry` is the id of the first broken entry, or 0 for the end."""

    def __init__(self, entry: int) -> None:
        super().__init__(entry)
        self.entry = entry


def actor_salt(salt: str) -> str:
    """The salt of the actor: it is kept with the actor when the rest of an entry is emptied."""
    return _hash("actor", salt)[: len(salt)]


def actor_digest(salt: str, actor: str) -> str:
    """The digest of an actor, with the salt for it."""
    return _hash(salt, actor)


def detail_digest(entry: AuditEntry) -> str:
    """The digest of subject, detail and time; without the salt nobody can guess them."""
    return _hash(entry.salt, entry.subject, entry.detail, entry.created_at.isoformat())


def digest(previous: str, entry: AuditEntry) -> str:
    """The digest of an entry that follows the one with the digest `previous`."""
    return _hash(previous, *(getattr(entry, name) for name in FIELDS))


def verify(place: dict[str, Any], over: Callable[[], bool]) -> dict[str, Any] | None:
    """Check the chain from a place on for a time slice: the next place, or None at its end.

    Raises Broken. At the end `place` has the digest of the last entry and the number of entries.
    """
    place |= {"after": 0, "digest": "", "entries": 0, "emptied": 0, "forgotten": 0} | place
    while True:
        db.session.rollback()
        end, end_digest, newest = _end()
        entries = _batch(place["after"], end)
        for entry in entries:
            place["emptied"] += _check(place["digest"], entry)
            place["forgotten"] += int(entry.detail) if entry.action == FORGET else 0
            place |= {"after": entry.id, "digest": entry.digest}
            place["entries"] += 1
        if place["after"] >= end:
            if place["digest"] != end_digest or newest != end:
                raise Broken(newest if newest > end else 0)
            if place["emptied"] > place["forgotten"]:
                raise Broken(_last_emptied())
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


def _check(previous: str, entry: AuditEntry) -> bool:
    """Is the entry one that was emptied? Raises Broken if it is not as it was written."""
    if entry.previous != previous:
        raise Broken(entry.id)
    if not entry.actor_digest:
        return _check_older(entry)
    if entry.digest != digest(previous, entry):
        raise Broken(entry.id)
    own_salt = actor_salt(entry.salt)
    if entry.detail_digest == detail_digest(entry):
        if entry.actor_digest != actor_digest(own_salt, entry.actor):
            raise Broken(entry.id)
        return False
    actor_kept = entry.actor_digest == actor_digest(entry.salt, entry.actor)
    if not _says_nothing(entry) or not (actor_kept or not (entry.actor or entry.salt)):
        raise Broken(entry.id)
    return True


def _check_older(entry: AuditEntry) -> bool:
    """An entry from before actors had a digest. When it is emptied, only its place is proved."""
    if not (entry.digest or entry.previous or entry.detail_digest):
        return False  # written before there was a chain
    if entry.digest == _older_digest(entry):
        if not entry.salt and not entry.detail:
            if not _is_deleted(entry.subject):
                raise Broken(entry.id)
        elif entry.detail_digest != _older_detail_digest(entry):
            raise Broken(entry.id)
        return False
    if not _says_nothing(entry) or entry.salt or entry.detail_digest or not entry.digest:
        raise Broken(entry.id)
    return True


def _says_nothing(entry: AuditEntry) -> bool:
    return entry.emptied and not entry.detail


def _older_digest(entry: AuditEntry) -> str:
    values = [getattr(entry, name) for name in OLDER_FIELDS]
    return _hash(entry.previous, *values, entry.created_at.isoformat())


def _older_detail_digest(entry: AuditEntry) -> str:
    return hashlib.sha256(f"{entry.salt}:{entry.detail}".encode()).hexdigest()


def _is_deleted(subject: str) -> bool:
    entry = select(AuditEntry.id).where(AuditEntry.action == DELETED, AuditEntry.subject == subject)
    return db.session.scalar(entry.limit(1)) is not None


def _last_emptied() -> int:
    """The newest entry that says nothing: one of these was emptied without a word about it."""
    query = select(AuditEntry).where(AuditEntry.subject == "", AuditEntry.detail == "")
    rows = db.session.scalars(query.order_by(AuditEntry.id.desc()))
    return next((entry.id for entry in rows if entry.emptied), 0)


def _hash(*fields: object) -> str:
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()
