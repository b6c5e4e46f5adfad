"""Work that makes many objects and no cycles of them goes on without the search for cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Within it objects go when nothing refers to them, and nobody searches for cycles.

    Rows of a batch live until it is stored: each search would look through all of them in vain
    (docs/performance.md says what that costs).
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()
