"""INSERT … ON CONFLICT, which both databases know and SQLAlchemy spells per dialect."""

from typing import Any

from sqlalchemy import CursorResult, Result
from sqlalchemy.dialects import postgresql, sqlite

from promosms.database import on_sqlite
from promosms.models import Model


def insert(model: type[Model]) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say what to do on a conflict."""
    return sqlite.insert(model) if on_sqlite() else postgresql.insert(model)


def rowcount(result: Result[Any]) -> int:
    """How many rows a statement changed."""
    return result.rowcount if isinstance(result, CursorResult) else 0
