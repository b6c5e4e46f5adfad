"""Failures of the database, in words for the operator."""

from psycopg.errors import (
    FeatureNotSupported,
    InsufficientPrivilege,
    UndefinedColumn,
    UndefinedFile,
    UndefinedTable,
)
from sqlalchemy.exc import DatabaseError, DBAPIError, IntegrityError, OperationalError

NOT_MIGRATED = (UndefinedColumn, UndefinedTable)
NO_EXTENSION = (FeatureNotSupported, InsufficientPrivilege, UndefinedFile)
NO_TABLE = ("no such table", "no such column")


def line_of(error: DBAPIError) -> str:
    """What the operator can do about an error, in one line; empty if it is a fault of ours."""
    reason = (str(error.orig).strip().splitlines() or ["?"])[0]
    if isinstance(error.orig, NOT_MIGRATED) or reason.startswith(NO_TABLE):
        return "The database is not up to date: run scripts/run migrate first."
    if isinstance(error.orig, NO_EXTENSION) and "extension" in reason:
        return (
            "The search needs the extensions pg_trgm and btree_gin of PostgreSQL (in the package "
            "postgresql-contrib): run CREATE EXTENSION for both as a superuser in the database of "
            f"PromoSMS, and start again. It said: {reason.rstrip('.')}."
        )
    if isinstance(error.orig, InsufficientPrivilege):
        return f"The database allows too little to the role of DATABASE_URL: {reason}."
    if isinstance(error, IntegrityError) or not _unusable(error):
        return ""
    return f"The database does not answer: {reason.rstrip('.')}. Check DATABASE_URL."


def _unusable(error: DBAPIError) -> bool:
    """Is there no connection, or no database in the file?"""
    return isinstance(error, OperationalError) or type(error) is DatabaseError
