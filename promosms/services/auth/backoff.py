"""Throttling: after wrong tries there are pauses that grow, and end by themselves.

A try is counted before it is known whether it is right, so that many at once are all counted.
While there is a pause nothing is checked and nothing is counted: whoever tries on makes the pause
of others no longer (ASVS 6.3.1, NIST SP 800-63B-4 section 3.2.2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session

from promosms import logs
from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.keyed_hash import keyed
from promosms.models import Backoff, now

log = logs.get(__name__)
KEPT = Backoff.retention.limit
EVERYBODY = "everybody"


@dataclass(frozen=True)
class Pace:
    """How many tries are free, how long a pause may get, and after how many tries it is over.

    With `most` wrong tries in a row only another way helps, which calls `forget`. What is older
    than `memory` does not count.
    """

    free: int
    longest: timedelta = timedelta(minutes=15)
    most: int | None = None
    memory: timedelta = KEPT


PERSON = Pace(free=5, most=100)
NETWORK = Pace(free=30, memory=timedelta(hours=1))
NETWORK_IN_ALARM = Pace(free=3, memory=timedelta(hours=1))
ALARM = 2_000  # wrong tries of all strangers together, with no quiet hour between them


class _Paused(Exception):
    """One of the names is in a pause."""


def attempt(name: str, network: str = "") -> bool:
    """Count a try under a name and, of strangers, under their network; False during a pause.

    When very many tries of strangers go wrong everywhere, networks get less patience. Those that
    have not erred notice nothing of it.
    """
    try:
        with transaction() as session:
            pace = NETWORK
            if network:
                pace = NETWORK_IN_ALARM if _alarming(session) else NETWORK
                _count(session, network, pace)
            _count(session, name, PERSON)
    except _Paused:
        return False
    return True


def take_back(name: str, network: str = "") -> None:
    """The try that was counted last was right: it does not count."""
    names = [name, network, EVERYBODY] if network else [name]
    with transaction() as session:
        for each in sorted(names, key=(EVERYBODY, network, name).index):
            session.execute(
                update(Backoff)
                .where(Backoff.key == _key(each), Backoff.failures > 0)
                .values(failures=Backoff.failures - 1)
                .execution_options(synchronize_session=False)
            )


def forget(*names: str) -> None:
    """All is well: begin anew."""
    keys = [_key(name) for name in names]
    with transaction() as session:
        statement = delete(Backoff).where(Backoff.key.in_(keys))
        session.execute(statement.execution_options(synchronize_session=False))


def failures(name: str) -> int:
    """How many tries have gone wrong in a row."""
    query = select(Backoff.failures).where(Backoff.key == _key(name))
    return db.session.scalar(query) or 0


def forget_old() -> None:
    """Delete what has not been tried for 30 days."""
    with transaction() as session:
        statement = delete(Backoff).where(Backoff.last_at < now() - KEPT)
        session.execute(statement.execution_options(synchronize_session=False))


def pause(failed: int, pace: Pace) -> timedelta:
    """How long to wait after so many: nothing at first, then 2, 4, 8 seconds and so on."""
    if failed < pace.free:
        return timedelta()
    # Beyond 20 doublings every pace is at its longest.
    return min(timedelta(seconds=2 ** min(failed - pace.free + 1, 20)), pace.longest)


def _alarming(session: Session) -> bool:
    count = _count(session, EVERYBODY, Pace(free=10**9, memory=timedelta(hours=1)))
    if count == ALARM:
        log.warning("sign_in.many_failures", extra={"count": count})
    return count >= ALARM


def _count(session: Session, name: str, pace: Pace) -> int:
    """Count one more; raises _Paused. Others who try the same name wait for this transaction."""
    moment, key = now(), _key(name)
    forgotten = Backoff.last_at < moment - pace.memory
    open_ = Backoff.free_at <= moment
    if pace.most is not None:
        open_ &= Backoff.failures < pace.most
    count = session.execute(
        upsert.insert(Backoff)
        .values(key=key, failures=1, free_at=moment, last_at=moment)
        .on_conflict_do_update(
            index_elements=[Backoff.key],
            set_={
                "failures": case((forgotten, 1), else_=Backoff.failures + 1),
                "last_at": moment,
            },
            where=open_ | forgotten,
        )
        .returning(Backoff.failures)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if count is None:
        raise _Paused
    _rest(session, key, moment + pause(count, pace), moment)
    return count


def _rest(session: Session, key: str, until: datetime, moment: datetime) -> None:
    if until > moment:
        session.execute(
            update(Backoff)
            .where(Backoff.key == key)
            .values(free_at=until)
            .execution_options(synchronize_session=False)
        )


def _key(name: str) -> str:
    return keyed("throttle", name)
