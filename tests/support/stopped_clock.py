"""A clock that stops until a test moves it, so that days pass within seconds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo
from unittest.mock import patch

from promosms.models import base


class StoppedClock:
    """The time since the moment at which the clock was stopped."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def move(self, **by: float) -> None:
        """Move the clock by hours, minutes or seconds."""
        self.ahead += timedelta(**by)


@contextmanager
def stopped() -> Iterator[StoppedClock]:
    """Stop the clock within the block; it changes only when it is moved."""
    clock, begun = StoppedClock(), datetime.now().astimezone()

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return begun.astimezone(tz) + clock.ahead

    with patch.object(base, "datetime", Moved):
        yield clock
