"""Row security: PostgreSQL shows a customer's request only the rows of its own account.

A request of a signed-in customer calls `restrict_to`. From then on each of its transactions uses a
role that owns no table and is bound by the policies of `models/row_security.py`. Role and account
are set for the transaction only, so they do not stay with a pooled connection. Everything else
(workers, commands, admin pages, signing in) uses the owner of the tables. On SQLite, or without the
role, this module does nothing: `owned` in web/access.py is the first check in any case.
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
SET_ROLE = "SELECT set_config('role', %s, true), set_config(%s, %s, true)"


def is_on() -> bool:
    """Is row security on: do the role, its rights and all policies exist? Checked once."""
    on: bool | None = current_app.extensions.get("row_security")
    if on is None:
        on = current_app.extensions["row_security"] = _is_complete()
    return on


def warning() -> str:
    """A warning for the operator in one line; empty if all is well."""
    if on_sqlite():
        return ""
    if db.session.scalar(text("SELECT row_security_active('accounts')")):
        return "DATABASE_URL names a role that does not own the tables: PostgreSQL hides all rows."
    if not is_on():
        return (
            "Row security is off: the database does not keep accounts apart by itself. The role "
            f"{row_security.ROLE} or its rights are missing, see docs/operations.md. "
            "Everything works without it."
        )
    if db.session.scalar(text(row_security.UNBOUND)):
        return (
            "DATABASE_URL names a superuser of PostgreSQL, or a login with BYPASSRLS. A login that "
            'owns the tables is enough: see "Rights of the database role" in docs/operations.md. '
            "Everything works meanwhile."
        )
    if excess := db.session.scalars(text(row_security.EXCESS), _parameters()).first():
        return (
            f"The role {row_security.ROLE} may do more than pages need: {excess}. Start again, or "
            "run `migrate`; if this line stays, somebody else has granted it and can revoke it."
        )
    return ""


def build() -> None:
    """Create the role and grant its rights, after every migration; safe to repeat."""
    if not on_sqlite():
        for statement in (row_security.role(), row_security.rights(row_security.all_rights())):
            with db.engine.begin() as connection:
                connection.exec_driver_sql(statement)
        current_app.extensions.pop("row_security", None)


def restrict_to(account_id: int) -> None:
    """Restrict this request to the rows of the account."""
    if is_on():
        request.environ[KEY] = account_id
        _apply()


def _account() -> int | None:
    """The account of this request; None if it is not restricted, or without a request.

    It is stored in the request's environ, which lives until a streamed response has ended.
    """
    return request.environ.get(KEY) if has_request_context() else None


@contextmanager
def bypass(why: str) -> Iterator[None]:
    """Lift the restriction for a moment; `why` says for what."""
    assert why
    account_id = _account()
    if account_id is None:
        yield
        return
    db.session.flush()  # changes so far are written under the policy
    request.environ[KEY] = None
    try:
        _apply()
        yield
        db.session.flush()
    finally:
        request.environ[KEY] = account_id
        _apply()


@contextmanager
def unrestricted(why: str) -> Iterator[Connection]:
    """A connection of its own, to read at once what requests of several accounts ask for.

    It is not bound to the account of the request in whose thread it runs, so each statement has to
    name the account of each row. On PostgreSQL each statement stands alone: one that begins and
    ends a transaction takes three times as long. `why` says for what.
    """
    assert why
    with db.engine.connect() as connection:
        if not on_sqlite():
            connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


def _apply() -> None:
    """Set role and account of the running transaction to those of the request.

    A failed transaction can only be rolled back; the next one starts with the right role.
    """
    session = db.session()
    if session.in_transaction() and session.is_active:
        connection = session.connection()
        raw: Any = connection.connection.dbapi_connection
        if raw.info.transaction_status != pq.TransactionStatus.INERROR:
            _set_role(connection)


def _set_role(connection: Connection) -> None:
    account_id = _account()
    role = "none" if account_id is None else row_security.ROLE
    values = (role, row_security.SETTING, str(account_id or ""))
    connection.exec_driver_sql(SET_ROLE, values)


@event.listens_for(db.session, "after_begin")
def _begin(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if not transaction.nested and _account() is not None:
        _set_role(connection)


def _is_complete() -> bool:
    """All or nothing: with a part missing, pages would fail in the middle."""
    if on_sqlite():
        return False
    parameters = _parameters()
    with db.engine.connect() as connection:
        exists = bool(connection.execute(text(row_security.COMPLETE), parameters).scalar())
        return exists and bool(connection.execute(text(row_security.ALLOWED), parameters).scalar())


def _parameters() -> dict[str, Any]:
    """What the questions of `models/row_security.py` are asked with."""
    tables = db.metadata.sorted_tables
    return {
        "role": row_security.ROLE,
        "policy": row_security.POLICY,
        "tables": [table.name for table in tables],
        "with_policy": [table.name for table in tables if row_security.rule(table)],
        "needed": [
            f"{right} {table}"
            for table, granted in row_security.all_rights().items()
            for right in granted
        ],
    }
