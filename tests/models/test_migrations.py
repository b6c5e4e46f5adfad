"""The migrations lead to the tables that the models describe, and back."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from promosms.extensions import db


@contextmanager
def no_tables() -> Iterator[None]:
    """An empty database; afterwards the migrations go back, and all tables are there again."""
    db.drop_all()
    try:
        yield
    finally:
        downgrade(revision="base")
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        db.create_all()
        db.session.remove()


def test_the_migrations_lead_to_the_models_and_back(app: Flask) -> None:
    with app.app_context(), no_tables():
        upgrade()
        with db.engine.connect() as connection:
            options = {"include_object": app.extensions["migrate"].configure_args["include_object"]}
            there = MigrationContext.configure(connection, opts=options)
            found = compare_metadata(there, db.metadata)
        assert found == []
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


GUARDS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    " UNION SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'guard_%'"
    " UNION SELECT relname, 'fenced' FROM pg_class WHERE relrowsecurity"
    " UNION SELECT tablename, policyname || cmd || roles::text || qual FROM pg_policies",
}


def test_they_lead_to_the_same_guards_and_checks(app: Flask) -> None:
    with app.app_context():
        made = guards_and_checks()
        with no_tables():
            upgrade()
            assert guards_and_checks() == made
            downgrade(revision="0004")
            assert "fenced" not in {said for _, said in guards_and_checks()[0]}
            assert made[0] - guards_and_checks()[0] == fences_of(made[0])


def fences_of(guards: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """What 0005 brings."""
    return {each for each in guards if each[1].startswith(("fenced", "own_account"))}


def guards_and_checks() -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The triggers with their words, and the names of the checks by table."""
    with db.engine.connect() as connection:
        guards = {(row[0], row[1]) for row in connection.execute(text(GUARDS[db.engine.name]))}
        found = inspect(connection)
        checks = {
            (table, str(check["name"]))
            for table in db.metadata.tables
            if found.has_table(table)
            for check in found.get_check_constraints(table)
        }
    return guards, checks


KEPT = {
    "accounts": "(id, public_id, status, suspended_reason, region, timezone, balance, held,"
    " field_labels, created_at) VALUES (5, 'a', 'active', '', 'PL', 'UTC', 0, 0, '{}',"
    " '2026-11-01')",
    "gateways": '(id, name, kind, settings, rate, "window", status, connected, error)'
    " VALUES (3, 'one', 'simulator', '{}', 1, 1, 'active', false, '')",
    "messages": "(id, account_id, lane, phone, country, sender, text, encoding, parts, price,"
    " status, reason, attempts, created_at) VALUES (77, 5, 2, '+48601000100', 'PL', 's', 't',"
    " 'gsm7', 1, 1, 'sent', '', 1, '2026-11-01')",
    "message_parts": "(message_id, number, account_id, gateway_id, reference, status)"
    " VALUES (77, 1, 5, 3, 'ref', 'sent')",
}


def test_they_keep_what_stands_in_the_tables(app: Flask) -> None:
    with app.app_context(), no_tables():
        upgrade(revision="0001")
        with db.engine.begin() as connection:
            for table, row in KEPT.items():
                connection.execute(text(f"INSERT INTO {table} {row}"))
        for step in (lambda: upgrade(), lambda: downgrade(revision="0001")):
            step()
            with db.engine.connect() as connection:
                for table in KEPT:
                    found = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
                    assert (table, found) == (table, 1)


ON_THE_WAY = {"queued": "queued", "sending": "sending", "sent": None, "failed": "failed"}


def test_what_was_on_its_way_is_found_after_0007(app: Flask) -> None:
    with app.app_context(), no_tables():
        upgrade(revision="0001")
        with db.engine.begin() as connection:
            connection.execute(text(f"INSERT INTO accounts {KEPT['accounts']}"))
            for number, status in enumerate(ON_THE_WAY, 78):
                row = KEPT["messages"].replace("77", str(number)).replace("sent", status)
                connection.execute(text(f"INSERT INTO messages {row}"))
        upgrade()
        with db.engine.connect() as connection:
            found = connection.execute(text("SELECT status, apart FROM messages")).all()
            assert {row.status: row.apart for row in found} == ON_THE_WAY
            if db.engine.name == "postgresql":
                query = "SELECT reloptions FROM pg_class WHERE oid = 'messages'::regclass"
                assert connection.scalar(text(query)) == ["fillfactor=50"]
