"""What every model shares: the declarative base, its types and its privacy class."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Select,
    Table,
    select,
)
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from promosms.models.processing import Said
from promosms.models.registry import Export, NotExported, Retention, Rights

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite only gives automatic keys to INTEGER columns.
BigId = BigInteger().with_variant(Integer, "sqlite")


class Privacy(StrEnum):
    """Whose data a table holds; erasure, export and retention follow it."""

    COLLECTED = "collected"  # what an account collected: recipients, texts, replies
    ACCOUNT = "account"  # the account itself and its users
    LEGAL = "legal"  # records that law requires to keep
    SYSTEM = "system"  # nothing about a person


class Model(DeclarativeBase):
    """Base of all models. Each says whose data it holds, why, what is exported, how long it stays.

    Erasure, export, retention and the policy page read it; a model that says nothing fails
    tests/meta/test_registry.py.
    """

    metadata = MetaData(naming_convention=NAMES)
    privacy: ClassVar[Privacy]
    export: ClassVar[Export | tuple[Export, ...] | NotExported]
    retention: ClassVar[Retention]
    processing: ClassVar[Said]
    row_policy: ClassVar[str] = ""
    """For row security: `of_account` in SQL, with {account}, where the way is an unusual one."""
    customer_rights: ClassVar[Rights | None] = None
    """For row security: what requests of customers may do with the table.

    Without it they may do everything with the rows of their account, and only read a table that
    belongs to no account.
    """

    @classmethod
    def of_account(cls, account_id: int) -> ColumnElement[bool]:
        """The rows that belong to an account: by `account_id`, or by a `user_id` of its users.

        A table whose rows are found in another way says how; LookupError if they are nobody's.
        """
        columns = cls.__table__.columns
        if "account_id" in columns:
            own: ColumnElement[bool] = columns["account_id"] == account_id
            return own
        if "user_id" in columns:
            return columns["user_id"].in_(users_of(account_id, "id"))
        raise LookupError(f"{cls.__name__} does not say how a row belongs to an account")


def users_of(account_id: int, column: str) -> Select[Any]:
    """What stands in a column of the users of an account, as a subquery."""
    users = Model.metadata.tables["users"].columns
    return select(users[column]).where(users["account_id"] == account_id)


def models() -> dict[str, type[Model]]:
    """All models by the names of their tables."""
    classes: list[type[Model]] = [mapper.class_ for mapper in Model.registry.mappers]
    return {model.__tablename__: model for model in sorted(classes, key=lambda m: m.__tablename__)}


def table_of(model: type[Model]) -> Table:
    """The bare table of a model: statements on it cost a fraction of the mapped ones in Python."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def checked_on_sqlite(
    column: str, target: str, ondelete: str | None = None
) -> ForeignKeyConstraint:
    """A foreign key that PostgreSQL goes without: it asks for each row, and locks what it finds.

    Only where the code itself leaves nothing alone. `info` says so to the migrations.
    """
    constraint = ForeignKeyConstraint([column], [target], ondelete=ondelete, info={"on": "sqlite"})
    constraint.ddl_if(dialect="sqlite")
    return constraint


def checked_by_statement(
    column: str, target: str, ondelete: str | None = None
) -> ForeignKeyConstraint:
    """A foreign key that PostgreSQL checks once for each statement, see statement_keys.py."""
    constraint = checked_on_sqlite(column, target, ondelete)
    constraint.info["by_statement"] = True
    return constraint


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python; timestamptz in PostgreSQL, naive UTC text in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def new_public_id() -> str:
    """A random id for URLs: 80 bits, nothing countable."""
    return secrets.token_hex(10)


def new_public_ids(count: int) -> list[str]:
    """So many random ids for rows that are stored together.

    They share 24 random bits, and 56 are each one's own: in an index they lie near each other, and
    a million rows do not change every page of it again and again.
    """
    together, own = secrets.token_hex(3), secrets.token_hex(7 * count)
    return [together + own[place : place + 14] for place in range(0, len(own), 14)]
