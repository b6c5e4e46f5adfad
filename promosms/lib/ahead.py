"""Items of which a thread makes the next one while the one before is used."""

import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

Item = TypeVar("Item")
_TURN = 0.0005
"""Seconds after which Python lets the other thread go on. With the usual 0.005 an answer of the
database often waits longer for Python than the database has needed for it."""


class Ahead(Generic[Item]):
    """An iterator over the same items, without None; a context, which ends its thread.

    The next item is made in the thread from the call of `begin`, or where it is asked for if nobody
    has called. So call it just before the database is asked for something that takes long: two
    threads gain nothing while both are busy in Python. What the making of an item raises is raised
    where it is asked for. Items must not need a session or the application context.
    """

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._thread = ThreadPoolExecutor(1)
        self._upcoming: Future[Item | None] | None = None

    def begin(self) -> None:
        """Let the thread make the next item."""
        if self._upcoming is None:
            self._upcoming = self._thread.submit(next, self._items, None)

    def __iter__(self) -> Iterator[Item]:
        self.begin()
        while self._upcoming and (item := self._upcoming.result()) is not None:
            self._upcoming = None
            yield item
            self.begin()

    def __enter__(self) -> "Ahead[Item]":
        self._usual_turn = sys.getswitchinterval()
        sys.setswitchinterval(_TURN)
        return self

    def __exit__(self, *_error: object) -> None:
        self._thread.shutdown()
        sys.setswitchinterval(self._usual_turn)
