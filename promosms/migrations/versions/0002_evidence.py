"""What happened stands with a text, a reply and an opt-out."""

import csv
import io
import json

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To this version."""
    keep_chosen_columns(op.get_bind())
    for table in ("messages", "inbound_messages"):
        op.add_column(table, sa.Column("recipient", sa.String(20)))


def downgrade() -> None:
    """Back from it."""
    for table in ("inbound_messages", "messages"):
        op.drop_column(table, "recipient")


def keep_chosen_columns(connection: sa.Connection) -> None:
    """Refused rows of imports lose the cells of the columns that nobody chose."""
    mappings = {row.id: row.mapping for row in connection.execute(sa.text('SELECT id, mapping FROM imports'))}
    last = 0
    page = sa.text('SELECT id, import_id, content FROM bad_rows WHERE id > :last ORDER BY id LIMIT 1000')
    while rows := connection.execute(page, {'last': last}).all():
        last = rows[-1].id
        stored = [{'id': row.id, 'content': chosen_cells(row.content, mappings[row.import_id])} for row in rows]
        connection.execute(sa.text('UPDATE bad_rows SET content = :content WHERE id = :id'), stored)


def chosen_cells(content: str, mapping: str | list[str]) -> str:
    """The cells of a line of CSV whose columns have a field in the mapping of the import."""
    fields = json.loads(mapping) if isinstance(mapping, str) else mapping
    cells = next(csv.reader(io.StringIO(content, newline='')), [])
    line = io.StringIO()
    csv.writer(line).writerow([cells[n] if n < len(cells) else '' for n, field in enumerate(fields) if field])
    return line.getvalue().removesuffix('\r\n')
