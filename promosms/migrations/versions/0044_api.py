"""API keys, the requests of programs, and their texts."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
WITH_REFERENCE = sa.text("reference <> ''")
TABLES = ("api_keys", "api_requests", "api_messages", "sandbox_messages")


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "api_keys",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("shown", sa.String(20), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("networks", sa.String(1000), nullable=False),
        sa.Column("created_by", sa.String(20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("last_used_on", sa.Date()),
        sa.Column("exposed_at", TIME),
        sa.Column("revoked_at", TIME),
        sa.Column("revoked_why", sa.String(10), nullable=False),
        _of_account("api_keys"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("public_id", name=op.f("uq_api_keys_public_id")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_keys_secret_hash")),
    )
    op.create_index("ix_api_keys_account", "api_keys", ["account_id", "id"])
    op.create_table(
        "api_requests",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("result", sa.String(40), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        _of_account("api_requests"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_requests")),
        sa.UniqueConstraint(
            "account_id",
            "sandbox",
            "key_hash",
            name=op.f("uq_api_requests_account_id_sandbox_key_hash"),
        ),
    )
    op.create_index("ix_api_requests_created_at", "api_requests", ["created_at"])
    _messages()
    op.add_column("campaigns", sa.Column("api_key_id", ID))
    queued = sa.text("attention_status = 'queued' AND campaign_id IS NULL")
    op.create_index(
        "ix_messages_to_one",
        "messages",
        ["gateway_id", "account_id", "id"],
        sqlite_where=queued,
        postgresql_where=queued,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in row_security.statements(table, f"account_id = {row_security.OWN}"):
                op.execute(statement)


def _messages() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    to_message = sa.ForeignKeyConstraint(
        ["message_id"],
        ["messages.id"],
        name=op.f("fk_api_messages_message_id_messages"),
        ondelete="CASCADE",
    )
    op.create_table(
        "api_messages",
        sa.Column("message_id", ID, nullable=False, autoincrement=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("reference", sa.String(100), nullable=False),
        sa.Column("service_confirmed", sa.Boolean(), nullable=False),
        sa.Column("valid_until", TIME),
        sa.Column("created_at", TIME, nullable=False),
        *((to_message,) if on_sqlite else ()),
        _of_account("api_messages"),
        _of_key("api_messages"),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_api_messages")),
    )
    op.create_index("ix_api_messages_page", "api_messages", ["account_id", "message_id"])
    op.create_index(
        "ix_api_messages_reference",
        "api_messages",
        ["account_id", "reference", "message_id"],
        sqlite_where=WITH_REFERENCE,
        postgresql_where=WITH_REFERENCE,
    )
    op.create_table(
        "sandbox_messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("batch", sa.String(20), nullable=False),
        sa.Column("phone", sa.String(16), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("sender", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("encoding", sa.String(4), nullable=False),
        sa.Column("parts", sa.SmallInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(100), nullable=False),
        sa.Column("send_at", TIME, nullable=False),
        sa.Column("valid_until", TIME),
        sa.Column("cancelled_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        _of_account("sandbox_messages"),
        _of_key("sandbox_messages"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_messages")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sandbox_messages_public_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sandbox_messages_page", "sandbox_messages", ["account_id", "id"])
    op.create_index("ix_sandbox_messages_batch", "sandbox_messages", ["account_id", "batch"])


def downgrade() -> None:
    """Back to the version before: texts of programs that wait are sent like others."""
    op.drop_index("ix_messages_to_one", "messages")
    op.drop_column("campaigns", "api_key_id")
    for table in reversed(TABLES):
        op.drop_table(table)


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_account_id_accounts")
    return sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=name)


def _of_key(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_key_id_api_keys")
    return sa.ForeignKeyConstraint(["key_id"], ["api_keys.id"], name=name)
