"""A clock that tests can move: the application reads the time in one function only."""

from datetime import UTC, datetime, timedelta

import pytest

from promosms.models import base

AHEAD, STOPPED = "_ahead_of_time", "_stopped_at"


class Clock:
    """The real time plus the time by which it was moved.

    The code of the function is replaced, because modules, columns and compiled statements have
    references to the function itself.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(base, AHEAD, timedelta(), raising=False)
        monkeypatch.setattr(base, STOPPED, None, raising=False)
        monkeypatch.setattr(base.now, "__code__", _moved.__code__)

    def now(self) -> datetime:
        """The moved time."""
        return base.now()

    def move(self, **by: float) -> None:
        """Let time pass: `minutes=5`."""
        setattr(base, AHEAD, getattr(base, AHEAD) + timedelta(**by))

    def stop(self) -> None:
        """Let no time pass, however long it takes."""
        setattr(base, STOPPED, datetime.now(UTC))


def _moved() -> datetime:
    # Runs with the globals of the function whose code it replaces.
    ahead: timedelta = globals()["_ahead_of_time"]
    stopped: datetime | None = globals()["_stopped_at"]
    return (stopped or datetime.now(UTC)) + ahead
