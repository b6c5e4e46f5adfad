"""Where Alembic finds the tables, and how it reaches the database."""

from typing import Any

from alembic import context
from flask import current_app

from promosms.extensions import db
from promosms.models import UtcDateTime


def render_item(kind: str, item: Any, _autogen: object) -> str | bool:
    """Migrations name the types of SQLAlchemy, not ours, which may change later."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Migrate in one transaction per migration."""
    options = dict(current_app.extensions["migrate"].configure_args)
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            transaction_per_migration=True,
            **options,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need the database: run them without --sql.")
run()
