"""Automations, the days and the people that they have texted, and since when who is on a list."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("automations", "automation_runs", "automation_occasions")
CAMPAIGNS = (
    ("automation_id", BIG_ID),
    ("occasion", sa.Date()),
    ("ends_at", sa.DateTime(timezone=True)),
)
AUTOMATIC = sa.text("automation_id IS NOT NULL")
SWITCHED_ON = sa.text("status = 'on'")


def upgrade() -> None:
    """To this version: nobody knows since when the people of today are on their lists."""
    for name, kind in CAMPAIGNS:
        op.add_column("campaigns", sa.Column(name, kind))
    op.create_index(
        "uq_campaigns_occasion", "campaigns", ["automation_id", "occasion"],
        unique=True, sqlite_where=AUTOMATIC, postgresql_where=AUTOMATIC,
    )
    op.add_column("list_recipients", sa.Column("joined_at", sa.DateTime(timezone=True)))
    create_automations()
    create_runs()
    create_occasions()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in row_security.statements(table, f"account_id = {row_security.OWN}"):
                op.execute(statement)


def downgrade() -> None:
    """Back to the version before. Automations are lost, and the texts that they were to send."""
    op.execute("CREATE TEMPORARY TABLE prototypes AS SELECT prototype_id AS id FROM automations")
    for table in reversed(TABLES):
        op.drop_table(table)
    for table in ("campaign_lists", "campaign_segments"):
        op.execute(f"DELETE FROM {table} WHERE campaign_id IN (SELECT id FROM prototypes)")
    op.execute("DELETE FROM campaigns WHERE id IN (SELECT id FROM prototypes)")
    op.execute("DROP TABLE prototypes")
    op.drop_column("list_recipients", "joined_at")
    op.drop_index("uq_campaigns_occasion", "campaigns")
    for name, _kind in reversed(CAMPAIGNS):
        op.drop_column("campaigns", name)


def create_automations() -> None:
    """When a text goes by itself."""
    table = "automations"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("prototype_id", BIG_ID, nullable=False),
        sa.Column("trigger", sa.String(8), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("weekdays", sa.String(7), nullable=False),
        sa.Column("month_day", sa.SmallInteger(), nullable=False),
        sa.Column("clock", sa.String(5), nullable=False),
        sa.Column("chosen", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(6), nullable=False),
        sa.Column("stopped_why", sa.String(24), nullable=False),
        sa.Column("agreed_price", sa.BigInteger(), nullable=False),
        sa.Column("month_limit", sa.BigInteger()),
        sa.Column("next_at", sa.DateTime(timezone=True)),
        sa.Column("switched_on_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")),
        sa.ForeignKeyConstraint(["prototype_id"], ["campaigns.id"], name=op.f(f"fk_{table}_prototype_id_campaigns")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
        sa.UniqueConstraint("prototype_id", name=op.f(f"uq_{table}_prototype_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_automations_account_id"), table, ["account_id"])
    op.create_index(
        "ix_automations_due", table, ["next_at"],
        sqlite_where=SWITCHED_ON, postgresql_where=SWITCHED_ON,
    )


def create_runs() -> None:
    """The days."""
    table = "automation_runs"
    op.create_table(
        table,
        sa.Column("automation_id", BIG_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("outcome", sa.String(6), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.BigInteger()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        automation(table),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")),
        sa.PrimaryKeyConstraint("automation_id", "day", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_automation_runs_account_id"), table, ["account_id"])


def create_occasions() -> None:
    """The people."""
    table = "automation_occasions"
    op.create_table(
        table,
        sa.Column("automation_id", BIG_ID, nullable=False),
        sa.Column("recipient_id", BIG_ID, nullable=False),
        sa.Column("occasion", sa.String(8), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        automation(table),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipients.id"], ondelete="CASCADE",
            name=op.f(f"fk_{table}_recipient_id_recipients"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")),
        sa.PrimaryKeyConstraint("automation_id", "recipient_id", "occasion", name=op.f(f"pk_{table}")),
    )
    op.create_index("ix_automation_occasions_recipient", table, ["recipient_id"])
    op.create_index(op.f("ix_automation_occasions_account_id"), table, ["account_id"])


def automation(table: str) -> sa.ForeignKeyConstraint:
    """To the automation; they go with it."""
    return sa.ForeignKeyConstraint(
        ["automation_id"], ["automations.id"], ondelete="CASCADE",
        name=op.f(f"fk_{table}_automation_id_automations"),
    )
