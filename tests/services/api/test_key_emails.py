"""E-mails to an owner about keys that others may know: each once, in the owner's language."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import ApiKey, AuditEntry, Email, User
from promosms.services.api import keys, tokens
from tests.support.api import Program, new_key
from tests.support.cast import Cast


@pytest.fixture
def token(app: Flask, cast: Cast) -> str:
    return new_key(app, cast.owner.account_id, name="Online shop")


def written(app: Flask) -> list[tuple[str, str, str]]:
    """Recipient, subject and body of all e-mails."""
    with app.app_context():
        rows = db.session.scalars(select(Email).order_by(Email.id))
        return [(row.recipient, row.subject, row.body) for row in rows]


def actions(app: Flask) -> list[str]:
    with app.app_context():
        query = select(AuditEntry.action).where(AuditEntry.action.startswith("api_key."))
        return list(db.session.scalars(query.order_by(AuditEntry.id)))


def test_a_key_in_an_address_is_revoked_and_its_owner_told_once(
    app: Flask, cast: Cast, token: str
) -> None:
    for _ in range(2):
        assert Program(app, token).get(f"/balance?key={token}").status_code == 400
    ((recipient, subject, body),) = written(app)
    assert recipient == cast.owner.email
    assert subject == "Your API key “Online shop” does not work any more"
    assert f"“Online shop” ({token[:17]}…) into an address" in body
    assert "/settings/api" in body
    assert token.rpartition("_")[2] not in body
    assert actions(app) == ["api_key.make", "api_key.revoke_exposed"]


def test_a_key_without_encryption_still_works_and_its_owner_is_told_once(
    app: Flask, cast: Cast, token: str
) -> None:
    for _ in range(2):
        answer = Program(app, token, base="http://localhost").get("/balance")
        assert answer.get_json()["code"] == "https-only"
    ((recipient, subject, body),) = written(app)
    assert (recipient, subject) == (cast.owner.email, "Replace your API key “Online shop”")
    assert f"“Online shop” ({token[:17]}…) over http" in body
    assert token.rpartition("_")[2] not in body
    assert Program(app, token).get("/balance").status_code == 200
    assert actions(app) == ["api_key.make", "api_key.exposed"]


def test_they_are_in_the_language_of_the_owner(app: Flask, cast: Cast, token: str) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(User, cast.owner.user_id).language = "pl"
    Program(app, token, base="http://localhost").get("/balance")
    Program(app, token).get(f"/balance?key={token}")
    subjects = [subject for _recipient, subject, _body in written(app)]
    assert subjects == [
        "Wymień swój klucz API „Online shop”",
        "Twój klucz API „Online shop” już nie działa",
    ]


def test_nobody_is_told_about_a_key_that_does_not_exist(app: Flask, cast: Cast, token: str) -> None:
    unknown = tokens.new(sandbox=False).token
    for wrong in (unknown, token[:-1] + ("x" if token[-1] != "x" else "y")):
        Program(app, wrong, base="http://localhost").get("/balance")
        Program(app, "").get(f"/balance?key={wrong}")
    assert written(app) == []
    with app.app_context():
        key = db.session.scalars(select(ApiKey)).one()
        assert keys.works(key)
        assert key.exposed_at is None
