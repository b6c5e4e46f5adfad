"""Refused rows that are mended on a page: their random ids, the number that was tried, counts."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

COUNTS = ("mended", "left_out")
RANDOM = {
    "sqlite": "lower(hex(randomblob(10)))",
    "postgresql": "left(replace(gen_random_uuid()::text, '-', ''), 20)",
}


def upgrade() -> None:
    """To this version."""
    for name in COUNTS:
        op.add_column("imports", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for name, width in (("public_id", 20), ("typed", 100)):
        op.add_column(
            "bad_rows", sa.Column(name, sa.String(width), nullable=False, server_default="")
        )
    op.execute(f"UPDATE bad_rows SET public_id = {RANDOM[op.get_bind().dialect.name]}")
    op.create_index(op.f("ix_bad_rows_public_id"), "bad_rows", ["public_id"], unique=True)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index(op.f("ix_bad_rows_public_id"), "bad_rows")
    for name in ("typed", "public_id"):
        op.drop_column("bad_rows", name)
    for name in COUNTS:
        op.drop_column("imports", name)
