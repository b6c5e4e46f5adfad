"""Hundreds of silent and slow connections, and how fast pages are answered meanwhile.

    python -m benchmarks.slow_clients [--idle 500] [--slow 200] [--seconds 60]

A real installation (`promosms up`) on this machine; the clients hold their connections as long as
the server lets them, and connect again as soon as it does not.
"""

import argparse
import http.client
import itertools
import resource
import shutil
import ssl
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.running.installation import Installation
from tests.support import slow_clients
from tests.support.slow_clients import KINDS, PLAIN_KINDS, Client

DRIP_EVERY = 1.0  # seconds
Kind = Callable[[int], Client]


def main() -> None:
    """Measure an installation without and with these clients."""
    arguments = _arguments()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    folder = Path(tempfile.mkdtemp(prefix="ps-slow-"))
    installation = Installation(folder)
    try:
        installation.start()
        _say("without them", _measure(installation, arguments.seconds / 4))
        crowd = Crowd(installation, arguments.idle, arguments.slow)
        crowd.gather()
        _say(
            f"with {arguments.idle} idle and {arguments.slow} slow ones",
            _measure(installation, arguments.seconds),
        )
        crowd.leave()
        _say("a quarter of a minute after them", _measure(installation, 15))
        installation.stop()
    finally:
        installation.kill()
        shutil.rmtree(folder, ignore_errors=True)


class Crowd:
    """The clients: each that was sent away comes back."""

    def __init__(self, installation: Installation, idle: int, slow: int) -> None:
        others = [kind for kind in KINDS if kind not in (slow_clients.silent, slow_clients.idle)]
        quiet: Iterator[Kind] = itertools.cycle([slow_clients.silent, slow_clients.idle])
        ports = installation.port, installation.http_port
        mixed = [
            *((kind, ports[0]) for kind in others),
            *((kind, ports[1]) for kind in PLAIN_KINDS),
        ]
        self.plans = [(next(quiet), ports[0]) for _ in range(idle)]
        self.plans += [mixed[n % len(mixed)] for n in range(slow)]
        self.clients: list[Client | None] = [None] * len(self.plans)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._stay)
        self.returned = 0

    def gather(self) -> None:
        """Connect all."""
        self._come()
        self.thread.start()

    def leave(self) -> None:
        """Hang up."""
        self.ended.set()
        self.thread.join()
        for client in self.clients:
            if client is not None:
                client.connection.close()
        sys.stdout.write(f"connections that the server ended and that came back: {self.returned}\n")

    def _stay(self) -> None:
        while not self.ended.wait(DRIP_EVERY):
            for n, client in enumerate(self.clients):
                if client is not None:
                    client.drip()
                    if self.plans[n][0] is not slow_clients.unread_response and client.is_closed():
                        client.connection.close()
                        self.clients[n] = None
                        self.returned += 1
            self._come()

    def _come(self) -> None:
        for n, (kind, port) in enumerate(self.plans):
            if self.clients[n] is None:
                try:
                    self.clients[n] = kind(port)
                except OSError:
                    continue


def _measure(installation: Installation, seconds: float) -> list[float]:
    """The times of pages in ms, each on a new connection; of both ports, one after the other."""
    times, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        for path, tls in (("/login", True), ("/privacy", True), ("/privacy", False)):
            began = time.perf_counter()
            assert _status(installation, path, tls) == (200 if tls else 301)
            times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.1)
    return times


def _status(installation: Installation, path: str, tls: bool) -> int:
    connection: http.client.HTTPConnection
    if tls:
        context = ssl.create_default_context(cafile=str(installation.folder / "certificate.pem"))
        connection = http.client.HTTPSConnection(
            "localhost", installation.port, timeout=60, context=context
        )
    else:
        connection = http.client.HTTPConnection("localhost", installation.http_port, timeout=60)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def _say(label: str, times: list[float]) -> None:
    middle, slowest = statistics.median(times), max(times)
    late = sorted(times)[int(len(times) * 0.99)]
    sys.stdout.write(
        f"{label:36} {len(times):5} pages: median {middle:4.0f} ms, 99 of 100 {late:4.0f} ms, "
        f"slowest {slowest:4.0f} ms\n"
    )
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--idle", type=int, default=500)
    parser.add_argument("--slow", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    main()
