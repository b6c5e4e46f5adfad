"""Nightly jobs: each runs once a night (UTC), in the first worker that claims it.

The worker holds a lease. A job that fails is tried again later the same day; the job of a killed
worker runs again when its lease has ended.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from promosms.db import upsert
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import NightlyJob, now

LEASE = timedelta(minutes=10)
RETRY_AFTER = timedelta(minutes=15)


def due(names: Collection[str]) -> list[str]:
    """The jobs that are due now, in the given order."""
    query = select(NightlyJob.name, _due(now())).where(NightlyJob.name.in_(names))
    states: dict[str, bool] = {name: bool(is_due) for name, is_due in db.session.execute(query)}
    return [name for name in names if states.get(name, True)]


def claim(name: str) -> dict[str, Any] | None:
    """Claim a job: the place to continue from; None if it is done or another worker has it."""
    with transaction() as session:
        session.execute(
            upsert.insert(NightlyJob)
            .values(name=name, place={}, findings=[])
            .on_conflict_do_nothing()
        )
        place = session.execute(
            update_rows(NightlyJob)
            .where(NightlyJob.name == name, _due(now()))
            .values(leased_until=now() + LEASE)
            .returning(NightlyJob.place)
        ).scalar_one_or_none()
        return None if place is None else dict(place)


def pause(name: str, place: dict[str, Any]) -> None:
    """Release the job; the next worker continues at this place."""
    _release(name, place=place, leased_until=None)


def fail(name: str) -> None:
    """Note a failure: the job starts again from the beginning, after a while."""
    _release(name, place={}, leased_until=now() + RETRY_AFTER)


def finish(name: str, findings: list[Any] | None = None) -> None:
    """Note that the job is done for today."""
    moment = now()
    _release(
        name,
        place={},
        leased_until=None,
        ran_on=moment.date(),
        ran_at=moment,
        findings=findings or [],
    )


def findings(name: str) -> list[Any]:
    """The findings of the last run."""
    return db.session.scalar(select(NightlyJob.findings).where(NightlyJob.name == name)) or []


def forget(session: Session, name: str) -> None:
    """Forget the findings that name something, such as an account that leaves."""
    for job in session.scalars(select(NightlyJob)):
        job.findings = _without(job.findings, name)
        if "findings" in job.place:
            job.place = {**job.place, "findings": _without(job.place["findings"], name)}


def _without(findings: list[Any], name: str) -> list[Any]:
    return [finding for finding in findings if name not in str(finding)]


def _release(name: str, **values: Any) -> None:
    with transaction() as session:
        session.execute(update_rows(NightlyJob).where(NightlyJob.name == name).values(**values))


def _due(moment: datetime) -> ColumnElement[bool]:
    idle = or_(NightlyJob.leased_until.is_(None), NightlyJob.leased_until < moment)
    return idle & or_(NightlyJob.ran_on.is_(None), NightlyJob.ran_on < moment.date())
