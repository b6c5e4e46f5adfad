"""What an import changes in people who were here, noted so that undoing it can put it back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from promosms.db.upsert_rows import upsert_rows
from promosms.extensions import db
from promosms.models import Consent, Import, ImportChange, Recipient, table_of
from promosms.services.imports import recipient_rows
from promosms.services.imports.recipient_rows import Values
from promosms.services.recipients import lists

_CHANGES = table_of(ImportChange)
_KEY = ("account_id", "import_id", "recipient_id")
_NOTED = ("before", "changed_at", "listed", "lists")


def note(
    session: Session,
    running: Import,
    before: Mapping[int, Values],
    listed: Collection[int],
    lists_: Mapping[int, Sequence[int]],
    again: Collection[int],
    at: datetime,
) -> None:
    """Note the values before a change by recipient, and who has been put on the list.

    `lists_` are those on which the file itself has put them. `again` are those whom a batch before
    had already: of them stays noted what was there first.
    """
    earlier = _noted(session, running, sorted({*again} & {*before})) if again else {}
    rows, of_import = [], (running.account_id, running.id)
    for recipient_id in sorted({*before, *listed, *lists_, *earlier}):
        first, changed_at, was_listed, on = earlier.get(recipient_id, ({}, None, False, []))
        if recipient_id in before:
            first, changed_at = {**before[recipient_id], **first}, at
        on = sorted({*on, *lists_.get(recipient_id, ())})
        rows.append(
            (*of_import, recipient_id, first, changed_at, was_listed or recipient_id in listed, on)
        )
    upsert_rows(session, _CHANGES, (*_KEY, *_NOTED), rows, _KEY, _NOTED)


def put_back(session: Session, undoing: Import, most: int) -> int:
    """Put back what was noted of some recipients, at most so many; returns how many there were.

    Those who were changed again since keep their values. Whoever was put on the list leaves it.
    The caller is alone with the numbers of `losing_consent`.
    """
    some = _next(session, undoing, most)
    noted = _noted(session, undoing, some)
    listed = [recipient_id for recipient_id, row in noted.items() if row[2]]
    on_lists: dict[int, list[int]] = {undoing.list_id: listed} if undoing.list_id else {}
    for recipient_id, row in noted.items():
        for list_id in row[3]:
            on_lists.setdefault(list_id, []).append(recipient_id)
    for list_id in lists.lock(session, on_lists):
        lists.take_off_locked(session, on_lists[list_id], [list_id])
    changed = {
        recipient_id: (before, at)
        for recipient_id, (before, at, *_) in noted.items()
        if at is not None
    }
    recipient_rows.put_back(session, undoing.account_id, changed)
    session.execute(delete(_CHANGES).where(*_of(undoing), _CHANGES.c.recipient_id.in_(some)))
    return len(some)


def losing_consent(undoing: Import, most: int) -> list[str]:
    """The numbers of those among the next so many who may have no consent any more after that."""
    session = db.session()
    noted = _noted(session, undoing, _next(session, undoing, most))
    losing = [
        recipient_id
        for recipient_id, (before, *_) in noted.items()
        if before.get("consent") == Consent.NONE
    ]
    query = select(Recipient.phone).where(Recipient.id.in_(losing))
    return list(session.scalars(query)) if losing else []


def _next(session: Session, undoing: Import, most: int) -> Sequence[int]:
    ids = select(_CHANGES.c.recipient_id).where(*_of(undoing))
    return session.scalars(ids.order_by(_CHANGES.c.recipient_id).limit(most)).all()


def _of(import_: Import) -> tuple[Any, Any]:
    return _CHANGES.c.account_id == import_.account_id, _CHANGES.c.import_id == import_.id


def _noted(
    session: Session, import_: Import, ids: Collection[int]
) -> dict[int, tuple[dict[str, Any], datetime | None, bool, list[int]]]:
    query = select(_CHANGES).where(*_of(import_), _CHANGES.c.recipient_id.in_(ids))
    return {
        row.recipient_id: (row.before, row.changed_at, row.listed, row.lists)
        for row in session.execute(query)
    }
