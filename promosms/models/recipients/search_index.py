"""The index of the search: every three letters in a row of each recipient's `search`.

PostgreSQL has it as a GIN index with pg_trgm, and with the account in it (btree_gin), so that the
people of other accounts cost nothing. SQLite has it as a full-text table that holds no text
(FTS5, tokenizer trigram), whose second column is the account as a word of three characters.

A row of an FTS5 table costs five times as much when a trigger writes it as within a statement for
many rows. So triggers only note which recipients have changed, with the words that were indexed,
and `db/search_index.py` brings the index up to date before each commit. (SQLite forgets triggers
of a table that a migration rebuilds: that has to make them again.)
"""

from sqlalchemy import Connection, Index, Table, event

from promosms.models.base import table_of
from promosms.models.recipients.recipient import Recipient

TABLE = "recipient_search"
CHANGES = "recipient_search_changes"
ROWS = "recipient_search_rows"
EXTENSIONS = ("pg_trgm", "btree_gin")
INDEX = "ix_recipients_search"

# Numbers in three digits of base 2,000, each from a range of letters that no name is written in:
# 8 billion accounts. The ranges differ, so that no other three characters can be an account.
OWNER = "char(0xF0000 + {0} / 4000000, 0xF1000 + {0} / 2000 % 2000, 0xF2000 + {0} % 2000)"


def owner_word(account_id: int) -> str:
    """The account as the index knows it."""
    places = account_id // 4_000_000, account_id // 2_000 % 2_000, account_id % 2_000
    return "".join(chr(0xF0000 + 0x1000 * n + place) for n, place in enumerate(places))


ON_SQLITE = (
    f"CREATE TABLE {CHANGES} (id INTEGER PRIMARY KEY, account_id INTEGER, search TEXT)",
    f"CREATE VIEW {ROWS} AS "
    f"SELECT id, search, {OWNER.format('account_id')} AS owner FROM recipients",
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(search, owner, content='{ROWS}', content_rowid='id', "
    "tokenize='trigram case_sensitive 1', columnsize=0, detail=none)",
    # An import adds many small segments: they are merged 32 at a time, not 4 by each commit.
    f"INSERT INTO {TABLE}({TABLE}, rank) VALUES ('automerge', 0)",
    f"INSERT INTO {TABLE}({TABLE}, rank) VALUES ('crisismerge', 32)",
    "CREATE TRIGGER recipients_search_added AFTER INSERT ON recipients BEGIN "
    f"INSERT OR IGNORE INTO {CHANGES} (id) VALUES (NEW.id); END",
    "CREATE TRIGGER recipients_search_changed AFTER UPDATE OF id, account_id, search ON recipients "
    "WHEN OLD.search IS NOT NEW.search OR OLD.account_id IS NOT NEW.account_id BEGIN "
    f"INSERT OR IGNORE INTO {CHANGES} VALUES (OLD.id, OLD.account_id, OLD.search); END",
    "CREATE TRIGGER recipients_search_deleted AFTER DELETE ON recipients BEGIN "
    f"INSERT OR IGNORE INTO {CHANGES} VALUES (OLD.id, OLD.account_id, OLD.search); END",
)
DROPS_ON_SQLITE = (
    *(
        f"DROP TRIGGER IF EXISTS recipients_search_{name}"
        for name in ("added", "changed", "deleted")
    ),
    f"DROP TABLE IF EXISTS {TABLE}",
    f"DROP VIEW IF EXISTS {ROWS}",
    f"DROP TABLE IF EXISTS {CHANGES}",
)
FILL = f"INSERT INTO {TABLE}(rowid, search, owner) SELECT id, search, owner FROM {ROWS}"


def attach() -> None:
    """Create and drop the index together with the recipients."""
    recipients = table_of(Recipient)
    Index(
        INDEX,
        recipients.c.account_id,
        recipients.c.search,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
        info={"on": "postgresql"},
    ).ddl_if(dialect="postgresql")
    event.listen(recipients, "before_create", _extend)
    event.listen(recipients, "after_create", _make)
    event.listen(recipients, "before_drop", _drop)


def _extend(_table: Table, connection: Connection, **_options: object) -> None:
    if connection.dialect.name == "postgresql":
        for name in EXTENSIONS:
            connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {name}")


def _make(_table: Table, connection: Connection, **_options: object) -> None:
    if connection.dialect.name == "sqlite":
        for statement in ON_SQLITE:
            connection.exec_driver_sql(statement)


def _drop(_table: Table, connection: Connection, **_options: object) -> None:
    if connection.dialect.name == "sqlite":
        for statement in DROPS_ON_SQLITE:
            connection.exec_driver_sql(statement)
