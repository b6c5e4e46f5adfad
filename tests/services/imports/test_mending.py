"""Refused rows that are mended: each goes the way of the file, once, or stays with its reason."""

import io

import pytest
from sqlalchemy import event, func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Consent,
    Import,
    ImportMode,
    ImportStatus,
    Recipient,
    SuppressionSource,
    now,
)
from promosms.services.imports import imports, mending, refused_rows
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.imports.mending import Mended, Result
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sending import opt_outs
from tests.support.cast import Cast
from tests.support.consent import evidence

AGREED = Basis(Consent.GIVEN, "card", now().date())
MAPPING = ["phone", "first_name", "", "city", "opted_out"]
FILE = (
    "telefon,imie,secret,miasto,unsubscribed\n"
    "601234567,Anna,x,Hel,\n"
    "60123456,Ewa,x,Gdynia,\n"
    "22 621 00 00 / 602345678,Ola,x,Sopot,\n"
    "603 45 67 89 / 604 56 78 90,Iga,x,,yes\n"
)


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def run(account: Account, file: str = FILE, mode: ImportMode = ImportMode.OVERWRITE) -> Import:
    import_ = imports.upload(account, io.BytesIO(file.encode()), "guests.csv")
    assert imports.start(import_, MAPPING, True, Target(new_name="Guests"), AGREED, mode)
    work(import_)
    return import_


def work(import_: Import) -> None:
    while import_run.work(import_.id, 0.0):
        pass
    db.session.expire_all()


def keys(import_: Import) -> dict[int, str]:
    """The random id of each refused row by its number in the file."""
    rows = refused_rows.page(import_, "PL").rows
    return {row.number: row.public_id for row in rows}


def mend(import_: Import, numbers: dict[str, str]) -> list[Mended]:
    results = mending.mend(import_, "PL", numbers)
    db.session.expire_all()
    return list(results.values())


def figures(import_: Import) -> tuple[int, ...]:
    db.session.refresh(import_)
    return (import_.added, import_.updated, import_.duplicates, import_.bad, import_.mended)


def person(account: Account, phone: str) -> Recipient:
    recipient = recipients.by_phone(account.id, phone)
    assert recipient is not None
    return recipient


def test_the_page_shows_what_was_refused_and_what_is_offered(account: Account) -> None:
    rows = refused_rows.page(run(account), "PL").rows
    assert [(row.number, row.name, row.cell, row.others) for row in rows] == [
        (3, "Ewa", "60123456", ("Ewa", "Gdynia")),
        (4, "Ola", "22 621 00 00 / 602345678", ("Ola", "Sopot")),
        (5, "Iga", "603 45 67 89 / 604 56 78 90", ("Iga",)),
    ]
    assert [row.filled for row in rows] == [
        "60123456", "+48 602 345 678", "603 45 67 89 / 604 56 78 90",
    ]  # fmt: skip
    assert [row.offer and (row.offer.e164, row.offer.certain) for row in rows] == [
        None, ("+48602345678", True), ("+48603456789", False),
    ]  # fmt: skip


def test_a_mended_row_goes_the_way_of_the_file(account: Account) -> None:
    import_ = run(account)
    assert figures(import_) == (1, 0, 0, 3, 0)
    key = keys(import_)[3]
    assert mend(import_, {key: " 601 234 568 "}) == [Mended(Result.ADDED, "+48601234568")]
    assert figures(import_) == (2, 0, 0, 2, 1)
    ewa = person(account, "+48601234568")
    assert (ewa.first_name, ewa.city) == ("Ewa", "Gdynia")
    assert evidence(ewa)[:2] == ("given", "card")
    target = imports.list_of(import_)
    assert target is not None
    assert target.size == 2
    assert key not in keys(import_).values()


def test_a_row_is_mended_once(account: Account) -> None:
    import_ = run(account)
    numbers = {keys(import_)[3]: "601234568"}
    mend(import_, numbers)
    assert mend(import_, numbers) == [Mended(Result.GONE)]
    assert mend(import_, {next(iter(numbers)): "601234569"}) == [Mended(Result.GONE)]
    assert figures(import_) == (2, 0, 0, 2, 1)
    assert db.session.scalar(select(func.count()).select_from(Recipient)) == 2


def test_a_number_that_is_wrong_too_stays_with_its_row(account: Account) -> None:
    import_ = run(account)
    key = keys(import_)[3]
    assert mend(import_, {key: "22 621 00 00"}) == [Mended(Result.REFUSED)]
    assert figures(import_) == (1, 0, 0, 3, 0)
    row = refused_rows.page(import_, "PL").rows[0]
    assert (row.problem, row.typed, row.cell, row.filled) == (
        "landline", "22 621 00 00", "60123456", "22 621 00 00",
    )  # fmt: skip
    assert mend(import_, {key: "x" * 500}) == [Mended(Result.REFUSED)]
    assert mend(import_, {key: "601234568"}) == [Mended(Result.ADDED, "+48601234568")]


def test_people_who_are_here_and_rows_that_repeat_are_counted_as_in_the_file(
    account: Account,
) -> None:
    recipients.add(account, {"phone": "605678901", "first_name": "Old"}, Basis())
    import_ = run(account)
    three, four, five = keys(import_).values()
    results = mend(import_, {three: "605678901", four: "601234567", five: "605678901"})
    assert [mended.result for mended in results] == [
        Result.HERE, Result.REPEATED, Result.REPEATED,
    ]  # fmt: skip
    assert figures(import_) == (1, 1, 2, 0, 3)
    assert person(account, "+48605678901").first_name == "Iga", "later values replace earlier ones"
    assert person(account, "+48601234567").first_name == "Ola"


def test_the_mode_of_the_import_holds(account: Account) -> None:
    recipients.add(account, {"phone": "605678901", "first_name": "Old"}, Basis())
    import_ = run(account, mode=ImportMode.LEAVE)
    mend(import_, {keys(import_)[3]: "605678901"})
    old = person(account, "+48605678901")
    assert (old.first_name, old.city, old.consent) == ("Old", "", "none")
    assert figures(import_) == (1, 1, 0, 2, 1)


def test_an_opt_out_of_the_row_counts(account: Account) -> None:
    import_ = run(account)
    opt_outs.opt_out(account.id, "+48601234568", SuppressionSource.REPLY)
    three, _four, five = keys(import_).values()
    assert mend(import_, {three: "601234568", five: "603456789"}) == [
        Mended(Result.ADDED, "+48601234568", opted_out=True),
        Mended(Result.ADDED, "+48603456789", opted_out=True),
    ]
    assert opt_outs.is_suppressed(account.id, "+48603456789")
    assert import_.suppressed == 2


def test_all_that_are_certain_are_taken(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused_rows, "_CHUNK", 2)
    certain = "".join(f"60123450{n} wew. 5,N{n},x,,\n" for n in range(5))
    import_ = run(account, FILE + certain)
    assert figures(import_) == (1, 0, 0, 8, 0)
    assert mending.take_certain(import_, "PL") == 6
    assert mending.take_certain(import_, "PL") == 0
    assert figures(import_) == (7, 0, 0, 2, 6)
    assert list(keys(import_)) == [3, 5]
    assert person(account, "+48602345678").first_name == "Ola"


def test_rows_can_be_left_out(account: Account) -> None:
    import_ = run(account)
    key = keys(import_)[3]
    assert mending.leave_out(import_, [key]) == 1
    assert mending.leave_out(import_, [key]) == 0
    assert mend(import_, {key: "601234568"}) == [Mended(Result.GONE)]
    assert figures(import_) == (1, 0, 0, 2, 0)
    assert import_.left_out == 1


@pytest.mark.parametrize("status", [ImportStatus.UNDOING, ImportStatus.UNDONE])
def test_an_import_that_was_undone_takes_nothing_in(account: Account, status: ImportStatus) -> None:
    import_ = run(account)
    key = keys(import_)[5]
    with transaction() as session:
        session.execute(update(Import).values(status=status))
    assert not mending.may_mend(import_)
    assert mend(import_, {key: "603456789"}) == [Mended(Result.GONE)]
    assert mending.leave_out(import_, [key]) == 0
    assert not opt_outs.is_suppressed(account.id, "+48603456789")


def test_undoing_deletes_who_was_mended(account: Account) -> None:
    import_ = run(account)
    mend(import_, {keys(import_)[3]: "601234568"})
    assert imports.undo(import_)
    work(import_)
    assert db.session.scalar(select(func.count()).select_from(Recipient)) == 0


def test_rows_of_another_import_cannot_be_mended_through_this_one(
    account: Account, cast: Cast
) -> None:
    theirs = run(db.session.get_one(Account, cast.stranger.account_id))
    import_ = run(account)
    key = keys(theirs)[3]
    assert mend(import_, {key: "601234568"}) == [Mended(Result.GONE)]
    assert mending.leave_out(import_, [key]) == 0
    assert refused_rows.chosen(import_, "PL", [key]) == {}
    assert figures(theirs) == (1, 0, 0, 3, 0)


def test_a_cell_that_was_cut_stays_too_long(account: Account) -> None:
    note = "n" * 4000
    import_ = imports.upload(account, io.BytesIO(f"telefon,uwagi\n601,{note}\n".encode()), "x.csv")
    assert imports.start(import_, ["phone", "note"], True, Target(), AGREED)
    work(import_)
    assert mend(import_, {keys(import_)[2]: "601234567"}) == [Mended(Result.REFUSED)]
    row = refused_rows.page(import_, "PL").rows[0]
    assert (row.problem, row.of_number) == ("long_value", False)


def test_the_second_number_is_mended_where_the_first_is_empty(account: Account) -> None:
    file = "telefon,telefon 2,imie\n,60123456,Ewa\n601234567,,Anna\n"
    import_ = imports.upload(account, io.BytesIO(file.encode()), "x.csv")
    assert imports.start(import_, ["phone", "other_phone", "first_name"], True, Target(), AGREED)
    work(import_)
    row = refused_rows.page(import_, "PL").rows[0]
    assert (row.cell, row.others) == ("60123456", ("Ewa",))
    assert mend(import_, {row.public_id: "601234568"})[0].result == Result.ADDED


def test_pages_follow_each_other(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refused_rows, "PAGE", 2)
    import_ = run(account)
    first = refused_rows.page(import_, "PL")
    assert [row.number for row in first.rows] == [3, 4]
    second = refused_rows.page(import_, "PL", str(first.next_key))
    assert [row.number for row in second.rows] == [5]
    mending.leave_out(import_, [row.public_id for row in first.rows])
    second = refused_rows.page(import_, "PL", str(first.next_key))
    assert [row.number for row in second.rows] == [5]
    assert second.next_key is None


def test_a_page_of_many_rows_asks_the_database_a_few_times(account: Account) -> None:
    rows = "".join(f"6012345{n:02d} x,N{n},x,,\n" for n in range(60))
    import_ = run(account, FILE + rows)
    numbers = {row.public_id: f"6012345{n:02d}" for n, row in enumerate(
        refused_rows.page(import_, "PL").rows)}  # fmt: skip
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        results = mending.mend(import_, "PL", numbers)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert {mended.result for mended in results.values()} == {Result.ADDED}
    assert len(statements) < 40, statements
