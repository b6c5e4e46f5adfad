"""Chores: what is done once a night (UTC), by whichever worker comes first.

A chore is held by a lease while somebody works on it. One that fails is tried again later the
same day; one whose worker is killed, when the lease has ended.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import NightlyJob, now

LEASE = timedelta(minutes=10)
REST = timedelta(minutes=15)


def due(names: Collection[str]) -> list[str]:
    """The jobs that are due now, in the given order."""
    query = select(NightlyJob.name, _due(now())).where(NightlyJob.name.in_(names))
    known: dict[str, bool] = {name: bool(is_due) for name, is_due in db.session.execute(query)}
    return [name for name in names if known.get(name, True)]


def claim(name: str) -> dict[str, Any] | None:
    """Take a chore: the place from which to go on; None if it is done or somebody is at it."""
    with transaction() as session:
        session.execute(
            upsert.insert(NightlyJob)
            .values(name=name, place={}, findings=[])
            .on_conflict_do_nothing()
        )
        taken = session.execute(
            update(NightlyJob)
            .where(NightlyJob.name == name, _due(now()))
            .values(leased_until=now() + LEASE)
            .returning(NightlyJob.place)
            .execution_options(synchronize_session=False)
        ).scalar_one_or_none()
        return None if taken is None else dict(taken)


def pause(name: str, place: dict[str, Any]) -> None:
    """Let it go for now; the next one begins at this place."""
    _leave(name, place=place, leased_until=None)


def fail(name: str) -> None:
    """It went wrong: the next one begins anew, after a rest."""
    _leave(name, place={}, leased_until=now() + REST)


def finish(name: str, findings: list[Any] | None = None) -> None:
    """It is done for today."""
    moment = now()
    _leave(
        name,
        place={},
        leased_until=None,
        ran_on=moment.date(),
        ran_at=moment,
        findings=findings or [],
    )


def findings(name: str) -> list[Any]:
    """What the last night has found."""
    return db.session.scalar(select(NightlyJob.findings).where(NightlyJob.name == name)) or []


def _leave(name: str, **values: Any) -> None:
    with transaction() as session:
        session.execute(
            update(NightlyJob)
            .where(NightlyJob.name == name)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _due(moment: datetime) -> ColumnElement[bool]:
    idle = or_(NightlyJob.leased_until.is_(None), NightlyJob.leased_until < moment)
    return idle & or_(NightlyJob.ran_on.is_(None), NightlyJob.ran_on < moment.date())
