"""The worker's side of a long workbook: a block of rows at a time, a restart at any point."""

import errno
import fcntl
from collections.abc import Callable
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from promosms import logs
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import force_locale
from promosms.lib import long_workbooks, time_slice
from promosms.lib.tables import Table
from promosms.models import (
    Account,
    ExportStatus,
    Recipient,
    SuppressionSource,
    Workbook,
    WorkbookKind,
    now,
)
from promosms.services.recipients import consent_exports, exports, fields, filters
from promosms.services.recipients.filters import FilterGone
from promosms.services.workbooks.workbooks import KEPT, claimable, file

log = logs.get(__name__)
FULL = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


def work(workbook_id: int, over: Callable[[], bool] = time_slice.nobody) -> bool:
    """Go on with it until the slice is over; True if there is more. Can be killed at any point."""
    workbook = _claim(workbook_id)
    if workbook is None:
        return False
    path, name = file(workbook), workbook.stored_as  # its row may be gone when it fails
    try:
        path.touch(0o600)
        with path.open("r+b") as opened:
            # Who was suspended for a minute while another went on must not write any more.
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with force_locale(workbook.language):
                more = _go_on(workbook, opened, over)
    except BlockingIOError:
        return False
    except (OSError, FilterGone) as fault:
        db.session.rollback()
        path.unlink(missing_ok=True)
        number = fault.errno if isinstance(fault, OSError) else None
        code = "list" if number is None else "disk_full" if number in FULL else "file"
        _save(workbook_id, name, status=ExportStatus.FAILED, error=code)
        log.warning("workbook.failed", exc_info=fault, extra={"code": code})
        return False
    if more is None:  # deleted, or a new one was asked for
        path.unlink(missing_ok=True)
    return bool(more)


def _go_on(workbook: Workbook, opened: BinaryIO, over: Callable[[], bool]) -> bool | None:
    """Write blocks; is there more? None if it is not wanted any more."""
    workbook_id, name, done = workbook.id, workbook.stored_as, workbook.done
    place: dict[str, Any] = workbook.place
    if not place or opened.seek(0, 2) < place["book"].get("size", 0):
        place, done = {"table": {}, "book": {}}, 0
    table = _table(workbook, place["table"])
    zone, folder = ZoneInfo(workbook.zone), file(workbook).parent
    book = long_workbooks.Book(opened, table, zone, folder, place["book"])
    for rows in table.blocks:
        book.write(rows)
        opened.flush()
        done += len(rows)
        if not _save(workbook_id, name, place=place, done=done, touched_at=now()):
            return None
        if over():
            return _save(workbook_id, name, touched_at=None) or None
    book.end()
    opened.flush()
    ended = {"place": place, "done": done, "total": done, "expires_at": now() + KEPT}
    return None if not _save(workbook_id, name, status=ExportStatus.READY, **ended) else False


def _table(workbook: Workbook, place: dict[str, Any]) -> Table:
    account_id, chosen = workbook.account_id, workbook.chosen
    if workbook.kind == WorkbookKind.CONSENTS:
        return consent_exports.consents_table(account_id, place)
    if workbook.kind == WorkbookKind.OPT_OUTS:
        labels = {SuppressionSource(source): label for source, label in chosen.items()}
        return exports.opt_outs_table(account_id, labels, place)
    search = filters.of_stored(account_id, chosen)
    account = db.session.get_one(Account, account_id)
    people = filters.select_all(search, Recipient.id)
    return exports.recipients_table(account, fields.labels(account), people, place)


def _claim(workbook_id: int) -> Workbook | None:
    with transaction() as session:
        taken = session.execute(
            update_rows(Workbook)
            .where(Workbook.id == workbook_id, claimable())
            .values(status=ExportStatus.RUNNING, touched_at=now())
            .returning(Workbook.id)
        ).scalar()
        if taken is None:
            return None
        return session.get(Workbook, workbook_id, populate_existing=True)


def _save(workbook_id: int, stored_as: str, **values: Any) -> bool:
    """False if it is not there any more; SQLite may have given its id to the next one."""
    with transaction() as session:
        changed = session.execute(
            update_rows(Workbook)
            .where(Workbook.id == workbook_id, Workbook.stored_as == stored_as)
            .values(**values)
            .returning(Workbook.id)
        )
        return changed.scalar() is not None
