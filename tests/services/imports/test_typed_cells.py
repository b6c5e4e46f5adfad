"""Columns of numbers, dates and birthdays: read as their file has them, or refused and mended."""

import io
from datetime import date
from typing import Any

import pytest

from promosms.extensions import db
from promosms.forms.imports import row_problem
from promosms.models import Account, Import, Recipient
from promosms.services.imports import imports, mending, outcome, refused_rows
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.imports.mending import Result
from promosms.services.imports.outcome import Choice
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from tests.support import workbooks
from tests.support.cast import Cast

HEAD = "telefon;urodziny;rozmiar;wizyta\n"
MAPPING = ("phone", "birthday", "field1", "field2")
FILE = HEAD + (
    "601234501;17.05.1990;38,5;1.12.2026\n"
    "601234502;17 maja;1 038;2026-12-01\n"
    "601234503;-;;brak\n"
    "601234504;31.02.1990;39;1.12.2026\n"
    "601234505;1.1.1990;M;2.12.2026\n"
    "60123450;2.1.1990;1,5;soon\n"
)


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    account = db.session.get_one(Account, cast.owner.account_id)
    account.field_labels = {"field1": "Size"}
    account.field_types = {"field1": "number", "field2": "date"}
    db.session.commit()
    return account


def upload(account: Account, content: str | bytes, name: str = "guests.csv") -> Import:
    file = content if isinstance(content, bytes) else content.encode()
    return imports.upload(account, io.BytesIO(file), name)


def run(import_: Import) -> None:
    assert imports.start(import_, MAPPING, True, Target(), Basis())
    while import_run.work(import_.id, 0.0):
        pass
    db.session.expire_all()


def person(account: Account, phone: str) -> tuple[str, ...]:
    found = recipients.by_phone(account.id, phone)
    assert found is not None
    return found.birthday, found.field1, found.field2


def test_values_are_kept_in_one_form_and_unreadable_ones_are_refused_and_mended(
    account: Account,
) -> None:
    import_ = upload(account, FILE)
    foreseen = outcome.of(import_, account, Choice(MAPPING, True, "overwrite"))
    problems = {"birthday:birthday": 1, "number:field1": 1, "not_valid": 1}
    assert (foreseen.added, foreseen.bad, foreseen.problems) == (3, 3, problems)
    assert foreseen.examples["number:field1"] == [[6, "601234505 · 1990-01-01 · M · 2026-12-02"]]
    run(import_)
    assert person(account, "+48601234501") == ("1990-05-17", "38.5", "2026-12-01")
    assert person(account, "+48601234502") == ("--05-17", "1038", "2026-12-01")
    assert person(account, "+48601234503") == ("", "", "")
    rows = refused_rows.page(import_, "PL").rows
    assert [(row.field, row.cell, row.filled, row.offer) for row in rows[:2]] == [
        ("birthday", "31.02.1990", "31.02.1990", None),
        ("field1", "M", "M", None),
    ]
    assert row_problem(rows[1].problem, account).startswith("Size: ")
    key = [row.public_id for row in rows]
    mended = mending.mend(import_, "PL", {key[0]: "28.02.1990", key[1]: "L", key[2]: "601234506"})
    results = [mended[one].result for one in key]
    assert results == [Result.ADDED, Result.REFUSED, Result.REFUSED]
    assert person(account, "+48601234504") == ("1990-02-28", "39", "2026-12-01")
    # With a good number the row shows what else is wrong; without the value it is taken in.
    db.session.expire_all()
    rows = refused_rows.page(import_, "PL").rows
    assert [(row.field, row.filled) for row in rows] == [("field1", "L"), ("field2", "soon")]
    mended = mending.mend(import_, "PL", {key[1]: "", key[2]: "-"})
    assert [mended[one].result for one in key[1:]] == [Result.ADDED, Result.ADDED]
    assert person(account, "+48601234505") == ("1990-01-01", "", "2026-12-02")
    assert person(account, "+48601234506") == ("1990-01-02", "1.5", "")


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        # Months first, as one row proves; points before decimals, as another one does.
        (
            "phone,birthday,size,visit\n+48601234501,03/04/1990,1.234,05/06/2026\n"
            "+48601234502,12/31/1990,12.5,12/31/2026\n",
            "us.csv",
            ("1990-03-04", "1.234", "2026-05-06"),
        ),
        (
            workbooks.xlsx(
                [
                    ["phone", "birthday", "size", "visit"],
                    ["+48601234501", date(1990, 3, 4), 1.234, date(2026, 5, 6)],
                ]
            ),
            "book.xlsx",
            ("1990-03-04", "1.234", "2026-05-06"),
        ),
    ],
)
def test_a_column_is_read_as_its_file_writes_it(
    account: Account, content: Any, name: str, expected: tuple[str, ...]
) -> None:
    account.region = "DE"
    db.session.commit()
    run(upload(account, content, name))
    assert person(account, "+48601234501") == expected


def test_a_column_of_birthdays_is_chosen_if_most_of_it_can_be_read(account: Account) -> None:
    assert upload(account, FILE).mapping[1] == "birthday"
    useless = FILE.replace("17.05.1990", "x").replace("17 maja", "y").replace("1.1.1990", "z")
    assert upload(account, useless.replace("2.1.1990", "z")).mapping[1] == ""


def test_a_file_without_typed_columns_is_not_read_for_them(account: Account) -> None:
    import_ = upload(account, FILE)
    assert imports.start(import_, ("phone", "", "", "field3"), True, Target(), Basis())
    while import_run.work(import_.id, 0.0):
        pass
    stored = db.session.query(Recipient.field3).order_by(Recipient.id).all()
    assert [field3 for (field3,) in stored][:3] == ["1.12.2026", "2026-12-01", "brak"]
