"""Those who ask at the same moment are answered by one piece of work."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from promosms.lib.together import Together

PATIENCE = 120  # seconds, after which a test has failed
WRONG = 13


class Work:
    """Doubles numbers; it can be stopped, and fails for a group with the wrong one."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.go_on.set()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        self.begun.set()
        assert self.go_on.wait(PATIENCE)
        if WRONG in numbers:
            raise ValueError(WRONG)
        return [2 * number for number in numbers]


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def people() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


class Waiting(Together[int, int]):
    """Says how many wait."""

    def __init__(self, work: Work, most: int) -> None:
        super().__init__(work, most)
        self.came = threading.Semaphore(0)

    def _add(self, asked: Any) -> None:
        super()._add(asked)
        self.came.release()


def ask_while_one_works(
    together: Waiting, work: Work, people: ThreadPoolExecutor, numbers: Sequence[int]
) -> list[Future[int]]:
    """The first asks, and all others, one after the other, before its work goes on."""
    work.go_on.clear()
    asked = []
    for number in (1, *numbers):
        asked.append(people.submit(together.ask, number))
        assert together.came.acquire(timeout=PATIENCE)
        assert work.begun.wait(PATIENCE)
    work.go_on.set()
    return asked


def test_whoever_asks_alone_is_answered_alone(work: Work) -> None:
    together = Waiting(work, 10)
    assert [together.ask(1), together.ask(2)] == [2, 4]
    assert work.groups == [[1], [2]]


def test_those_who_come_while_one_works_are_answered_together(
    work: Work, people: ThreadPoolExecutor
) -> None:
    together = Waiting(work, 10)
    asked = ask_while_one_works(together, work, people, [2, 3, 4])
    assert [each.result(PATIENCE) for each in asked] == [2, 4, 6, 8]
    assert work.groups == [[1], [2, 3, 4]]
    assert together.ask(5) == 10


def test_at_most_so_many_come_together(work: Work, people: ThreadPoolExecutor) -> None:
    together = Waiting(work, 2)
    asked = ask_while_one_works(together, work, people, [2, 3, 4, 5, 6])
    assert [each.result(PATIENCE) for each in asked] == [2, 4, 6, 8, 10, 12]
    assert work.groups == [[1], [2, 3], [4, 5], [6]]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_who_spoils_the_work_spoils_it_for_nobody_else(
    work: Work, people: ThreadPoolExecutor, place: int
) -> None:
    numbers = [2, 3]
    numbers.insert(place, WRONG)
    together = Waiting(work, 10)
    first, *asked = ask_while_one_works(together, work, people, numbers)
    assert first.result(PATIENCE) == 2
    for number, each in zip(numbers, asked, strict=True):
        if number == WRONG:
            with pytest.raises(ValueError, match=str(WRONG)):
                each.result(PATIENCE)
        else:
            assert each.result(PATIENCE) == 2 * number
    assert together.ask(7) == 14
