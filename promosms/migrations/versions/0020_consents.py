"""Consents as acts of their own, with the words that people agreed to, and their history."""

import sqlalchemy as sa
from alembic import op

from promosms.models import guards, row_security
from promosms.models.recipients import consent_triggers

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("wordings", "consents", "consent_changes")
HOLDERS = ("recipients", "imports")
COUNTING = "count_recipients_changed"
PUBLIC_ID = {
    "sqlite": "lower(hex(randomblob(10)))",
    "postgresql": "substr(replace(gen_random_uuid()::text, '-', ''), 1, 20)",
}
COLUMNS = "consents (public_id, account_id, state, how, source, agreed_on, import_id, by, created_at)"
# No day is as good as another: equal to none but itself.
DAY = "coalesce({}, '0001-01-01')"
OF_IMPORTS = f"""
    INSERT INTO {COLUMNS}
    SELECT {{public_id}}, account_id, 'given', 'import', consent_source, consent_on, id, '',
    coalesce(started_at, created_at) FROM imports WHERE consent = 'given'"""
# Evidence of no import has been typed in: for one person, or it has come back with older files.
OF_OTHERS = f"""
    INSERT INTO {COLUMNS}
    SELECT {{public_id}}, account_id, 'given', CASE WHEN people = 1 THEN 'hand' ELSE 'bulk' END,
    consent_source, consent_on, NULL, '', since FROM (
        SELECT account_id, consent_source, consent_on, count(*) AS people, min(updated_at) AS since
        FROM recipients WHERE consent = 'given' GROUP BY account_id, consent_source, consent_on
    ) AS evidence WHERE NOT EXISTS (
        SELECT 1 FROM consents c WHERE c.account_id = evidence.account_id
        AND c.source = evidence.consent_source
        AND {DAY.format('c.agreed_on')} = {DAY.format('evidence.consent_on')})"""
# The act of the import that has added them, if it has their evidence; else the first that has.
SET_ON_RECIPIENTS = f"""
    UPDATE recipients SET consent_id = found.act FROM (
        SELECT r.id, coalesce(own.id, anyones.act) AS act FROM recipients r JOIN (
            SELECT account_id, source, {DAY.format('agreed_on')} AS day, min(id) AS act
            FROM consents GROUP BY 1, 2, 3
        ) AS anyones ON anyones.account_id = r.account_id AND anyones.source = r.consent_source
        AND anyones.day = {DAY.format('r.consent_on')}
        LEFT JOIN consents own ON own.import_id = r.import_id AND own.source = r.consent_source
        AND {DAY.format('own.agreed_on')} = {DAY.format('r.consent_on')}
        WHERE r.consent = 'given'
    ) AS found WHERE found.id = recipients.id"""
SET_ON_IMPORTS = """
    UPDATE imports SET consent_id = (SELECT c.id FROM consents c WHERE c.import_id = imports.id)"""
# What imports of the last day have changed: a consent that nobody had given before.
TURN_CHANGES = {
    "sqlite": """
        UPDATE import_changes SET before = json_remove(
            CASE WHEN json_extract(before, '$.consent') IS NULL THEN before
            ELSE json_set(before, '$.consent_id', NULL) END, '$.consent_source', '$.consent_on')
        WHERE json_type(before, '$.consent_source') IS NOT NULL
        OR json_type(before, '$.consent_on') IS NOT NULL""",
    "postgresql": """
        UPDATE import_changes SET before = ((before::jsonb - 'consent_source' - 'consent_on') ||
            CASE WHEN before::jsonb ? 'consent' THEN '{"consent_id": null}' ELSE '{}' END::jsonb)::json
        WHERE before::jsonb ?| array['consent_source', 'consent_on']""",
}
TURN_CHANGES_BACK = {
    "sqlite": """
        UPDATE import_changes SET before = json_set(
            json_remove(before, '$.consent_id'), '$.consent_source', '', '$.consent_on', NULL)
        WHERE json_type(before, '$.consent_id') IS NOT NULL""",
    "postgresql": """
        UPDATE import_changes SET before = ((before::jsonb - 'consent_id') ||
            '{"consent_source": "", "consent_on": null}'::jsonb)::json
        WHERE before::jsonb ? 'consent_id'""",
}
PUT_BACK = """
    UPDATE {table} SET consent_source = c.source, consent_on = c.agreed_on FROM consents c
    WHERE c.id = {table}.consent_id AND {table}.consent = 'given'"""


def upgrade() -> None:
    """To this version: the evidence of recipients becomes acts, one for each that differs."""
    dialect = op.get_bind().dialect.name
    create_wordings()
    create_consents()
    create_changes()
    for table in HOLDERS:
        op.add_column(table, sa.Column("consent_id", sa.BigInteger()))
    for statement in (OF_IMPORTS, OF_OTHERS):
        op.execute(statement.format(public_id=PUBLIC_ID[dialect]))
    op.execute(SET_ON_IMPORTS)
    without_counting(SET_ON_RECIPIENTS)
    op.get_bind().exec_driver_sql(TURN_CHANGES[dialect])
    for table in HOLDERS:
        op.drop_column(table, "consent_source")
        op.drop_column(table, "consent_on")
    for table in ("wordings", "consents"):
        for statement in guards.statements(table, dialect):
            op.execute(statement)
    for statement in consent_triggers.statements(dialect):
        op.execute(statement)
    if dialect == "postgresql":
        for table in TABLES:
            for statement in row_security.statements(table, f"account_id = {row_security.OWN}"):
                op.execute(statement)


def downgrade() -> None:
    """Back to the version before. Withdrawals, wordings and the history are lost."""
    dialect = op.get_bind().dialect.name
    for statement in consent_triggers.drops(dialect):
        op.execute(statement)
    for table in HOLDERS:
        op.add_column(
            table, sa.Column("consent_source", sa.String(300), server_default="", nullable=False)
        )
        op.add_column(table, sa.Column("consent_on", sa.Date()))
    op.execute(PUT_BACK.format(table="imports"))
    without_counting(PUT_BACK.format(table="recipients"))
    op.get_bind().exec_driver_sql(TURN_CHANGES_BACK[dialect])
    for table in HOLDERS:
        op.drop_column(table, "consent_id")
    for table in reversed(TABLES):
        op.drop_table(table)
    for table in ("wordings", "consents"):
        for statement in guards.drops(table, dialect):
            if "FUNCTION" in statement:
                op.execute(statement)


def without_counting(statement: str) -> None:
    """Change recipients in what they are not counted by; on PostgreSQL the counts would look."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute(f"ALTER TABLE recipients DISABLE TRIGGER {COUNTING}")
    op.execute(statement)
    if on_postgresql:
        op.execute(f"ALTER TABLE recipients ENABLE TRIGGER {COUNTING}")


def create_wordings() -> None:
    """The sentences that people agree to."""
    table = "wordings"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("series", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("by", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )
    op.create_index("ix_wordings_version", table, ["account_id", "series", "version"], unique=True)


def create_consents() -> None:
    """The acts that give or withdraw consent."""
    table = "consents"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("public_id", sa.String(20), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("state", sa.String(5), nullable=False),
        sa.Column("how", sa.String(7), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("agreed_on", sa.Date()),
        sa.Column("wording_id", BIG_ID),
        sa.Column("import_id", BIG_ID),
        sa.Column("by", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")),
        sa.ForeignKeyConstraint(["wording_id"], ["wordings.id"], name=op.f(f"fk_{table}_wording_id_wordings")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f(f"fk_{table}_import_id_imports")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )
    op.create_index("ix_consents_account", table, ["account_id", "id"])
    op.create_index(op.f("ix_consents_wording_id"), table, ["wording_id"])
    op.create_index(op.f("ix_consents_import_id"), table, ["import_id"])


def create_changes() -> None:
    """The acts that were in force before others."""
    table = "consent_changes"
    op.create_table(
        table,
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("recipient_id", BIG_ID, nullable=False),
        sa.Column("consent_id", sa.BigInteger(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipients.id"], ondelete="CASCADE",
            name=op.f(f"fk_{table}_recipient_id_recipients"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_consent_changes_account_id"), table, ["account_id"])
    op.create_index(op.f("ix_consent_changes_recipient_id"), table, ["recipient_id"])
