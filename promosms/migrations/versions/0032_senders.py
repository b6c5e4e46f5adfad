"""Sender names of customers, what was decided about them, and what routes can do."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("senders", "sender_decisions")
ROUTES = (("names", sa.true()), ("flash", sa.false()), ("urgent", sa.false()), ("offered", sa.false()))


def upgrade() -> None:
    """To this version: the campaigns so far have the senders of their routes."""
    create_senders()
    create_decisions()
    for name, default in ROUTES:
        op.add_column("routes", sa.Column(name, sa.Boolean(), nullable=False, server_default=default))
    op.add_column("routes", sa.Column("description", sa.String(200), nullable=False, server_default=""))
    op.add_column("campaigns", sa.Column("sender_id", BIG_ID))
    op.add_column("messages", sa.Column("flash", sa.Boolean(), nullable=False, server_default=sa.false()))
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in row_security.statements(table, f"account_id = {row_security.OWN}"):
                op.execute(statement)


def downgrade() -> None:
    """Back to the version before. Names and decisions are lost."""
    op.drop_column("messages", "flash")
    op.drop_column("campaigns", "sender_id")
    for name in ("description", *(name for name, _default in ROUTES)):
        op.drop_column("routes", name)
    for table in reversed(TABLES):
        op.drop_table(table)


def create_senders() -> None:
    """The names that customers ask for."""
    table = "senders"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(11), nullable=False),
        sa.Column("key", sa.String(11), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("company", sa.String(200), nullable=False),
        sa.Column("website", sa.String(200), nullable=False),
        sa.Column("held_as", sa.String(10), nullable=False),
        sa.Column("protected_name", sa.String(30), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )
    op.create_index("uq_senders_key", table, ["account_id", "key"], unique=True)


def create_decisions() -> None:
    """What was decided about them."""
    table = "sender_decisions"
    op.create_table(
        table,
        sa.Column("sender_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("evidence", sa.String(300), nullable=False),
        sa.Column("countries", sa.String(800), nullable=False),
        sa.Column("by", sa.String(20), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["senders.id"], ondelete="CASCADE",
            name=op.f(f"fk_{table}_sender_id_senders"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")),
        sa.PrimaryKeyConstraint("sender_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_sender_decisions_account_id"), table, ["account_id"])
