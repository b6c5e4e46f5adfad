"""All places where an installation can store data, and its first accounts."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from promosms import create_app, queue
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import Account, EntryKind, LedgerEntry, Role, User
from promosms.services.auth import passwords
from promosms.services.installation import defaults
from tests.support.byte_scan.story import Shop

REDIS_DUMP = "redis-keys"
CREDIT = 1_000_000


def furnish(environment: Mapping[str, str], shops: Sequence[Shop]) -> str:
    """Open the accounts, with a password that was chosen already; returns the sender's number."""
    with opened(environment) as app, app.app_context():
        with transaction() as session:
            for shop in shops:
                account = Account(region="PL", timezone="Europe/Warsaw", balance=CREDIT)
                session.add(account)
                session.flush()
                ids = {"account_id": account.id}
                welcome = f"welcome:{account.public_id}"
                session.add(
                    LedgerEntry(**ids, kind=EntryKind.CREDIT, amount=CREDIT, reference=welcome)
                )
                user = User(**ids, role=Role.OWNER, email=shop.email, phone=shop.own)
                user.password_hash = passwords.hash_password(shop.password)
                user.must_choose_password = False
                session.add(user)
        sender = defaults.default_route().sender
        db.session.remove()
    return sender


def files(folder: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """Every file: database, logs, uploads, exports, Redis, simulator; the data of PostgreSQL."""
    with opened(environment) as app, app.app_context():
        dump = folder.parent / REDIS_DUMP
        server = queue.connection()
        keys = list(server.scan_iter())
        dump.write_bytes(b"\n".join(key + (server.dump(key) or b"") for key in keys))
        data = None if on_sqlite() else _data_folder()
        db.session.remove()
    yield dump
    for root in (folder, data):
        for path in sorted(root.rglob("*")) if root else ():
            if path.is_file() and not path.is_symlink() and os.access(path, os.R_OK):
                yield path


def database_files() -> list[Path]:
    """Every file of the database; of PostgreSQL without its log of changes, which ages out."""
    db.session.rollback()
    if on_sqlite():
        path = Path(str(db.engine.url.database))
        return sorted(path.parent.glob(f"{path.name}*"))
    paths = _data_folder().rglob("*")
    return [path for path in paths if path.is_file() and "pg_wal" not in path.parts]


def kind(path: Path) -> str:
    """What a file is, in a word for the table."""
    parts = path.parts
    if path.name == REDIS_DUMP or "valkey" in parts:
        return "Redis"
    if "pg_wal" in parts:
        return "PostgreSQL log of changes"
    if "base" in parts or "global" in parts or "pg_stat" in parts:
        return "PostgreSQL tables"
    if path.name.startswith("promosms.sqlite3"):
        return "SQLite"
    for name in ("uploads", "undecided_uploads", "exports", "simulator", "logs", "erased"):
        if name in parts:
            return name
    return path.name


def is_log(path: Path) -> bool:
    """Is it a log of the installation?"""
    return "logs" in path.parts


def _data_folder() -> Path:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.execute(text("CHECKPOINT"))
            folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
        except DBAPIError as error:
            raise PermissionError("the role may not see the files of PostgreSQL") from error
    if not os.access(folder / "base", os.R_OK):
        raise PermissionError("the files of PostgreSQL cannot be read from here")
    return folder


@contextmanager
def opened(environment: Mapping[str, str]) -> Iterator[Flask]:
    """The application of another installation, in this process."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        app = create_app()
    finally:
        os.environ.clear()
        os.environ.update(before)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()
