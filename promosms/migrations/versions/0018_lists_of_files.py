"""On which lists a file has put people who were here before: undoing takes them off."""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column("import_changes", sa.Column("lists", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("import_changes", "lists")
