"""Automatic answers, opening hours, and which direct texts went by themselves."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AUTOMATIC = sa.text("automatic_answer_id IS NOT NULL")


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "automatic_answers",
        sa.Column("id", ID, primary_key=True),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("keyword", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("agreed_price", sa.BigInteger(), nullable=False),
        sa.Column("n_sent", sa.Integer(), nullable=False),
        sa.Column("missed_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_automatic_answers_account_id_accounts")
        ),
        sa.UniqueConstraint(
            "account_id", "kind", "keyword", name=op.f("uq_automatic_answers_account_id_kind_keyword")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_automatic_answers_public_id")),
    )
    op.create_table(
        "answer_settings",
        sa.Column("account_id", ID, primary_key=True),
        sa.Column("hours", sa.JSON()),
        sa.Column("closed_on_holidays", sa.Boolean(), nullable=False),
        sa.Column("daily_limit", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_answer_settings_account_id_accounts")
        ),
    )
    op.add_column("direct_texts", sa.Column("automatic_answer_id", sa.BigInteger()))
    op.create_index(
        "ix_direct_texts_automatic",
        "direct_texts",
        ["account_id", "created_at"],
        sqlite_where=AUTOMATIC,
        postgresql_where=AUTOMATIC,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("automatic_answers", "answer_settings"):
            for statement in row_security.statements(table, f"account_id = {row_security.OWN}"):
                op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index("ix_direct_texts_automatic", "direct_texts")
    op.drop_column("direct_texts", "automatic_answer_id")
    op.drop_table("answer_settings")
    op.drop_table("automatic_answers")
