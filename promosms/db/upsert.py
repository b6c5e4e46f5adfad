"""INSERT … ON CONFLICT, which both databases know and SQLAlchemy spells per dialect."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import CursorResult, Executable, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from promosms.db.transactions import on_sqlite
from promosms.models import Model


def insert(model: type[Model]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say what to do on a conflict."""
    return sqlite.insert(model) if on_sqlite() else postgresql.insert(model)


@contextmanager
def planned_anew(session: Session) -> Iterator[None]:
    """Within it PostgreSQL plans each statement for its own values.

    The plan that it keeps for `IN` with a thousand numbers compares each of them with each row
    of the account, thirty times slower. Inserts are better off with the plan that is kept.
    """
    if on_sqlite():
        yield
        return
    session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    yield
    session.execute(text("SET LOCAL plan_cache_mode = auto"))


def count(session: Session, statement: Executable) -> int:
    """Execute a statement and tell how many rows it changed."""
    # Without this option the count of an INSERT is not kept on PostgreSQL.
    result = session.execute(statement, execution_options={"preserve_rowcount": True})
    return result.rowcount if isinstance(result, CursorResult) else 0
