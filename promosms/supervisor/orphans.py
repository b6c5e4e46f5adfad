"""Processes that a killed supervisor has left behind: found by a mark in their environment."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

MARK = "PROMOSMS_SUPERVISED"
PROC = Path("/proc")


def environment(folder: Path) -> dict[str, str]:
    """The environment of every child of the installation in this folder."""
    return {**os.environ, MARK: str(folder)}


def find(folder: Path) -> list[int]:
    """The living processes of this installation, except this one."""
    mark = f"{MARK}={folder}\0".encode()
    return [int(entry.name) for entry in PROC.glob("[0-9]*") if _carries(entry, mark)]


def end(folder: Path, patience: float) -> int:
    """End what is left, first politely; returns how many there were.

    Orphans have been asked to end by the death of their parent, and to some a second request
    means haste; so they are asked again only when half of the patience is used up.
    """
    number = len(find(folder))
    if not _gone(folder, patience / 2):
        _signal(find(folder), signal.SIGTERM)
    if not _gone(folder, patience / 2):
        _signal(find(folder), signal.SIGKILL)
        _gone(folder, 5.0)
    return number


def _gone(folder: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while find(folder):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.05)
    return True


def _carries(process: Path, mark: bytes) -> bool:
    if process.name == str(os.getpid()):
        return False
    try:
        # A dead process that nobody has waited for has an empty environment.
        return mark in (process / "environ").read_bytes()
    except OSError:
        return False


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
