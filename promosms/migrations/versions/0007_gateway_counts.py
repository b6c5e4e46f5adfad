"""Counts of texts by gateway; indexes by time for the overview of admins."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

INDEXES = (("campaigns", "launched_at"), ("payments", "paid_at"))
QUARTERS = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', CAST(strftime('%s', {0}) AS INTEGER) / 900 * 900, 'unixepoch')",
    "postgresql": "to_timestamp(floor(extract(epoch FROM {0}) / 900) * 900)",
}
SINCE = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-100 days')",
    "postgresql": "now() - interval '100 days'",
}
EVENTS = (
    ("sent_at", "sent", "sent_at IS NOT NULL"),
    ("final_at", "delivered", "status = 'delivered'"),
    ("final_at", "failed", "status IN ('undelivered', 'expired', 'failed')"),
)


def upgrade() -> None:
    """To this version: the counts begin with the messages that are there."""
    for table, key in (("gateway_counts", False), ("gateway_count_changes", True)):
        op.create_table(
            table,
            *([sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)] if key else []),
            sa.Column("quarter", sa.DateTime(timezone=True), nullable=False),
            sa.Column("gateway_id", sa.BigInteger(), autoincrement=False, nullable=False),
            *(sa.Column(name, sa.Integer(), nullable=False) for _, name, _ in EVENTS),
            sa.PrimaryKeyConstraint(*(["id"] if key else ["quarter", "gateway_id"]), name=op.f(f"pk_{table}")),
        )
    for table, column in INDEXES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    op.execute(_filled(op.get_bind().dialect.name))


def downgrade() -> None:
    """Back to the version before."""
    for table, column in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    op.drop_table("gateway_count_changes")
    op.drop_table("gateway_counts")


def _filled(database: str) -> str:
    """Messages whose numbers and texts were deleted are figures without a time: not in it."""
    events = " UNION ALL ".join(
        f"SELECT {QUARTERS[database].format(time)} AS quarter, gateway_id, "
        + ", ".join(f"{int(name == each)} AS {each}" for _, each, _ in EVENTS)
        + f" FROM messages WHERE gateway_id IS NOT NULL AND {condition} AND {time} > {SINCE[database]}"
        for time, name, condition in EVENTS
    )
    return (
        "INSERT INTO gateway_counts (quarter, gateway_id, sent, delivered, failed) "
        "SELECT quarter, gateway_id, sum(sent), sum(delivered), sum(failed) "
        f"FROM ({events}) AS events GROUP BY quarter, gateway_id"
    )
