"""Templates, with which campaigns begin."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "campaign_templates",
        sa.Column("id", ID, primary_key=True),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(11), nullable=False),
        sa.Column("opt_out_line", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_campaign_templates_account_id_accounts")
        ),
        sa.UniqueConstraint(
            "account_id", "name", name=op.f("uq_campaign_templates_account_id_name")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_campaign_templates_public_id")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements(
            "campaign_templates", f"account_id = {row_security.OWN}"
        ):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("campaign_templates")
