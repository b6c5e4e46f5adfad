"""The processes of the supervisor: start them, restart them when they die, end them."""

import math
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from promosms import logs
from promosms.lib import sign_of_life
from promosms.logs import files as log_files
from promosms.supervisor import forks, orphans
from promosms.supervisor.forks import Forked

log = logs.get(__name__)

CALM = 60.0  # after this time alive the pause starts small again
LONGEST_PAUSE = 30.0
SHORT_PAUSE = 2.0
"""The longest one of what people, or all other processes, wait for."""
PATIENCE = 25.0
LOGS_KEPT = 30


@dataclass
class ManagedProcess:
    """What has to run as long as the supervisor does: a command, or a program of ours."""

    name: str
    program: Sequence[str] | Callable[[], None]
    ends_last: bool = False
    gives_signs: bool = False
    longest_pause: float = LONGEST_PAUSE
    process: subprocess.Popen[bytes] | Forked | None = None
    started: float = 0.0
    pause: float = 1.0
    due: float = 0.0
    ends: int = 0
    """How often it has ended by itself."""

    def alive(self) -> bool:
        """Is it running?"""
        return self.process is not None and self.process.poll() is None


class Processes:
    """All processes of one installation, with their logs in `instance/logs`."""

    def __init__(self, folder: Path, root: Path, tell: Callable[[str], None]) -> None:
        self.folder, self.root, self.tell = folder, root, tell
        self.all: list[ManagedProcess] = []
        self.mark = orphans.mark(folder)
        self.days = 30  # LOG_DAYS
        self.silence = math.inf
        """After so many seconds without a sign of life a process counts as stuck."""
        self.logs = folder / "logs"
        self.logs.mkdir(exist_ok=True)
        self.rotated = datetime.now(UTC).date()
        self.rotate()

    def start(self, managed: ManagedProcess) -> None:
        """Start a process and watch it from now on."""
        if managed not in self.all:
            self.all.append(managed)
        managed.started = time.monotonic()
        with self.log_file(managed).open("ab") as output:
            if callable(managed.program):
                managed.process = Forked(managed.name, managed.program, output)
                return
            managed.process = subprocess.Popen(
                managed.program,
                cwd=self.root,
                pass_fds=[self.mark.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,  # Ctrl-C reaches the supervisor only, which ends them in order
                preexec_fn=forks.end_with_parent,
            )

    def watch(self) -> None:
        """Restart dead and stuck processes, after a growing pause; rotate the logs at midnight."""
        for managed in self.all:
            if not managed.alive():
                self._restart(managed)
            elif managed.gives_signs and self._silence(managed) > self.silence:
                self.tell(f"{managed.name} gives no sign of life and is ended.")
                self._kill(managed)
        if datetime.now(UTC).date() != self.rotated:
            self.rotate()

    def lives(self, managed: ManagedProcess) -> bool:
        """Has it given a sign of life since its start?"""
        return sign_of_life.last(self.folder, managed.name) >= managed.started

    def stop(self) -> None:
        """End all processes; a second Ctrl-C ends them at once."""
        patience = self.end([managed for managed in self.all if not managed.ends_last], PATIENCE)
        self.end([managed for managed in self.all if managed.ends_last], patience)
        orphans.end(self.folder, patience=0.0)
        self.mark.close()

    def end(self, group: Sequence[ManagedProcess], patience: float = PATIENCE) -> float:
        """End some processes, with SIGKILL after `patience` seconds; returns the patience left."""
        living = [managed.process for managed in group if managed.process and managed.alive()]
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
        """Start new log files; delete old ones after LOG_DAYS, or when there are too many."""
        self.rotated = datetime.now(UTC).date()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        for file in self.logs.glob("*.log"):
            by_day = file.name.startswith(tuple(f"{name}-" for name in log_files.NAMES))
            if "@" not in file.name and not by_day and file.stat().st_size:
                _move_content(file, self.logs / f"{file.stem}@{stamp}.log")
        self._delete_old_logs()

    def log_file(self, managed: ManagedProcess) -> Path:
        """The log file of a process."""
        return self.logs / f"{managed.name.replace('/', '-')}.log"

    def _delete_old_logs(self) -> None:
        kept: dict[str, int] = {}
        oldest = (datetime.now(UTC) - timedelta(days=self.days)).strftime("%Y%m%d")
        for file in sorted(self.logs.glob("*@*.log"), reverse=True):
            name, _, stamp = file.stem.partition("@")
            kept[name] = kept.get(name, 0) + 1
            if kept[name] > LOGS_KEPT or stamp[:8] <= oldest:
                file.unlink()

    def _silence(self, managed: ManagedProcess) -> float:
        """Seconds since the last sign of life, or since the start."""
        last = sign_of_life.last(self.folder, managed.name)
        return time.monotonic() - max(managed.started, last)

    def _kill(self, managed: ManagedProcess) -> None:
        """End a process that does not listen to anything else. The disk may still hold it."""
        managed.started = time.monotonic()
        if managed.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(managed.process.pid, signal.SIGKILL)

    def _restart(self, managed: ManagedProcess) -> None:
        moment = time.monotonic()
        if managed.process is not None:
            code = managed.process.returncode
            managed.process = None
            managed.pause = 1.0 if moment - managed.started > CALM else managed.pause
            managed.due = moment + managed.pause
            self.tell(
                f"{managed.name} has ended (code {code}) and starts again "
                f"in {managed.pause:.0f} s; see {self.log_file(managed)}"
            )
            managed.pause = min(managed.pause * 2, managed.longest_pause)
            managed.ends += 1
        elif moment >= managed.due:
            self.start(managed)


def _move_content(file: Path, target: Path) -> None:
    """Copy the file, then truncate it: its process keeps appending to the same file.

    Between the last read, which finds nothing more, and the truncation nothing else happens.
    """
    with file.open("rb") as old, target.open("wb") as new:
        shutil.copyfileobj(old, new)
        while piece := old.read():
            new.write(piece)
        os.truncate(file, 0)
