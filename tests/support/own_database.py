"""An empty database for tests whose processes would disturb that of the others."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text

NAME = "of_one_test"


@pytest.fixture
def own_database(database_url: str) -> Iterator[str]:
    """An empty database beside the one of the other tests; a separate file on SQLite."""
    if database_url.startswith("sqlite"):
        yield ""
        return
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {NAME}"))
    try:
        yield make_url(database_url).set(database=NAME).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))
        engine.dispose()
