"""The byte scanner, as the tests use it."""

from pathlib import Path

from sqlalchemy import text

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.privacy_scan.encodings import encodings, hashed, numbers
from promosms.privacy_scan.scanner import Hit, Scanner

__all__ = ["Hit", "Scanner", "database_files", "encodings", "hashed", "numbers"]


def database_files() -> list[Path]:
    """Every file of the database; of PostgreSQL without its log of changes, which ages out."""
    db.session.rollback()
    if on_sqlite():
        path = Path(str(db.engine.url.database))
        return sorted(path.parent.glob(f"{path.name}*"))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(connection.execute(text("SHOW data_directory")).scalar_one())
    return [path for path in folder.rglob("*") if path.is_file() and "pg_wal" not in path.parts]
