"""Row security: PostgreSQL shows a customer's request only the rows of its own account.

A request of a signed-in customer calls `restrict_to`. From then on each of its transactions acts
as a role that owns nothing and is bound by the policies of `models/row_security.py`. Role and
account are set for the transaction only, so a pooled connection takes nothing along. Everything
else (workers, commands, admin pages, signing in) acts as the owner of the tables. On SQLite, or
where the role is missing, nothing happens here: `owned` in web/access.py comes first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import current_app, has_request_context, request
from psycopg import pq
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session, SessionTransaction

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.models import row_security

KEY = "promosms.db.row_security"
STEP = "SELECT set_config('role', %s, true), set_config(%s, %s, true)"


def stands() -> bool:
    """Is row security on: are the role, its rights and all policies there? Asked once."""
    known: bool | None = current_app.extensions.get("row_security")
    if known is None:
        known = current_app.extensions["row_security"] = _complete()
    return known


def note() -> str:
    """What an operator should know, as one line; empty if there is nothing."""
    if on_sqlite():
        return ""
    if db.session.scalar(text("SELECT row_security_active('accounts')")):
        return "DATABASE_URL names a role that does not own the tables: PostgreSQL hides all rows."
    if stands():
        return ""
    return (
        "Row security is off: the database does not keep accounts apart by itself. The role "
        f"{row_security.ROLE} or its rights are missing, see docs/operations.md. "
        "Everything works without it."
    )


def build() -> None:
    """Make the role and give it its rights, after every migration; safe to repeat."""
    if not on_sqlite():
        for statement in (row_security.role(), row_security.rights(sorted(db.metadata.tables))):
            with db.engine.begin() as connection:
                connection.exec_driver_sql(statement)
        current_app.extensions.pop("row_security", None)


def restrict_to(account_id: int) -> None:
    """From now on this request sees and changes only what belongs to the account."""
    if stands():
        request.environ[KEY] = account_id
        _step()


def _account() -> int | None:
    """Whose rows this request may touch; None if it is not bound, or if there is no request.

    It is kept with the request, because a file that is streamed outlives everything else.
    """
    return request.environ.get(KEY) if has_request_context() else None


@contextmanager
def bypass(why: str) -> Iterator[None]:
    """Look beyond the account for a moment. Rare: `why` says what there is to see."""
    assert why
    account_id = _account()
    if account_id is None:
        yield
        return
    db.session.flush()  # what was changed for the account is written under its policy
    request.environ[KEY] = None
    try:
        _step()
        yield
        db.session.flush()
    finally:
        request.environ[KEY] = account_id
        _step()


def _step() -> None:
    """Let the running transaction act as what the request is now.

    One that has failed can only be undone: the next one, or the savepoint, begins as it should.
    """
    session = db.session()
    if session.in_transaction() and session.is_active:
        connection = session.connection()
        raw: Any = connection.connection.dbapi_connection
        if raw.info.transaction_status != pq.TransactionStatus.INERROR:
            _act(connection)


def _act(connection: Connection) -> None:
    account_id = _account()
    role = "none" if account_id is None else row_security.ROLE
    values = (role, row_security.SETTING, str(account_id or ""))
    connection.exec_driver_sql(STEP, values)


@event.listens_for(db.session, "after_begin")
def _begin(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if not transaction.nested and _account() is not None:
        _act(connection)


def _complete() -> bool:
    """Where something is missing no policy is used: a page would fail in its middle."""
    if on_sqlite():
        return False
    tables = db.metadata.sorted_tables
    given = {
        "role": row_security.ROLE,
        "policy": row_security.POLICY,
        "tables": [table.name for table in tables],
        "fenced": [table.name for table in tables if row_security.rule(table)],
    }
    with db.engine.connect() as connection:
        there = bool(connection.execute(text(row_security.COMPLETE), given).scalar())
        return there and bool(connection.execute(text(row_security.ALLOWED), given).scalar())
