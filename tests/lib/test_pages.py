"""Keyset paging, on the list of an account's numbers that have opted out."""

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib.pages import HIGHEST, all_pages, id_of, page_of, select_page
from promosms.models import Suppression, table_of
from tests.support.cast import Cast

pytestmark = pytest.mark.usefixtures("context")
QUERY = db.select(Suppression)


def add(account_id: int, number: int) -> list[int]:
    """Opt out so many numbers; the ids in the order in which they were stored."""
    with transaction() as session:
        rows = [
            Suppression(account_id=account_id, phone=f"+4860123456{n}", source="hand")
            for n in range(number)
        ]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def page(after: int | None, size: int, *, ascending: bool = False) -> tuple[list[int], object]:
    rows = db.session.scalars(select_page(QUERY, Suppression.id, after, size, ascending=ascending))
    shown = page_of(rows, size, lambda row: row.id)
    return [row.id for row in shown.rows], shown.next_key


def test_each_page_begins_after_the_last_row_of_the_one_before(cast: Cast) -> None:
    ids = add(cast.owner.account_id, 5)
    assert page(None, 2) == ([ids[4], ids[3]], ids[3])
    assert page(ids[3], 2) == ([ids[2], ids[1]], ids[1])
    assert page(ids[1], 2) == ([ids[0]], None)
    assert page(None, 2, ascending=True) == ([ids[0], ids[1]], ids[1])
    assert page(ids[3], 2, ascending=True) == ([ids[4]], None)


def test_a_full_last_page_leads_nowhere(cast: Cast) -> None:
    ids = add(cast.owner.account_id, 4)
    assert page(ids[2], 2) == ([ids[1], ids[0]], None)
    assert page(ids[0], 2) == ([], None)


@pytest.mark.parametrize("beyond", [HIGHEST + 1, 10**30])
def test_a_number_that_no_column_holds_is_no_error(cast: Cast, beyond: int) -> None:
    ids = add(cast.owner.account_id, 1)
    assert page(beyond, 2) == (ids, None)
    assert page(-beyond, 2) == ([], None)
    assert page(beyond, 2, ascending=True) == ([], None)


def test_all_pages_have_every_row_once(cast: Cast) -> None:
    ids = add(cast.owner.account_id, 5)
    for size, lengths in ((2, [2, 2, 1]), (5, [5]), (6, [5])):
        pages = list(all_pages(QUERY, Suppression.id, size))
        assert [len(rows) for rows in pages] == lengths
        assert [row.id for rows in pages for (row,) in rows] == ids
    by_column = all_pages(db.select(Suppression.id), Suppression.id, 3)
    assert [id_ for rows in by_column for (id_,) in rows] == ids
    assert list(all_pages(QUERY.where(Suppression.id < 0), Suppression.id, 3)) == []


def test_a_public_id_leads_only_to_a_row_of_the_account(app: Flask, cast: Cast) -> None:
    (own,) = add(cast.owner.account_id, 1)
    (foreign,) = add(cast.stranger.account_id, 1)
    names = {row.id: row.public_id for row in db.session.scalars(QUERY)}
    table = table_of(Suppression)
    assert id_of(table, cast.owner.account_id, names[own]) == own
    assert id_of(table, cast.owner.account_id, names[foreign]) is None
    assert id_of(table, cast.owner.account_id, "") is None
