"""Migrations of the database. Alembic is loaded only where it is used: no worker and no page is."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click
from flask import Flask, current_app
from sqlalchemy.schema import SchemaItem, Table

from promosms.extensions import db
from promosms.models.recipients import search_index

if TYPE_CHECKING:
    from flask_migrate import Migrate

FOLDER = "promosms/migrations"
# The same for programs. Not as a path, in which Alembic would read each % as a reference.
PACKAGE = "promosms:migrations"


class UnknownVersion(Exception):
    """The database has a version that this program does not know."""


def init_app(app: Flask) -> "Migrate":
    """Bind the commands of `db` to the application."""
    from flask_migrate import Migrate

    options: dict[str, Any] = {"render_as_batch": True, "compare_type": True}
    return Migrate(app, db, directory=FOLDER, include_object=_belongs_here, **options)


def commands() -> click.Command:
    """The commands of Alembic, for those who write migrations."""
    group: click.Command = import_module("flask_migrate.cli").db
    return group


def upgrade() -> None:
    """Bring the database of the current application up to the newest version.

    Raises UnknownVersion for a database of a newer version than this program.
    """
    from alembic import command

    refusal: type[Exception] = import_module("alembic.util").CommandError

    if "migrate" not in current_app.extensions:
        init_app(cast(Any, current_app)._get_current_object())
    try:
        command.upgrade(current_app.extensions["migrate"].migrate.get_config(PACKAGE), "head")
    except refusal as error:
        raise UnknownVersion(str(error)) from error


def _belongs_here(item: SchemaItem, name: str | None, *_: object) -> bool:
    """Does this part of a model belong into the database in use?

    The tables in which SQLite keeps the index of the search belong to no model.
    """
    if isinstance(item, Table) and str(name).startswith(search_index.TABLE):
        return False
    return str(item.info.get("on", db.engine.name)) == db.engine.name
