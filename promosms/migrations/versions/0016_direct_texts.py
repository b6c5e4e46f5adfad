"""Texts to one person outside of a campaign, and where a reply came in."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

HELD = "remaining > 0"


def upgrade() -> None:
    """To this version."""
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "direct_texts",
        sa.Column("id", big_id, nullable=False),
        sa.Column("account_id", big_id, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(HELD.replace(">", ">="), name=op.f("ck_direct_texts_remaining")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_direct_texts_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_direct_texts")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_direct_texts_account_id_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_direct_texts_message_id")),
    )
    op.create_index(
        "ix_direct_texts_held", "direct_texts", ["id"],
        sqlite_where=sa.text(HELD), postgresql_where=sa.text(HELD),
    )
    op.add_column("inbound_messages", sa.Column("gateway_id", sa.BigInteger()))
    op.add_column(
        "inbound_messages",
        sa.Column("inbound_number", sa.String(20), nullable=False, server_default=""),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements("direct_texts", f"account_id = {row_security.OWN}"):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    for name in ("inbound_number", "gateway_id"):
        op.drop_column("inbound_messages", name)
    op.drop_table("direct_texts")
