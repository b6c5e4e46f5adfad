"""Account export: everything of an account as one file, made in the background.

It is made a file of rows at a time. Each time the archive is closed, and the row of the export
says where to go on and how long the archive is then. If it is longer or shorter, because a worker
was killed, the export starts again. An account has one; it is deleted after 48 hours.
"""

import errno
import secrets
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from promosms import logs
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.lib.xlsx_files import WAITING
from promosms.models import Account, AccountExport, AccountStatus, ExportStatus, now
from promosms.services.audit import log as audit_log
from promosms.services.privacy import export_files
from promosms.services.privacy.export_files import FILE_ROWS, PAGE, Key
from promosms.services.privacy.export_tables import Part, parts
from promosms.settings import instance_file

log = logs.get(__name__)
KEPT = AccountExport.retention.limit
FORGOTTEN = timedelta(seconds=60)
ORPHAN = 3600.0  # seconds
FOLDER = "exports"
LEVEL = 4  # of compression: nearly as small as 6, in half of the time
OPEN = (ExportStatus.QUEUED, ExportStatus.RUNNING)
FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))
Place = dict[str, Any]


class AlreadyRunning(Exception):
    """The account has one that is being made."""


def of(account_id: int) -> AccountExport | None:
    """The export of an account, if it has one."""
    query = select(AccountExport).where(AccountExport.account_id == account_id)
    return db.session.scalar(query)


def start(account: Account, actor: str) -> AccountExport:
    """Queue one, in the place of an older one; raises AlreadyRunning."""
    account_id, name = account.id, account.public_id
    with transaction() as session:
        # Two at once must not both begin.
        session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
        older = of(account_id)
        if older is not None and older.status in OPEN:
            raise AlreadyRunning
        if older is not None:
            file(older).unlink(missing_ok=True)
            session.delete(older)
            session.flush()
        new = AccountExport(account_id=account_id, stored_as=f"{secrets.token_hex(16)}.zip")
        session.add(new)
        audit_log.record(actor, "account.export", name)
        return new


def discard(export: AccountExport) -> None:
    """Delete it with its file, whatever it is doing."""
    path = file(export)
    with transaction() as session:
        session.execute(delete(AccountExport).where(AccountExport.id == export.id))
    path.unlink(missing_ok=True)


def file(export: AccountExport) -> Path:
    """Where its file is."""
    return instance_file(FOLDER, export.stored_as)


def waiting() -> list[int]:
    """Ids of those that should be worked on and were not touched for a minute."""
    return list(db.session.scalars(select(AccountExport.id).where(_claimable()).limit(100)))


def forget_expired() -> None:
    """Delete those whose time is over, and files that belong to none."""
    old = or_(
        AccountExport.expires_at < now(),
        and_(AccountExport.status == ExportStatus.FAILED, AccountExport.created_at < now() - KEPT),
    )
    for export in db.session.scalars(select(AccountExport).where(old)).all():
        discard(export)
    names = set(db.session.scalars(select(AccountExport.stored_as)))
    folder = instance_file(FOLDER, "any").parent
    for path in (*folder.glob("*.zip"), *folder.glob(f"{WAITING}*")):
        if path.name in names or time.time() - path.stat().st_mtime < ORPHAN:
            continue
        if path.is_dir():  # of a workbook whose process was killed
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def forget_file(account_id: int) -> None:
    """Delete the file of an account that leaves."""
    export = of(account_id)
    if export is not None:
        file(export).unlink(missing_ok=True)


def begin_again(account_id: int, actor: str) -> None:
    """Delete the file of an account from which something was erased; one being made begins again.

    A worker that is making it then finds that it is gone, and deletes what it has written.
    """
    export = of(account_id)
    if export is None:
        return
    being_made = export.status in OPEN
    discard(export)
    if being_made:
        start(db.session.get_one(Account, account_id), actor)


def work(export_id: int, over: Callable[[], bool] = time_slice.nobody) -> bool:
    """Go on with it until the slice is over; True if there is more. Can be killed at any point."""
    export = _claim(export_id)
    if export is None:
        return False
    path = file(export)  # its row may be gone when it fails
    try:
        return _go_on(export, over)
    except OSError as fault:
        db.session.rollback()
        path.unlink(missing_ok=True)
        full = fault.errno in FULL
        code = "disk_full" if full else "file"
        _save(export_id, path, status=ExportStatus.FAILED, error=code)
        log.warning("export.failed", exc_info=fault, extra={"code": code})
        return False


def _go_on(export: AccountExport, over: Callable[[], bool]) -> bool:
    export_id, account_id, path = export.id, export.account_id, file(export)
    place, done = dict(export.place), export.done
    if not place or not path.exists() or path.stat().st_size != export.size:
        path.unlink(missing_ok=True)
        place, done = {}, 0
        _save(export_id, path, total=_total(account_id))
    ended = False
    while not ended:
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
            path.chmod(0o600)
            rows = _next_file(archive, account_id, place)
        ended = rows is None
        done += rows or 0
        size = path.stat().st_size
        known = _save(export_id, path, place=place, done=done, size=size, touched_at=now())
        if not known:  # the account has left, or a new one was asked for
            path.unlink(missing_ok=True)
            return False
        if not ended and over():
            _save(export_id, path, touched_at=None)
            return True
    moment = now()
    _save(
        export_id,
        path,
        status=ExportStatus.READY,
        finished_at=moment,
        expires_at=moment + KEPT,
        total=done,
    )
    return False


def _next_file(archive: zipfile.ZipFile, account_id: int, place: Place) -> int | None:
    """Write the next file and move the place; how many rows it has, None when all is done."""
    tables, index = parts(), place.setdefault("part", 0)
    if index < len(tables):
        rows = export_files.add(
            archive,
            tables[index],
            place.setdefault("file", 1),
            _pages(tables[index], account_id, place),
        )
        if place.pop("more", False):
            place["file"] += 1
        else:
            place.update(part=index + 1, file=1, parent=0, after=[])
        return rows
    invoice = export_files.add_invoice(archive, account_id, place.get("invoice", 0))
    if invoice is not None:
        place["invoice"] = invoice
        return 0
    export_files.add_readme(archive)
    return None


def _pages(part: Part, account_id: int, place: Place) -> Iterator[Sequence[Sequence[Any]]]:
    """The pages of one file; `place` has "more" if the table goes on."""
    rows = 0
    for parent in _parents(part, account_id, place):
        after: Key = place.get("after", []) if parent == place.get("parent", 0) else []
        while True:
            if rows >= FILE_ROWS:
                place.update(parent=parent, after=after, more=True)
                return
            found, after_this = export_files.page(part, account_id, parent, after)
            if found:
                after = after_this
                rows += len(found)
                yield found
            if len(found) < PAGE:
                break


def _parents(part: Part, account_id: int, place: Place) -> Iterator[int]:
    if part.parent is None:
        yield 0
        return
    if begun := place.get("parent", 0):
        yield begun
    yield from export_files.parents(part, account_id, begun)


def _total(account_id: int) -> int:
    """How many rows there are, about: those of large tables are counted."""
    counts = [
        db.session.scalar(
            select(func.count()).select_from(part.table).where(part.belongs(account_id))
        )
        for part in parts()
        if part.parent is None and part.export.only is None
    ]
    return sum(count or 0 for count in counts) + _large(account_id)


def _large(account_id: int) -> int:
    """The rows that are found by way of others."""
    rows = 0
    for part in parts():
        if part.parent is None:
            continue
        ids = select(part.parent.c.id).where(part.parent.c.account_id == account_id)
        column = part.table.c[part.export.parent]
        rows += db.session.scalar(select(func.count()).where(column.in_(ids))) or 0
    return rows


def _claim(export_id: int) -> AccountExport | None:
    with transaction() as session:
        taken = session.execute(
            update_rows(AccountExport)
            .where(AccountExport.id == export_id, _claimable())
            .values(status=ExportStatus.RUNNING, touched_at=now())
            .returning(AccountExport.id)
        ).scalar()
        if taken is None:
            return None
        return session.get(AccountExport, export_id, populate_existing=True)


def _claimable() -> ColumnElement[bool]:
    stale = or_(AccountExport.touched_at.is_(None), AccountExport.touched_at < now() - FORGOTTEN)
    active = select(Account.id).where(
        Account.id == AccountExport.account_id, Account.status != AccountStatus.DELETING
    )
    return and_(AccountExport.status.in_(OPEN), stale, active.exists())


def _save(export_id: int, path: Path, **values: Any) -> bool:
    """Write how far it is; False if it is gone. A new one may have got the same id on SQLite."""
    with transaction() as session:
        changed = session.execute(
            update_rows(AccountExport)
            .where(AccountExport.id == export_id, AccountExport.stored_as == path.name)
            .values(**values)
            .returning(AccountExport.id)
        )
        return changed.scalar() is not None
