"""Slices: long work on the queue that all accounts share is done a slice at a time."""

import time
from collections.abc import Callable

ALONE = 20.0
"""Seconds that a slice may last if nobody else waits."""
SHARED = 1.0
"""And if somebody does."""
Over = Callable[[], bool]
"""Is the slice over?"""


def nobody() -> bool:
    """Nobody waits."""
    return False


def begin(seconds: float = ALONE, others_wait: Callable[[], bool] = nobody) -> Over:
    """Begin a slice; what is returned says whether it is over.

    It lasts at most `seconds`, and not longer than SHARED while `others_wait`.
    """
    began = time.monotonic()

    def over() -> bool:
        spent = time.monotonic() - began
        return spent > seconds or (spent > SHARED and others_wait())

    return over
