"""The outcome of a large import, found by a worker: a claim, time slices, a restart at any point.

Between two slices what was found stands in a file beside the upload, and is deleted with it. A
worker that was killed has lost its slice, and another one begins there again.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.lib.number_set import NumberSet
from promosms.models import Account, Import, ImportStatus, now
from promosms.services.imports import columns as import_columns
from promosms.services.imports import files as import_files
from promosms.services.imports import outcome as import_outcome
from promosms.services.imports.outcome import Choice, Forecast, Outcome

STALE_AFTER = timedelta(seconds=60)
SECONDS = 15.0


def choice_of(import_: Import) -> Choice:
    """What is chosen for the import so far."""
    return Choice(tuple(import_.mapping), import_.has_header, import_.mode)


def is_wanted(import_: Import) -> bool:
    """Has a worker to find the outcome, and does none seem to be at work?"""
    touched = import_.checked_at
    free = touched is None or touched < now() - STALE_AFTER
    return is_missing(import_) and free


def is_missing(import_: Import) -> bool:
    """Is there no outcome for what is chosen, though the file is large enough for a worker?"""
    return (
        import_.status == ImportStatus.MAPPING
        and import_.total > import_outcome.SMALL
        and not import_columns.why_not(import_.mapping)
        and import_outcome.stored(import_, choice_of(import_)) is None
    )


def work(
    import_id: int,
    seconds: float | None = None,
    others_wait: Callable[[], bool] = time_slice.nobody,
) -> bool:
    """Claim an import and look into its file for one time slice; True if there is more to do."""
    if not _claim(import_id):
        return False
    begin = partial(time_slice.begin, SECONDS if seconds is None else seconds, others_wait)
    try:
        return _look(import_id, begin)
    except FileNotFoundError:  # cancelled or started meanwhile
        return False


def _claim(import_id: int) -> bool:
    with transaction() as session:
        claimed = session.scalar(
            select(Import).where(Import.id == import_id, _free()).with_for_update()
        )
        if claimed is None or not is_missing(claimed):
            return False
        claimed.checked_at = now()
        return True


def _free() -> ColumnElement[bool]:
    return or_(Import.checked_at.is_(None), Import.checked_at < now() - STALE_AFTER)


def _look(import_id: int, begin: Callable[[], time_slice.Over]) -> bool:
    import_ = db.session.get_one(Import, import_id)
    name, choice = import_.stored_as, choice_of(import_)
    forecast = Forecast(import_, db.session.get_one(Account, import_.account_id), choice)
    _resume(name, forecast)
    db.session.commit()
    skip = forecast.outcome.rows + choice.has_header
    over: time_slice.Over | None = None
    for batch in import_outcome.batches(import_files.read(name, skip)):
        over = over or begin()  # after skipping to its rows in the file
        forecast.take(batch)
        db.session.commit()
        ended = over()
        if not _note(import_id, name, forecast, hand_over=ended):
            return True  # the claim is given back: another job looks what is to do
        if ended:
            return True
    _end(import_id, name, forecast)
    return False


def _note(import_id: int, name: str, forecast: Forecast, *, hand_over: bool) -> bool:
    """Note how far it is; False if the import was started or cancelled, or the choice changed.

    The file is written while the row is locked: who deletes the upload deletes it afterwards.
    """
    with transaction() as session:
        import_ = _same(session, import_id, name, forecast)
        if import_ is None:
            given_back = update(Import).where(Import.id == import_id)
            session.execute(given_back.values(checked=0, checked_at=None))
            return False
        import_.checked = forecast.outcome.rows
        import_.checked_at = None if hand_over else now()
        if hand_over:
            _keep(name, forecast)
        return True


def _end(import_id: int, name: str, forecast: Forecast) -> None:
    with transaction() as session:
        if import_ := _same(session, import_id, name, forecast):
            import_.outcome = import_outcome.plain(forecast)
            import_.checked, import_.checked_at = 0, None
            import_files.seen_in(name).unlink(missing_ok=True)


def _same(session: Session, import_id: int, name: str, forecast: Forecast) -> Import | None:
    """The import, locked, if it still waits with the same file and choice."""
    query = select(Import).where(
        Import.id == import_id, Import.status == ImportStatus.MAPPING, Import.stored_as == name
    )
    import_ = session.scalar(query.with_for_update())
    return import_ if import_ and choice_of(import_) == forecast.choice else None


def _keep(name: str, forecast: Forecast) -> None:
    target = import_files.seen_in(name)
    new = target.with_suffix(".new")
    new.touch(mode=0o600)
    with new.open("wb") as file:
        file.write(json.dumps(import_outcome.plain(forecast)).encode() + b"\n")
        forecast.seen.save(file)
    new.replace(target)


def _resume(name: str, forecast: Forecast) -> None:
    """Go on where the last slice has ended, if it was for the same choice."""
    try:
        with import_files.seen_in(name).open("rb") as file:
            head = json.loads(file.readline())
            if head["choice"] == forecast.choice.plain():
                forecast.seen = NumberSet(0)  # two large ones at once would be too much
                forecast.seen = NumberSet.load(file)
                forecast.outcome = Outcome(**head["figures"])
    except FileNotFoundError:
        return
