"""Orphans: processes of a killed supervisor, found by their marker and ended."""

import subprocess
import sys
from pathlib import Path

from promosms.supervisor import orphans

SLEEP = "import time; time.sleep(60)"
STUBBORN = f"import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); {SLEEP}"


def sleeper(folder: Path, program: str = SLEEP) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    with orphans.mark(folder) as mark:
        return subprocess.Popen(
            [sys.executable, "-c", program], pass_fds=[mark.fileno()], stdout=subprocess.PIPE
        )


def test_it_ends_only_processes_of_its_own_installation(tmp_path: Path) -> None:
    other_folder = tmp_path / "instance2"
    with sleeper(tmp_path / "instance") as own_process, sleeper(other_folder) as other_process:
        assert orphans.find(tmp_path / "instance") == [own_process.pid]
        assert orphans.end(tmp_path / "instance", patience=2.0) == 1
        assert own_process.wait() == -15
        assert other_process.poll() is None
        other_process.kill()


def test_it_kills_processes_that_ignore_sigterm(tmp_path: Path) -> None:
    with sleeper(tmp_path, STUBBORN) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert orphans.end(tmp_path, patience=0.4) == 1
        assert process.wait() == -9
