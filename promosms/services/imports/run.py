"""The worker's side of an import: one claim, a transaction per batch, a restart at any point."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from promosms import logs
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.lib.ahead import Ahead
from promosms.lib.garbage import uncollected
from promosms.models import Account, Import, ImportStatus, Recipient, now
from promosms.services.imports import batch as import_batch
from promosms.services.imports import changes, typed_cells
from promosms.services.imports import files as import_files
from promosms.services.imports import rows as import_rows
from promosms.services.imports.files import Row
from promosms.services.imports.imports import claimable
from promosms.services.imports.rows import Batch
from promosms.services.recipients import recipients
from promosms.services.recipients.lists import TooManyLists
from promosms.services.sending import opt_outs

log = logs.get(__name__)
BATCH = 4000
SECONDS = 15.0
MANY = 4_000
"""An import of more rows makes what PostgreSQL knows of the recipients too old."""


def work(
    import_id: int,
    seconds: float | None = None,
    others_wait: Callable[[], bool] = time_slice.nobody,
) -> bool:
    """Claim an import and work on it for one time slice; True if there is more to do."""
    status = _claim(import_id)
    if status is None:
        return False
    begin = partial(time_slice.begin, SECONDS if seconds is None else seconds, others_wait)
    if status == ImportStatus.UNDOING:
        return _undo(import_id, begin())
    try:
        return _import(import_id, begin)
    except FileNotFoundError:
        _end(import_id, ImportStatus.FAILED, error="file_missing")
        log.warning("import.failed", exc_info=True, extra={"import_id": import_id})
        return False
    except TooManyLists:
        stored_as = db.session.get_one(Import, import_id).stored_as
        _end(import_id, ImportStatus.CANCELLED, error="too_many_lists")
        import_files.forget(stored_as)
        return False


def _claim(import_id: int) -> str | None:
    with transaction() as session:
        claimed = session.execute(
            select(Import).where(Import.id == import_id, claimable()).with_for_update()
        ).scalar()
        if claimed is None:
            return None
        if claimed.status == ImportStatus.QUEUED:
            claimed.status = ImportStatus.RUNNING
        claimed.touched_at = now()
        claimed.started_at = claimed.started_at or now()
        return claimed.status


def _import(import_id: int, begin: Callable[[], time_slice.Over]) -> bool:
    running = db.session.get_one(Import, import_id)
    account = db.session.get_one(Account, running.account_id)
    region = account.region
    mapping, position, mode = list(running.mapping), running.position, running.mode
    typed = typed_cells.of_import(running, mapping, running.has_header, account)
    name, skip = running.stored_as, running.position + running.has_header
    db.session.commit()
    read = partial(import_rows.read, mapping=mapping, region=region, mode=mode, typed=typed)
    with uncollected(), Ahead(_batches(import_files.read(name, skip), read)) as batches:
        over: time_slice.Over | None = None
        for count, batch in batches:
            over = over or begin()  # after skipping to its rows in the file
            if not import_batch.save(import_id, position, count, batch, batches.begin):
                return False
            position += count
            if over():
                return _hand_over(import_id, ImportStatus.RUNNING, ImportStatus.QUEUED)
    _end(import_id, ImportStatus.FINISHED)
    import_files.forget(name)
    if position > MANY:
        _tell_planner()
    return False


def _batches(
    rows: Iterator[Row], read: Callable[[Sequence[Row]], Batch]
) -> Iterator[tuple[int, Batch]]:
    """What a batch of rows says, with how many rows these are."""
    while chunk := list(islice(rows, BATCH)):
        yield len(chunk), read(chunk)


def _tell_planner() -> None:
    """Let PostgreSQL see now how many recipients accounts have.

    By itself it looks after a minute, or when a tenth of all have changed. Until then it could read
    all recipients of the account for each text that a campaign sends.
    """
    if not on_sqlite():
        with transaction() as session:
            session.execute(text("ANALYZE (SKIP_LOCKED) recipients (account_id, phone, consent)"))


def _undo(import_id: int, over: time_slice.Over) -> bool:
    while not _undo_some(import_id):
        if over():
            return _hand_over(import_id, ImportStatus.UNDOING, ImportStatus.UNDOING)
    return False


def _undo_some(import_id: int) -> bool:
    """Delete some whom the import added, then put back some whom it changed; True at the end.

    What is put back may take a consent: nothing is being submitted to these numbers meanwhile, as
    when it is withdrawn by hand.
    """
    with transaction() as session:
        query = select(Recipient.id).where(Recipient.import_id == import_id).limit(BATCH)
        ids = sorted(session.scalars(query))
        if ids:
            recipients.delete_ids(session, ids)
            _note_undoing(session, import_id, done=False)
            return False

    def put_back(session: Session) -> bool:
        done = not changes.put_back(session, session.get_one(Import, import_id), BATCH)
        _note_undoing(session, import_id, done=done)
        return done

    undoing = db.session.get_one(Import, import_id)
    losing = changes.losing_consent(undoing, BATCH)
    return opt_outs.alone(undoing.account_id, losing, put_back)


def _note_undoing(session: Session, import_id: int, *, done: bool) -> None:
    values = {"status": ImportStatus.UNDONE} if done else {"touched_at": now()}
    session.execute(update(Import).where(Import.id == import_id).values(values))


def _hand_over(import_id: int, status: ImportStatus, to: ImportStatus) -> bool:
    with transaction() as session:
        session.execute(
            update(Import)
            .where(Import.id == import_id, Import.status == status)
            .values(status=to, touched_at=None)
        )
    return True


def _end(import_id: int, status: ImportStatus, error: str = "") -> None:
    with transaction() as session:
        session.execute(
            update(Import)
            .where(Import.id == import_id, Import.status == ImportStatus.RUNNING)
            .values(status=status, error=error, finished_at=now())
        )
