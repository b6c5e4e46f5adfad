"""Breakdowns of campaigns by country, list and time."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FIGURES = ("texts", "delivered", "not_delivered", "replied", "opted_out", "clicked")


def upgrade() -> None:
    """To this version: campaigns that were sent are counted by the next tick."""
    op.add_column("campaigns", sa.Column("count_at", sa.DateTime(timezone=True)))
    op.add_column("campaigns", sa.Column("counted_at", sa.DateTime(timezone=True)))
    op.create_index(op.f("ix_campaigns_count_at"), "campaigns", ["count_at"])
    op.execute("UPDATE campaigns SET count_at = launched_at")
    op.create_table(
        "campaign_breakdowns",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("grouped_by", sa.String(7), nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in FIGURES),
        sa.PrimaryKeyConstraint("campaign_id", "grouped_by", "name", name=op.f("pk_campaign_breakdowns")),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_campaign_breakdowns_campaign_id_campaigns"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_campaign_breakdowns_account_id_accounts")
        ),
    )
    op.create_index(
        op.f("ix_campaign_breakdowns_account_id"), "campaign_breakdowns", ["account_id"]
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements(
            "campaign_breakdowns", f"account_id = {row_security.OWN}"
        ):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("campaign_breakdowns")
    op.drop_index(op.f("ix_campaigns_count_at"), "campaigns")
    op.drop_column("campaigns", "counted_at")
    op.drop_column("campaigns", "count_at")
