"""Lock-out: after 5 wrong tries in 15 minutes nothing is let in for 15 minutes.

Tries are counted for the line they came from and for the e-mail address that was typed, whether it
exists or not. The rows are those of `auth/backoff.py`; `free_at` is the end of the pause, or before
one the first of the tries that count.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import case, func, literal, or_, select

from promosms.db import upsert
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.keyed_hash import keyed_hash
from promosms.models import Backoff, UtcDateTime, now

MOST = 5
WINDOW = timedelta(minutes=15)


def seconds_left(name: str) -> int:
    """For how many seconds nothing is let in under this name; 0 if it is not locked out."""
    moment = now()
    query = select(func.max(Backoff.free_at, type_=UtcDateTime())).where(Backoff.key == _key(name))
    until: datetime | None = db.session.scalar(query)
    return 0 if until is None or until <= moment else -((moment - until) // timedelta(seconds=1))


def count(names: Iterable[str]) -> None:
    """Count a wrong try under each of these names; during a pause nothing more is counted."""
    moment = now()
    over = or_(Backoff.failures >= MOST, Backoff.free_at <= moment - WINDOW)
    again = case((over, 1), else_=Backoff.failures + 1)
    until = case(
        (over, _time(moment)),
        (Backoff.failures + 1 >= MOST, _time(moment + WINDOW)),
        else_=Backoff.free_at,
    )
    with transaction() as session:
        for key in sorted(map(_key, names)):  # in one order: two requests never wait for each other
            session.execute(
                upsert.insert(Backoff)
                .values(key=key, failures=1, free_at=moment, last_at=moment)
                .on_conflict_do_update(
                    index_elements=[Backoff.key],
                    set_={"failures": again, "free_at": until, "last_at": moment},
                    where=Backoff.free_at <= moment,
                )
            )


def _time(moment: datetime) -> object:
    return literal(moment, UtcDateTime())


def _key(name: str) -> str:
    return keyed_hash("lock-out of REST 3.2", name)
