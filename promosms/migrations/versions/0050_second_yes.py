"""A second yes: above an amount of the account a campaign needs the yes of another person."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this version."""
    op.add_column("guards", sa.Column("second_yes_above", sa.BigInteger(), nullable=True))
    op.create_table(
        "yes_requests",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(7), nullable=False),
        sa.Column("asked_by", sa.String(20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(20), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_yes_requests_campaign_id_campaigns"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_yes_requests_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_yes_requests")),
    )
    op.create_index(op.f("ix_yes_requests_account_id"), "yes_requests", ["account_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements(
            "yes_requests", f"account_id = {row_security.OWN}"
        ):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("yes_requests")
    op.drop_column("guards", "second_yes_above")
