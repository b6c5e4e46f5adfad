"""Tests are given to the processes of a run as xdist gives them, with each group in one process."""

from collections import deque
from types import SimpleNamespace
from typing import Any

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

from tests.support.scheduling import GroupScheduling

# A group between single tests, and one whose tests are apart; a name may hold the sign of a group.
NAMES = [f"test_a.py::test[{n}]" for n in range(9)]
NAMES[3:3] = [f"test_b.py::test[{n}]@b" for n in range(4)]
NAMES += ["test_c.py::test@c", "test_a.py::test[x@b]", "test_d.py::test@c"]


class Process:
    """Remembers the tests that it was given."""

    shutting_down = False

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.waiting, self.done = deque[int](), list[int]()

    def send_runtest_some(self, places: list[int]) -> None:
        self.waiting += places

    def shutdown(self) -> None:
        self.shutting_down = True


def scheduler(
    kind: type[LoadGroupScheduling], count: int
) -> tuple[LoadGroupScheduling, list[Process]]:
    option = SimpleNamespace(loadscopereorder=False)
    config: Any = SimpleNamespace(option=option, getvalue=lambda _name: ["popen"] * count)
    found, processes = kind(config, Producer("tests", enabled=False)), []
    for name in range(count):
        process: Any = Process(str(name))
        found.add_node(process)
        found.add_node_collection(process, NAMES)
        processes.append(process)
    found.schedule()
    return found, processes


def run_one(found: LoadGroupScheduling, process: Any) -> None:
    place = process.waiting.popleft()
    process.done.append(place)
    found.mark_test_complete(process, place)


def run_all(found: LoadGroupScheduling, processes: list[Process]) -> list[list[int]]:
    while waiting := [process for process in processes if process.waiting]:
        for process in waiting:
            run_one(found, process)
    return [process.done for process in processes]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_each_process_gets_what_xdist_gives_it(count: int) -> None:
    given = run_all(*scheduler(GroupScheduling, count))
    assert given == run_all(*scheduler(LoadGroupScheduling, count))
    assert sorted(sum(given, [])) == list(range(len(NAMES)))


def test_when_it_is_done_nothing_is_left() -> None:
    found, processes = scheduler(GroupScheduling, 2)
    run_all(found, processes)
    assert found.tests_finished
    assert not found.has_pending


def test_what_a_process_that_ended_has_left_goes_to_another_one() -> None:
    found, processes = scheduler(GroupScheduling, 2)
    lost: Any = processes[0]
    run_one(found, lost)
    at_work = NAMES[lost.waiting[0]]
    assert found.remove_node(lost) == at_work
    run_all(found, processes[1:])
    assert found.tests_finished
    assert sorted(lost.done + processes[1].done) == list(range(len(NAMES)))
