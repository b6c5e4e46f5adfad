"""Birthdays, the types of the free fields, and the columns of the table of recipients."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    op.add_column(
        "recipients", sa.Column("birthday", sa.String(10), nullable=False, server_default="")
    )
    op.add_column("accounts", sa.Column("field_types", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("accounts", sa.Column("recipient_columns", sa.JSON()))


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("accounts", "recipient_columns")
    op.drop_column("accounts", "field_types")
    op.drop_column("recipients", "birthday")
