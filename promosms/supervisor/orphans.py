"""Orphans: processes of a killed supervisor, found by a mark in their environment."""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

MARK = "PROMOSMS_SUPERVISED"
PROC = Path("/proc")


def environment(folder: Path) -> dict[str, str]:
    """The environment of every process of the installation in this folder."""
    return {**os.environ, MARK: str(folder)}


def find(folder: Path) -> list[int]:
    """The running processes of this installation, except this one."""
    mark = os.fsencode(f"{MARK}={folder}\0")
    return [int(entry.name) for entry in PROC.glob("[0-9]*") if _has_mark(entry, mark)]


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


def _has_mark(process: Path, mark: bytes) -> bool:
    if process.name == str(os.getpid()):
        return False
    try:
        # A zombie has an empty environment.
        return mark in (process / "environ").read_bytes()
    except OSError:
        return False


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
