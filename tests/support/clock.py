"""A clock that tests move: everything of ours reads the time through one function."""

from datetime import UTC, datetime, timedelta

import pytest

from promosms.models import base

AHEAD = "_ahead_of_time"


class Clock:
    """Reads as late as it was moved to; the real one goes on beneath it.

    The body of the function is replaced, because modules, columns and compiled statements hold on
    to the function itself.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(base, AHEAD, timedelta(), raising=False)
        monkeypatch.setattr(base.now, "__code__", _moved.__code__)

    def now(self) -> datetime:
        """What it shows."""
        return base.now()

    def move(self, **by: float) -> None:
        """Let time pass: `minutes=5`."""
        setattr(base, AHEAD, getattr(base, AHEAD) + timedelta(**by))


def _moved() -> datetime:
    # Runs with the names of the module of the function that it replaces.
    ahead: timedelta = globals()["_ahead_of_time"]
    return datetime.now(UTC) + ahead
