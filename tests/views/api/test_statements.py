"""How many statements a request needs; and what every request looks at again all the same."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AccountStatus, ApiKey, Scope
from promosms.services.api import accepting, idempotency, keys
from promosms.services.api.composing import Wish
from promosms.services.api.messages import ApiText
from tests.support.api import Program, new_key, owner_of
from tests.support.cast import Cast

TEXT = {"to": "+48600100200", "text": "Your parcel is here."}
PATH = "/messages"


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """The statements of the database, as they come."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement != "BEGIN":
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_read_and_a_text_need_few(program: Program, statements: list[str]) -> None:
    path = program.post(PATH, TEXT).location.removeprefix("/api/v1")
    statements.clear()
    assert program.get(path).status_code == 200
    assert len(statements) <= 2
    statements.clear()
    once = {"Idempotency-Key": "a"}
    assert program.post(PATH, {**TEXT, "to": "+48600100201"}, headers=once).status_code == 201
    assert len(statements) <= 17


def test_many_together_need_no_more_than_one(
    app: Flask, cast: Cast, program: Program, stranger: Program, statements: list[str]
) -> None:
    with app.app_context():
        found = [keys.find(each.token) for each in (program, stranger)]
        counts = []
        for number in (1, 2, 24):
            statements.clear()
            asked = [
                accepting._Asked(
                    known.key,
                    Wish(to=f"+486001002{place:02}", text=TEXT["text"]),
                    idempotency.once(known.key.account_id, f"{number} {place}", b"", sandbox=False),
                )
                for place in range(number)
                if (known := found[place % 2]) is not None
            ]
            assert all(isinstance(each, ApiText) for each in accepting._accept_all(asked))
            counts.append(len(statements))
        assert counts[0] == counts[1] == counts[2]


def test_what_changes_between_two_requests_counts_at_once(
    app: Flask, cast: Cast, program: Program, stranger: Program
) -> None:
    path = program.post(PATH, TEXT).location.removeprefix("/api/v1")
    account_id = cast.owner.account_id
    reader = Program(app, new_key(app, account_id, name="Reader", scopes=(Scope.READ,)))
    assert program.get(path).status_code == reader.get(path).status_code == 200
    assert stranger.get(path).status_code == 404
    with app.app_context():
        key = keys.find(reader.token)
        assert key is not None
        keys.revoke(key.key, owner_of(account_id))
    assert reader.get(path).status_code == 401
    with app.app_context(), transaction() as session:
        found = keys.find(program.token)
        assert found is not None
        session.get_one(ApiKey, found.key.id).scopes = Scope.READ
        session.get_one(Account, account_id).status = AccountStatus.SUSPENDED
    assert program.post(PATH, TEXT).get_json()["code"] == "missing-scope"
    with app.app_context(), transaction() as session:
        session.get_one(Account, account_id).status = AccountStatus.DELETING
    assert program.get(path).status_code == 401
