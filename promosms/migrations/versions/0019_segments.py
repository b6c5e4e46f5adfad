"""Segments, and when recipients were texted and have replied for the last time."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
DUE = "activity_cursor IS NOT NULL"
NO = sa.false()
# A text that may have reached the phone, of a campaign or to one person (3).
TEXTED = """
    INSERT INTO recipient_activity (recipient_id, account_id, texted_at, replied_at)
    SELECT id, account_id, max(texted_at), max(replied_at) FROM (
        SELECT r.id, r.account_id, coalesce(m.sent_at, m.submitted_at, m.created_at) AS texted_at,
            {nothing} AS replied_at
        FROM messages m JOIN recipients r ON r.public_id = m.recipient
        WHERE (m.campaign_id IS NOT NULL OR m.priority = 3)
        AND m.status IN ('sent', 'delivered', 'undelivered', 'expired', 'unknown')
        UNION ALL
        SELECT r.id, r.account_id, coalesce(m.sent_at, m.submitted_at, m.created_at), {nothing}
        FROM messages m JOIN recipients r ON r.account_id = m.account_id AND r.phone = m.phone
        WHERE (m.campaign_id IS NOT NULL OR m.priority = 3) AND m.recipient IS NULL
        AND m.status IN ('sent', 'delivered', 'undelivered', 'expired', 'unknown')
        UNION ALL
        SELECT r.id, r.account_id, {nothing}, i.received_at
        FROM inbound_messages i JOIN recipients r ON r.account_id = i.account_id
        AND (r.public_id = i.recipient OR (i.recipient IS NULL AND r.phone = i.phone))
    ) AS known GROUP BY id, account_id
"""


def upgrade() -> None:
    """To this version: what the messages still say of the past is kept."""
    op.create_table(
        "segments",
        sa.Column("id", ID, primary_key=True),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("people", sa.Integer()),
        sa.Column("counted_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_segments_account_id_accounts")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_segments_account_id_name")),
        sa.UniqueConstraint("public_id", name=op.f("uq_segments_public_id")),
    )
    op.create_table(
        "campaign_segments",
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("segment_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False, server_default=NO),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_campaign_segments_account_id_accounts")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_campaign_segments_campaign_id_campaigns"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["segment_id"], ["segments.id"], name=op.f("fk_campaign_segments_segment_id_segments"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("campaign_id", "segment_id", name=op.f("pk_campaign_segments")),
    )
    op.create_index("ix_campaign_segments_segment", "campaign_segments", ["segment_id"])
    op.create_index(op.f("ix_campaign_segments_account_id"), "campaign_segments", ["account_id"])
    op.create_table(
        "recipient_activity",
        sa.Column("recipient_id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("texted_at", MOMENT),
        sa.Column("replied_at", MOMENT),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recipient_activity_account_id_accounts")),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipients.id"], name=op.f("fk_recipient_activity_recipient_id_recipients"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("recipient_id", name=op.f("pk_recipient_activity")),
    )
    op.create_index(op.f("ix_recipient_activity_account_id"), "recipient_activity", ["account_id"])
    op.add_column("campaign_lists", sa.Column("excluded", sa.Boolean(), nullable=False, server_default=NO))
    op.add_column("campaigns", sa.Column("activity_cursor", sa.BigInteger()))
    # Those that have not ended are noted at their end.
    op.execute("UPDATE campaigns SET activity_cursor = 0 WHERE status NOT IN ('finished', 'cancelled')")
    op.create_index(
        "ix_campaigns_activity", "campaigns", ["account_id"],
        sqlite_where=sa.text(DUE), postgresql_where=sa.text(DUE),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(TEXTED.format(nothing="CAST(NULL AS timestamptz)" if postgresql else "NULL"))
    if postgresql:
        for table in ("segments", "campaign_segments", "recipient_activity"):
            for statement in row_security.statements(table, f"account_id = {row_security.OWN}"):
                op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index("ix_campaigns_activity", table_name="campaigns")
    op.drop_column("campaigns", "activity_cursor")
    op.drop_column("campaign_lists", "excluded")
    for table in ("recipient_activity", "campaign_segments", "segments"):
        op.drop_table(table)
