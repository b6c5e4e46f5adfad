"""One batch of an import in one transaction: recipients, list, refused rows and counters."""

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db.bulk import one_of
from promosms.db.transactions import has_room, lengthen_log, transaction
from promosms.db.upsert_rows import insert_rows
from promosms.models import (
    BadRow,
    Import,
    ImportStatus,
    Suppression,
    SuppressionSource,
    new_public_ids,
    now,
    table_of,
)
from promosms.services.imports import changes, recipient_rows
from promosms.services.imports.rows import Batch, Entry
from promosms.services.recipients import lists
from promosms.services.sending import opt_outs

MOST_REFUSED = 10_000
"""So many refused rows of an import are kept; nobody mends more by hand, and all are counted."""


_OF_REFUSED = ("public_id", "account_id", "import_id", "row", "problem", "content", "typed")


def save(
    import_id: int,
    position: int,
    count: int,
    batch: Batch,
    meanwhile: Callable[[], None] = lambda: None,
) -> bool:
    """Write a batch of `count` rows that begins at `position`.

    `meanwhile` is called just before the database gets them, which takes it most of the time.
    Returns False and changes nothing when the import was cancelled or another worker has already
    written these rows. The counters and the position change in the same transaction as the
    recipients. Who has opted out by the file is suppressed before: at no moment can a recipient of
    the file be texted against it.
    """
    if batch.opted_out and not _opt_out(import_id, position, batch.opted_out):
        return False
    named = lists_of(import_id, batch.entries)
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
        if has_room():
            lengthen_log(session)
        running.position = position + count
        running.touched_at = now()
        _save_refused(session, running, batch)
        running.bad += len(batch.refused)
        running.duplicates += batch.duplicates
        if batch.entries:
            save_entries(session, running, batch.entries, named, meanwhile)
        return True


def lists_of(import_id: int, entries: Mapping[str, Entry]) -> dict[str, int]:
    """The ids of the lists that rows name; those that are not there are created before the rows."""
    names = sorted({name for entry in entries.values() for name in entry.lists})
    if not names:
        return {}
    with transaction() as session:
        account_id = session.scalars(select(Import.account_id).where(Import.id == import_id)).one()
    return lists.named(account_id, names)


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
    of_import = running.account_id, running.id
    rows = [
        (public_id, *of_import, row.number, row.problem, row.content, "")
        for public_id, row in zip(new_public_ids(len(kept)), kept, strict=True)
    ]
    insert_rows(session, table_of(BadRow), _OF_REFUSED, rows)


def save_entries(
    session: Session,
    running: Import,
    entries: Mapping[str, Entry],
    named: Mapping[str, int],
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Within a transaction that has locked the import: write recipients, lists and counters.

    `named` are the lists that the rows name; `meanwhile` as of `save`.
    """
    locked = lists.lock(session, {*named.values(), *filter(None, [running.list_id])})
    list_ids = [list_id for list_id in locked if list_id == running.list_id]
    phones = sorted(entries)
    before = recipient_rows.known(session, running, phones)
    at = now()
    written = recipient_rows.write(session, running, entries, before, at, meanwhile)
    repeated = {e164 for e164, row in before.items() if row["last_import_id"] == running.id}
    running.added += len(phones) - len(before)
    running.updated += len(before) - len(repeated)
    running.duplicates += len(repeated)
    fresh = [e164 for e164 in phones if e164 not in repeated]
    running.suppressed += _count_suppressed(session, running.account_id, fresh)
    ids = sorted(written.ids[e164] for e164 in fresh)
    put = lists.put_many_on_locked(session, running.account_id, ids, list_ids)
    theirs = {row["id"] for row in before.values() if row["import_id"] != running.id}
    again = {before[e164]["id"] for e164 in repeated}
    on_lists = _put_on(session, running.account_id, entries, written.ids, named, locked)
    own = {id_: on_lists[id_] for id_ in theirs & on_lists.keys()}
    changes.note(session, running, written.before, put & theirs, own, again & theirs, at)


def _put_on(
    session: Session,
    account_id: int,
    entries: Mapping[str, Entry],
    ids: Mapping[str, int],
    named: Mapping[str, int],
    locked: Collection[int],
) -> dict[int, list[int]]:
    """Put everybody on the lists that their rows name; returns on which they were not yet."""
    theirs: dict[int, list[int]] = {}
    for e164, entry in entries.items():
        for name in entry.lists:
            theirs.setdefault(named[name], []).append(ids[e164])
    put: dict[int, list[int]] = {}
    for list_id in sorted(theirs.keys() & set(locked)):
        for recipient_id in lists.put_many_on_locked(
            session, account_id, theirs[list_id], [list_id]
        ):
            put.setdefault(recipient_id, []).append(list_id)
    return put


def _count_suppressed(session: Session, account_id: int, phones: Sequence[str]) -> int:
    query = select(func.count()).where(
        Suppression.account_id == account_id, one_of(table_of(Suppression).c.phone)
    )
    return session.scalar(query, {"words": phones}) or 0
