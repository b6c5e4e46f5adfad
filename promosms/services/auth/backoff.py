"""Backoff: after wrong tries come pauses, which grow and end without any action.

A try is counted before the secret is checked, so that parallel tries are all counted. During a
pause nothing is checked and nothing is counted: more tries do not make the pause longer
(ASVS 6.3.1, NIST SP 800-63B-4 section 3.2.2).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from promosms import logs
from promosms.db import upsert
from promosms.db.statements import delete_rows, update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.keyed_hash import keyed_hash
from promosms.models import Backoff, now

log = logs.get(__name__)
KEPT = Backoff.retention.limit
EVERYBODY = "everybody"


@dataclass(frozen=True)
class BackoffPolicy:
    """How many tries are free, how long a pause may get, and how many tries there are at most.

    After `most` wrong tries in a row only another way in helps, which calls `forget`. Tries that
    are older than `memory` do not count.
    """

    free: int
    longest: timedelta = timedelta(minutes=15)
    most: int | None = None
    memory: timedelta = KEPT


PERSON = BackoffPolicy(free=5, most=100)
NETWORK = BackoffPolicy(free=30, memory=timedelta(hours=1))
NETWORK_IN_ALARM = BackoffPolicy(free=3, memory=timedelta(hours=1))
TOTAL = BackoffPolicy(free=10**9, memory=timedelta(hours=1))  # counted only, never paused
ALARM = 2_000  # wrong tries of all strangers together, with no quiet hour between them


class _Paused(Exception):
    """One of the names is in a pause."""


def attempt(name: str, network: str = "") -> bool:
    """Count a try under a name and, for strangers, under their network; False during a pause.

    When very many tries of strangers fail everywhere, each network has fewer free tries. Networks
    without wrong tries are not affected.
    """
    try:
        with transaction() as session:
            if network:
                policy = NETWORK_IN_ALARM if _alarm(session) else NETWORK
                _count(session, network, policy)
            _count(session, name, PERSON)
    except _Paused:
        return False
    return True


def take_back(name: str, network: str = "") -> None:
    """The try that was counted last was right: it does not count."""
    # In the order in which `attempt` counts, so that two transactions never wait for each other.
    names = [EVERYBODY, network, name] if network else [name]
    with transaction() as session:
        for counted in names:
            session.execute(
                update_rows(Backoff)
                .where(Backoff.key == _key(counted), Backoff.failures > 0)
                .values(failures=Backoff.failures - 1)
            )


def forget(*names: str) -> None:
    """Forget all wrong tries of these names."""
    keys = [_key(name) for name in names]
    with transaction() as session:
        statement = delete_rows(Backoff).where(Backoff.key.in_(keys))
        session.execute(statement)


def failures(name: str) -> int:
    """How many tries have gone wrong in a row."""
    query = select(Backoff.failures).where(Backoff.key == _key(name))
    return db.session.scalar(query) or 0


def forget_old() -> None:
    """Delete the counts without a try in the last 30 days."""
    with transaction() as session:
        statement = delete_rows(Backoff).where(Backoff.last_at < now() - KEPT)
        session.execute(statement)


def pause(failed: int, policy: BackoffPolicy) -> timedelta:
    """The pause after so many wrong tries: none at first, then 2, 4, 8 seconds and so on."""
    if failed < policy.free:
        return timedelta()
    # Beyond 20 doublings every policy is at its longest pause.
    return min(timedelta(seconds=2 ** min(failed - policy.free + 1, 20)), policy.longest)


def _alarm(session: Session) -> bool:
    count = _count(session, EVERYBODY, TOTAL)
    if count == ALARM:
        log.warning("sign_in.many_failures", extra={"count": count, "code": "limit"})
    return count >= ALARM


def _count(session: Session, name: str, policy: BackoffPolicy) -> int:
    """Count one more; raises _Paused. Others who try the same name wait for this transaction."""
    moment, key = now(), _key(name)
    forgotten = Backoff.last_at < moment - policy.memory
    allowed = Backoff.free_at <= moment
    if policy.most is not None:
        allowed &= Backoff.failures < policy.most
    count = session.execute(
        upsert.insert(Backoff)
        .values(key=key, failures=1, free_at=moment, last_at=moment)
        .on_conflict_do_update(
            index_elements=[Backoff.key],
            set_={
                "failures": case((forgotten, 1), else_=Backoff.failures + 1),
                "last_at": moment,
            },
            where=allowed | forgotten,
        )
        .returning(Backoff.failures)
    ).scalar_one_or_none()
    if count is None:
        raise _Paused
    _set_pause(session, key, moment + pause(count, policy), moment)
    return count


def _set_pause(session: Session, key: str, until: datetime, moment: datetime) -> None:
    if until > moment:
        session.execute(update_rows(Backoff).where(Backoff.key == key).values(free_at=until))


def _key(name: str) -> str:
    return keyed_hash("backoff", name)
