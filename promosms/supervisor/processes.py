"""The children of the supervisor: start them, start them again when they die, end them all."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from promosms import logs
from promosms.logs import files as log_files
from promosms.supervisor import orphans

log = logs.get(__name__)

CALM = 60.0  # a child that lived this long may die again without a longer pause
LONGEST_PAUSE = 30.0
PATIENCE = 25.0
LOGS_KEPT = 30


@dataclass
class Child:
    """A program that has to run as long as the supervisor does."""

    name: str
    command: Sequence[str]
    ends_last: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 1.0
    due: float = 0.0

    def alive(self) -> bool:
        """Is it running?"""
        return self.process is not None and self.process.poll() is None


class Children:
    """All children of one installation, with their logs in `instance/logs`."""

    def __init__(self, folder: Path, root: Path, tell: Callable[[str], None]) -> None:
        self.folder, self.root, self.tell = folder, root, tell
        self.all: list[Child] = []
        self.days = 30  # LOG_DAYS
        self.logs = folder / "logs"
        self.logs.mkdir(exist_ok=True)
        self.rotated = datetime.now(UTC).date()
        self.rotate()

    def start(self, child: Child) -> Child:
        """Start a child and watch it from now on."""
        if child not in self.all:
            self.all.append(child)
        child.started = time.monotonic()
        with self.log_file(child).open("ab") as output:
            child.process = subprocess.Popen(
                child.command,
                cwd=self.root,
                env=orphans.environment(self.folder),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,  # Ctrl-C reaches the supervisor only, which ends them in order
                preexec_fn=_end_with_parent,
            )
        return child

    def watch(self) -> None:
        """Start dead children again, each time after a longer pause; at midnight turn the logs."""
        for child in self.all:
            if not child.alive():
                self._revive(child)
        if datetime.now(UTC).date() != self.rotated:
            self.rotate()

    def stop(self) -> None:
        """End all; a second Ctrl-C meanwhile ends them at once."""
        patience = self.end([child for child in self.all if not child.ends_last], PATIENCE)
        self.end([child for child in self.all if child.ends_last], patience)
        orphans.end(self.folder, patience=0.0)

    def end(self, group: Sequence[Child], patience: float = PATIENCE) -> float:
        """End some children, by force after `patience` seconds; returns the patience left."""
        living = [child.process for child in group if child.process and child.alive()]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + patience
        try:
            while any(process.poll() is None for process in living):
                if time.monotonic() > deadline:
                    break
                time.sleep(0.05)
        except KeyboardInterrupt:
            patience = 0.0
        for process in living:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        return patience

    def rotate(self) -> None:
        """Begin new log files; old ones go after 30 days, or when there are too many."""
        self.rotated = datetime.now(UTC).date()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        for file in self.logs.glob("*.log"):
            by_day = file.name.startswith(tuple(f"{name}-" for name in log_files.NAMES))
            if "@" not in file.name and not by_day and file.stat().st_size:
                _empty_into(file, self.logs / f"{file.stem}@{stamp}.log")
        self._forget()

    def log_file(self, child: Child) -> Path:
        """Where the output of a child goes."""
        return self.logs / f"{child.name.replace('/', '-')}.log"

    def _forget(self) -> None:
        kept: dict[str, int] = {}
        oldest = (datetime.now(UTC) - timedelta(days=self.days)).strftime("%Y%m%d")
        for file in sorted(self.logs.glob("*@*.log"), reverse=True):
            name, _, stamp = file.stem.partition("@")
            kept[name] = kept.get(name, 0) + 1
            if kept[name] > LOGS_KEPT or stamp[:8] <= oldest:
                file.unlink()

    def _revive(self, child: Child) -> None:
        present = time.monotonic()
        if child.process is not None:
            code = child.process.returncode
            child.process = None
            child.pause = 1.0 if present - child.started > CALM else child.pause
            child.due = present + child.pause
            self.tell(
                f"{child.name} has ended (code {code}) and starts again in {child.pause:.0f} s; "
                f"see {self.log_file(child)}"
            )
            child.pause = min(child.pause * 2, LONGEST_PAUSE)
        elif present >= child.due:
            self.start(child)


def _empty_into(file: Path, other: Path) -> None:
    """Copied and emptied, because its child goes on writing to the end of the same file.

    Nothing is between the last look, which finds no more, and the emptying.
    """
    with file.open("rb") as old, other.open("wb") as new:
        shutil.copyfileobj(old, new)
        while piece := old.read():
            new.write(piece)
        os.truncate(file, 0)


def _libc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None


LIBC = _libc()
PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
