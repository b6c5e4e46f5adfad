"""A clock that stands still until it is moved, for whole days that pass within seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from unittest.mock import patch

from promosms.models import base


class StoppedClock:
    """How far the time of the application is from the moment at which it was stopped."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def move(self, **by: float) -> None:
        """Some hours, minutes or seconds later."""
        self.ahead += timedelta(**by)


@contextmanager
def stopped() -> Iterator[StoppedClock]:
    """Within it time goes on only as the clock is moved."""
    clock, begun = StoppedClock(), datetime.now().astimezone()

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return begun.astimezone(tz) + clock.ahead

    with patch.object(base, "datetime", Moved):
        yield clock
