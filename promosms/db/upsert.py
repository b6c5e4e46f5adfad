"""INSERT … ON CONFLICT: both databases have it, SQLAlchemy has it per dialect."""

from sqlalchemy import CursorResult, Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from promosms.db.transactions import on_sqlite
from promosms.models import Model


def insert(model: type[Model]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say what to do on a conflict."""
    return sqlite.insert(model) if on_sqlite() else postgresql.insert(model)


def count(session: Session, statement: Executable) -> int:
    """Execute a statement and tell how many rows it changed."""
    # Without this option the count of an INSERT is not kept on PostgreSQL.
    result = session.execute(statement, execution_options={"preserve_rowcount": True})
    return result.rowcount if isinstance(result, CursorResult) else 0
