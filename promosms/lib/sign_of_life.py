"""Signs of life of a process on this machine, for the supervisor.

They are files, because a process that waits for the database cannot write to it. A file holds a
moment of the monotonic clock, which all processes of a machine share, which nobody can set, and
which stands still while the machine sleeps.
"""

import time
from contextlib import suppress
from pathlib import Path

FOLDER = "alive"


def give(instance: str | Path, name: str) -> None:
    """Say that the process with this name is alive. A full disk does not stop it."""
    with suppress(OSError):
        path = _path(instance, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{time.monotonic():020.6f}")  # always as long, so never half a number


def last(instance: str | Path, name: str) -> float:
    """The moment of the last sign on the monotonic clock; 0 if there was none.

    A moment that is to come is one before the machine was started again.
    """
    try:
        moment = float(_path(instance, name).read_text())
    except (OSError, ValueError):
        return 0.0
    return moment if moment <= time.monotonic() else 0.0


def _path(instance: str | Path, name: str) -> Path:
    return Path(instance, FOLDER, name.replace("/", "-"))
