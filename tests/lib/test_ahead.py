"""The next item is made by a thread while the one before is used."""

import sys
import threading
from collections.abc import Iterator

import pytest

from promosms.lib.ahead import Ahead

PATIENCE = 120


def test_the_items_and_their_order_stay() -> None:
    for number in (0, 1, 2, 5):
        with Ahead(iter(range(1, number + 1))) as items:
            assert list(items) == list(range(1, number + 1))


def test_the_next_is_made_from_the_call_on() -> None:
    asked, made = threading.Event(), threading.Event()
    makers = set[int]()

    def numbers() -> Iterator[int]:
        makers.add(threading.get_ident())
        yield 1
        assert asked.is_set()
        makers.add(threading.get_ident())
        made.set()
        yield 2

    with Ahead(numbers()) as items:
        each = iter(items)
        assert next(each) == 1
        asked.set()
        items.begin()
        items.begin()  # once is enough
        assert made.wait(PATIENCE)
        assert list(each) == [2]
    assert makers
    assert threading.get_ident() not in makers


def test_an_error_is_raised_where_its_item_is_asked_for() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        raise FileNotFoundError

    with Ahead(numbers()) as items:
        each = iter(items)
        assert next(each) == 1
        items.begin()
        with pytest.raises(FileNotFoundError):
            next(each)


def test_afterwards_the_thread_and_the_short_turns_have_ended() -> None:
    usual, threads = sys.getswitchinterval(), threading.active_count()
    with Ahead(iter(range(1, 10))) as items:
        next(iter(items))
        items.begin()
        assert sys.getswitchinterval() < usual
        assert threading.active_count() == threads + 1
    assert sys.getswitchinterval() == usual
    assert threading.active_count() == threads
