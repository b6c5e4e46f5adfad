"""Imports: a file or a paste becomes an import, is started, cancelled, undone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import BinaryIO

from sqlalchemy import ColumnElement, and_, or_, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, BadRow, Import, ImportStatus, RecipientList, now
from promosms.services.imports import columns as import_columns
from promosms.services.imports import files as import_files
from promosms.services.imports import pasting
from promosms.services.imports.files import BadFile, FileProblem, Stored
from promosms.services.recipients import lists
from promosms.services.recipients.consent import Basis

FORGOTTEN = timedelta(seconds=60)
ABANDONED = Import.retention.limit
OPEN = (ImportStatus.MAPPING, ImportStatus.QUEUED, ImportStatus.RUNNING)
ENDED = (
    ImportStatus.FINISHED,
    ImportStatus.CANCELLED,
    ImportStatus.FAILED,
    ImportStatus.UNDONE,
)
# A paste of so many numbers, and the undoing of so many, is done while the page waits.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Target:
    """The list that the recipients are put on: an existing one, a new one by name, or none."""

    existing: RecipientList | None = None
    new_name: str = ""


def upload(account: Account, file: BinaryIO, filename: str) -> Import:
    """Store an uploaded file and guess its columns; raises BadFile."""
    account_id, region, labels = account.id, account.region, dict(account.field_labels)
    stored = import_files.store(file, region)
    with _kept(stored):
        sample = list(islice(import_files.read(stored.name), import_columns.SAMPLE))
        mapping, has_header = import_columns.guess(sample, region, labels)
        if stored.rows - has_header < 1:
            raise BadFile(FileProblem.NO_ROWS)
        if "phone" not in mapping:
            raise BadFile(FileProblem.NO_NUMBERS)
        return _add(
            account_id=account_id,
            filename=_shown(filename),
            stored_as=stored.name,
            encoding=stored.encoding,
            delimiter=stored.delimiter,
            mapping=mapping,
            has_header=has_header,
            total=stored.rows - has_header,
        )


def paste(account: Account, text: str, target: Target, basis: Basis) -> Import:
    """Store pasted numbers and queue them; raises BadFile."""
    account_id = account.id
    stored = import_files.store_rows(pasting.rows(text))
    with _kept(stored), transaction():
        return _add(
            account_id=account_id,
            stored_as=stored.name,
            mapping=list(pasting.COLUMNS),
            has_header=False,
            total=stored.rows,
            status=ImportStatus.QUEUED,
            list_id=_list_id(account_id, target),
            **basis.columns(),
        )


def start(
    which: Import, mapping: Sequence[str], has_header: bool, target: Target, basis: Basis
) -> bool:
    """Queue a mapped import; False if it is not waiting for that any more."""
    with transaction() as session:
        rows = which.total + which.has_header
        values = {
            "mapping": list(mapping),
            "has_header": has_header,
            "total": rows - has_header,
            "list_id": _list_id(which.account_id, target),
            "status": ImportStatus.QUEUED,
            **basis.columns(),
        }
        queued = session.execute(
            update(Import)
            .where(Import.id == which.id, Import.status == ImportStatus.MAPPING)
            .values(values)
            .returning(Import.id)
        )
        return queued.scalar() is not None


def cancel(which: Import) -> bool:
    """Stop before the next batch; what was imported stays. False if it had ended already."""
    stored_as = which.stored_as
    done = _turn(which.id, Import.status.in_(OPEN), ImportStatus.CANCELLED, finished_at=now())
    if done:
        import_files.forget(stored_as)
    return done


def undo(which: Import) -> bool:
    """Begin to delete the recipients that the import has added; False if it cannot be undone."""
    ended = Import.status.in_((ImportStatus.FINISHED, ImportStatus.CANCELLED))
    return _turn(which.id, ended, ImportStatus.UNDOING, touched_at=None)


def recent(account_id: int, limit: int = 50) -> list[Import]:
    """The last imports of an account, the newest first."""
    query = select(Import).where(Import.account_id == account_id).order_by(Import.id.desc())
    return list(db.session.scalars(query.limit(limit)))


def refused(which: Import, limit: int) -> list[BadRow]:
    """The first refused rows in the order of the file."""
    query = select(BadRow).where(BadRow.import_id == which.id).order_by(BadRow.id).limit(limit)
    return list(db.session.scalars(query))


def list_of(which: Import) -> RecipientList | None:
    """The list that the recipients were put on, if it still exists."""
    return db.session.get(RecipientList, which.list_id) if which.list_id else None


def stale_imports() -> list[int]:
    """Ids of imports that should be worked on and were not touched for a minute."""
    query = select(Import.id).where(claimable()).order_by(Import.id).limit(100)
    return list(db.session.scalars(query))


def discard_abandoned() -> int:
    """Delete what was uploaded a day ago and never started, and files that belong to nothing."""
    old = and_(Import.status == ImportStatus.MAPPING, Import.created_at < now() - ABANDONED)
    found = list(db.session.scalars(select(Import).where(old).limit(100)))
    orphans = import_files.stored_before(now() - ABANDONED)
    known = set(db.session.scalars(select(Import.stored_as).where(Import.stored_as.in_(orphans))))
    for name in set(orphans) - known:
        import_files.forget(name)
    return sum(cancel(each) for each in found)


def forget_files(account_id: int) -> None:
    """Delete the stored files of an account that leaves."""
    names = select(Import.stored_as).where(Import.account_id == account_id)
    for name in db.session.scalars(names):
        import_files.forget(name)


def claimable() -> ColumnElement[bool]:
    """Queued, or left behind by a worker that has not touched it for a minute."""
    silent = or_(Import.touched_at.is_(None), Import.touched_at < now() - FORGOTTEN)
    return or_(
        Import.status == ImportStatus.QUEUED,
        and_(Import.status.in_((ImportStatus.RUNNING, ImportStatus.UNDOING)), silent),
    )


@contextmanager
def _kept(stored: Stored) -> Iterator[None]:
    """Keep the file only if what follows succeeds."""
    try:
        yield
    except BaseException:
        import_files.forget(stored.name)
        raise


def _add(**values: object) -> Import:
    with transaction() as session:
        new = Import(**values)
        session.add(new)
        session.flush()
    return new


def _turn(import_id: int, when: ColumnElement[bool], to: ImportStatus, **values: object) -> bool:
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


def _shown(filename: str) -> str:
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in name if char.isprintable())[:200]
