"""A/B tests of campaigns."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FIGURES = ("a_people", "a_number", "b_people", "b_number")


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "ab_tests",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("text_b", sa.Text(), nullable=False),
        sa.Column("share", sa.SmallInteger(), nullable=False),
        sa.Column("measure", sa.String(7), nullable=False),
        sa.Column("hours", sa.SmallInteger(), nullable=False),
        sa.Column("a_price", sa.BigInteger(), nullable=False),
        sa.Column("b_price", sa.BigInteger(), nullable=False),
        sa.Column("rest_people", sa.Integer(), nullable=False),
        sa.Column("a_id", ID),
        sa.Column("b_id", ID),
        sa.Column("begun_at", sa.DateTime(timezone=True)),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in FIGURES),
        sa.Column("better", sa.String(1), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.String(20), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_ab_tests_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaigns.id"],
            name=op.f("fk_ab_tests_campaign_id_campaigns"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_ab_tests")),
    )
    op.create_index("ix_ab_tests_account_id", "ab_tests", ["account_id"])
    for column in ("a_id", "b_id"):
        op.create_index(f"uq_ab_tests_{column}", "ab_tests", [column], unique=True)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements("ab_tests", f"account_id = {row_security.OWN}"):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before: the others of a running test get nothing by themselves."""
    op.execute("UPDATE campaigns SET status = 'cancelled' WHERE status = 'comparing'")
    op.drop_table("ab_tests")
