"""Webhooks: where programs are told what happens, and what they were told."""

import sqlalchemy as sa
from alembic import op

from promosms.models import Model, row_security, statement_keys

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
WAITING = sa.text("next_at IS NOT NULL")
NOT_DELIVERED = sa.text("status IN ('failed', 'dropped')")
ENDPOINTS, DELIVERIES = "webhook_endpoints", "webhook_deliveries"


def upgrade() -> None:
    """To this version."""
    op.create_table(
        ENDPOINTS,
        sa.Column("id", ID, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("events", sa.String(200), nullable=False),
        sa.Column("with_details", sa.Boolean(), nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary()),
        sa.Column("old_secret_until", TIME),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("stopped_at", TIME),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", TIME),
        sa.Column("failed_at", TIME),
        sa.Column("resume_at", TIME),
        sa.Column("warned_at", TIME),
        sa.Column("succeeded_at", TIME),
        sa.Column("created_by", sa.String(20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{ENDPOINTS}_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{ENDPOINTS}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{ENDPOINTS}_public_id")),
    )
    op.create_index("ix_webhook_endpoints_account", ENDPOINTS, ["account_id", "id"])
    _deliveries()
    if op.get_bind().dialect.name == "postgresql":
        for table in (ENDPOINTS, DELIVERIES):
            for statement in row_security.statements(table, f"account_id = {row_security.OWN}"):
                op.execute(statement)
        for statement in statement_keys.statements(Model.metadata.tables[DELIVERIES]):
            op.execute(statement)


def _deliveries() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    keys = (
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{DELIVERIES}_account_id_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            [f"{ENDPOINTS}.id"],
            name=op.f(f"fk_{DELIVERIES}_endpoint_id_{ENDPOINTS}"),
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        DELIVERIES,
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint_id", ID, nullable=False),
        sa.Column("event", sa.String(20), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("detail_id", sa.BigInteger()),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("word", sa.String(12), nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.Column("status", sa.String(9), nullable=False),
        sa.Column("next_at", TIME),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("history", sa.JSON(), nullable=False),
        sa.Column("finished_at", TIME),
        *(keys if on_sqlite else ()),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{DELIVERIES}")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_webhook_deliveries_next",
        DELIVERIES,
        ["endpoint_id", "next_at", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index("ix_webhook_deliveries_page", DELIVERIES, ["endpoint_id", "id"])
    op.create_index(
        "ix_webhook_deliveries_over",
        DELIVERIES,
        ["endpoint_id", "id"],
        sqlite_where=NOT_DELIVERED,
        postgresql_where=NOT_DELIVERED,
    )
    op.create_index("ix_webhook_deliveries_occurred_at", DELIVERIES, ["occurred_at"])


def downgrade() -> None:
    """Back to the version before: nobody is told anything."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in statement_keys.drops(Model.metadata.tables[DELIVERIES]):
            op.execute(statement)
    op.drop_table(DELIVERIES)
    op.drop_table(ENDPOINTS)
