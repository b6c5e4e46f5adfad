"""Gateways that pause, and guests who confirm."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

DUE = {"ix_gateway_inbox_due": "attempts = 0", "ix_gateway_inbox_again": "attempts > 0"}
# The prices with which an installation began: their figures were euros whatever its currency.
IN_EUROS = {
    150: "US CA", 300: "PL", 400: "LT", 450: "GB PT", 500: "DK CY", 550: "ES CZ LV MT", 600: "SE",
    650: "IT IE RO GR SI EE", 700: "FR SK NO CH LU", 750: "FI BG HR", 800: "DE HU",
    850: "NL BE AT", 900: "UA",
}
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
GATEWAYS = sa.table(
    "gateways", sa.column("id"), sa.column("kind"), sa.column("settings", sa.JSON), sa.column("window", sa.Integer),
)
GUESTS = ("sent_at", "confirmed_at")
BREAKER = ("paused_at", "probe_at", "probing_until")


def upgrade() -> None:
    """To this version."""
    for name in BREAKER:
        op.add_column("gateways", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("gateways", sa.Column("probes_failed", sa.SmallInteger(), server_default="0", nullable=False))
    for name in GUESTS:
        op.add_column("guests", sa.Column(name, sa.DateTime(timezone=True)))
    op.add_column("guests", sa.Column("code_hash", sa.String(200), server_default="", nullable=False))
    op.add_column("guests", sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False))
    # Those who are there stay guests: they were added before anybody was asked.
    op.execute("UPDATE guests SET sent_at = added_at")
    op.execute("UPDATE guests SET confirmed_at = added_at WHERE removed_at IS NULL")
    op.add_column("campaigns", sa.Column("not_guests", sa.Integer(), server_default="0", nullable=False))
    divide_due_index()
    unite_windows()
    create_invoice_ksef()
    op.add_column("prices", sa.Column("currency", sa.String(3), server_default="", nullable=False))
    prices = sa.table("prices", *(sa.column(name) for name in ("country", "prefix", "amount", "currency")))
    for amount, countries in IN_EUROS.items():
        begun = prices.c.amount == amount, prices.c.country.in_(countries.split()), prices.c.prefix == ""
        op.execute(prices.update().where(*begun).values(currency="EUR"))
    op.add_column("campaigns", sa.Column("repeat_of", BIG_ID))
    op.create_index("uq_campaigns_repeat_of", "campaigns", ["repeat_of"], unique=True)


def downgrade() -> None:
    """Back from it."""
    unite_due_index()
    divide_windows()
    op.drop_column("prices", "currency")
    op.drop_index("uq_campaigns_repeat_of", "campaigns")
    op.drop_column("campaigns", "repeat_of")
    op.drop_table("invoice_ksef")
    for name in ("probes_failed", *BREAKER):
        op.drop_column("gateways", name)
    op.drop_column("campaigns", "not_guests")
    # The earlier version texts every guest in the table.
    op.execute("DELETE FROM guests WHERE confirmed_at IS NULL AND removed_at IS NULL")
    for name in ("tries", "code_hash", *GUESTS):
        op.drop_column("guests", name)


def create_invoice_ksef() -> None:
    """The numbers that KSeF has given to invoices."""
    op.create_table(
        "invoice_ksef",
        sa.Column("invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(35)),
        sa.Column("document_hash", sa.String(64), server_default="", nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoices.id"], name=op.f("fk_invoice_ksef_invoice_id_invoices")),
        sa.PrimaryKeyConstraint("invoice_id", name=op.f("pk_invoice_ksef")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_ksef_number")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE invoice_ksef ENABLE ROW LEVEL SECURITY")
        op.execute("CREATE POLICY own_account ON invoice_ksef USING (invoice_id IN (SELECT id FROM invoices))")


def divide_due_index() -> None:
    """Rows of the gateway inbox that have just come are found apart from those that are tried again."""
    op.add_column("gateway_inbox", sa.Column("outdated", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.drop_index("ix_gateway_inbox_due", "gateway_inbox")
    for name, which in DUE.items():
        op.create_index(name, "gateway_inbox", ["next_attempt_at", "id"], sqlite_where=sa.text(which), postgresql_where=sa.text(which))
    waiting = sa.text("attempts > 0")
    op.create_index("ix_gateway_inbox_phone", "gateway_inbox", ["phone"], sqlite_where=waiting, postgresql_where=waiting)


def unite_due_index() -> None:
    """One index for both. Receipts that are not marked go: earlier code knows no such kind."""
    for name in (*DUE, "ix_gateway_inbox_phone"):
        op.drop_index(name, "gateway_inbox")
    op.create_index("ix_gateway_inbox_due", "gateway_inbox", ["next_attempt_at", "id"])
    op.execute("DELETE FROM gateway_inbox WHERE kind = 'unmarked'")
    op.drop_column("gateway_inbox", "outdated")


def unite_windows() -> None:
    """The window of an SMPP gateway is that of its row: as many submissions as were open until now."""
    for number, settings, _ in smpp_gateways():
        written = str(settings.pop("window", "")).strip()
        window = min(max(int(written), 1), 1000) if written.isdecimal() else 10
        op.execute(GATEWAYS.update().where(GATEWAYS.c.id == number).values(settings=settings, window=window))


def divide_windows() -> None:
    """The earlier version reads how many submissions may be open from the settings."""
    for number, settings, window in smpp_gateways():
        settings["window"] = str(window)
        op.execute(GATEWAYS.update().where(GATEWAYS.c.id == number).values(settings=settings))


def smpp_gateways() -> list[tuple[int, dict[str, str], int]]:
    """Id, settings and window of each."""
    columns = GATEWAYS.c.id, GATEWAYS.c.settings, GATEWAYS.c.window
    rows = op.get_bind().execute(sa.select(*columns).where(GATEWAYS.c.kind == "smpp")).all()
    return [(number, dict(settings), window) for number, settings, window in rows]
