"""Foreign keys of imported rows: PostgreSQL checks them once for each statement."""

from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Import,
    ImportChange,
    ListRecipient,
    Model,
    Recipient,
    RecipientList,
    WebhookDelivery,
    WebhookEndpoint,
    now,
    statement_keys,
    table_of,
)
from tests.support.two_transactions import at_once

VIOLATED = "23503"
"""SQLSTATE of a foreign key."""
on_postgresql = pytest.mark.only("postgresql")


class Key(NamedTuple):
    """A foreign key, and what becomes of a row when the one that it refers to is deleted."""

    table: str
    column: str
    target: str
    then: str


KEYS = [
    Key("import_changes", "account_id", "accounts", "refused"),
    Key("import_changes", "import_id", "imports", "deleted"),
    Key("list_recipients", "account_id", "accounts", "refused"),
    Key("list_recipients", "list_id", "lists", "deleted"),
    Key("recipients", "account_id", "accounts", "refused"),
    Key("recipients", "import_id", "imports", "emptied"),
    Key("webhook_deliveries", "account_id", "accounts", "refused"),
    Key("webhook_deliveries", "endpoint_id", "webhook_endpoints", "deleted"),
]
every_key = pytest.mark.parametrize("key", KEYS, ids=lambda key: f"{key.table}-{key.column}")


class Rows(NamedTuple):
    """Ids of an account that owns nothing else, and of what is its own or another's."""

    accounts: int
    imports: int
    lists: int
    webhook_endpoints: int
    recipient: int
    owner: int


@pytest.fixture
def rows(context: None) -> Rows:
    with transaction() as session:
        owner, empty = Account(region="PL"), Account(region="PL")
        session.add_all([owner, empty])
        session.flush()
        import_ = Import(account_id=owner.id, stored_as="x")
        list_ = RecipientList(account_id=owner.id, name="Guests")
        recipient = Recipient(account_id=owner.id, phone="+48601200000", country="PL")
        endpoint = WebhookEndpoint(
            account_id=owner.id, url="https://a.example", events="", secret=b"", created_by=""
        )
        session.add_all([import_, list_, recipient, endpoint])
        session.flush()
        return Rows(empty.id, import_.id, list_.id, endpoint.id, recipient.id, owner.id)


def referring(rows: Rows, key: Key, to: int) -> Model:
    """A new row of the table of the key that refers to this id by it."""
    owned: dict[str, Any] = {"account_id": rows.owner}
    if key.table == "recipients":
        return Recipient(**{**owned, "phone": "+48601200001", "country": "PL", key.column: to})
    if key.table == "webhook_deliveries":
        told = {"endpoint_id": rows.webhook_endpoints, "event": "webhook.test", "until": now()}
        return WebhookDelivery(**{**owned, **told, key.column: to})
    owned["recipient_id"] = rows.recipient
    if key.table == "list_recipients":
        return ListRecipient(**{**owned, "list_id": rows.lists, key.column: to})
    return ImportChange(**{**owned, "import_id": rows.imports, key.column: to})


def add(row: Model) -> None:
    with transaction() as session:
        session.add(row)


def run(statement: str) -> None:
    with transaction() as session:
        session.execute(text(statement))


def found(key: Key) -> list[Any]:
    """What the column holds in the rows of the table, without the recipient of the fixture."""
    query = f"SELECT {key.column} FROM {key.table}"
    if key.table == "recipients":
        query += " WHERE phone <> '+48601200000'"
    return list(db.session.scalars(text(query)))


def test_these_are_all_of_them() -> None:
    tables = Model.metadata.tables.values()
    assert {(key.table, key.column) for key in KEYS} == {
        (table.name, key.column_keys[0])
        for table in tables
        for key in table.foreign_key_constraints
        if key.info.get("by_statement")
    }
    assert all(statement_keys.names(Model.metadata.tables[key.table]) for key in KEYS)


@every_key
def test_a_row_refers_to_one_that_is_there(rows: Rows, key: Key) -> None:
    with pytest.raises(IntegrityError):
        add(referring(rows, key, 999_999))
    add(referring(rows, key, getattr(rows, key.target)))
    assert found(key) == [getattr(rows, key.target)]


@every_key
def test_it_goes_on_referring_to_it(rows: Rows, key: Key) -> None:
    add(referring(rows, key, getattr(rows, key.target)))
    with pytest.raises(IntegrityError):
        run(f"UPDATE {key.table} SET {key.column} = 999999")
    assert found(key) == [getattr(rows, key.target)]


@every_key
def test_what_becomes_of_it_when_that_is_deleted(rows: Rows, key: Key) -> None:
    to = getattr(rows, key.target)
    add(referring(rows, key, to))
    gone = f"DELETE FROM {key.target} WHERE id = {to}"
    if key.then == "refused":
        with pytest.raises(IntegrityError):
            run(gone)
        assert found(key) == [to]
    else:
        run(gone)
        assert found(key) == ([None] if key.then == "emptied" else [])


def test_one_of_many_that_is_missing_is_enough(rows: Rows) -> None:
    values = {"list": rows.lists, "id": rows.recipient, "account": rows.owner}
    statement = (
        "INSERT INTO list_recipients (list_id, recipient_id, account_id) "
        "VALUES ({list}, {id}, {account}), (999999, {id}, {account})"
    )
    with pytest.raises(IntegrityError):
        run(statement.format_map(values))


def insert_of(rows: Rows, key: Key, to: int) -> str:
    """The statement that stores a row that refers to this id, with its values in it."""
    row = referring(rows, key, to)
    values: dict[str, Any] = {}
    for column in table_of(type(row)).c:
        if (value := getattr(row, column.name)) is not None:
            values[column.name] = value
        elif column.default is not None and column.name != "id":
            default = column.default.arg
            values[column.name] = default(None) if callable(default) else default
    values.pop("before", None)
    values.pop("lists", None)
    names, words = ", ".join(values), ", ".join(f"'{value}'" for value in values.values())
    if key.table == "import_changes":
        names, words = f"{names}, before, lists", f"{words}, '{{}}', '[]'"
    return f"INSERT INTO {key.table} ({names}) VALUES ({words})"


@on_postgresql
@every_key
def test_nothing_refers_to_what_another_is_deleting(rows: Rows, key: Key) -> None:
    to = getattr(rows, key.target)
    add_it, gone = insert_of(rows, key, to), f"DELETE FROM {key.target} WHERE id = {to}"
    db.session.remove()
    assert at_once(gone, add_it) == (True, VIOLATED)
    assert found(key) == []


@on_postgresql
@every_key
def test_nothing_is_deleted_without_what_another_is_adding(rows: Rows, key: Key) -> None:
    to = getattr(rows, key.target)
    add_it, gone = insert_of(rows, key, to), f"DELETE FROM {key.target} WHERE id = {to}"
    db.session.remove()
    assert at_once(add_it, gone) == (True, VIOLATED if key.then == "refused" else "")
    assert found(key) == {"refused": [to], "emptied": [None], "deleted": []}[key.then]


@on_postgresql
def test_a_customer_refers_to_what_is_theirs(app: Flask, rows: Rows) -> None:
    theirs = {"account_id": rows.owner, "recipient_id": rows.recipient}
    with transaction() as session:
        other = RecipientList(account_id=rows.accounts, name="Guests of others")
        session.add(other)
        session.flush()
        foreign = other.id
    with app.test_request_context():
        row_security.restrict_to(rows.owner)
        add(Recipient(account_id=rows.owner, phone="+48601200001", country="PL"))
        add(ListRecipient(**theirs, list_id=rows.lists))
        with pytest.raises(IntegrityError):
            add(ListRecipient(**theirs, list_id=foreign))
        run(f"DELETE FROM lists WHERE id = {rows.lists}")
        assert list(db.session.scalars(text("SELECT list_id FROM list_recipients"))) == []
