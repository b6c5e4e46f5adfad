"""Gateways that pause, and guests who confirm."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

BREAKER = ("paused_at", "probe_at", "probing_until")


def upgrade() -> None:
    """To this version."""
    for name in BREAKER:
        op.add_column("gateways", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("gateways", sa.Column("probes_failed", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("campaigns", sa.Column("not_guests", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Back from it."""
    for name in ("probes_failed", *BREAKER):
        op.drop_column("gateways", name)
    op.drop_column("campaigns", "not_guests")
