"""Conversations: who looks after them."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = "fk_conversations_assignee_id_users"
INDEXES = (
    (
        "mine",
        ["account_id", "assignee_id", "last_reply_id"],
        "done_at IS NULL AND assignee_id IS NOT NULL",
    ),
    ("nobodys", ["account_id", "last_reply_id"], "done_at IS NULL AND assignee_id IS NULL"),
    ("assignee_id", ["assignee_id"], "assignee_id IS NOT NULL"),
)


def upgrade() -> None:
    """To this version."""
    with op.batch_alter_table("conversations") as table:  # SQLite makes a new one
        table.add_column(sa.Column("assignee_id", ID))
        table.create_foreign_key(op.f(KEY), "users", ["assignee_id"], ["id"], ondelete="SET NULL")
    for name, columns, where in INDEXES:
        condition = sa.text(where)
        op.create_index(
            f"ix_conversations_{name}",
            "conversations",
            columns,
            sqlite_where=condition,
            postgresql_where=condition,
        )


def downgrade() -> None:
    """Back to the version before: all conversations are nobody's."""
    for name, _columns, _where in INDEXES:
        op.drop_index(f"ix_conversations_{name}", "conversations")
    with op.batch_alter_table("conversations") as table:
        table.drop_constraint(op.f(KEY), type_="foreignkey")
        table.drop_column("assignee_id")
