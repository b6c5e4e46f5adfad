"""Follow-ups: campaigns to those of another one who did not get it, or did not answer."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IN_TURN = "follow_up_of IS NOT NULL AND status IN ('scheduled', 'preparing', 'blocked')"
EXISTS = "follow_up_of IS NOT NULL"


def upgrade() -> None:
    """To this version: no campaign so far follows another one."""
    op.add_column("campaigns", sa.Column("follow_up_of", BIG_ID))
    op.add_column(
        "campaigns",
        sa.Column("follow_up_kind", sa.String(12), nullable=False, server_default=""),
    )
    op.create_index(
        "ix_campaigns_follow_up_of",
        "campaigns",
        ["follow_up_of"],
        sqlite_where=sa.text(EXISTS),
        postgresql_where=sa.text(EXISTS),
    )
    op.create_index(
        "uq_campaigns_follow_up_in_turn",
        "campaigns",
        ["follow_up_of", "follow_up_kind"],
        unique=True,
        sqlite_where=sa.text(IN_TURN),
        postgresql_where=sa.text(IN_TURN),
    )


def downgrade() -> None:
    """Back to the version before: it would send a follow-up to nobody, so drafts are deleted."""
    op.execute("DELETE FROM campaigns WHERE follow_up_of IS NOT NULL AND status = 'draft'")
    op.drop_index("uq_campaigns_follow_up_in_turn", "campaigns")
    op.drop_index("ix_campaigns_follow_up_of", "campaigns")
    op.drop_column("campaigns", "follow_up_kind")
    op.drop_column("campaigns", "follow_up_of")
