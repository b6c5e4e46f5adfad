"""The index of the search holds what the recipients hold, whatever becomes of them."""

import io
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from promosms.db import overwrite_files
from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import Account, Consent, Recipient, now, table_of
from promosms.models.recipients.search_index import OWNER, TABLE, owner_word
from promosms.services.imports import imports
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.privacy import erase_recipient
from promosms.services.privacy.account_scope import rows_of
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.search import find, search_terms, search_text
from tests.support import search_index
from tests.support.byte_scan import database_files
from tests.support.cast import Cast

AGREED = Basis(Consent.GIVEN, "card", now().date())
TABLE_OF_PEOPLE = "Telefon;Imię;Miasto\r\n" + "\r\n".join(
    f"6012{n:05d};Łukasz {n};Łódź" for n in range(60)
)
NAME = "ქეთევანა"
"""Letters that nothing else in an installation has: any two of them in a row are hers."""
TRACES = {NAME[place : place + 2].encode() for place in range(len(NAME) - 1)}


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def add(account: Account, phone: str, **values: str) -> Recipient:
    return recipients.add(account, {"phone": phone, **values}, AGREED)


def found(account: Account, typed: str) -> int:
    return find(account.id, search_terms(typed), 50).total


def test_a_form_keeps_it(account: Account) -> None:
    anna = add(account, "601234567", first_name="Anna", note="blue")
    add(account, "602345678", first_name="Berta")
    search_index.check()
    recipients.change(anna, "PL", {"phone": "601234567", "first_name": "Änne"}, AGREED, [])
    search_index.check()
    assert (found(account, "anna"), found(account, "anne")) == (0, 1)
    recipients.delete_many(account.id, [anna.public_id])
    search_index.check()
    assert (found(account, "anne"), found(account, "berta")) == (0, 1)


def test_an_import_keeps_it_also_when_it_is_undone(account: Account) -> None:
    add(account, "601200003", first_name="Anna")
    raw = io.BytesIO(TABLE_OF_PEOPLE.encode())
    import_ = imports.upload(account, raw, "guests.csv")
    assert imports.start(import_, import_.mapping, import_.has_header, Target(), AGREED)
    import_run.work(import_.id)
    search_index.check()
    assert (found(account, "lukasz lodz"), found(account, "anna")) == (60, 0)
    assert imports.undo(import_)
    while import_run.work(import_.id):
        pass
    search_index.check()
    assert (found(account, "lukasz"), found(account, "anna")) == (0, 1)


def test_statements_on_rows_keep_it_and_a_transaction_that_fails(account: Account) -> None:
    anna = add(account, "601234567", first_name="Anna")
    with pytest.raises(InterruptedError):
        write_and_fail(account)
    search_index.check()
    assert (found(account, "anna"), found(account, "xaviera")) == (1, 0)
    with transaction() as session:
        session.execute(insert(Recipient), [row(account, "+48609999999", "Xaviera")])
        session.execute(text("DELETE FROM recipients WHERE first_name = 'Xaviera'"))
        session.execute(text(f"DELETE FROM recipients WHERE id = {anna.id}"))
        session.execute(insert(Recipient), [row(account, "+48608888888", "Zoë")])  # the same id
    search_index.check()
    assert (found(account, "anna"), found(account, "xaviera"), found(account, "zoe")) == (0, 0, 1)


def write_and_fail(account: Account) -> None:
    with transaction() as session:
        session.execute(insert(Recipient), [row(account, "+48609999999", "Xaviera")])
        session.execute(update(Recipient).values(search="  nobody"))
        raise InterruptedError


def row(account: Account, phone: str, name: str) -> dict[str, object]:
    values = {"first_name": name}
    texts = {"phone": phone, "search": search_text(phone, values), "country": "PL"}
    return {"account_id": account.id, **texts, **values}


def test_what_does_not_change_is_not_written_again(account: Account) -> None:
    add(account, "601234567", first_name="Anna")
    before = pages_of_the_index()
    with transaction() as session:
        session.execute(update(Recipient).values(note="likes blue", search=Recipient.search))
    assert pages_of_the_index() == before
    with transaction() as session:
        session.execute(update(Recipient).values(search="  anne"))
    assert (pages_of_the_index() == before) is not on_sqlite()


def pages_of_the_index() -> list[tuple[object, ...]]:
    if not on_sqlite():
        return []
    rows = db.session.execute(text(f"SELECT id, block FROM {TABLE}_data ORDER BY id")).all()
    return [tuple(row) for row in rows]


def test_an_account_is_three_letters(context: None) -> None:
    numbers = (1, 1_999, 2_000, 3_999_999, 4_000_000, 7_999_999_999)
    assert len({owner_word(number) for number in numbers}) == len(numbers)
    if on_sqlite():
        for number in numbers:
            query = select(text(OWNER.format(number)))
            assert db.session.scalar(query) == owner_word(number)


@pytest.mark.parametrize("whole", [False, True])
def test_of_an_erased_person_no_letters_stay(account: Account, whole: bool) -> None:
    if whole:  # she is in the account that is erased, Anna in another one
        with transaction() as session:
            theirs = Account(region="PL")
            session.add(theirs)
        add(theirs, "601234567", first_name="Anna")
    keti = add(account, "602345678", first_name=NAME)
    add(account, "603456789", first_name="Berta")
    assert traces() == TRACES
    if whole:
        with transaction() as session:
            session.execute(delete(Recipient).where(rows_of(table_of(Recipient), account.id)))
    else:
        assert erase_recipient.erase(account, keti, "system")
    db.session.remove()
    assert overwrite_files.overwrite(erase_recipient.TABLES)
    assert traces() == set()
    search_index.check()


def traces() -> set[bytes]:
    contents = [Path(file).read_bytes() for file in database_files()]
    return {trace for trace in TRACES if any(trace in content for content in contents)}
