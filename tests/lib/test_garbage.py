"""The search for cycles rests while a batch is stored, and goes on afterwards."""

import gc

import pytest

from promosms.lib.garbage import uncollected


def test_it_rests_and_goes_on() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_goes_on_after_a_failure() -> None:
    with pytest.raises(ZeroDivisionError), uncollected():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_where_it_rested_before_it_still_does() -> None:
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
