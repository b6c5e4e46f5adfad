"""Words that are looked up one by one: what is found, in which order, and by which index."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from promosms.db.bulk import look_up
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import Recipient, table_of
from tests.support.cast import Cast

PHONES = [f"+48601{n:06}" for n in range(2_000)]


@pytest.fixture
def plans(context: None) -> Iterator[list[str]]:
    """How PostgreSQL reads what is asked of the recipients."""
    seen: list[str] = []

    def note(connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and "recipients" in statement:
            with closing(connection.connection.cursor()) as cursor:
                cursor.execute("EXPLAIN " + statement, values)
                seen.append("\n".join(str(row[-1]) for row in cursor.fetchall()))

    if not on_sqlite():
        event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    if not on_sqlite():
        event.remove(db.engine, "before_cursor_execute", note)


def test_each_word_is_looked_up_by_the_unique_index(cast: Cast, plans: list[str]) -> None:
    """Also of an account about which PostgreSQL knows nothing: its first import."""
    account_id = cast.owner.account_id
    columns = table_of(Recipient).c
    query = select(columns.phone, columns.country).where(columns.account_id == account_id)
    rows = [{"account_id": account_id, "phone": one, "country": "PL"} for one in PHONES]
    asked = ["+48601999999", *PHONES[5:1_500:3], "+48600000000"]
    with transaction() as session:
        session.execute(insert(Recipient), rows)
        found = look_up(session, query, columns.phone, sorted(asked), lock=True).all()
    assert [row.phone for row in found] == PHONES[5:1_500:3]
    if not on_sqlite():
        [plan] = plans
        [condition] = re.findall("uq_recipients_account_id_phone on .*\n *Index Cond: (.*)", plan)
        assert "(phone)" in condition
