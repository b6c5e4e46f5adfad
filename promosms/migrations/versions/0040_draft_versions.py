"""Earlier versions of drafts."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "draft_versions",
        sa.Column("id", ID, primary_key=True),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(11), nullable=False),
        sa.Column("opt_out_line", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("plain_details", sa.Boolean(), nullable=False),
        sa.Column("short_links", sa.Boolean(), nullable=False),
        sa.Column("window", sa.String(20), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_draft_versions_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_draft_versions_campaign_id_campaigns"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_draft_versions_public_id")),
    )
    for column in ("account_id", "campaign_id"):
        op.create_index(op.f(f"ix_draft_versions_{column}"), "draft_versions", [column])
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements(
            "draft_versions", f"account_id = {row_security.OWN}"
        ):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("draft_versions")
