"""The recipients that a batch of an import adds or changes, as rows to store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from promosms.db.bulk import among, look_up
from promosms.db.statements import update_rows
from promosms.db.upsert_rows import upsert_rows
from promosms.lib.folding import fold
from promosms.models import (
    FIELD_NAMES,
    Consent,
    Import,
    Message,
    Recipient,
    new_public_ids,
    now,
    table_of,
)
from promosms.services.imports import merging
from promosms.services.imports.row_consents import COLUMNS, RowConsents
from promosms.services.imports.rows import Entry
from promosms.services.recipients import consents
from promosms.services.recipients.search import search_text
from promosms.services.sending import opt_outs

_FIELDS = FIELD_NAMES[1:]
_EMPTY = dict.fromkeys(_FIELDS, "")
_in_order = itemgetter(*_FIELDS)
_PRESERVED = (*_FIELDS, *COLUMNS)
_OWN = ("public_id", "account_id", "phone", "country", "import_id", "created_at")
_KNOWN = ("id", "phone", "import_id", "last_import_id")
_REPLACED = (*_PRESERVED, "search", "last_import_id", "updated_at")
_COLUMNS = (*_OWN, *_REPLACED)
"""In the order of the rows."""

Known = Mapping[str, Mapping[str, Any]]
"""The recipients that are here already, by number."""
Values = Mapping[str, Any]
"""Values of columns by name."""


@dataclass(slots=True)
class Rows:
    """What to store: rows in the order of `_COLUMNS`, and the ids of those whom nothing changes."""

    written: list[tuple[Any, ...]] = field(default_factory=list)
    same: list[int] = field(default_factory=list)
    before: dict[int, Values] = field(default_factory=dict)
    """What the columns that change have held, by recipient; not of those whom the import added."""
    ids: dict[str, int] = field(default_factory=dict)
    """Of everybody whom the batch names, by number."""


def known(session: Session, running: Import, phones: Sequence[str]) -> Known:
    """The recipients with these numbers, locked in the order of their numbers.

    `withdrawn_at` is when those have withdrawn their consent who have none for that reason, and
    `agreed_by` the import that has brought a consent.
    """
    columns = table_of(Recipient).c
    shown = (columns[name] for name in (*_KNOWN, *_PRESERVED))
    query = select(
        *shown,
        consents.withdrawn_at().label("withdrawn_at"),
        consents.imported_by().label("agreed_by"),
    ).where(columns.account_id == running.account_id)
    found = look_up(session, query, columns.phone, phones, lock=True)
    names = tuple(found.keys())  # rows of SQLAlchemy take longer to answer than dictionaries
    return {row.phone: dict(zip(names, row, strict=True)) for row in found}


def write(
    session: Session,
    running: Import,
    entries: Mapping[str, Entry],
    before: Known,
    at: datetime,
    meanwhile: Callable[[], None],
) -> Rows:
    """Store the entries: new ones, and of those in `before` what changes.

    `meanwhile` is called when they are ready for the database.
    """
    agreed = RowConsents(session, running, entries.values())
    rows = _rows(running, entries, before, at, agreed)
    table = table_of(Recipient)
    rows.ids.update((e164, row["id"]) for e164, row in before.items())
    unique = "account_id", "phone"
    new = upsert_rows(session, table, _COLUMNS, rows.written, unique, _REPLACED, "phone", meanwhile)
    rows.ids.update(new)
    if rows.same:
        touched = update_rows(Recipient).where(among(table.c.id))
        session.execute(touched.values(last_import_id=running.id), {"ids": rows.same})
    return rows


def put_back(
    session: Session, account_id: int, before: Mapping[int, tuple[Values, datetime]]
) -> None:
    """Give recipients earlier values; not those that have changed after the time beside them.

    Whoever has no consent any more gets no promotion that waits. The opt-out lock is held.
    """
    columns = table_of(Recipient).c
    query = (
        select(*(columns[name] for name in ("id", *_COLUMNS)))
        .where(columns.account_id == account_id, columns.id.in_(before))
        .order_by(columns.phone)
        .with_for_update()
    )
    at, rows, withdrawn = now(), [], []
    for row in session.connection().execute(query).mappings():
        values, changed_at = before[row["id"]]
        if row["updated_at"] == changed_at:
            stored = {**row, **values, "updated_at": at}
            stored["search"] = search_text(stored["phone"], stored)
            rows.append(tuple(stored[name] for name in _COLUMNS))
            if row["consent"] == Consent.GIVEN and stored["consent"] == Consent.NONE:
                withdrawn.append(row["phone"])
    if withdrawn:
        theirs = Message.account_id == account_id, Message.phone.in_(withdrawn)
        opt_outs.skip_promotions(session, and_(*theirs))
    upsert_rows(session, table_of(Recipient), _COLUMNS, rows, ("account_id", "phone"), _REPLACED)


def _rows(
    running: Import,
    entries: Mapping[str, Entry],
    before: Known,
    at: datetime,
    agreed: RowConsents,
) -> Rows:
    # Attributes of a model are slower than variables: these are asked for with each row.
    rows, account_id, import_id, mode = Rows(), running.account_id, running.id, running.mode
    public_ids, folded = new_public_ids(len(entries)), cache(fold)
    # In the order of their numbers, so that two imports wait for each other instead of deadlocking.
    for public_id, (e164, entry) in zip(public_ids, sorted(entries.items()), strict=True):
        existing = before.get(e164)
        if existing is None:
            values: Values = {**_EMPTY, **entry.values}
            evidence = agreed.of_new(entry)
        else:
            ours = existing["import_id"] == import_id
            said_here = bool(entry.standing and existing["agreed_by"] == import_id)
            leaves = merging.stays(mode, ours=ours)
            changed = None if leaves else _changed(mode, entry, existing, agreed, said_here)
            if changed is None:
                rows.same.append(existing["id"])
                continue
            given, evidence = changed
            if not ours:
                rows.before[existing["id"]] = _before(existing, given, evidence)
            values = {**existing, **given}
        own = (public_id, account_id, e164, entry.phone.country, import_id, at)
        searched = search_text(e164, values, folded)
        rows.written.append((*own, *_in_order(values), *evidence, searched, import_id, at))
    return rows


def _changed(
    mode: str, entry: Entry, existing: Values, agreed: RowConsents, said_here: bool
) -> tuple[Mapping[str, str], tuple[Any, ...]] | None:
    """The fields of the row and the evidence as the import leaves them; None: as they are."""
    before = {name: existing[name] for name in entry.values}
    values = merging.merged(mode, before, entry.values)
    evidence_before = tuple(existing[name] for name in COLUMNS)
    evidence = agreed.of_known(entry, existing, said_here=said_here)
    if values == before and evidence == evidence_before:
        return None
    return values, evidence


def _before(existing: Values, values: Values, evidence: Sequence[Any]) -> Values:
    after = {**values, **dict(zip(COLUMNS, evidence, strict=True))}
    return {name: existing[name] for name, value in after.items() if existing[name] != value}
