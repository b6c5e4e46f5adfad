"""The role of row security: created where that is allowed; without it row security is off."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from promosms import create_app
from promosms.db import failures, row_security
from promosms.extensions import db
from promosms.models import row_security as row_policies
from promosms.models.registry import READ
from promosms.settings import settings_of
from tests.support import commands

pytestmark = pytest.mark.only("postgresql")  # SQLite has no roles
NAMES = ("account_role_one", "account_role_two")
GRANTED = """
    SELECT c.relname, acl.privilege_type FROM pg_class c, aclexplode(c.relacl) acl
    WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
    AND acl.grantee = CAST(:role AS regrole)
"""


@pytest.fixture
def server(app: Flask) -> Iterator[Connection]:
    """The server of the tests, with a login that may do everything."""
    with app.app_context():
        engine = create_engine(db.engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
        for name in NAMES:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        for name in (*NAMES, "account_role_racing"):
            connection.execute(text(f"DROP ROLE IF EXISTS {name}"))
    engine.dispose()


def modest(server: Connection, name: str) -> URL:
    """A separate database for a login that may make no roles."""
    server.execute(text(f"CREATE ROLE {name} LOGIN"))
    server.execute(text(f"CREATE DATABASE {name} OWNER {name}"))
    return make_url(server.engine.url).set(username=name, database=name)


@pytest.fixture
def installed(app: Flask, server: Connection) -> Iterator[Flask]:
    """An installation whose login may make no roles."""
    url = modest(server, NAMES[0]).render_as_string(hide_password=False)
    values = {"TESTING": True, "DATABASE_URL": url, "RATE_LIMITS": False}
    application = create_app({**values, "REDIS_URL": settings_of(app).redis_url})
    with application.app_context():
        db.create_all()
        yield application
        db.session.remove()
        db.engine.dispose()


def test_without_the_right_row_security_is_off_with_a_warning(installed: Flask) -> None:
    assert not row_security.is_on()
    assert "Row security is off" in row_security.warning()
    output = commands.run(installed, "config-check").output
    assert "Note: Row security is off" in output
    with installed.test_request_context():
        row_security.restrict_to(1)
        assert db.session.execute(text("SELECT current_user")).scalar() == NAMES[0]


def test_it_is_on_as_soon_as_the_right_is_granted(installed: Flask, server: Connection) -> None:
    server.execute(text(f"GRANT {row_policies.ROLE} TO {NAMES[0]}"))
    row_security.build()
    assert row_security.is_on()
    assert row_security.warning() == ""
    with installed.test_request_context():
        row_security.restrict_to(1)
        assert db.session.execute(text("SELECT current_user")).scalar() == row_policies.ROLE
        db.session.remove()


def granted() -> dict[str, set[str]]:
    """What the role may do with each table, as the database says."""
    rights: dict[str, set[str]] = {}
    for table, right in db.session.execute(text(GRANTED), {"role": row_policies.ROLE}):
        rights.setdefault(table, set()).add(right)
    db.session.rollback()
    return rights


def declared() -> dict[str, set[str]]:
    return {
        table: {right.value for right in rights}
        for table, rights in row_policies.all_rights().items()
        if rights
    }


def test_the_role_may_do_what_the_models_say_and_nothing_else(app: Flask) -> None:
    with app.app_context():
        assert granted() == declared()
        assert granted()["audit_entries"] == {"INSERT"}
        assert granted()["prices"] == {"SELECT"}
        assert "cookie_choices" not in granted()


def test_a_start_takes_away_what_an_earlier_version_has_granted(
    installed: Flask, server: Connection
) -> None:
    server.execute(text(f"GRANT {row_policies.ROLE} TO {NAMES[0]}"))
    with db.engine.begin() as connection:
        every = f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {row_policies.ROLE}"
        connection.execute(text(every))
    assert "may do more than pages need: " in row_security.warning()
    assert row_security.is_on()
    row_security.build()
    assert granted() == declared()
    assert row_security.warning() == ""
    with db.engine.begin() as connection:
        connection.execute(text("GRANT DELETE ON payments TO PUBLIC"))
    assert "more than pages need: DELETE payments. " in row_security.warning()


def test_a_login_that_nothing_binds_causes_a_warning(installed: Flask, server: Connection) -> None:
    server.execute(text(f"GRANT {row_policies.ROLE} TO {NAMES[0]}"))
    row_security.build()
    for attribute in ("SUPERUSER", "BYPASSRLS"):
        server.execute(text(f"ALTER ROLE {NAMES[0]} {attribute}"))
        line = row_security.warning()
        assert line.startswith("DATABASE_URL names a superuser")
        assert "docs/operations.md" in line
        assert "\n" not in line
        assert row_security.is_on()
        server.execute(text(f"ALTER ROLE {NAMES[0]} NO{attribute}"))
        assert row_security.warning() == ""


LESS = {
    "DROP POLICY own_account ON recipients": row_policies.statements(
        "recipients", f"account_id = {row_policies.OWN}"
    )[1],
    "ALTER TABLE recipients DISABLE ROW LEVEL SECURITY": (
        "ALTER TABLE recipients ENABLE ROW LEVEL SECURITY"
    ),
    "ALTER TABLE recipients RENAME TO people": "ALTER TABLE people RENAME TO recipients",
    f"REVOKE SELECT ON routes FROM {row_policies.ROLE}": "",
    f"REVOKE UPDATE ON audit_head FROM {row_policies.ROLE}": "",
    f"REVOKE USAGE ON SEQUENCE lists_id_seq FROM {row_policies.ROLE}": "",
    f"REVOKE USAGE ON SCHEMA public FROM PUBLIC, {row_policies.ROLE}": "",
}
"""What makes it incomplete, and what mends that; a start mends missing rights by itself."""


def test_it_is_off_where_something_is_missing(installed: Flask, server: Connection) -> None:
    server.execute(text(f"GRANT {row_policies.ROLE} TO {NAMES[0]}"))
    for less, mended in LESS.items():
        row_security.build()
        assert row_security.is_on(), less
        with db.engine.begin() as connection:
            connection.execute(text(less))
        installed.extensions.pop("row_security")
        assert not row_security.is_on(), less
        with db.engine.begin() as connection:
            connection.execute(text(mended or "SELECT 1"))


def test_it_is_off_where_the_role_can_bypass_it(installed: Flask, server: Connection) -> None:
    server.execute(text(f"GRANT {row_policies.ROLE} TO {NAMES[0]}"))
    server.execute(text(f"ALTER ROLE {row_policies.ROLE} BYPASSRLS"))
    try:
        row_security.build()
        assert not row_security.is_on()
    finally:
        server.execute(text(f"ALTER ROLE {row_policies.ROLE} NOBYPASSRLS"))


def test_a_login_that_does_not_own_the_tables_causes_a_warning(
    app: Flask, installed: Flask, server: Connection
) -> None:
    url = modest(server, NAMES[1]).set(database=NAMES[0])
    with db.engine.begin() as connection:
        connection.execute(text(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {NAMES[1]}"))
    values = {"DATABASE_URL": url.render_as_string(hide_password=False)}
    second_app = create_app({**values, "REDIS_URL": settings_of(app).redis_url})
    with second_app.app_context():
        assert "does not own the tables" in row_security.warning()
        db.session.remove()
        db.engine.dispose()


def test_two_databases_make_it_at_once(server: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_policies, "ROLE", "account_role_racing")
    engines = [engine_of(server, name) for name in NAMES]
    with ThreadPoolExecutor(len(engines)) as threads:
        for _ in range(20):
            list(threads.map(make, engines))
            for engine in engines:
                with engine.begin() as connection:
                    connection.execute(text("DROP OWNED BY account_role_racing"))
            server.execute(text("DROP ROLE account_role_racing"))
    for engine in engines:
        engine.dispose()


def test_a_login_that_may_make_roles_makes_it_and_may_act_as_it(
    server: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_policies, "ROLE", "account_role_racing")
    engine = create_engine(modest(server, NAMES[0]))
    server.execute(text(f"ALTER ROLE {NAMES[0]} CREATEROLE"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE things (id int)"))
    make(engine)
    make(engine)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE account_role_racing"))
        assert connection.execute(text("SELECT count(*) FROM things")).scalar() == 0
    engine.dispose()


def engine_of(server: Connection, name: str) -> Engine:
    server.execute(text(f"CREATE DATABASE {name}"))
    engine = create_engine(make_url(server.engine.url).set(database=name))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE things (id int)"))
    return engine


def make(engine: Engine) -> None:
    for statement in (row_policies.role(), row_policies.rights({"things": READ})):
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)
            connection.execute(text("SELECT pg_sleep(0.01)"))


def test_extensions_that_may_not_be_made_are_named_for_the_operator(server: Connection) -> None:
    server.execute(text(f"CREATE ROLE {NAMES[0]} LOGIN"))
    server.execute(text(f"CREATE DATABASE {NAMES[0]}"))
    engine = create_engine(make_url(server.engine.url).set(username=NAMES[0], database=NAMES[0]))
    for name in ("pg_trgm", "not_there"):
        with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
            connection.execute(text(f"CREATE EXTENSION {name}"))
        line = failures.line_of(caught.value)
        assert "run CREATE EXTENSION for both as a superuser" in line
        assert name in line.partition("It said: ")[2]
    engine.dispose()
