"""PromoSMS REST 3.2: the types of routes, and what is known of a text that came by it."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

OF_REST32 = sa.text("request <> ''")
TYPES = {"flash": "0", "eco": "1", "full": "3", "speed": "4"}
"""Of the routes that docs/samples/routes.toml makes."""
OF_DEFAULT = {"eco": "1", "full": "3"}
"""What goes by the default route where there is no route of its own, as on a new installation."""


def upgrade() -> None:
    """To this version."""
    text = {"nullable": False, "server_default": ""}
    op.add_column("api_messages", sa.Column("request", sa.String(20), **text))
    op.add_column("api_messages", sa.Column("delivery_url", sa.String(500), **text))
    op.create_index(
        "ix_api_messages_rest32",
        "api_messages",
        ["account_id", "created_at", "message_id"],
        sqlite_where=OF_REST32,
        postgresql_where=OF_REST32,
    )
    op.add_column("routes", sa.Column("rest_types", sa.String(7), **text))
    _types()


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("routes", "rest_types")
    op.drop_index("ix_api_messages_rest32", "api_messages")
    op.drop_column("api_messages", "delivery_url")
    op.drop_column("api_messages", "request")


def _types() -> None:
    routes = sa.table(
        "routes",
        *(sa.column(name) for name in ("code", "is_default", "flash", "rest_types")),
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(routes.c.code, routes.c.is_default, routes.c.flash)).all()
    for code, types in types_of([tuple(row) for row in rows]).items():
        chosen = routes.update().where(routes.c.code == code)
        connection.execute(chosen.values(rest_types=types))


def types_of(rows):
    """The types of each route by its code; a row has the code, is it the default one, flash."""
    codes = {code for code, _is_default, _flash in rows}
    found = {}
    for code, is_default, flash in rows:
        types = {TYPES[code]} if code in TYPES and flash == (code == "flash") else set()
        if is_default:
            types |= {number for other, number in OF_DEFAULT.items() if other not in codes}
        found[code] = ",".join(sorted(types))
    return found
