"""The Stripe of the tests as a process: started on a free port, stopped at the end of the tests."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection, socket

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120


@contextmanager
def stripe_server() -> Iterator[str]:
    """Start the server; yields its address."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.cards.server", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as server:
        try:
            _await(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def _await(port: int) -> None:
    end = time.monotonic() + SECONDS
    while True:
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.02)
