"""The index of the search, and the texts in it without accents."""

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from alembic import op

from promosms.models.recipients import search_index
from promosms.services.recipients.search import search_text

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

BATCH = 5_000
SEARCHED = ("email", "first_name", "last_name", "company", "city")
RECIPIENTS = sa.table(
    "recipients", *(sa.column(name) for name in ("id", "account_id", "phone", "search", *SEARCHED))
)


def upgrade() -> None:
    """To this version. The texts come first: the index is faster when it is made from all of them."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        write_texts(connection, search_text)
        for statement in (*search_index.ON_SQLITE, search_index.FILL):
            op.execute(statement)
        return
    for name in search_index.EXTENSIONS:
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {name}")
    write_texts(connection, search_text)
    op.create_index(
        search_index.INDEX,
        "recipients",
        ["account_id", "search"],
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )


def downgrade() -> None:
    """Back to the version before. The extensions stay: others may use them."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for statement in search_index.DROPS_ON_SQLITE:
            op.execute(statement)
    else:
        op.drop_index(search_index.INDEX, "recipients")
    write_texts(connection, former_text)


def write_texts(
    connection: sa.Connection, text_of: Callable[[str, Mapping[str, str]], str]
) -> None:
    """Write the text of each recipient anew, a few thousand at a time."""
    last = 0
    change = (
        RECIPIENTS.update()
        .where(RECIPIENTS.c.id == sa.bindparam("key"))
        .values(search=sa.bindparam("text"))
    )
    page = sa.select(RECIPIENTS).order_by(RECIPIENTS.c.id).limit(BATCH)
    while rows := connection.execute(page.where(RECIPIENTS.c.id > last)).mappings().all():
        texts = [{"key": row["id"], "text": text_of(row["phone"], row)} for row in rows]
        connection.execute(change, texts)
        last = rows[-1]["id"]


def former_text(e164: str, values: Mapping[str, str]) -> str:
    """The text as the version before writes it."""
    words = [values[name] for name in SEARCHED]
    return " ".join(word for word in [*words, e164.lstrip("+")] if word).casefold()
