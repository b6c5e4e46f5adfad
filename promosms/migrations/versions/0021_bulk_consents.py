"""The consent that is recorded for many recipients at once."""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column("bulk_actions", sa.Column("consent_id", sa.BigInteger()))


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("bulk_actions", "consent_id")
