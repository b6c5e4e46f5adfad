"""Orphans: processes of a killed supervisor, found by a file that all of them hold open.

Their environment says nothing: a forked process shows that of its parent.
"""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

NAME = "supervised"
PROC = Path("/proc")


def mark(folder: Path) -> IO[bytes]:
    """The open file by which every process of the installation in this folder is found.

    Children that are forked have it; others get it by `pass_fds`. It stays empty.
    """
    return (folder / NAME).open("ab")


def find(folder: Path) -> list[int]:
    """The running processes of this installation, except this one."""
    mark = str((folder / NAME).resolve())
    return [int(entry.name) for entry in PROC.glob("[0-9]*") if _holds(entry, mark)]


def end(folder: Path, patience: float) -> int:
    """End all orphans, by SIGTERM, then by SIGKILL; returns how many there were.

    They got a SIGTERM when their parent died, and some take a second one as an order to hurry. So
    the second one is sent only after half of the patience.
    """
    number = len(find(folder))
    if not _wait_until_gone(folder, patience / 2):
        _signal(find(folder), signal.SIGTERM)
    if not _wait_until_gone(folder, patience / 2):
        _signal(find(folder), signal.SIGKILL)
        _wait_until_gone(folder, 5.0)
    return number


def _wait_until_gone(folder: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while find(folder):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.05)
    return True


def _holds(process: Path, mark: str) -> bool:
    if process.name == str(os.getpid()):
        return False
    # It may have ended meanwhile, or be that of another user.
    with suppress(OSError):
        for each in (process / "fd").iterdir():
            with suppress(OSError):
                if str(each.readlink()) == mark:
                    return True
    return False


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
