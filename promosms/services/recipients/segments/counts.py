"""How many recipients a segment has.

Of some thousand recipients everybody is looked at. Of more, a page shows what a job has counted
last, with its time, or what some who are spread over all of them say.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from promosms.db.bulk import among
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Recipient, Segment, now, table_of
from promosms.services.recipients import sample, states
from promosms.services.recipients.segments import queries
from promosms.services.recipients.states import State

MOST_READ = 20_000
"""So many recipients are read one by one while somebody waits."""
OFTEN = 10
"""So often for the segments of a page."""
BLOCKS, BLOCK = 20, 500
STALE = timedelta(minutes=5)


@dataclass(frozen=True)
class Counted:
    """So many recipients. `about`: some of all were looked at. `at`: they were counted then."""

    people: int
    about: bool = False
    at: datetime | None = None


def now_or_about(account_id: int, condition: ColumnElement[bool]) -> Counted:
    """How many recipients meet a condition, exactly or about."""
    everybody = _everybody(account_id)
    if everybody <= MOST_READ:
        return Counted(_count(account_id, condition))
    ids = list(sample.of_everybody(account_id, BLOCKS, BLOCK))
    met = select(func.count()).where(among(table_of(Recipient).c.id), condition)
    share = (db.session.scalar(met, {"ids": ids}) or 0) / max(len(ids), 1)
    return Counted(round(everybody * share), about=True)


def of(account_id: int, segments: Sequence[Segment]) -> dict[int, Counted]:
    """The counts of segments of an account by their ids."""
    if _everybody(account_id) * len(segments) <= MOST_READ * OFTEN:
        return {one.id: Counted(_count(account_id, queries.conditions(one))) for one in segments}
    return {
        one.id: now_or_about(account_id, queries.conditions(one))
        if one.people is None
        else Counted(one.people, at=one.counted_at)
        for one in segments
    }


def due(account_id: int, segments: Sequence[Segment]) -> bool:
    """Shall a job count some of these segments again?"""
    if _everybody(account_id) <= MOST_READ:
        return False
    return any(_stale(segment) for segment in segments)


def count_again(account_id: int, over: Callable[[], bool]) -> bool:
    """Count segments of an account until the time slice is over; are there more?"""
    query = select(Segment).where(Segment.account_id == account_id).order_by(Segment.counted_at)
    for segment in db.session.scalars(query).all():
        if not _stale(segment):
            continue
        seen, moment = segment.conditions, now()
        people = _count(account_id, queries.conditions(segment, moment))
        _store(segment.id, seen, people, moment)
        if over():
            return due(account_id, db.session.scalars(query).all())
    return False


def _store(segment_id: int, seen: object, people: int, moment: datetime) -> None:
    """Keep a count, unless the segment was changed while it was counted."""
    with transaction() as session:
        segment = session.get(Segment, segment_id, with_for_update=True, populate_existing=True)
        if segment is None or segment.conditions != seen:
            return
        values = {"people": people, "counted_at": moment}
        session.execute(update_rows(Segment).where(Segment.id == segment_id).values(values))


def _stale(segment: Segment) -> bool:
    return segment.counted_at is None or segment.counted_at < now() - STALE


def _everybody(account_id: int) -> int:
    return states.count(account_id)[State.ALL]


def _count(account_id: int, condition: ColumnElement[bool]) -> int:
    query = select(func.count(Recipient.id)).where(Recipient.account_id == account_id, condition)
    return db.session.scalar(query) or 0
