"""What the migrations make of the evidence of consents: acts, one for each that differs."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import JSON, Connection, Date, String, text
from sqlalchemy.exc import DBAPIError

from promosms.db import migrations
from promosms.extensions import db
from promosms.models.recipients import count_triggers
from promosms.services.recipients.search import find
from tests.models.test_migrated_rows import _insert, _read
from tests.models.test_migrations import no_tables

DAY = date(2026, 3, 4)
CARD = {"consent": "given", "consent_source": "card", "consent_on": DAY}
# Of each recipient: the account, the import that has added it, and the evidence.
PEOPLE: tuple[tuple[int, int | None, dict[str, Any]], ...] = (
    (1, 1, CARD),
    (1, 2, CARD),  # the first import has brought the consent later
    (1, None, {"consent": "given", "consent_source": "said so to Ewa", "consent_on": DAY}),
    (1, None, {"consent": "given", "consent_source": "fair"}),
    (1, 2, {"consent": "given", "consent_source": "fair"}),
    (1, 2, {"consent": "none"}),
    (2, None, CARD),
)
BEFORE = {"city": "Sopot", "consent": "none", "consent_source": "", "consent_on": None}
ACTS = """SELECT r.id, c.account_id, c.how, c.source, c.import_id FROM recipients r
    LEFT JOIN consents c ON c.id = r.consent_id ORDER BY r.id"""


def test_evidence_becomes_acts_and_comes_back(app: Flask) -> None:
    migrations.init_app(app)
    with app.app_context(), no_tables():
        upgrade(revision="0019")
        with db.engine.begin() as connection:
            _fill(connection)
        upgrade(revision="0020")
        assert _rows(ACTS) == [
            (1, 1, "import", "card", 1),
            (2, 1, "import", "card", 1),
            (3, 1, "hand", "said so to Ewa", None),
            (4, 1, "bulk", "fair", None),
            (5, 1, "bulk", "fair", None),
            (6, None, None, None, None),
            (7, 2, "hand", "card", None),
        ]
        assert len(_rows("SELECT id FROM consents")) == 4, "one for each evidence"
        assert _rows(
            "SELECT count(*), min(consent_id) FROM imports WHERE consent_id IS NOT NULL"
        ) == [(1, 1)]
        assert _changes() == {"city": "Sopot", "consent": "none", "consent_id": None}
        _check_triggers()
        downgrade(revision="0019")
        assert _read("recipients", "consent_source", String()) == [
            *("card", "card", "said so to Ewa", "fair", "fair", "", "card"),
        ]
        assert _read("recipients", "consent_on", Date()) == [DAY, DAY, DAY, None, None, None, DAY]
        assert _read("imports", "consent_source", String()) == ["card", ""]
        assert _changes() == BEFORE


def _fill(connection: Connection) -> None:
    for number in (1, 2):
        _insert(connection, "accounts", {"id": number, "public_id": f"a{number}"})
    for number, basis in ((1, CARD), (2, {"consent": "none"})):
        own = {"id": number, "public_id": f"i{number}", "account_id": 1}
        _insert(connection, "imports", {**own, **basis})
    for number, (account_id, import_id, basis) in enumerate(PEOPLE, 1):
        own = {"id": number, "public_id": f"r{number}", "account_id": account_id}
        seen = {"phone": f"+4860123456{number}", "country": "PL", "search": f"  ewa{number}"}
        _insert(connection, "recipients", {**own, **seen, **basis, "import_id": import_id})
    change = {"account_id": 1, "import_id": 1, "recipient_id": 2, "before": BEFORE}
    _insert(connection, "import_changes", change)


def _rows(query: str) -> list[tuple[Any, ...]]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def _changes() -> Any:
    with db.engine.connect() as connection:
        query = text("SELECT before FROM import_changes").columns(before=JSON)
        return connection.scalar(query)


def _check_triggers() -> None:
    """Counts and search go on, the history is written, and an act is never changed."""
    with db.engine.begin() as connection:
        for change in ("consent = 'none', consent_id = NULL", "search = '  zenon1'"):
            connection.execute(text(f"UPDATE recipients SET {change} WHERE id IN (1, 2)"))
    found = sorted(find(1, ["zenon"], 5).ids)
    db.session.remove()
    assert found == [1, 2]
    assert _rows("SELECT recipient_id, consent_id FROM consent_changes ORDER BY 1") == [
        (1, 1),
        (2, 1),
    ]
    counts = _rows(
        "SELECT account_id, list_id, country, consent, standing, sum(people) FROM recipient_counts "
        "GROUP BY 1, 2, 3, 4, 5 HAVING sum(people) <> 0"
    )
    assert sorted(counts) == sorted(_rows(count_triggers.truth("account_id IN (1, 2)")))
    with pytest.raises(DBAPIError, match="never changed"), db.engine.begin() as connection:
        connection.execute(text("UPDATE consents SET source = 'another'"))
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE recipients SET consent = 'given', consent_id = 1 WHERE id < 3")
        )
