"""Locks of PostgreSQL that are named by numbers and end with the transaction.

SQLite has one writer and needs none: there these functions do nothing.
"""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from promosms.db import bulk
from promosms.db.transactions import on_sqlite


def take(session: Session, number: int) -> None:
    """Take a lock; wait for whoever has it, or a share of it."""
    if not on_sqlite():
        session.execute(select(func.pg_advisory_xact_lock(number)))


def share(session: Session, numbers: Collection[int]) -> None:
    """Take a share of each lock, in the order of their numbers; wait for whoever has one."""
    if numbers and not on_sqlite():
        session.connection().execute(_shares(), {"ids": sorted(numbers)})


def try_all(session: Session, numbers: Collection[int]) -> set[int]:
    """Take those of the locks that nobody has, without waiting."""
    if on_sqlite():
        return {*numbers}
    return {*session.connection().scalars(_tries(), {"ids": sorted(numbers)})}


@cache
def _shares() -> Select[Any]:
    return select(func.pg_advisory_xact_lock_shared(bulk.each_of()))


@cache
def _tries() -> Select[int]:
    number = bulk.each_of()
    return select(number).where(func.pg_try_advisory_xact_lock(number))
