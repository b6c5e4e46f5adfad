"""Thousands of rows with one statement, or some with each."""

from datetime import UTC, datetime
from typing import Any

import pytest

from promosms.db.transactions import transaction
from promosms.db.upsert_rows import insert_rows, upsert_rows
from promosms.extensions import db
from promosms.models import BadRow, Import, ImportChange, Recipient, table_of
from tests.support.cast import Cast

NAMES = (
    "public_id",
    "account_id",
    "phone",
    "country",
    "first_name",
    "company",
    "consent_id",
    "updated_at",
)
REPLACED = ("first_name", "company", "consent_id", "updated_at")
AT, LATER = (
    datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, 1, 5, tzinfo=UTC),
)
ODD = ('"', "\\", '","', '\\"', "{a,b}", "NULL", "null", "a\tb\nc", "żółć 🙂", "'", "%s :p0 ?1", "")
# All rows of a statement on SQLite, one less, one more; and several statements of each size.
SIZES = (1, 2, 7, 8, 9, 63, 64, 65, 511, 512, 513, 512 + 64 + 8 + 1, 1300)


@pytest.fixture
def account(context: None, cast: Cast) -> int:
    return cast.owner.account_id or 0


def rows_of(account: int, number: int, at: datetime = AT, name: str = "") -> list[tuple[Any, ...]]:
    return [
        (
            f"{account}-{n}{name}",
            account,
            f"+48{600_000_000 + n}",
            "DE" if n == 1 else "PL",
            f"{name}{ODD[n % len(ODD)]}",
            "Same for all",
            None if n % 3 else n,
            at,
        )
        for n in range(number)
    ]


def write(rows: list[tuple[Any, ...]], by: str = "") -> dict[str, int]:
    filled = [column.name for column in table_of(Recipient).c if _has_to_be_filled(column)]
    full = [(*row, *("" for _ in filled)) for row in rows]
    with transaction() as session:
        table, unique = table_of(Recipient), ("account_id", "phone")
        dated = [(*row, AT) for row in full]
        names = (*NAMES, *filled, "created_at")
        return upsert_rows(session, table, names, dated, unique, REPLACED, by)


def _has_to_be_filled(column: Any) -> bool:
    return not column.nullable and column.name not in (*NAMES, "id", "created_at")


def stored(account: int) -> list[tuple[Any, ...]]:
    rows = db.session.query(Recipient).filter_by(account_id=account).order_by(Recipient.phone)
    return [tuple(getattr(row, name) for name in NAMES) for row in rows]


@pytest.mark.parametrize("number", SIZES)
def test_each_row_is_stored_as_it_is(account: int, number: int) -> None:
    rows = rows_of(account, number)
    ids = write(rows, "phone")
    assert stored(account) == rows
    found = db.session.query(Recipient.phone, Recipient.id).filter_by(account_id=account)
    assert ids == {row.phone: row.id for row in found}


@pytest.mark.parametrize("sign", ['"', "\\", '","', "{", "NULL", "'"])
def test_a_sign_of_the_database_is_a_letter_like_others(account: int, sign: str) -> None:
    rows = [(*row[:4], sign, *row[5:]) for row in rows_of(account, 3)]
    rows[1] = (*rows[1][:4], f"a{sign}b", *rows[1][5:])
    write(rows)
    assert stored(account) == rows


def test_of_rows_that_are_there_only_some_columns_are_replaced(account: int) -> None:
    write(rows_of(account, 20))
    ids = write(rows_of(account, 30, LATER, "new "), "phone")
    before, after = rows_of(account, 20), rows_of(account, 30, LATER, "new ")
    kept = len(NAMES) - len(REPLACED)
    merged = [(*old[:kept], *new[kept:]) for old, new in zip(before, after, strict=False)]
    assert stored(account) == merged + after[20:]
    assert {f"+48{600_000_000 + n}" for n in range(20, 30)} <= set(ids)


def test_nothing_is_written_for_no_rows(account: int) -> None:
    with transaction() as session:
        table = table_of(Recipient)
        unique = ("account_id", "phone")
        assert upsert_rows(session, table, NAMES, [], unique, REPLACED, "phone") == {}
        insert_rows(session, table, NAMES, [])
    assert stored(account) == []


def test_the_call_comes_before_the_database_has_them(account: int) -> None:
    seen: list[int] = []
    with transaction() as session:
        import_ = Import(account_id=account, stored_as="x")
        session.add(import_)
        session.flush()
        names = ("account_id", "import_id", "recipient_id", "before", "listed", "lists")
        one = Recipient(account_id=account, phone="+48601200300", country="PL")
        session.add(one)
        session.flush()
        table, unique = table_of(ImportChange), ("account_id", "import_id", "recipient_id")
        row = (account, import_.id, one.id, {"first_name": 'Ann "A"'}, True, [1, 2])

        def look() -> None:
            seen.append(session.query(ImportChange).count())

        upsert_rows(session, table, names, [row], unique, ("before",), meanwhile=look)
        change = session.query(ImportChange).one()
        assert (change.before, change.listed, change.lists) == (
            {"first_name": 'Ann "A"'},
            True,
            [1, 2],
        )
    assert seen == [0]


def test_rows_without_a_rule_for_those_that_are_there(account: int) -> None:
    with transaction() as session:
        import_ = Import(account_id=account, stored_as="x")
        session.add(import_)
        session.flush()
        names = ("public_id", "account_id", "import_id", "row", "problem", "content", "typed")
        rows = [(f"b{n}", account, import_.id, n, "empty", ODD[n], "") for n in range(len(ODD))]
        insert_rows(session, table_of(BadRow), names, rows)
    found = db.session.query(BadRow).order_by(BadRow.row)
    assert [(row.row, row.content) for row in found] == list(enumerate(ODD))
