"""Forked processes: they have the memory of the supervisor, and nothing else of it."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import psutil
import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from promosms.jobs import worker
from promosms.supervisor import forks, orphans
from promosms.supervisor import run as supervisor
from promosms.supervisor.checks import StartError
from promosms.supervisor.forks import Forked, NotAlone, apart
from promosms.supervisor.processes import ManagedProcess, Processes

WORD = "geheim7Q"
alone = pytest.mark.usefixtures("_threads_of_others")


@pytest.fixture
def _threads_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread of an earlier test may still be ending."""
    monkeypatch.setattr(forks, "be_alone", lambda: None)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., Forked]]:
    """Run a program as the supervisor does; it is ended afterwards."""
    started = []

    def run(program: Callable[[], None], name: str = "mail") -> Forked:
        with (tmp_path / "log").open("ab") as output:
            started.append(Forked(name, program, output))
        return started[-1]

    yield run
    for each in started:
        if each.poll() is None:
            os.kill(each.pid, signal.SIGKILL)
        each.wait(10)


def say(file: Path, ready: Callable[[], object] = os.getpid) -> Callable[[], None]:
    """A program that writes what `ready` returns into a file, and waits for its end."""

    def program() -> None:
        file.with_suffix(".new").write_text(str(ready()))
        file.with_suffix(".new").rename(file)
        signal.pause()

    return program


def said(file: Path) -> str:
    deadline = time.monotonic() + 20
    while not file.exists():
        assert time.monotonic() < deadline
    return file.read_text()


@alone
def test_it_has_a_name_and_a_group_of_its_own(run: Callable[..., Forked], tmp_path: Path) -> None:
    process = run(say(tmp_path / "there"), "gateway-1/2")
    assert said(tmp_path / "there") == str(process.pid)
    assert psutil.Process(process.pid).name() == "gateway-1/2"
    assert os.getpgid(process.pid) == process.pid
    assert process.poll() is process.returncode is None


@alone
def test_it_does_not_listen_as_the_supervisor_does(
    run: Callable[..., Forked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        process = run(say(tmp_path / "there"))
    finally:
        signal.signal(signal.SIGTERM, before)
    said(tmp_path / "there")
    process.terminate()
    assert process.wait(10) == -signal.SIGTERM


@alone
def test_what_it_says_goes_into_its_log(run: Callable[..., Forked], tmp_path: Path) -> None:
    def program() -> None:
        os.write(1, b"out ")
        os.write(2, b"err ")
        os.write(1, os.read(0, 1) or b"nothing to read")

    assert run(program).wait(10) == 0
    assert (tmp_path / "log").read_text() == "out err nothing to read"


@alone
def test_an_error_is_logged_without_its_values(run: Callable[..., Forked], tmp_path: Path) -> None:
    def program() -> NoReturn:
        raise ValueError(WORD)

    assert run(program).wait(10) == 1
    line = (tmp_path / "log").read_text()
    assert '"event": "process.crash"' in line
    assert '"error": "ValueError"' in line
    assert WORD not in line


@alone
def test_why_a_worker_must_not_run_is_one_line_in_its_log(
    run: Callable[..., Forked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise worker.Refused("Another process is the worker gateway-1 already.")

    monkeypatch.setattr(worker, "run", refuse)
    assert run(lambda: supervisor.work(Flask("one"), "gateway-1")).wait(10) == 1
    line = "Error: Another process is the worker gateway-1 already.\n"
    assert (tmp_path / "log").read_text() == line


@alone
@pytest.mark.parametrize("code", [0, 1, 3])
def test_its_exit_code_is_told(run: Callable[..., Forked], code: int) -> None:
    process = run(lambda: sys.exit(code))
    assert process.wait(10) == process.returncode == code


@pytest.fixture
def thread() -> Iterator[None]:
    """A thread that runs during the test."""
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="a-thread")
    thread.start()
    yield
    end.set()
    thread.join()


@pytest.mark.usefixtures("thread")
def test_a_thread_forbids_it(run: Callable[..., Forked]) -> None:
    with pytest.raises(NotAlone, match="a-thread"):
        run(lambda: None)
    with pytest.raises(NotAlone, match="a-thread"):
        apart(lambda: None)


@alone
def test_the_supervisor_connects_to_no_database_but_its_children_do(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    forks.forbid_connections(engine)
    with pytest.raises(NotAlone, match="store"):
        engine.connect()

    def ask() -> object:
        with engine.connect() as connection:
            return connection.scalar(text("SELECT 7"))

    assert apart(ask) == 7
    assert engine.pool.status().startswith("Pool size: 5  Connections in pool: 0")


@alone
def test_work_apart_changes_nothing_here() -> None:
    here: list[int] = []

    def work() -> tuple[int, int]:
        here.append(1)
        return os.getpid(), len(here)

    pid, number = apart(work)
    assert (pid != os.getpid(), number, here) == (True, 1, [])


@alone
def test_its_errors_arrive_with_their_places() -> None:
    def refuse() -> NoReturn:
        raise StartError("Do this instead.")

    with pytest.raises(StartError) as caught:
        apart(refuse)
    assert str(caught.value) == "Do this instead."
    assert "in refuse" in caught.value.__notes__[0]


class Unsendable(Exception):
    """An error that holds what no other process can have."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


@alone
def test_an_error_that_cannot_be_sent_is_logged_and_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = logging.FileHandler(tmp_path / "log")
    monkeypatch.setattr(logging.getLogger("promosms"), "handlers", [handler])

    def fail() -> NoReturn:
        raise Unsendable

    with pytest.raises(SystemExit) as ended:
        apart(fail)
    assert ended.value.code == 1
    handler.close()
    assert "raise Unsendable" in (tmp_path / "log").read_text()


@alone
def test_work_that_is_killed_ends_the_start() -> None:
    with pytest.raises(SystemExit) as ended:
        apart(lambda: os.kill(os.getpid(), signal.SIGKILL))
    assert ended.value.code == -signal.SIGKILL


@alone
def test_a_forked_process_is_found_when_it_has_lost_its_supervisor(tmp_path: Path) -> None:
    """As after `kill -9`; its environment is that of whoever started the supervisor."""
    processes = Processes(tmp_path, tmp_path, lambda _: None)
    sleeper = ManagedProcess("mail", lambda: time.sleep(60))
    processes.start(sleeper)
    assert sleeper.process
    assert orphans.find(tmp_path) == [sleeper.process.pid]
    assert orphans.end(tmp_path, patience=1.0) == 1
    assert not sleeper.alive()
    processes.mark.close()
