"""Canned answers, which are put into an answer."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "canned_answers",
        sa.Column("id", ID, primary_key=True),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_canned_answers_account_id_accounts")
        ),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_canned_answers_account_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_canned_answers_public_id")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements(
            "canned_answers", f"account_id = {row_security.OWN}"
        ):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("canned_answers")
