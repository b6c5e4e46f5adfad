"""The supervisor ends a process that has stopped giving signs of life, and starts it again."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from promosms.lib import sign_of_life
from promosms.supervisor.processes import LONGEST_PAUSE, SHORT_PAUSE, ManagedProcess, Processes

SLEEP = (sys.executable, "-S", "-c", "import time; time.sleep(60)")


@pytest.fixture
def told() -> list[str]:
    """What the operator reads."""
    return []


@pytest.fixture
def processes(tmp_path: Path, told: list[str]) -> Iterator[Processes]:
    """A supervisor whose processes may be silent for a minute."""
    processes = Processes(tmp_path, tmp_path, told.append)
    processes.silence = 60.0
    yield processes
    processes.end(processes.all, 0.0)
    processes.mark.close()


def run(processes: Processes, name: str, *, ago: float, gives_signs: bool = True) -> ManagedProcess:
    """A process that started that many seconds ago, stopped as if it hung."""
    managed = ManagedProcess(name, SLEEP, gives_signs=gives_signs)
    processes.start(managed)
    assert managed.process
    os.kill(managed.process.pid, signal.SIGSTOP)
    managed.started -= ago
    return managed


def test_a_silent_process_is_killed_although_it_hangs(
    processes: Processes, told: list[str]
) -> None:
    tick = run(processes, "tick", ago=61)
    processes.watch()
    assert tick.process
    assert tick.process.wait(10) == -signal.SIGKILL
    assert told == ["tick gives no sign of life and is ended."]
    processes.watch()
    assert told[1].startswith("tick has ended (code -9) and starts again in")


def test_others_are_left_alone(processes: Processes, told: list[str]) -> None:
    sign_of_life.give(processes.folder, "gateway-1/2")
    run(processes, "gateway-1/2", ago=61)
    run(processes, "work", ago=59)
    run(processes, "web", ago=61, gives_signs=False)
    processes.watch()
    assert told == []
    assert all(managed.alive() for managed in processes.all)


def test_a_sign_of_before_the_last_start_of_the_machine_counts_for_nothing(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_of_life.give(processes.folder, "tick")
    tick = run(processes, "tick", ago=0)
    assert not processes.lives(tick)
    sign_of_life.give(processes.folder, "tick")
    assert processes.lives(tick)
    tick.started -= 1000
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now - 500)
    assert not processes.lives(tick)


@pytest.mark.parametrize(
    ("longest", "pauses"), [(LONGEST_PAUSE, [1, 2, 4, 8, 16, 30, 30]), (SHORT_PAUSE, [1, 2, 2, 2])]
)
def test_pauses_grow_up_to_the_longest_one(
    processes: Processes, told: list[str], longest: float, pauses: list[int]
) -> None:
    web = ManagedProcess("web", ("true",), longest_pause=longest)
    for pause in pauses:
        processes.start(web)
        assert web.process
        web.process.wait(10)
        processes.watch()
        assert f"starts again in {pause} s" in told[-1]
    assert web.ends == len(pauses)
