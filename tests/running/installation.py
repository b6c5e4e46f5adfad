"""A complete installation in its own folder, started as an operator starts it."""

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 240
"""A limit that ends what hangs: on a busy machine a start takes a minute and more."""


class Installation:
    """A folder, two free ports, and the supervisor that runs there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "instance"
        self.output = folder / "output"
        self.port, self.http_port = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the installation until it ends."""
        return subprocess.run(
            [sys.executable, "-m", "promosms", *words],
            cwd=ROOT,
            env=self._environment(environment),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            umask=0,  # the files are private by themselves
        )

    def options(self) -> list[str]:
        """The arguments of `up`."""
        return ["--port", str(self.port), "--http-port", str(self.http_port)]

    def start(self) -> str:
        """Start everything; returns the output when it is ready."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "promosms", "up", *self.options()],
                cwd=ROOT,
                env=self._environment({}),
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        wait_for(lambda: "Ctrl-C" in self.printed() or self.process_ended(), self.printed)
        assert not self.process_ended(), self.printed()
        return self.printed()

    def phone_link(self) -> str:
        """The printed link that opens the simulated phone."""
        return str(re.findall(r"https://\S+/phone/open/\w+", self.printed())[0])

    def printed(self) -> str:
        """The output of the supervisor so far."""
        return self.output.read_text()

    def process_ended(self) -> bool:
        """Has the supervisor ended?"""
        return self.process is not None and self.process.poll() is not None

    def family(self) -> list[psutil.Process]:
        """The supervisor and all its child processes."""
        assert self.process is not None
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def stop(self) -> int:
        """Stop the supervisor; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Wait for the end of the supervisor; returns its exit code."""
        assert self.process is not None
        return self.process.wait(SECONDS)

    def kill(self) -> None:
        """Kill all processes that are left, for the next test."""
        if self.process is not None and not self.process_ended():
            for process in self.family():
                process.kill()
            self.process.wait()

    def get(self, path: str, *, tls: bool = True, method: str = "GET") -> tuple[int, str, str]:
        """Status, Location and body of a response."""
        connection: http.client.HTTPConnection
        if tls:
            context = ssl.create_default_context(cafile=str(self.folder / "certificate.pem"))
            connection = http.client.HTTPSConnection(
                "localhost", self.port, timeout=SECONDS, context=context
            )
        else:
            connection = http.client.HTTPConnection("localhost", self.http_port, timeout=SECONDS)
        connection.request(method, path)
        response = connection.getresponse()
        result = response.status, response.getheader("Location", ""), response.read().decode()
        connection.close()
        return result

    def _environment(self, more: dict[str, str]) -> dict[str, str]:
        return {**environment(self.folder), **more}


def environment(folder: Path) -> dict[str, str]:
    """The environment of a process of the installation in this folder."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not re.match("PROMOSMS_|DATABASE_URL|REDIS_URL|PYTEST", name)
    }
    return {**kept, "PROMOSMS_INSTANCE": str(folder), "HOME": "/nonexistent"}


def free_port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(true: Callable[[], bool], story: Callable[[], str] = str) -> None:
    """Wait until the condition holds, or fail with the output."""
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline, story()
        time.sleep(0.05)
