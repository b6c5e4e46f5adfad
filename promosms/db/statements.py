"""Statements on models that change many rows without reading them."""

from typing import Any

from sqlalchemy import Delete, Update, delete, func, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import on_sqlite
from promosms.models import Model, table_of


def update_rows(model: type[Model]) -> Update:
    """An UPDATE that does not touch the objects in the session: they may be old after it."""
    return update(model).execution_options(synchronize_session=False)


def delete_rows(model: Any) -> Delete:
    """A DELETE that does not touch the objects in the session: they may be gone after it."""
    return delete(model).execution_options(synchronize_session=False)


def next_id(session: Session, model: type[Model]) -> int:
    """The id of the next row, for one that has to be known before the row is stored.

    On SQLite it is free as long as the transaction writes, so store the row before the next call.
    """
    table = table_of(model)
    if on_sqlite():
        free = select(func.coalesce(func.max(table.c.id), 0) + 1)
    else:
        free = select(func.nextval(func.pg_get_serial_sequence(table.name, "id")))
    return int(session.scalars(free).one())
