"""Refused rows of an import, mended: with another number or value a row goes the usual way."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    BadRow,
    Import,
    ImportStatus,
    Recipient,
    Suppression,
    SuppressionSource,
    now,
)
from promosms.services.imports import batch as import_batch
from promosms.services.imports import refused_rows, typed_cells
from promosms.services.imports import rows as import_rows
from promosms.services.imports.consent_columns import LISTS
from promosms.services.imports.rows import Batch, Refused
from promosms.services.recipients import fields
from promosms.services.sending import opt_outs
from promosms.sms.phone import LONGEST_TYPED

MENDED_IN = (ImportStatus.FINISHED, ImportStatus.CANCELLED, ImportStatus.FAILED)


class Result(StrEnum):
    """What has become of a row."""

    ADDED = "added"
    HERE = "here"
    REPEATED = "repeated"
    REFUSED = "refused"
    LEFT_OUT = "left_out"
    GONE = "gone"  # mended or left out before, in another tab, or the import was undone


@dataclass(frozen=True, slots=True)
class Mended:
    """The result of a row, and its number if it has got one that can be texted."""

    result: Result
    phone: str = ""
    opted_out: bool = False


def may_mend(import_: Import) -> bool:
    """Has the import ended, was it not undone, and are its refused rows still kept?"""
    kept = import_.created_at > now() - BadRow.retention.limit
    return import_.status in MENDED_IN and kept


def mend(import_: Import, region: str, numbers: Mapping[str, str]) -> dict[str, Mended]:
    """Import rows with these numbers, by public id of the row; says what became of each.

    If it was another value that could not be read, it is that value. One that is wrong, too, stays
    with its row. A row that was mended before changes nothing.
    """
    import_id = import_.id
    _opt_out(import_, region, numbers)
    named = _lists(import_, region, numbers)
    results = {public_id: Mended(Result.GONE) for public_id in numbers}
    with transaction() as session:
        running = _locked(session, import_id)
        if running is not None:
            rows = refused_rows.rows(session, import_id, numbers, lock=True)
            results.update(_mend(session, running, region, rows, numbers, named))
    return results


def take_certain(import_: Import, region: str) -> int:
    """Mend all rows for which a number is certain; returns how many were taken in."""
    import_id, mapping = import_.id, list(import_.mapping)
    taken = 0
    for rows in refused_rows.chunks(import_id):
        shown = (refused_rows.shown(row, mapping, region) for row in rows)
        offers = ((row.public_id, row.offer) for row in shown if row.of_number)
        numbers = {key: found.e164 for key, found in offers if found and found.certain}
        results = mend(import_, region, numbers) if numbers else {}
        taken += sum(bool(mended.phone) for mended in results.values())
    return taken


def leave_out(import_: Import, public_ids: Collection[str]) -> int:
    """Leave out refused rows for good; returns how many there still were."""
    import_id = import_.id
    with transaction() as session:
        running = _locked(session, import_id)
        rows = refused_rows.rows(session, import_id, public_ids, lock=True) if running else []
        if running and rows:
            _settle(session, running, rows)
            running.left_out += len(rows)
        return len(rows)


def _mend(
    session: Session,
    running: Import,
    region: str,
    rows: Sequence[BadRow],
    numbers: Mapping[str, str],
    named: Mapping[str, int],
) -> Iterator[tuple[str, Mended]]:
    good: list[tuple[BadRow, str]] = []
    phones: list[tuple[BadRow, str]] = []
    for row in rows:
        number = numbers[row.public_id]
        batch = _read(running, region, [(row, number)])
        if batch.refused:
            _refuse_again(row, batch.refused[0], number)
            yield row.public_id, Mended(Result.REFUSED)
        else:
            good.append((row, number))
            phones.append((row, next(iter(batch.entries))))
    yield from _results(session, running, phones)
    if good:
        batch = _read(running, region, good)
        running.duplicates += batch.duplicates
        running.mended += len(good)
        import_batch.save_entries(session, running, batch.entries, named)
        _settle(session, running, [row for row, _number in good])


def _refuse_again(row: BadRow, refused: Refused, typed: str) -> None:
    """Keep what was tried beside the row; in it if it is good and another cell is wrong, too."""
    if typed_cells.place_of(row.problem) == typed_cells.place_of(refused.problem):
        row.typed = typed.strip()[:LONGEST_TYPED]
    else:
        row.content, row.typed = refused.content, ""
    row.problem = refused.problem


def _results(
    session: Session, running: Import, good: Sequence[tuple[BadRow, str]]
) -> Iterator[tuple[str, Mended]]:
    """What will become of rows with good numbers, before they are saved."""
    phones = {e164 for _row, e164 in good}
    known = dict(
        session.execute(
            select(Recipient.phone, Recipient.last_import_id).where(
                Recipient.account_id == running.account_id, Recipient.phone.in_(phones)
            )
        ).all()
    )
    opted_out = set(
        session.scalars(
            select(Suppression.phone).where(
                Suppression.account_id == running.account_id, Suppression.phone.in_(phones)
            )
        )
    )
    for row, e164 in good:
        result = Result.ADDED
        if e164 in known:
            result = Result.REPEATED if known[e164] == running.id else Result.HERE
        known[e164] = running.id
        yield row.public_id, Mended(result, e164, e164 in opted_out)


def _read(import_: Import, region: str, rows: Sequence[tuple[BadRow, str]]) -> Batch:
    """Read refused rows with other numbers, as rows of the file."""
    mapping = list(import_.mapping)
    filled = [
        (row.row, refused_rows.with_number(row, mapping, region, number)) for row, number in rows
    ]
    columns = refused_rows.fields(mapping)
    types = fields.types(db.session.get_one(Account, import_.account_id))
    typed = typed_cells.kept(columns, region, types)
    return import_rows.read(filled, columns, region, import_.mode, typed)


def _settle(session: Session, running: Import, rows: Sequence[BadRow]) -> None:
    ids = [row.id for row in rows]
    running.bad -= len(ids)
    session.flush()
    session.execute(delete(BadRow).where(BadRow.id.in_(ids)))


def _opt_out(import_: Import, region: str, numbers: Mapping[str, str]) -> None:
    """As when a batch is saved: before, and on their own, so that no text is under way."""
    if not may_mend(import_):
        return
    account_id = import_.account_id
    rows = refused_rows.rows(db.session(), import_.id, numbers)
    batch = _read(import_, region, [(row, numbers[row.public_id]) for row in rows])
    if batch.opted_out:
        opt_outs.opt_out_all(account_id, sorted(batch.opted_out), SuppressionSource.IMPORT)


def _lists(import_: Import, region: str, numbers: Mapping[str, str]) -> dict[str, int]:
    """The lists that the rows name, which are created before."""
    if LISTS not in import_.mapping or not may_mend(import_):
        return {}
    rows = refused_rows.rows(db.session(), import_.id, numbers)
    batch = _read(import_, region, [(row, numbers[row.public_id]) for row in rows])
    return import_batch.lists_of(import_.id, batch.entries)


def _locked(session: Session, import_id: int) -> Import | None:
    query = select(Import).where(Import.id == import_id, Import.status.in_(MENDED_IN))
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))
