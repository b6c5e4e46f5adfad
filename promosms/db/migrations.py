"""Migrations of the database. Alembic is loaded only where it is used: no worker and no page is."""

from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app
from sqlalchemy.schema import SchemaItem

from promosms.extensions import db

if TYPE_CHECKING:
    from flask_migrate import Migrate

FOLDER = "promosms/migrations"


def init_app(app: Flask) -> "Migrate":
    """Bind the commands of `db` to the application."""
    from flask_migrate import Migrate

    options: dict[str, Any] = {"render_as_batch": True, "compare_type": True}
    return Migrate(app, db, directory=FOLDER, include_object=_belongs_here, **options)


def upgrade(folder: str = FOLDER) -> None:
    """Bring the database of the current application up to the newest version."""
    import flask_migrate

    if "migrate" not in current_app.extensions:
        init_app(cast(Any, current_app)._get_current_object())
    flask_migrate.upgrade(directory=folder)


def _belongs_here(item: SchemaItem, *_: object) -> bool:
    """Does this part of a model belong into the database in use?"""
    return str(item.info.get("on", db.engine.name)) == db.engine.name
