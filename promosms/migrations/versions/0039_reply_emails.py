"""E-mails about replies, and of which replies an e-mail is."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = ("replies_after", "replies_to")


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "reply_emails",
        sa.Column("account_id", ID, primary_key=True),
        sa.Column("mode", sa.String(5), nullable=False),
        sa.Column("detail", sa.String(9), nullable=False),
        sa.Column("hour", sa.SmallInteger(), nullable=False),
        sa.Column("told_id", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_reply_emails_account_id_accounts")
        ),
    )
    op.create_index(op.f("ix_reply_emails_next_at"), "reply_emails", ["next_at"])
    for name in COLUMNS:
        op.add_column("emails", sa.Column(name, sa.BigInteger()))
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements("reply_emails", f"account_id = {row_security.OWN}"):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    for name in COLUMNS:
        op.drop_column("emails", name)
    op.drop_table("reply_emails")
