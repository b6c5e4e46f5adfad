"""A web worker of gunicorn that answers with `http_server`."""

import os
import resource
import ssl
import time
from pathlib import Path
from typing import Any

from gunicorn.sock import ssl_context
from gunicorn.workers.base import Worker

from promosms.services.imports import imports
from promosms.services.links import links
from promosms.settings import settings_of
from promosms.supervisor.http_server import Crowd, Deadlines, Servers
from promosms.web.api import EVERY

SPARE_FILES = 200  # besides those of the connections: database, Redis, logs, bodies
TICK = 1.0


class WebWorker(Worker):
    """gunicorn starts it, watches it and ends it; waitress speaks with the clients."""

    servers: Servers

    def run(self) -> None:
        """Serve until the end, then answer what has begun."""
        connections = _room_for(self.cfg.worker_connections)
        self.servers = Servers(
            self.wsgi,
            [each.sock for each in self.sockets],
            threads=self.cfg.threads,
            connections=connections,
            largest=self.wsgi.config["MAX_CONTENT_LENGTH"],
            larger={imports.UPLOAD: settings_of(self.wsgi).import_bytes},
            tls=Certificate(self.cfg).context if self.cfg.is_ssl else None,
            deadlines=Deadlines(keepalive=self.cfg.keepalive),
            crowds=[Crowd(links.PATH), Crowd(EVERY)],
        )
        while self.alive and self.ppid == os.getppid():
            self.notify()
            self.servers.poll(TICK)
        self._finish()

    def handle_exit(self, sig: int, frame: object) -> None:
        """SIGTERM: the end, at once."""
        super().handle_exit(sig, frame)
        if hasattr(self, "servers"):
            self.servers.wake()

    def _finish(self) -> None:
        self.servers.refuse()
        end = time.monotonic() + self.cfg.graceful_timeout
        while True:
            self.notify()
            self.servers.poll(0.1)
            if not self.servers.busy() or time.monotonic() > end:
                break
        self.servers.end(patience=1.0)


class Certificate:
    """The TLS context of the newest certificate: a renewed one is used at once."""

    def __init__(self, cfg: Any) -> None:
        self.cfg = cfg
        self.stamp: tuple[int, int] | None = None
        self.loaded: ssl.SSLContext

    def context(self) -> ssl.SSLContext:
        """Read the files again if they have changed."""
        file = Path(self.cfg.certfile).stat()
        if self.stamp != (stamp := (file.st_mtime_ns, file.st_ino)):
            self.loaded, self.stamp = ssl_context(self.cfg), stamp
        return self.loaded


def _room_for(connections: int) -> int:
    """Raise the limit of open files if that is possible; returns the connections that fit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else min(connections, soft - SPARE_FILES)
