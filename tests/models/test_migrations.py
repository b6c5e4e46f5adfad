"""The migrations lead to the tables that the models describe, and back."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade
from sqlalchemy import inspect, text

from promosms.db import migrations
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
        migrations.upgrade()
        with db.engine.connect() as connection:
            options = {"include_object": app.extensions["migrate"].configure_args["include_object"]}
            context = MigrationContext.configure(connection, opts=options)
            differences = compare_metadata(context, db.metadata)
        assert differences == []
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


GUARDS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    " UNION SELECT proname, prosrc FROM pg_proc WHERE proname ~ '^(guard|count|note|check)_'"
    " UNION SELECT relname, 'row security' FROM pg_class WHERE relrowsecurity"
    " UNION SELECT tablename, policyname || cmd || roles::text || qual FROM pg_policies",
}


def test_they_lead_to_the_same_guards_and_checks(app: Flask) -> None:
    with app.app_context():
        expected = guards_and_checks()
        with no_tables():
            migrations.upgrade()
            assert guards_and_checks() == expected


def guards_and_checks() -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The triggers with their words, and the names of the checks by table."""
    with db.engine.connect() as connection:
        guards = {(row[0], row[1]) for row in connection.execute(text(GUARDS[db.engine.name]))}
        inspector = inspect(connection)
        checks = {
            (table, str(check["name"]))
            for table in db.metadata.tables
            if inspector.has_table(table)
            for check in inspector.get_check_constraints(table)
        }
    return guards, checks


def test_pages_of_messages_are_kept_half_empty_on_postgresql(app: Flask) -> None:
    with app.app_context(), no_tables():
        migrations.upgrade()
        if db.engine.name == "postgresql":
            query = "SELECT reloptions FROM pg_class WHERE oid = 'messages'::regclass"
            with db.engine.connect() as connection:
                assert connection.scalar(text(query)) == ["fillfactor=50"]
