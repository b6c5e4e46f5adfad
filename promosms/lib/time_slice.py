"""Time slices: long work on the queue that all accounts share is done one slice at a time."""

import time
from collections.abc import Callable

ALONE = 20.0
"""Seconds that a slice may last if nothing else waits."""
SHARED = 1.0
"""Seconds if something waits."""
Over = Callable[[], bool]
"""Is the slice over?"""


def nobody() -> bool:
    """For slices without other waiting work."""
    return False


def begin(seconds: float = ALONE, others_wait: Callable[[], bool] = nobody) -> Over:
    """Begin a slice; returns a function that says whether it is over.

    It lasts at most `seconds`, and at most SHARED while `others_wait`.
    """
    start = time.monotonic()

    def over() -> bool:
        spent = time.monotonic() - start
        return spent > seconds or (spent > SHARED and others_wait())

    return over
