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
    """End what is left, first politely; returns how many there were."""
    found = find(folder)
    _signal(found, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while find(folder) and time.monotonic() < deadline:
        time.sleep(0.1)
    while left := find(folder):
        _signal(left, signal.SIGKILL)
        time.sleep(0.1)
    return len(found)


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
