"""Does the index of the search hold what the recipients hold?"""

from sqlalchemy import func, select, text

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.models import Recipient
from promosms.models.recipients.search_index import CHANGES, TABLE
from promosms.services.recipients.search import search_text


def check() -> None:
    """Every text is the one of its recipient, and the index has the letters of the texts.

    FTS5 compares itself with the texts; PostgreSQL keeps its index by itself.
    """
    db.session.rollback()
    for recipient in db.session.scalars(select(Recipient)):
        values = {column.name: str(getattr(recipient, column.name)) for column in COLUMNS}
        assert recipient.search == search_text(recipient.phone, values)
    if on_sqlite():
        assert db.session.scalar(text(f"SELECT count(*) FROM {CHANGES}")) == 0
        db.session.execute(
            text(f"INSERT INTO {TABLE}({TABLE}, rank) VALUES ('integrity-check', 1)")
        )
    db.session.rollback()


def count() -> int:
    """How many recipients there are."""
    return db.session.scalar(select(func.count()).select_from(Recipient)) or 0


COLUMNS = Recipient.__table__.columns
