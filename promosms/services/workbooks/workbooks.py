"""Long workbooks of an account: ask for one, find its file, delete it.

An account has one of each kind; a new one takes the place of the older one. The file is deleted a
day after it is ready, and at once when somebody is erased or the account leaves.
"""

import secrets
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import current_language, timezone
from promosms.models import (
    Account,
    AccountStatus,
    ExportStatus,
    Suppression,
    Workbook,
    WorkbookKind,
    now,
)
from promosms.services.recipients import states
from promosms.services.recipients.filters import Search, select_all, stored
from promosms.settings import instance_file

FOLDER = "exports"
ENDING = ".long.xlsx"
OPEN = (ExportStatus.QUEUED, ExportStatus.RUNNING)
KEPT = Workbook.retention.limit
FORGOTTEN = timedelta(seconds=60)
ORPHAN = 3600.0  # seconds


def of(account_id: int, kind: WorkbookKind, chosen: Mapping[str, Any]) -> Workbook | None:
    """The one of this kind with the same people, if there is one that has not failed."""
    query = select(Workbook).where(
        Workbook.account_id == account_id,
        Workbook.kind == kind,
        Workbook.status != ExportStatus.FAILED,
    )
    found = db.session.scalar(query)
    return found if found is not None and found.chosen == dict(chosen) else None


def start(account_id: int, kind: WorkbookKind, chosen: Mapping[str, Any], total: int) -> Workbook:
    """Queue one, in the place of an older one; the same that is being made is given back."""
    with transaction() as session:
        # Two at once must not both begin.
        session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
        query = select(Workbook).where(Workbook.account_id == account_id, Workbook.kind == kind)
        older = session.scalar(query)
        if older is not None and older.status in OPEN and older.chosen == dict(chosen):
            return older
        if older is not None:
            file(older).unlink(missing_ok=True)
            session.delete(older)
            session.flush()
        new = Workbook(
            account_id=account_id,
            kind=kind,
            chosen=dict(chosen),
            language=current_language(),
            zone=timezone().key,
            stored_as=f"{secrets.token_hex(12)}{ENDING}",
            total=total,
        )
        session.add(new)
        return new


def chosen_of(search: Search) -> dict[str, Any]:
    """The people of a search, as a workbook stores them."""
    return stored(search)


def count(search: Search) -> int:
    """How many people a search shows."""
    if not search.words.strip() and search.segment is None:
        return states.count(search.account_id, search.on_list)[search.state]
    people = select_all(search, func.count())
    return db.session.scalar(people) or 0


def count_opt_outs(account_id: int) -> int:
    """How many numbers are on the suppression list."""
    query = select(func.count()).where(Suppression.account_id == account_id)
    return db.session.scalar(query) or 0


def file(workbook: Workbook) -> Path:
    """Where its file is."""
    return instance_file(FOLDER, workbook.stored_as)


def discard(workbook: Workbook) -> None:
    """Delete it with its file, whatever it is doing: a worker that makes it finds it gone."""
    path = file(workbook)
    with transaction() as session:
        session.execute(delete(Workbook).where(Workbook.id == workbook.id))
    path.unlink(missing_ok=True)


def forget(account_id: int) -> None:
    """Delete all of an account: somebody in them was erased, or the account leaves."""
    for workbook in db.session.scalars(
        select(Workbook).where(Workbook.account_id == account_id)
    ).all():
        discard(workbook)


def waiting() -> list[int]:
    """Ids of those that should be worked on and were not touched for a minute."""
    return list(db.session.scalars(select(Workbook.id).where(claimable()).limit(100)))


def claimable() -> ColumnElement[bool]:
    """Asked for, not touched for a minute, and its account does not leave."""
    stale = or_(Workbook.touched_at.is_(None), Workbook.touched_at < now() - FORGOTTEN)
    active = select(Account.id).where(
        Account.id == Workbook.account_id, Account.status != AccountStatus.DELETING
    )
    return and_(Workbook.status.in_(OPEN), stale, active.exists())


def forget_expired() -> None:
    """Delete those whose time is over, and files that belong to none."""
    failed = Workbook.status == ExportStatus.FAILED, Workbook.created_at < now() - KEPT
    old = or_(Workbook.expires_at < now(), and_(*failed))
    for workbook in db.session.scalars(select(Workbook).where(old)).all():
        discard(workbook)
    names = set(db.session.scalars(select(Workbook.stored_as)))
    for path in instance_file(FOLDER, "any").parent.glob(f"*{ENDING}"):
        if path.name not in names and time.time() - path.stat().st_mtime > ORPHAN:
            path.unlink(missing_ok=True)
