"""Where the embedded stores of an installation live, whatever the path of its folder looks like."""

import hashlib
import os
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL

from promosms.settings.conversion import ConfigError

LONGEST_SOCKET = 100
"""Bytes in the path of a Unix socket, on every system."""
SHORT = Path("/tmp")
"""Not from the environment: all processes of the installation have to look in the same place."""


def database_url(folder: Path) -> str:
    """The SQLite file in this folder."""
    url = URL.create("sqlite", database=str(folder / "promosms.sqlite3"))
    return url.render_as_string(hide_password=False)


def redis_url(folder: Path) -> str:
    """The socket of the embedded Redis. Raises ConfigError."""
    return f"unix://{quote(str(socket_path(folder)))}"


def socket_path(folder: Path) -> Path:
    """In this folder, or in a private one if the path would be too long. Raises ConfigError."""
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return _private(SHORT / f"promosms-{os.getuid()}-{name}") / path.name


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise ConfigError(f"The folder {folder} belongs to somebody else: set REDIS_URL.")
    return folder
