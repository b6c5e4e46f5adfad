"""A PostgreSQL that vanishes without a word: what waits for it goes on by itself."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import OperationalError

from promosms import create_app
from promosms.extensions import db
from promosms.jobs import tick
from promosms.services.gateways import workers
from promosms.settings import Settings, store_options
from tests.support import proxy as proxies
from tests.support.proxy import Proxy
from tests.support.settings import copied

pytestmark = pytest.mark.only("postgresql")
SILENCE = 0.1


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    """A proxy in front of the server of the tests."""
    folder = Path(str(make_url(database_url).query["host"]))
    (server,) = (path for path in folder.glob(".s.PGSQL.*") if path.suffix != ".lock")
    with proxies.running(server) as running:
        yield running


@pytest.fixture
def behind(app: Flask, proxy: Proxy, database_url: str) -> Iterator[Flask]:
    """The application, which reaches its database through the proxy."""
    url = make_url(database_url).set(host="127.0.0.1", port=proxy.port, query={})
    behind = create_app(
        {
            **copied(app, "REDIS_URL", "SECRET_KEY"),
            "DATABASE_URL": url.render_as_string(hide_password=False),
            "STORE_SILENCE_SECONDS": SILENCE,
        },
        pages=False,
    )
    with behind.app_context():
        yield behind
        db.session.remove()
        db.engine.dispose()


def test_a_statement_without_an_answer_fails_and_the_next_has_a_new_connection(
    behind: Flask, proxy: Proxy
) -> None:
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        proxy.freeze()
        with pytest.raises(OperationalError) as caught:
            connection.execute(text("SELECT 2"))
    assert caught.value.connection_invalidated
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT 3")) == 3


def test_a_commit_without_an_answer_fails_too(behind: Flask, proxy: Proxy) -> None:
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        proxy.freeze()
        with pytest.raises(OperationalError):
            connection.commit()


def test_an_idle_connection_that_is_dead_is_replaced_before_it_is_used(
    behind: Flask, proxy: Proxy
) -> None:
    for _ in range(2):
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        proxy.freeze()


def test_a_statement_that_the_server_works_on_may_take_longer(behind: Flask) -> None:
    with db.engine.connect() as connection:
        assert connection.scalar(text(f"SELECT 4 FROM pg_sleep({5 * SILENCE})")) == 4


def test_the_tick_goes_on_after_its_database_has_vanished(behind: Flask, proxy: Proxy) -> None:
    tick.tick()
    statements = []

    def vanish(*_: object) -> None:
        statements.append("one more")
        if len(statements) == 3:
            proxy.freeze()

    event.listen(db.engine, "before_cursor_execute", vanish)
    with pytest.raises(OperationalError):
        tick.tick()
    db.session.remove()
    tick.tick()
    assert workers.TICK not in workers.missing()


def test_the_kernel_looks_for_a_host_that_is_gone(behind: Flask) -> None:
    with db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        with socket.socket(fileno=socket.dup(raw.fileno())) as wire:
            assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            options = ("TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT")
            values = [
                wire.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for name in options
            ]
    assert values == [1, 1, 3, 100]


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ("", "connect_timeout", 5),
        ("", "tcp_user_timeout", 20_000),
        ("", "keepalives_idle", 10),
        ("?connect_timeout=30", "connect_timeout", None),
        ("?host=/run/postgresql&tcp_user_timeout=0", "tcp_user_timeout", None),
        ("?keepalives=0", "keepalives", None),
    ],
)
def test_what_the_operator_writes_goes_over_the_defaults(
    query: str, name: str, value: int | None
) -> None:
    settings = Settings(database_url=f"postgresql+psycopg://me@db.example/promo{query}")
    options = store_options.engine(settings)["connect_args"]
    assert isinstance(options, dict)
    assert options.get(name) == value  # None: that of the URL is used


def test_sqlite_has_no_options_of_a_network() -> None:
    assert "connect_args" not in store_options.engine(Settings(database_url="sqlite:///a"))


@pytest.mark.parametrize("url", ["sqlite:///a", "postgresql+psycopg://me@db.example/promo"])
def test_each_use_of_a_connection_asks_whether_the_database_is_still_there(url: str) -> None:
    """The application that most tests share does without, see `session_app`."""
    assert store_options.engine(Settings(database_url=url))["pool_pre_ping"] is True
