"""The long fault runs: `python -m tests.faults kills --messages 12000 --times 1000`."""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults import (
    erasing,
    importing,
    invoicing,
    money,
    network,
    programs,
    pumping,
    stores,
    telling,
    workers,
)
from tests.faults.disk import small_disk
from tests.faults.installation import Installation, running_installation
from tests.faults.report import Report
from tests.faults.sample_data import Options
from tests.support.postgres import Server, server


class Run(NamedTuple):
    """A run: its function, the published number of messages and repetitions, and the options."""

    function: Callable[..., Report]
    messages: int
    times: int
    options: Options


RACE = Options(rate=150, window=20)
SMALL = Options(rate=100, window=10)
BRISK = Options(rate=1000, window=100, answer_seconds=0.5)
RUNS = {
    "kills": Run(lambda p, m, n: workers.kills(p, m, n), 12_000, 1_000, SMALL),
    "steps": Run(lambda p, m, n: workers.steps(p, n), 0, 50, Options(rate=200, window=10)),
    "sleeps": Run(
        lambda p, m, n: workers.sleeps(p, n), 0, 20, Options(200, 10, 1, answer_seconds=0.5)
    ),
    "web": Run(lambda p, m, n: stores.web(p, n), 0, 300, BRISK),
    "api": Run(lambda p, m, n: programs.kills(p, n), 0, 300, BRISK),
    "webhooks": Run(lambda p, m, n: telling.kills(p, m, n), 5_000, 200, BRISK),
    "redis": Run(lambda p, m, n: stores.redis(p, m, n, n // 4), 20_000, 20, Options(rate=400)),
    "postgres": Run(stores.postgres, 20_000, 20, Options(rate=200, window=50)),
    "lost": Run(lambda p, m, n: network.lost_answers(p, m), 20_000, 1, BRISK),
    "garbage": Run(lambda p, m, n: network.misbehaviours(p, m), 1_000, 1, BRISK),
    "stop-race": Run(
        lambda p, m, n: network.stop_race(p, n), 0, 10_000, Options(rate=150, window=20)
    ),
    "clock": Run(stores.clocks, 20_000, 200, Options(rate=300, window=50)),
    "disk": Run(stores.disk, 3_000, 3, Options(rate=500, window=50)),
}
# Runs without a gateway and its workers.
INVOICES, PROCESSES, TOP_UPS = "invoices", 8, 8_000
ERASURE, ERASURES = "erasure", 200
OTHERS = (INVOICES, ERASURE, importing.NAME)
MEGABYTES = {"sqlite": 40, "postgresql": 160}


def main() -> int:
    """Run, print the reports, and fail on any violation."""
    options = _arguments()
    names = [*RUNS, *OTHERS] if options.run == "all" else [options.run]
    kinds = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    fine = True
    if options.run in money.RUNS:
        number = options.rounds or options.steps or money.PUBLISHED[options.run]
        reports = [money.run(options.run, kind, number) for kind in kinds]
        sys.stdout.write("".join(f"{report}\n" for report in reports))
        return 0 if all(report.fine for report in reports) else 1
    if options.run == pumping.NAME:
        size = pumping.Size(options.addresses, options.numbers)
        reports = [pumping.run(kind, options.seed, size) for kind in kinds]
        sys.stdout.write("".join(f"{report}\n" for report in reports))
        return 0 if all(report.fine for report in reports) else 1
    for name in names:
        for kind in ["postgresql"] if name == "postgres" else kinds:
            if name == INVOICES:
                report = issue(kind, options.seed, options.processes, options.times or TOP_UPS)
            elif name == ERASURE:
                report = erase(kind, options.seed, options.times or ERASURES)
            elif name == importing.NAME:
                report = import_files(kind, options)
            else:
                report = run(name, kind, options.seed, options.messages, options.times)
            sys.stdout.write(f"{report}\n")
            sys.stdout.flush()
            fine = fine and report.fine
    return 0 if fine else 1


def run(name: str, kind: str, seed: int, messages: int | None, times: int | None) -> Report:
    """One of the runs on one of the databases."""
    chosen = RUNS[name]
    messages = messages or chosen.messages
    times = times or chosen.times
    with _environment_of(name, kind, chosen.options, seed) as (running, extra):
        return chosen.function(running, *extra[:1], messages, times, *extra[1:])


def issue(kind: str, seed: int, processes: int, times: int) -> Report:
    """Invoices on one of the databases."""
    with _folder() as folder:
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'db.sqlite3'}"
            return invoicing.run(folder, url, processes, times, seed)
        with server(folder) as database_server:
            return invoicing.run(folder, database_server.url, processes, times, seed)


def erase(kind: str, seed: int, times: int) -> Report:
    """Erasures on one of the databases."""
    with _folder() as folder:
        if kind == "sqlite":
            return erasing.run(folder, f"sqlite:///{folder / 'db.sqlite3'}", times, seed)
        with server(folder) as database_server:
            return erasing.run(folder, database_server.url, times, seed)


def import_files(kind: str, options: argparse.Namespace) -> Report:
    """Imports on one of the databases."""
    rows, times = options.rows, options.times or importing.TIMES
    with _folder() as folder:
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'db.sqlite3'}"
            return importing.run(folder, url, rows, times, options.seed)
        with server(folder) as database_server:
            return importing.run(folder, database_server.url, rows, times, options.seed)


@contextmanager
def _environment_of(
    name: str, kind: str, options: Options, seed: int
) -> Iterator[tuple[Installation, tuple[Any, ...]]]:
    """An installation, and what else the run breaks: the database server or the disk."""
    if kind == "sqlite":
        with running_installation(
            "", options, seed, MEGABYTES[kind] if name == "disk" else 0
        ) as running:
            yield running, (running.disk,) if name == "disk" else ()
    elif name == "disk":
        with (
            _folder() as folder,
            small_disk(folder, MEGABYTES[kind]) as disk,
            _served(folder, options, seed) as served,
        ):
            yield served[0], (disk, served[1])
    else:
        with _folder() as folder, _served(folder, options, seed) as served:
            yield served[0], served[1:] if name == "postgres" else ()


@contextmanager
def _served(folder: Path, options: Options, seed: int) -> Iterator[tuple[Installation, Server]]:
    with (
        server(folder) as database_server,
        running_installation(database_server.url, options, seed) as running,
    ):
        yield running, database_server


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the user of the database server can read."""
    folder = Path(tempfile.mkdtemp(prefix="pf-pg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("run", choices=[*RUNS, *money.RUNS, pumping.NAME, *OTHERS, "all"])
    parser.add_argument("--messages", type=int, help="instead of those in the published run")
    parser.add_argument("--times", type=int, help="kills, steps, stops and so on")
    parser.add_argument("--processes", type=int, default=PROCESSES, help="that issue invoices")
    parser.add_argument("--addresses", type=int, default=1_000, help="of the bot")
    parser.add_argument("--numbers", type=int, default=10_000, help="that the bot wants texted")
    parser.add_argument("--rows", type=int, default=importing.ROWS, help="of an imported file")
    parser.add_argument("--rounds", type=int, help="of spends")
    parser.add_argument("--steps", type=int, help="of the ledger")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="sqlite")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
