"""Counts of recipients, which the database keeps itself."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security
from promosms.models.recipients import count_triggers

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

KEY = ("account_id", "list_id", "country", "consent", "standing", "part")
PARTS, NO_CONSENT = "part <> 0", "consent = 'none'"


def upgrade() -> None:
    """To this version: the counts begin with the recipients that are there."""
    op.create_table(
        "recipient_counts",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("consent", sa.String(5), nullable=False),
        sa.Column("standing", sa.String(4), nullable=False),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recipient_counts_account_id_accounts")),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_recipient_counts")),
    )
    op.create_index(
        "ix_recipient_counts_parts", "recipient_counts", ["part"],
        sqlite_where=sa.text(PARTS), postgresql_where=sa.text(PARTS),
    )
    op.create_index(
        "ix_recipients_no_consent", "recipients", ["account_id", "id"],
        sqlite_where=sa.text(NO_CONSENT), postgresql_where=sa.text(NO_CONSENT),
    )
    dialect = op.get_bind().dialect.name
    # First: from now on nothing changes without being counted, and the lock waits for what is under way.
    for table in count_triggers.TABLES:
        for statement in count_triggers.statements(table, dialect):
            op.execute(statement)
    op.execute(
        "INSERT INTO recipient_counts (account_id, list_id, country, consent, standing, people, part) "
        f"SELECT counted.*, 0 FROM ({count_triggers.truth('account_id IN (SELECT id FROM accounts)')}) AS counted"
    )
    if dialect == "postgresql":
        for statement in row_security.statements("recipient_counts", f"account_id = {row_security.OWN}"):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    dialect = op.get_bind().dialect.name
    for table in count_triggers.TABLES:
        for statement in count_triggers.drops(table, dialect):
            op.execute(statement)
    op.drop_index("ix_recipients_no_consent", "recipients")
    op.drop_table("recipient_counts")
