"""What leaves as a table comes back as it was, and no spreadsheet takes a cell for a formula."""

import csv
import io
import os
import random
import re
from decimal import Decimal

import phonenumbers
import pytest

from promosms.lib import csv_files
from promosms.services.imports import files as import_files
from promosms.services.imports import rows as import_rows

pytestmark = pytest.mark.usefixtures("context")

# The short version; the long one is said in docs/security.md: ROUND_TRIPS=10000.
CELLS = int(os.environ.get("ROUND_TRIPS", "1500"))
COLUMNS = 10
TRIGGERS = "=+-@\t\r＝＋－＠"
DANGEROUS = [
    '=HYPERLINK("https://evil.example","Click")',
    "=cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "-2+3",
    "+48601234567",
    "'=1",
    "''+1",
    "\t=1",
    "\r=1",
    "＝1+1",
    '"=1',
    ";=1",
    ",=1",
    "a\n=1",
    "= 1",
]
NUMERIC = re.compile(r"[+-]?\d+")
MOBILE = phonenumbers.PhoneNumberType.MOBILE
SIGNS = "=+-@'\"＝＋－＠ab 1,;|ąłЖ漢🙂"


def value(chance: random.Random) -> str:
    """A cell as an account may hold it: on one line, without spaces around it."""
    if chance.random() < 0.1:
        return chance.choice(DANGEROUS).strip().replace("\r", " ").replace("\t", " ")
    return "".join(chance.choices(SIGNS, k=chance.randint(1, 12))).strip() or "x"


def exported(rows: list[list[str]]) -> str:
    return "".join(csv_files.csv_text(rows))


def test_random_cells_come_back_as_they_were() -> None:
    chance = random.Random(7)
    rows = [[value(chance) for _ in range(COLUMNS)] for _ in range(CELLS // COLUMNS)]
    # A first cell that nobody can take for a declared separator; no row ends in nothing.
    rows = [["begin", *row, "end"] for row in rows]
    stored = import_files.store(io.BytesIO(exported(rows).encode()), "PL")
    assert [cells for _, cells in import_files.read(stored.name)] == rows
    import_files.forget(stored.name)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\x0b", "\x0c", "\x85", "\u2028"])
def test_a_cell_of_several_lines_is_one_cell(end: str) -> None:
    content = f'phone,note\n601234567,"one{end}two"\n602345678,x\n'
    stored = import_files.store(io.BytesIO(content.encode()), "PL")
    cells = [cells for _, cells in import_files.read(stored.name)]
    assert cells == [["phone", "note"], ["601234567", f"one{end}two"], ["602345678", "x"]]
    import_files.forget(stored.name)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_refused_row_of_several_lines_is_kept_whole(end: str) -> None:
    batch = import_rows.read([(2, ["12", f"one{end}two", "x"])], ["phone", "note", "city"], "PL")
    (kept,) = csv.reader(io.StringIO(batch.refused[0].content, newline=""))
    assert kept == ["12", f"one{end}two", "x"]


@pytest.mark.parametrize("cell", DANGEROUS)
def test_a_spreadsheet_reads_text(cell: str) -> None:
    (row,) = csv.reader(io.StringIO(exported([[cell, "x"]]).removeprefix("\ufeff"), newline=""))
    assert not row[0].startswith(tuple(TRIGGERS))


def saved_by_a_spreadsheet(content: str) -> str:
    """The file after it was opened and saved: what looks like a number has become one."""
    rows = csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
    cells = [[str(int(cell)) if NUMERIC.fullmatch(cell) else cell for cell in row] for row in rows]
    saved = io.StringIO()
    csv.writer(saved, delimiter=";").writerows(cells)
    return saved.getvalue()


@pytest.mark.parametrize("region", ["PL", "DE", "AT", "IT", "CI", "DK", "US", "RU", "RE"])
def test_numbers_of_all_countries_come_back_in_every_account(region: str) -> None:
    numbers = [
        phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        for country in sorted(phonenumbers.SUPPORTED_REGIONS)
        if (example := phonenumbers.example_number_for_type(country, MOBILE))
    ]
    content = exported([["Mobile number", "How"], *([number, "hand"] for number in numbers)])
    for file in (content, saved_by_a_spreadsheet(content)):
        stored = import_files.store(io.BytesIO(file.encode()), region)
        _, *rows = import_files.read(stored.name)
        batch = import_rows.read(rows, ["phone", ""], region)
        assert (list(batch.entries), batch.refused) == (list(dict.fromkeys(numbers)), [])


def test_texts_that_others_write_as_formulas_are_read() -> None:
    content = 'phone;name;tax_id\n="601234567";Anna;="0012"\n"=""+48602345678""";Ewa;x\n'
    stored = import_files.store(io.BytesIO(content.encode()), "PL")
    _, *rows = import_files.read(stored.name)
    batch = import_rows.read(rows, ["phone", "first_name", "tax_id"], "PL")
    assert {number: entry.values for number, entry in batch.entries.items()} == {
        "+48601234567": {"first_name": "Anna", "tax_id": "0012"},
        "+48602345678": {"first_name": "Ewa", "tax_id": "x"},
    }


def test_numbers_of_money_stay_numbers() -> None:
    assert exported([[Decimal("-2.50")]]) == "\ufeff-2.50\r\n"
