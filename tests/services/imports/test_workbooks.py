"""Workbooks are read in a process with limits, and their sheets are stored as rows."""

import io
import os
import random
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from flask import Flask
from sqlalchemy import delete

from promosms.extensions import db
from promosms.models import Account, Import, ImportStatus
from promosms.services.imports import files as import_files
from promosms.services.imports import imports, sheets, workbooks
from promosms.services.imports.files import BadFile, FileProblem
from promosms.services.imports.imports import Target
from promosms.services.imports.workbooks import Limits
from promosms.services.privacy import persons
from promosms.services.recipients.consent import Basis
from tests.support.cast import Cast
from tests.support.settings import override
from tests.support.workbooks import (
    Table,
    content,
    raw,
    understated,
    with_member,
    workbook,
    xlsx,
)

HEAD = ["Telefon", "Imię"]
PEOPLE = [HEAD, [601234567, "Łucja"], ["'+48 602 345 678", "Ola\u200b "]]
OTHERS = [HEAD, *([603000000 + n, "x"] for n in range(5))]
NOTES = [["Notes", "2024"], ["call", "back"]]
CORNERS = (
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
)
SECOND = "xl/worksheets/sheet2.xml"
ROW = '<row><c t="inlineStr"><is><t>601234567</t></is></c></row>'


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


@pytest.fixture
def left(app: Flask) -> Path:
    return Path(app.instance_path)


def files(instance: Path) -> list[int]:
    """How many files of rows there are, and how many of what waits for a choice."""
    folders = (instance / "uploads", instance / "undecided_uploads")
    return [len(list(folder.iterdir())) if folder.exists() else 0 for folder in folders]


def readers() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [one for one in children if any("workbook_reader" in word for word in one.cmdline())]


def stored(content: bytes, limits: Limits | None = None) -> dict[str, Sequence[import_files.Row]]:
    found = workbooks.store(io.BytesIO(content), limits).sheets
    return {
        sheet.name: list(import_files.read(sheet.stored.name)) if sheet.stored else []
        for sheet in found
    }


def refused(content: bytes, limits: Limits | None = None) -> FileProblem:
    with pytest.raises(BadFile) as error:
        stored(content, limits)
    return error.value.problem


def upload(account: Account, *tables: Table, **named: Table) -> imports.Import:
    return imports.upload(account, io.BytesIO(xlsx(*tables, **named)), "klienci.xlsx")


def test_sheets_become_stored_files_without_empty_and_invisible_cells(account: Account) -> None:
    assert stored(xlsx(PEOPLE, [], [[" ", "\u200b"]], Plan=[[], [None, "x"]])) == {
        "Sheet1": [
            (1, ["Telefon", "Imię"]),
            (2, ["601234567", "Łucja"]),
            (3, ["+48 602 345 678", "Ola"]),
        ],
        "Plan": [(2, ["x"])],
    }
    assert not readers()


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (raw(ROW * 200_000), FileProblem.TOO_LARGE),
        (understated(raw(ROW * 2_000)), FileProblem.DAMAGED),
        (raw(CORNERS), FileProblem.TOO_LARGE),
        (xlsx([[" "], ["\u200b"]]), FileProblem.NO_CELLS),
        (xlsx([["a"]], [["b"]])[:-9], FileProblem.DAMAGED),
        (with_member(xlsx([["a"]], [["b"]]), SECOND, b"<worksheet><sheet"), FileProblem.DAMAGED),
    ],
    ids=["bomb", "understated", "memory", "spaces", "cut", "second"],
)
def test_what_is_refused_leaves_no_file_and_no_process(
    account: Account, left: Path, file: bytes, problem: FileProblem
) -> None:
    assert refused(file) is problem
    assert files(left) == [0, 0]
    assert not readers()


def test_a_reader_that_hangs_is_ended(account: Account, left: Path) -> None:
    file = io.BytesIO(raw(ROW * 10_000))
    with workbooks._reader(file, Limits(wall_seconds=0.3)) as process:
        # Nobody reads what it writes, so it waits for ever.
        assert process.wait(60) == -signal.SIGALRM
    assert not readers()
    assert refused(raw(ROW * 10), Limits(wall_seconds=0.000001)) is FileProblem.TOO_SLOW
    assert files(left) == [0, 0]


def test_the_reader_has_limits(account: Account) -> None:
    with workbooks._reader(io.BytesIO(raw(ROW * 10_000)), Limits()) as process:
        assert process.stdout is not None
        assert process.stdout.read(4) == b"kind"
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        assert psutil.Process(process.pid).environ() == {}
    found = {line[:26].strip(): line[26:].split()[:2] for line in limits.splitlines()}
    assert found["Max cpu time"] == ["60", "61"]
    assert found["Max address space"] == [str(512 * 1024 * 1024)] * 2
    assert found["Max file size"] == ["0", "0"]
    assert not readers()


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (-signal.SIGXCPU, FileProblem.TOO_SLOW),
        (-signal.SIGKILL, FileProblem.TOO_LARGE),  # by a system without memory
        (1, FileProblem.DAMAGED),
    ],
)
def test_it_says_why_the_reader_died(status: int, problem: FileProblem) -> None:
    assert workbooks._why_it_died(status) is problem


@pytest.mark.parametrize("seed", range(8))
def test_bytes_that_change_on_the_way_leave_no_file_and_no_process(
    account: Account, left: Path, seed: int
) -> None:
    chance = random.Random(seed)
    file = bytearray(raw(ROW * 10))
    for _ in range(3):
        file[chance.randrange(4, len(file))] = chance.randrange(256)
    with suppress(BadFile):
        workbooks.forget(workbooks.store(io.BytesIO(file)).sheets)
    assert files(left) == [0, 0]
    assert not readers()


def test_one_sheet_is_not_asked_about(account: Account, left: Path) -> None:
    import_ = upload(account, PEOPLE, [])
    assert (import_.mapping, import_.total) == (["phone", "first_name"], 2)
    assert (import_.encoding, import_.hidden_rows) == ("xlsx", 0)
    assert not sheets.choice(import_.stored_as).offers
    assert files(left) == [1, 0]


def test_a_problem_of_the_only_sheet_is_that_of_the_file(
    app: Flask, account: Account, left: Path
) -> None:
    override(app, import_rows=3)
    with pytest.raises(BadFile) as error:
        upload(account, OTHERS)
    assert error.value.problem is FileProblem.TOO_MANY_ROWS
    assert files(left) == [0, 0]


def test_of_several_sheets_the_one_with_most_numbers_is_likeliest(
    account: Account, left: Path
) -> None:
    title = [["Klienci 2024"], []]
    import_ = upload(account, Notes=NOTES, People=PEOPLE, Others=title + OTHERS)
    choice = sheets.choice(import_.stored_as)
    assert choice.likeliest == 2
    assert [(one.name, one.rows, one.numbers) for one in choice.offers] == [
        ("Notes", 2, 0),
        ("People", 3, 2),
        ("Others", 7, 5),
    ]
    assert choice.offers[1].words[:3] == ["Telefon", "Imię", "601234567"]
    assert import_.total == 5
    assert not imports.start(import_, ["phone", ""], True, Target(), Basis())
    assert files(left) == [1, 4]


def test_the_chosen_sheet_is_imported_and_the_others_go(account: Account, left: Path) -> None:
    book = workbook(Notes=NOTES, People=PEOPLE, Others=OTHERS)
    book["People"].row_dimensions[3].hidden = True
    import_ = imports.upload(account, io.BytesIO(content(book)), "x.xlsx")
    first = import_.stored_as
    assert not imports.choose_sheet(import_, account, 3)
    assert not imports.choose_sheet(import_, account, -1)
    assert imports.choose_sheet(import_, account, 1)
    db.session.expire_all()
    assert (import_.total, import_.hidden_rows) == (2, 1)
    assert [cells[-1] for _, cells in import_files.read(import_.stored_as)] == [
        "Imię",
        "Łucja",
        "Ola",
    ]
    assert import_.stored_as != first
    assert not imports.choose_sheet(import_, account, 1)
    assert files(left) == [1, 0]
    assert imports.start(import_, import_.mapping, True, Target(), Basis())
    assert not imports.choose_sheet(import_, account, 1)


def test_a_sheet_without_numbers_can_be_chosen_in_vain(account: Account, left: Path) -> None:
    import_ = upload(account, Notes=NOTES, People=PEOPLE)
    with pytest.raises(BadFile) as error:
        imports.choose_sheet(import_, account, 0)
    assert error.value.problem is FileProblem.NO_NUMBERS
    assert files(left) == [1, 3]
    assert imports.choose_sheet(import_, account, 1)


def test_a_sheet_that_is_too_long_is_offered_with_its_problem(
    app: Flask, account: Account, left: Path
) -> None:
    override(app, import_rows=3)
    import_ = upload(account, Others=OTHERS, People=PEOPLE)
    assert [one.problem for one in sheets.choice(import_.stored_as).offers] == ["too_many_rows", ""]
    with pytest.raises(BadFile) as error:
        imports.choose_sheet(import_, account, 0)
    assert error.value.problem is FileProblem.TOO_MANY_ROWS
    assert files(left) == [1, 2]


def test_a_person_is_found_in_every_sheet(account: Account) -> None:
    import_ = upload(account, People=PEOPLE, Others=OTHERS)
    for number in ("601234567", "603000004"):
        person = persons.find(account.id, f"+48{number}")
        assert persons.unfinished_imports(person) == [import_], number
    assert persons.unfinished_imports(persons.find(account.id, "+48604000000")) == []


def test_the_sheets_go_with_the_import(account: Account, left: Path) -> None:
    import_ = upload(account, People=PEOPLE, Others=[["Lista"], [], *OTHERS])
    assert files(left) == [1, 3]
    assert imports.cancel(import_)
    assert files(left) == [0, 0]
    db.session.expire_all()
    assert import_.status == ImportStatus.CANCELLED


def test_the_sheets_go_with_the_account_and_after_a_day(account: Account, left: Path) -> None:
    upload(account, People=PEOPLE, Others=OTHERS)
    imports.forget_files(account.id)
    assert files(left) == [0, 0]
    upload(account, People=PEOPLE, Others=OTHERS)
    orphans = [
        file for name in ("uploads", "undecided_uploads") for file in (left / name).iterdir()
    ]
    db.session.execute(delete(Import))
    db.session.commit()
    imports.discard_abandoned()
    assert files(left) == [1, 3]
    for file in orphans:
        os.utime(file, (0, 0))
    imports.discard_abandoned()
    assert files(left) == [0, 0]


def test_nothing_is_kept_when_no_sheet_has_numbers(account: Account, left: Path) -> None:
    with pytest.raises(BadFile):
        upload(account, Notes=NOTES, More=NOTES)
    assert files(left) == [0, 0]


def test_a_choice_that_comes_too_late_changes_nothing(account: Account, left: Path) -> None:
    import_ = upload(account, People=PEOPLE, Others=OTHERS)
    taken = sheets.take(import_.stored_as, 0)
    assert imports.cancel(import_)
    assert not imports._replace(import_, account, lambda: taken)
    assert files(left) == [0, 0]
    db.session.expire_all()
    assert import_.status == ImportStatus.CANCELLED


def test_hidden_rows_below_a_title_are_counted(account: Account) -> None:
    book = workbook([["Klienci"], [], *PEOPLE])
    book["Sheet1"].row_dimensions[4].hidden = True
    assert imports.upload(account, io.BytesIO(content(book)), "x.xlsx").hidden_rows == 1


def test_only_the_owner_of_the_process_can_read_the_sheets(account: Account, left: Path) -> None:
    before = os.umask(0o022)
    try:
        upload(account, People=PEOPLE, Others=OTHERS)
    finally:
        os.umask(before)
    kept = list((left / "undecided_uploads").iterdir())
    assert [file.stat().st_mode & 0o077 for file in kept] == [0, 0, 0]
