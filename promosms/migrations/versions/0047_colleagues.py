"""Colleagues: an invitation by e-mail says which role is offered, and who has left keeps a name."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FORMER = "former_colleagues"


def upgrade() -> None:
    """To this version."""
    role = sa.Column("role", sa.String(8), nullable=False, server_default="")
    op.add_column("email_links", role)
    op.create_table(
        FORMER,
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{FORMER}_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{FORMER}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{FORMER}_public_id")),
    )
    op.create_index(f"ix_{FORMER}_account_id", FORMER, ["account_id"])
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements(FORMER, f"account_id = {row_security.OWN}"):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before: nobody can be a viewer there, and an invitation has no role."""
    op.drop_table(FORMER)
    op.execute("UPDATE users SET role = 'member' WHERE role = 'viewer'")
    op.execute("DELETE FROM email_links WHERE kind = 'colleague'")
    op.drop_column("email_links", "role")
