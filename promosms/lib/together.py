"""Work for those who ask at the same moment, done for all of them at once.

While one thread works, others who ask wait; then the first of them works for all who have come
meanwhile. Who asks alone never waits. So a transaction, which costs the same for one as for many,
is shared by as many as there are: the more ask, the less each of them costs.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


def _held() -> threading.Lock:
    """A lock that somebody else releases: thousands of events would cost several times as much."""
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(eq=False)
class _Asked(Generic[Q, A]):
    """A question that waits; `called` is released with the answer, or when it is its turn."""

    question: Q
    answers: list[A] = field(default_factory=list)
    """The answer, if there is one."""
    done: bool = False
    called: threading.Lock = field(default_factory=_held)


class Together(Generic[Q, A]):
    """Answers questions by `work`, which gives an answer for each of them, in their order.

    At most `most` are answered at once. If the work fails, each of them does it for its own
    question: what kept all of them from an answer may be the question of one. So work that fails
    must have changed nothing.
    """

    def __init__(self, work: Callable[[Sequence[Q]], Sequence[A]], most: int) -> None:
        self.work, self.most = work, most
        self._waiting: list[_Asked[Q, A]] = []
        self._guard = threading.Lock()
        self._working = False

    def ask(self, question: Q) -> A:
        """The answer. Hold no connection to a database meanwhile: whoever works needs one.

        Raises what the work raises.
        """
        asked: _Asked[Q, A] = _Asked(question)
        self._add(asked)
        asked.called.acquire()
        if not asked.done:
            taken = self._take()
            try:
                found = self.work([each.question for each in taken])
                for each, answer in zip(taken, found, strict=True):
                    each.answers.append(answer)
            except Exception:
                if len(taken) == 1:
                    raise
            finally:
                self._end_turn(taken)
        return (asked.answers or self.work([question]))[0]

    def _add(self, asked: _Asked[Q, A]) -> None:
        """Wait, or begin at once if nobody works."""
        with self._guard:
            self._waiting.append(asked)
            if not self._working:
                self._working = True
                asked.called.release()

    def _take(self) -> list[_Asked[Q, A]]:
        """Those who have waited longest; the first of them is the one whose turn it is."""
        with self._guard:
            taken, self._waiting = self._waiting[: self.most], self._waiting[self.most :]
        return taken

    def _end_turn(self, taken: Sequence[_Asked[Q, A]]) -> None:
        """It is the next one's turn; these are done, and the first of them knows.

        Each is called once. With a lock that all of them wait for, each would have to get it only
        to learn that it is done, and few would come together.
        """
        with self._guard:
            self._working = bool(self._waiting)
            if self._working:
                self._waiting[0].called.release()
        for each in taken[1:]:
            each.done = True
            each.called.release()
