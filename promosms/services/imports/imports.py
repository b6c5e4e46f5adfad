"""Imports: create one from a file or a paste, start, cancel and undo it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import BinaryIO

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.text_encodings import Reading
from promosms.models import (
    Account,
    BadRow,
    ConsentHow,
    Import,
    ImportChange,
    ImportMode,
    ImportStatus,
    Recipient,
    RecipientList,
    now,
)
from promosms.services.imports import columns as import_columns
from promosms.services.imports import files as import_files
from promosms.services.imports import number_lists, pasting, sheets, workbooks
from promosms.services.imports.files import BadFile, FileProblem, Row, StoredFile
from promosms.services.recipients import consents, lists
from promosms.services.recipients.consent import Basis

STALE_AFTER = timedelta(seconds=60)
ABANDONED = Import.retention.limit
UNDO_FOR = ImportChange.retention.limit
"""So long after its end an import can be undone; later too much may be built on it."""
OPEN = (ImportStatus.MAPPING, ImportStatus.QUEUED, ImportStatus.RUNNING)
ENDED = (
    ImportStatus.FINISHED,
    ImportStatus.CANCELLED,
    ImportStatus.FAILED,
    ImportStatus.UNDONE,
)
UNDOABLE = (ImportStatus.FINISHED, ImportStatus.CANCELLED)
_UNCHECKED = {"outcome": None, "checked": 0, "checked_at": None}
# Up to this many rows are imported or undone within the request, without a worker.
MOST_INLINE = 500


@dataclass(frozen=True, slots=True)
class Target:
    """The list that the recipients are put on: an existing one, a new one by name, or none."""

    existing: RecipientList | None = None
    new_name: str = ""


def of_recipient(recipient: Recipient) -> Import | None:
    """The import that has added a recipient; None if somebody has typed them in."""
    return db.session.get(Import, recipient.import_id) if recipient.import_id else None


UPLOAD = "/imports/new"
"""The page that takes a file. It may be larger than other forms (`settings.import_bytes`)."""


def upload(account: Account, file: BinaryIO, filename: str) -> Import:
    """Store an uploaded file and guess its columns; raises BadFile."""
    account_id, region, labels = account.id, account.region, dict(account.field_labels)
    read = sheets.store if workbooks.is_workbook(file) else _store
    stored, values = _columns(read(file, region, labels), region, labels)
    with _deleted_on_failure(stored):
        return _add(account_id=account_id, filename=_display_name(filename), **values)


def choose_reading(import_: Import, account: Account, encoding: str) -> bool:
    """Read a doubtful file anew in the encoding that somebody found right; raises BadFile.

    False if it is none of the readings, or the import was started or cancelled before.
    """
    old, region = import_.stored_as, account.region
    if encoding not in {reading.encoding for reading in import_files.readings(old, region)}:
        return False
    return _replace(import_, account, partial(import_files.store_again, old, encoding))


def choose_sheet(import_: Import, account: Account, place: int) -> bool:
    """Import this sheet of a workbook; raises BadFile if it cannot be.

    False if there is no such choice, or the import was started or cancelled before.
    """
    old = import_.stored_as
    if place not in range(len(sheets.choice(old).offers)):
        return False
    return _replace(import_, account, partial(sheets.take, old, place))


def _replace(import_: Import, account: Account, store: Callable[[], StoredFile]) -> bool:
    """Store the file anew, unless it was started or cancelled, or chosen before."""
    import_id, old, region = import_.id, import_.stored_as, account.region
    stored, values = _columns(store(), region, dict(account.field_labels))
    with _deleted_on_failure(stored):
        waiting = and_(Import.status == ImportStatus.MAPPING, Import.stored_as == old)
        chosen = _set_status(import_id, waiting, ImportStatus.MAPPING, **values)
    import_files.forget(old if chosen else stored.name)
    return chosen


def readings(import_: Import, account: Account) -> Sequence[Reading]:
    """The readings of the file of which one has to be chosen first; none if it is certain."""
    return import_files.readings(import_.stored_as, account.region)


def _store(file: BinaryIO, region: str, _labels: dict[str, str]) -> StoredFile:
    return import_files.store(file, region)


def _columns(
    stored: StoredFile, region: str, labels: dict[str, str]
) -> tuple[StoredFile, dict[str, object]]:
    """The file as a table, and what an import stores of it. Raises BadFile."""
    stored, with_names = _table(stored, region, labels)
    with _deleted_on_failure(stored):
        sample = _sample(stored)
        mapping, has_header = import_columns.guess(sample, region, labels)
        if with_names:
            mapping, has_header = list(pasting.COLUMNS), False
        if stored.rows - has_header < 1:
            raise BadFile(FileProblem.NO_ROWS)
        if "phone" not in mapping:
            within = number_lists.has_numbers_within(sample, region)
            raise BadFile(FileProblem.NOT_ALONE if within else FileProblem.NO_NUMBERS)
        return stored, {
            "stored_as": stored.name,
            "encoding": stored.encoding,
            "delimiter": stored.delimiter,
            "mapping": mapping,
            "has_header": has_header,
            "total": stored.rows - has_header,
            "hidden_rows": stored.hidden_rows,
            **_UNCHECKED,
        }


def paste(
    account: Account,
    text: str,
    target: Target,
    basis: Basis,
    mode: ImportMode = ImportMode.OVERWRITE,
    by: str = "",
) -> Import:
    """Store pasted numbers and queue them; raises BadFile. `by` is the public id of the user."""
    account_id = account.id
    stored = import_files.store_rows(pasting.rows(text))
    with _deleted_on_failure(stored), transaction() as session:
        import_ = _add(
            account_id=account_id,
            stored_as=stored.name,
            mapping=list(pasting.COLUMNS),
            has_header=False,
            total=stored.rows,
            status=ImportStatus.QUEUED,
            list_id=_list_id(account_id, target),
            mode=mode,
        )
        _agree(session, import_, basis, by)
        return import_


def start(
    import_: Import,
    mapping: Sequence[str],
    has_header: bool,
    target: Target,
    basis: Basis,
    mode: ImportMode = ImportMode.OVERWRITE,
    by: str = "",
) -> bool:
    """Queue a mapped import; False if it was started or cancelled before, or is doubtful.

    The consent of all its people is one act, which is made here, by this user.
    """
    if import_files.is_doubtful(import_.stored_as):
        return False
    stored_as = import_.stored_as
    with transaction() as session:
        rows = import_.total + import_.has_header
        values = {
            "mapping": list(mapping),
            "has_header": has_header,
            "total": rows - has_header,
            "list_id": _list_id(import_.account_id, target),
            "mode": mode,
            "status": ImportStatus.QUEUED,
            **_UNCHECKED,
        }
        queued = session.execute(
            update(Import)
            .where(Import.id == import_.id, Import.status == ImportStatus.MAPPING)
            .values(values)
            .returning(Import.id)
        )
        started = queued.scalar() is not None
        if started:
            _agree(session, import_, basis, by)
    if started:
        import_files.seen_in(stored_as).unlink(missing_ok=True)
    return started


def choose(import_: Import, mapping: Sequence[str], has_header: bool, mode: ImportMode) -> None:
    """Note what is chosen for a file that waits, so that its outcome can be found."""
    with transaction() as session:
        session.execute(
            update(Import)
            .where(Import.id == import_.id, Import.status == ImportStatus.MAPPING)
            .values(
                mapping=list(mapping),
                has_header=has_header,
                total=import_.total + import_.has_header - has_header,
                mode=mode,
            )
        )


def cancel(import_: Import) -> bool:
    """Stop before the next batch; imported rows stay. False if the import has already ended."""
    stored_as = import_.stored_as
    cancelled = _set_status(
        import_.id, Import.status.in_(OPEN), ImportStatus.CANCELLED, finished_at=now(), **_UNCHECKED
    )
    if cancelled:
        import_files.forget(stored_as)
    return cancelled


def undo(import_: Import) -> bool:
    """Start deleting the recipients that the import added; False if it cannot be undone."""
    ended = Import.status.in_(UNDOABLE)
    in_time = Import.finished_at > now() - UNDO_FOR
    return _set_status(import_.id, and_(ended, in_time), ImportStatus.UNDOING, touched_at=None)


def may_undo(import_: Import) -> bool:
    """Has the import ended, and not too long ago?"""
    until = undo_until(import_)
    return import_.status in UNDOABLE and until is not None and until > now()


def undo_until(import_: Import) -> datetime | None:
    """Until when an import that has ended can be undone; None before its end."""
    return import_.finished_at + UNDO_FOR if import_.finished_at else None


def recent(account_id: int, limit: int = 50) -> list[Import]:
    """The latest imports of an account, the newest first."""
    query = select(Import).where(Import.account_id == account_id).order_by(Import.id.desc())
    return list(db.session.scalars(query.limit(limit)))


def reasons(import_: Import) -> list[tuple[str, int]]:
    """The problems of the refused rows, and how many rows had each, the most frequent first."""
    number = func.count()
    query = select(BadRow.problem, number).where(BadRow.import_id == import_.id)
    rows = db.session.execute(query.group_by(BadRow.problem).order_by(number.desc()))
    return [(problem, count) for problem, count in rows]


def list_of(import_: Import) -> RecipientList | None:
    """The list that the recipients were put on, if it still exists."""
    return db.session.get(RecipientList, import_.list_id) if import_.list_id else None


def stale_imports() -> list[int]:
    """Ids of imports that wait for a worker, or that no worker has touched for a minute."""
    query = select(Import.id).where(claimable()).order_by(Import.id).limit(100)
    return list(db.session.scalars(query))


def discard_abandoned() -> int:
    """Cancel imports that were not started within a day; delete files that no import needs."""
    old = and_(Import.status == ImportStatus.MAPPING, Import.created_at < now() - ABANDONED)
    abandoned = list(db.session.scalars(select(Import).where(old).limit(100)))
    old_files = import_files.stored_before(now() - ABANDONED)
    waiting = Import.stored_as.in_(old_files), Import.status.in_(OPEN)
    needed = set(db.session.scalars(select(Import.stored_as).where(*waiting)))
    for name in set(old_files) - needed:
        import_files.forget(name)
    return sum(cancel(import_) for import_ in abandoned)


def forget_files(account_id: int) -> None:
    """Delete the stored files of an account that is being deleted."""
    names = select(Import.stored_as).where(Import.account_id == account_id)
    for name in db.session.scalars(names):
        import_files.forget(name)


def claimable() -> ColumnElement[bool]:
    """Queued, or not touched for a minute by the worker that claimed it."""
    stale = or_(Import.touched_at.is_(None), Import.touched_at < now() - STALE_AFTER)
    return or_(
        Import.status == ImportStatus.QUEUED,
        and_(Import.status.in_((ImportStatus.RUNNING, ImportStatus.UNDOING)), stale),
    )


def _table(stored: StoredFile, region: str, labels: dict[str, str]) -> tuple[StoredFile, bool]:
    """The file as a table whose first row is the head, or a recipient. Raises BadFile.

    Also, whether it was a list of numbers with names, and has the columns of pasted numbers now.
    """
    with _deleted_on_failure(stored):
        sample = _sample(stored)
        numbers = number_lists.find(sample, region)
        above = 0 if numbers else import_columns.rows_above(sample, region, labels)
    rows = import_files.read(stored.name, above)
    if numbers:
        return import_files.rewrite(stored, numbers.rows(rows)), numbers.with_names
    return (import_files.rewrite(stored, rows) if above else stored), False


def _sample(stored: StoredFile) -> list[Row]:
    return list(islice(import_files.read(stored.name), import_columns.SAMPLE))


@contextmanager
def _deleted_on_failure(stored: StoredFile) -> Iterator[None]:
    """Delete the stored file if the block fails."""
    try:
        yield
    except BaseException:
        import_files.forget(stored.name)
        raise


def _add(**values: object) -> Import:
    with transaction() as session:
        import_ = Import(**values)
        session.add(import_)
        session.flush()
    return import_


def _agree(session: Session, import_: Import, basis: Basis, by: str) -> None:
    """Note what was said of the people of an import, and make the act that gives their consent."""
    values: dict[str, object] = {"consent": basis.consent}
    if basis.given:
        how, account_id = ConsentHow.IMPORT, import_.account_id
        values["consent_id"] = consents.make(session, account_id, basis, how, by, import_.id)
    session.execute(update(Import).where(Import.id == import_.id).values(values))


def _set_status(
    import_id: int, when: ColumnElement[bool], to: ImportStatus, **values: object
) -> bool:
    with transaction() as session:
        changed = session.execute(
            update(Import)
            .where(Import.id == import_id, when)
            .values(status=to, **values)
            .returning(Import.id)
        )
        return changed.scalar() is not None


def _list_id(account_id: int, target: Target) -> int | None:
    if target.new_name.strip():
        return lists.find_or_create(account_id, target.new_name).id
    return target.existing.id if target.existing else None


def _display_name(filename: str) -> str:
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in name if char.isprintable())[:200]
