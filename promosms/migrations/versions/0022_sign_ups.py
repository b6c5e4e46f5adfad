"""Sign-up forms, and the numbers that wait for their code."""

import sqlalchemy as sa
from alembic import op

from promosms.models import row_security

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OPEN_KEYWORD = "keyword <> '' AND closed_at IS NULL"


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "sign_up_forms",
        sa.Column("id", ID, primary_key=True),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("token", sa.String(10), nullable=False),
        sa.Column("list_id", ID),
        sa.Column("title_en", sa.String(80), nullable=False),
        sa.Column("title_pl", sa.String(80), nullable=False),
        sa.Column("lead_en", sa.String(400), nullable=False),
        sa.Column("lead_pl", sa.String(400), nullable=False),
        sa.Column("wording_en_id", ID),
        sa.Column("wording_pl_id", ID),
        sa.Column("ask_name", sa.Boolean(), nullable=False),
        sa.Column("daily_limit", sa.SmallInteger(), nullable=False),
        sa.Column("keyword", sa.String(20), nullable=False),
        sa.Column("n_joined", sa.Integer(), nullable=False),
        sa.Column("texted_on", sa.Date()),
        sa.Column("texted", sa.SmallInteger(), nullable=False),
        sa.Column("created_by", sa.String(20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sign_up_forms_account_id_accounts")),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_sign_up_forms_list_id_lists"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["wording_en_id"], ["wordings.id"], name=op.f("fk_sign_up_forms_wording_en_id_wordings")),
        sa.ForeignKeyConstraint(["wording_pl_id"], ["wordings.id"], name=op.f("fk_sign_up_forms_wording_pl_id_wordings")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sign_up_forms_public_id")),
        sa.UniqueConstraint("token", name=op.f("uq_sign_up_forms_token")),
    )
    op.create_index(op.f("ix_sign_up_forms_account_id"), "sign_up_forms", ["account_id"])
    op.create_index(op.f("ix_sign_up_forms_list_id"), "sign_up_forms", ["list_id"])
    op.create_index(
        "ix_sign_up_forms_keyword", "sign_up_forms", ["keyword"], unique=True,
        sqlite_where=sa.text(OPEN_KEYWORD), postgresql_where=sa.text(OPEN_KEYWORD),
    )
    op.create_table(
        "sign_ups",
        sa.Column("id", ID, primary_key=True),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("form_id", ID, nullable=False),
        sa.Column("phone", sa.String(16)),
        sa.Column("first_name", sa.String(100), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("wording_id", ID),
        sa.Column("code_hash", sa.String(200), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("texts", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("texted_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sign_ups_account_id_accounts")),
        sa.ForeignKeyConstraint(["form_id"], ["sign_up_forms.id"], name=op.f("fk_sign_ups_form_id_sign_up_forms"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["wording_id"], ["wordings.id"], name=op.f("fk_sign_ups_wording_id_wordings")),
        sa.UniqueConstraint("form_id", "phone", name=op.f("uq_sign_ups_form_id_phone")),
        sa.UniqueConstraint("public_id", name=op.f("uq_sign_ups_public_id")),
    )
    op.create_index(op.f("ix_sign_ups_account_id"), "sign_ups", ["account_id"])
    op.create_index(op.f("ix_sign_ups_texted_at"), "sign_ups", ["texted_at"])
    op.add_column(
        "direct_texts",
        sa.Column("sign_up", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("sign_up_forms", "sign_ups"):
            for statement in row_security.statements(table, f"account_id = {row_security.OWN}"):
                op.execute(statement)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_column("direct_texts", "sign_up")
    op.drop_table("sign_ups")
    op.drop_table("sign_up_forms")
