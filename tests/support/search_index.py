"""Does the index of the search hold what the recipients hold?"""

from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.models import Recipient
from promosms.models.recipients.search_index import CHANGES, TABLE
from promosms.services.recipients.search import search_text


def check() -> None:
    """Every text is the one of its recipient, and the index has the letters of the texts."""
    db.session.rollback()
    for recipient in db.session.scalars(select(Recipient)):
        values = {column.name: str(getattr(recipient, column.name)) for column in COLUMNS}
        assert recipient.search == search_text(recipient.phone, values)
    assert is_kept()


def is_kept() -> bool:
    """Has the index the letters of the texts? FTS5 compares itself; PostgreSQL has no choice."""
    if not on_sqlite():
        return True
    db.session.rollback()
    waiting = db.session.scalar(text(f"SELECT count(*) FROM {CHANGES}"))
    try:
        compare = f"INSERT INTO {TABLE}({TABLE}, rank) VALUES ('integrity-check', 1)"
        db.session.execute(text(compare))
    except DatabaseError:  # "malformed" is what it calls an index that differs
        return False
    finally:
        db.session.rollback()
    return not waiting


def count() -> int:
    """How many recipients there are."""
    return db.session.scalar(select(func.count()).select_from(Recipient)) or 0


COLUMNS = Recipient.__table__.columns
