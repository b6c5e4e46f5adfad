"""Short fault runs: nothing is lost, nothing is sent twice, the ledger is correct.

For the long runs see `python -m tests.faults --help`.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.faults import erasing, importing, invoicing, network, programs, stores, telling, workers
from tests.faults.failpoints import STEPS, WORK, found
from tests.faults.installation import Installation, running_installation
from tests.faults.sample_data import Options
from tests.support.postgres import server

SMALL = Options(rate=400, window=10, lease=1)
BRISK = Options(rate=1000, window=50, lease=1)
RACE = Options(rate=150, window=20)
MakeInstallation = Callable[..., AbstractContextManager[Installation]]


@pytest.fixture
def make_installation(database_url: str) -> MakeInstallation:
    """Creates an installation on the database of this test."""

    @contextmanager
    def make(options: Options, seed: int = 1, megabytes: int = 0) -> Iterator[Installation]:
        if database_url.startswith("sqlite"):
            with running_installation("", options, seed, megabytes) as running:
                yield running
            return
        with own_database(database_url) as url, running_installation(url, options, seed) as running:
            yield running

    return make


@contextmanager
def own_database(server: str) -> Iterator[str]:
    """A separate database, because an installation drops its tables at the end."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE faults"))
    try:
        yield make_url(server).set(database="faults").render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text("DROP DATABASE faults WITH (FORCE)"))
        engine.dispose()


def test_killed_workers_lose_and_repeat_nothing(
    make_installation: MakeInstallation,
) -> None:
    with make_installation(SMALL, seed=11) as running:
        report = workers.kills(running, 300, 10)
    assert report.fine, str(report)
    assert report.facts["kills"] == 10


def test_a_kill_at_any_step_leaves_at_most_one_window_unconfirmed(
    make_installation: MakeInstallation, database_url: str
) -> None:
    """Each step on one of the databases; `python -m tests.faults steps` takes all on both."""
    chosen = STEPS[database_url.startswith("sqlite") :: 2]
    with make_installation(SMALL, seed=12) as running:
        report = workers.steps(running, 1, chosen)
    assert report.fine, str(report)
    assert report.facts["kills"] == len(chosen)


@pytest.mark.only("postgresql")
def test_no_event_of_webhooks_is_lost_when_workers_are_killed(
    make_installation: MakeInstallation,
) -> None:
    with make_installation(BRISK, seed=12) as running:
        report = telling.kills(running, 100, 5)
    assert report.fine, str(report)


def test_programs_that_repeat_while_the_web_is_killed_send_each_text_once(
    make_installation: MakeInstallation,
) -> None:
    with make_installation(BRISK, seed=14) as running:
        report = programs.kills(running, 12)
    assert report.fine, str(report)
    assert report.facts["kills of the web"] == 12


def test_a_worker_stopped_longer_than_its_lease_repeats_nothing(
    make_installation: MakeInstallation,
) -> None:
    with make_installation(SMALL, seed=13) as running:
        report = workers.sleeps(running, 1, workers.ASLEEP[1:3])
    assert report.fine, str(report)


def test_losing_redis_causes_only_a_delay(make_installation: MakeInstallation) -> None:
    with make_installation(SMALL, seed=14) as running:
        report = stores.redis(running, 600, 2, 1)
    assert report.fine, str(report)
    assert report.findings.statuses == {"delivered": 600}


def test_a_misbehaving_smsc_causes_no_duplicates(make_installation: MakeInstallation) -> None:
    with make_installation(BRISK, seed=15) as running:
        names = ("garbage", "half-open connection", "receipts in disorder")
        report = network.misbehaviours(running, 100, names)
    assert report.fine, str(report)


def test_nothing_goes_to_a_number_after_its_opt_out(make_installation: MakeInstallation) -> None:
    with make_installation(RACE, seed=16) as running:
        report = network.stop_race(running, 100)
    assert report.fine, str(report)


def test_a_killed_web_launches_each_campaign_once(make_installation: MakeInstallation) -> None:
    with make_installation(BRISK, seed=17) as running:
        report = stores.web(running, 10)
    assert report.fine, str(report)
    assert report.findings.messages == 100


def test_wrong_clocks_lose_and_repeat_nothing(make_installation: MakeInstallation) -> None:
    with make_installation(SMALL, seed=18) as running:
        report = stores.clocks(running, 400, 6)
    assert report.fine, str(report)


def test_a_full_disk_damages_nothing() -> None:
    with running_installation("", SMALL, 19, megabytes=8) as running:
        assert running.disk
        report = stores.disk(running, running.disk, 500, 1)
    assert report.fine, str(report)


def test_an_immediate_stop_of_postgresql_loses_nothing(tmp_path: Path, short_folder: Path) -> None:
    folder = short_folder / "crash"
    folder.mkdir()
    with (
        server(folder) as database_server,
        running_installation(database_server.url, SMALL, 20) as running,
    ):
        report = stores.postgres(running, database_server, 500, 1)
    assert report.fine, str(report)


def test_invoices_are_numbered_without_a_gap(database_url: str, tmp_path: Path) -> None:
    def run(url: str) -> None:
        report = invoicing.run(tmp_path, url, 4, 200, 21)
        assert report.fine, str(report)
        assert report.facts["killed"]

    if database_url.startswith("sqlite"):
        run(f"sqlite:///{tmp_path / 'invoices.sqlite3'}")
        return
    with own_database(database_url) as url:
        run(url)


def test_an_erasure_killed_at_any_step_is_finished_later(database_url: str, tmp_path: Path) -> None:
    def run(url: str) -> None:
        report = erasing.run(tmp_path, url, 4, 22)
        assert report.fine, str(report)
        assert report.facts["kills"]

    if database_url.startswith("sqlite"):
        run(f"sqlite:///{tmp_path / 'erasure.sqlite3'}")
        return
    with own_database(database_url) as url:
        run(url)


def test_a_killed_import_goes_on_or_is_undone_and_is_never_half(
    tmp_path: Path, database_url: str
) -> None:
    def run(url: str) -> None:
        report = importing.run(tmp_path, url, 300, 4, 31)
        assert report.fine, str(report)
        assert report.facts["kills"]

    if database_url.startswith("sqlite"):
        run(f"sqlite:///{tmp_path / 'imports.sqlite3'}")
        return
    with own_database(database_url) as url:
        run(url)


def test_the_steps_name_every_process_and_functions_that_exist() -> None:
    assert {step.process for step in STEPS} > {WORK}
    for target in {step.target for step in STEPS} | {
        *(target for target, *_ in erasing.STEPS),
        *importing.IMPORT_STEPS,
        *importing.UNDO_STEPS,
    }:
        owner, name = found(target)
        assert callable(getattr(owner, name, None)), target
