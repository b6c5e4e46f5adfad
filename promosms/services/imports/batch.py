"""One batch of an import in one transaction: recipients, list, refused rows and counters."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, select
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.models import (
    FIELD_NAMES,
    BadRow,
    Consent,
    Import,
    ImportStatus,
    Recipient,
    Suppression,
    SuppressionSource,
    new_public_id,
    now,
)
from promosms.services.imports import merging
from promosms.services.imports.consent_columns import Standing
from promosms.services.imports.rows import Batch, Entry
from promosms.services.recipients import lists
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.recipients import search_text
from promosms.services.sending import opt_outs

MOST_REFUSED = 10_000
"""So many refused rows of an import are kept; nobody mends more by hand, and all are counted."""
_CONSENT = ("consent", "consent_source", "consent_on")
_PRESERVED = (*FIELD_NAMES[1:], *_CONSENT)
_KNOWN = ("import_id", "last_import_id", "updated_at")
_WRITTEN = (*_PRESERVED, "search", "last_import_id", "updated_at")


def save(import_id: int, position: int, count: int, batch: Batch) -> bool:
    """Write a batch of `count` rows that begins at `position`.

    Returns False and changes nothing when the import was cancelled or another worker has already
    written these rows. The counters and the position change in the same transaction as the
    recipients. Who has opted out by the file is suppressed before: at no moment can a recipient of
    the file be texted against it.
    """
    if batch.opted_out and not _opt_out(import_id, position, batch.opted_out):
        return False
    with transaction() as session:
        running = session.scalar(
            select(Import)
            .where(
                Import.id == import_id,
                Import.status == ImportStatus.RUNNING,
                Import.position == position,
            )
            .with_for_update()
        )
        if running is None:
            return False
        running.position = position + count
        running.touched_at = now()
        _save_refused(session, running, batch)
        running.bad += len(batch.refused)
        running.duplicates += batch.duplicates
        if batch.entries:
            _save_entries(session, running, batch.entries)
        return True


def _opt_out(import_id: int, position: int, phones: Collection[str]) -> bool:
    with transaction() as session:
        query = select(Import.account_id).where(
            Import.id == import_id,
            Import.status == ImportStatus.RUNNING,
            Import.position == position,
        )
        account_id = session.scalar(query)
    if account_id is not None:
        opt_outs.opt_out_all(account_id, sorted(phones), SuppressionSource.IMPORT)
    return account_id is not None


def _save_refused(session: Session, running: Import, batch: Batch) -> None:
    kept = batch.refused[: max(MOST_REFUSED - running.bad, 0)]
    if kept:
        session.execute(
            insert(BadRow),
            [
                {
                    "account_id": running.account_id,
                    "import_id": running.id,
                    "row": row.number,
                    "problem": row.problem,
                    "content": row.content,
                }
                for row in kept
            ],
        )


def _save_entries(session: Session, running: Import, entries: Mapping[str, Entry]) -> None:
    list_ids = lists.lock(session, [running.list_id]) if running.list_id else []
    phones = sorted(entries)
    with upsert.custom_plans(session):
        existing = _existing(session, running.account_id, phones)
    at = now()
    _write(session, [_row(running, entries[e164], existing.get(e164), at) for e164 in phones])
    repeated = {e164 for e164, row in existing.items() if row["last_import_id"] == running.id}
    running.added += len(phones) - len(existing)
    running.updated += len(existing) - len(repeated)
    running.duplicates += len(repeated)
    fresh = [e164 for e164 in phones if e164 not in repeated]
    with upsert.custom_plans(session):
        running.suppressed += _count_suppressed(session, running.account_id, fresh)
        ids = _ids(session, running.account_id, fresh) if list_ids else []
    lists.put_on_locked(session, running.account_id, ids, list_ids)


def _existing(session: Session, account_id: int, phones: Sequence[str]) -> dict[str, RowMapping]:
    columns = [getattr(Recipient, name) for name in ("phone", *_KNOWN, *_PRESERVED)]
    query = (
        select(*columns)
        .where(Recipient.account_id == account_id, Recipient.phone.in_(phones))
        .order_by(Recipient.phone)
        .with_for_update()
    )
    return {row["phone"]: row for row in session.execute(query).mappings()}


def _ids(session: Session, account_id: int, phones: Sequence[str]) -> list[int]:
    query = select(Recipient.id).where(
        Recipient.account_id == account_id, Recipient.phone.in_(phones)
    )
    return list(session.scalars(query))


def _row(
    running: Import, entry: Entry, existing: RowMapping | None, at: datetime
) -> dict[str, Any]:
    """The recipient to store, as the mode of the import says."""
    row: dict[str, Any] = dict.fromkeys(FIELD_NAMES[1:], "")
    if existing is not None:
        row.update({name: existing[name] for name in FIELD_NAMES[1:]})
    if existing is not None and merging.stays(
        running.mode, ours=existing["import_id"] == running.id
    ):
        row.update({name: existing[name] for name in _CONSENT})
        at = existing["updated_at"]
    else:
        row.update(merging.merged(running.mode, row, entry.values))
        row.update(_consent(running, entry, existing))
    row.update(
        public_id=new_public_id(),
        account_id=running.account_id,
        phone=entry.phone.e164,
        country=entry.phone.country,
        search=search_text(entry.phone.e164, row),
        import_id=running.id,
        last_import_id=running.id,
        created_at=at,
        updated_at=at,
    )
    return row


def _consent(running: Import, entry: Entry, existing: RowMapping | None) -> dict[str, Any]:
    """Older evidence is better evidence; a row that says so gives no consent of its own."""
    if existing and existing["consent"] == Consent.GIVEN:
        said_here = existing["last_import_id"] == running.id and entry.standing
        if not said_here:
            return {name: existing[name] for name in _CONSENT}
    if entry.standing > Standing.UNSAID:
        return Basis().columns()
    return {name: getattr(running, name) for name in _CONSENT}


def _write(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    statement = upsert.insert(Recipient)
    session.connection().execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "phone"],
            set_={name: statement.excluded[name] for name in _WRITTEN},
        ),
        rows,
    )


def _count_suppressed(session: Session, account_id: int, phones: Sequence[str]) -> int:
    query = select(func.count()).where(
        Suppression.account_id == account_id, Suppression.phone.in_(phones)
    )
    return session.scalar(query) or 0
