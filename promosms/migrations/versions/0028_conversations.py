"""Conversations: who has written, what is unread and what is done."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INDEXES = (
    ("page", None),
    ("open", "done_at IS NULL"),
    ("unread", "unread > 0"),
    ("done", "done_at IS NOT NULL"),
)
# What was read before is done: nobody has to go through years of it.
FILL = """
INSERT INTO conversations (account_id, phone, last_reply_id, unread, done_at)
SELECT account_id, phone, max(id),
       sum(CASE WHEN kind = 'reply' AND read_at IS NULL THEN 1 ELSE 0 END),
       CASE WHEN sum(CASE WHEN kind = 'reply' AND read_at IS NULL
                            OR kind = 'hold' AND decision = 'open' THEN 1 ELSE 0 END) > 0
            THEN NULL ELSE max(received_at) END
FROM inbound_messages GROUP BY account_id, phone
"""


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "conversations",
        sa.Column("id", ID, primary_key=True),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("phone", sa.String(16), nullable=False),
        sa.Column("last_reply_id", sa.BigInteger(), nullable=False),
        sa.Column("answer_id", sa.BigInteger()),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("unread >= 0", name=op.f("ck_conversations_unread")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_conversations_account_id_accounts")
        ),
        sa.UniqueConstraint("account_id", "phone", name=op.f("uq_conversations_account_id_phone")),
    )
    for name, where in INDEXES:
        condition = sa.text(where) if where else None
        op.create_index(
            f"ix_conversations_{name}",
            "conversations",
            ["account_id", "last_reply_id"],
            sqlite_where=condition,
            postgresql_where=condition,
        )
    op.execute(FILL)
    if op.get_bind().dialect.name == "postgresql":
        for statement in row_security.statements("conversations", f"account_id = {row_security.OWN}"):
            op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_table("conversations")
