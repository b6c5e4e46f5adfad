"""The byte scan on a whole installation, on both databases."""

import pytest
from flask_migrate import stamp
from sqlalchemy import create_engine, text

from promosms.db import migrations
from promosms.extensions import db
from tests.faults.test_faults import own_database
from tests.support.byte_scan import run as scan
from tests.support.byte_scan import stores

STAMPED = "promosms/migrations"


def prepare(environment: dict[str, str]) -> None:
    """Tables as the models say, whatever the migrations are at."""
    with stores.opened(environment) as app, app.app_context():
        db.create_all()
        migrations.init_app(app)
        stamp(STAMPED)


def test_of_a_deleted_account_no_byte_is_left(database_url: str) -> None:
    said: list[str] = []

    def run(url: str) -> int:
        return scan.run(url, 8, said.append, prepare)

    if database_url.startswith("sqlite"):
        left = run("")
    else:
        engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:  # old segments are deleted instead of kept for reuse
            connection.execute(text("ALTER SYSTEM SET wal_recycle = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        engine.dispose()
        with own_database(database_url) as url:
            left = run(url)
    table = "\n".join(said)
    assert left == 0, table
    assert "simulator" in table
    assert "uploads" in table


def test_a_scanner_that_finds_nothing_proves_nothing() -> None:
    shop = scan.Shop("+4860114", 2, 100)
    with pytest.raises(scan.Blind, match="not found before"):
        scan._must_see(shop, [])
