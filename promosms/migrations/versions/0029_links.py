"""Short links of campaigns, and who has opened them."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """To this version."""
    op.add_column("campaigns", sa.Column("short_links", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("recipient_activity", sa.Column("clicked_at", MOMENT))
    op.create_table(
        "links",
        sa.Column("id", ID, primary_key=True),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("campaign_id", ID, nullable=False),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("clicks", sa.Integer(), nullable=False),
        sa.Column("prepared_at", MOMENT),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_links_account_id_accounts")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_links_campaign_id_campaigns"), ondelete="CASCADE"),
        sa.UniqueConstraint("campaign_id", "kind", "target", name=op.f("uq_links_campaign_id_kind_target")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_links_account_id"), "links", ["account_id"])
    op.create_table(
        "clicks",
        sa.Column("link_id", ID, autoincrement=False, nullable=False),
        sa.Column("recipient_id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_clicks_account_id_accounts")),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name=op.f("fk_clicks_link_id_links"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["recipient_id"], ["recipients.id"], name=op.f("fk_clicks_recipient_id_recipients"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("link_id", "recipient_id", name=op.f("pk_clicks")),
    )
    op.create_index("ix_clicks_first", "clicks", ["account_id", "first_at"])
    op.create_index("ix_clicks_recipient", "clicks", ["recipient_id"])
    if op.get_bind().dialect.name == "postgresql":
        for table in ("links", "clicks"):
            for statement in row_security.statements(table, f"account_id = {row_security.OWN}"):
                op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("clicks")
    op.drop_table("links")
    op.drop_column("recipient_activity", "clicked_at")
    op.drop_column("campaigns", "short_links")
