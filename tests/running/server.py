"""The web server alone, as the supervisor starts it: gunicorn, its settings, a certificate."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from promosms.supervisor import certificate
from tests.running.installation import ROOT, environment, free_port, wait_for

SETTINGS = ROOT / "promosms" / "supervisor" / "web.py"


@dataclass(frozen=True)
class Server:
    """Its port, its certificate, and the process that starts its workers."""

    port: int
    certificate: Path
    pid: int

    @property
    def address(self) -> str:
        """The URL of the server."""
        return f"https://localhost:{self.port}"


def listens(port: int) -> bool:
    """Does a server listen on this port?"""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(folder: Path, workers: int = 1, **settings: str) -> Iterator[Server]:
    """Run the server on a free port; `settings` are further variables of its environment."""
    pem = certificate.ensure(folder / "certificate.pem", "localhost")
    port, output = free_port(), folder / "output"
    command = [sys.executable, "-m", "gunicorn", "-c", str(SETTINGS), "--workers", str(workers)]
    command += ["--certfile", str(pem), "--keyfile", str(pem)]
    command += ["--bind", f"127.0.0.1:{port}", "--bind", f"127.0.0.2:{port}"]
    with output.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment(folder / "instance"), **settings},
            stdout=file,
            stderr=file,
        )
    try:
        wait_for(lambda: listens(port) or process.poll() is not None, output.read_text)
        assert process.poll() is None, output.read_text()
        yield Server(port, pem, process.pid)
    finally:
        process.terminate()
        process.wait(30)
