"""Cells of workbooks as text, hidden and merged cells, and workbooks that are refused."""

import io
from datetime import date, datetime, time, timedelta

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from promosms.lib import workbook_reader
from tests.support.workbooks import archive, content, raw, understated, workbook, xlsx

ROW = '<row><c t="inlineStr"><is><t>601234567</t></is></c></row>'
DAY = datetime.combine(date(2024, 3, 1), time())
XLS_PASSWORD = bytes.fromhex("0908100000060500bb0dcc0700000000060000002f003600010001")
ODS = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}


def records(file: bytes, most_rows: int = 1000) -> list[list[str]]:
    return list(workbook_reader.records(io.BytesIO(file), most_rows))


def cells(file: bytes) -> list[list[str]]:
    """The rows of all sheets, with their numbers."""
    return [record for record in records(file) if record[0].isdigit()]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (48601602603.0, "48601602603"),
        (-3.0, "-3"),
        (2.0**53, "9007199254740992"),
        (2.0**53 + 2, "9.00719925474099e+15"),
        (4.86e20, "4.86e+20"),
        (601234567.5, "601234567.5"),
        (0.1 + 0.2, "0.3"),
        (7, "7"),
        (True, "yes"),
        (False, "no"),
        ("'0601", "'0601"),
        (date(2024, 3, 1), "2024-03-01"),
        (DAY, "2024-03-01"),
        (DAY + timedelta(hours=14, minutes=5), "2024-03-01 14:05"),
        (DAY + timedelta(hours=14, minutes=5, seconds=6), "2024-03-01 14:05:06"),
        (DAY + timedelta(days=1) - timedelta(milliseconds=1), "2024-03-02"),
        (time(9, 30), "09:30"),
        (timedelta(hours=30, seconds=5), "30:00:05"),
    ],
)
def test_a_cell_becomes_text(value: object, text: str) -> None:
    assert workbook_reader.text_of(value) == text


def test_cells_of_a_real_workbook() -> None:
    book = workbook([[48601602603, True, DAY, time(9, 30), "#N/A", "0601"], [None, "x"]])
    book["Sheet1"]["E1"].data_type = "e"
    assert cells(content(book)) == [
        ["1", "48601602603", "yes", "2024-03-01", "09:30", "", "0601"],
        ["2", "", "x", "", "", "", ""],
    ]


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    book = workbook([[DAY]])
    book.epoch = CALENDAR_MAC_1904
    assert cells(content(book)) == [["1", "2024-03-01"]]


def test_row_numbers_are_those_of_the_sheet() -> None:
    assert cells(xlsx([[], [None, None], [None, "a"], [], [None, "b"]])) == [["3", "a"], ["5", "b"]]


def test_a_cell_merged_downwards_stands_in_each_of_its_rows() -> None:
    table = [
        ["Contact", None, "City"],
        ["Phone", "Name", None],
        ["601234567", "Ala", "Łódź"],
        ["602345678", "Ola", None],
        [],
        ["603456789", "Ula", None],
    ]
    book = workbook(table)
    for area in ("A1:B1", "C1:C2", "C3:C5"):
        book["Sheet1"].merge_cells(area)
    assert cells(content(book)) == [
        ["1", "Contact", "", "City"],
        ["2", "Phone", "Name", "City"],
        ["3", "601234567", "Ala", "Łódź"],
        ["4", "602345678", "Ola", "Łódź"],
        ["6", "603456789", "Ula", ""],
    ]


def test_hidden_rows_are_read_and_counted() -> None:
    book = workbook([["Phone"], ["601234567"], ["602345678"], []], B=[["x"], ["y"]])
    for row in (2, 4):
        book["Sheet1"].row_dimensions[row].hidden = True
    book["Sheet1"].column_dimensions["A"].hidden = True
    found = records(content(book))
    assert [record for record in found if record[0] in ("sheet", "end")] == [
        ["sheet", "Sheet1"],
        ["end", "1"],
        ["sheet", "B"],
        ["end", "0"],
    ]
    assert ["2", "601234567"] in found


def test_tags_are_found_across_the_pieces_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_reader, "_CHUNK", 7)
    rows = "".join(f'<row r="{n}" hidden="1"><c><v>{n}</v></c></row>' for n in range(1, 9))
    assert ["end", "8"] in records(raw(rows + '<row r="9"><c><v>9</v></c></row>'))


def test_hidden_sheets_are_read_where_no_other_has_cells() -> None:
    book = workbook([["a"]], [["b"]], [])
    book["Sheet2"].sheet_state = "hidden"
    found = records(content(book))
    assert [record[1] for record in found if record[0] == "sheet"] == ["Sheet1"]
    assert ["concealed", "1"] in found
    book["Sheet1"].sheet_state = "veryHidden"
    found = records(content(book))
    assert [record[1] for record in found if record[0] == "sheet"] == ["Sheet1", "Sheet2"]
    assert not [record for record in found if record[0] == "concealed"]


def test_charts_are_no_sheets() -> None:
    book = workbook([["a"]])
    book.create_chartsheet("Chart", 0)
    assert [record for record in records(content(book)) if record[0] == "sheet"] == [
        ["sheet", "Sheet1"]
    ]


def test_it_stops_after_the_most_rows() -> None:
    assert len([record for record in records(raw(ROW * 5), 3) if record[0].isdigit()]) == 3


@pytest.mark.parametrize(
    ("file", "problem"),
    [
        (raw(ROW * 200_000), "too_large"),
        (understated(raw(ROW * 2_000)), "damaged"),
        (understated(raw(ROW * 2_000), checksum=True), "too_large"),
        (archive({f"xl/{n}": "" for n in range(2_001)}), "too_large"),
        (xlsx([]), "no_cells"),
        (xlsx([["a"]])[:-100], "damaged"),
        (xlsx([["a"]])[:20], "damaged"),
        (raw("<row><c><v>1</c></row>"), "damaged"),
        (archive({"word/document.xml": "<x/>"}), "no_workbook"),
        (archive({"Index/Document.iwa": "x"}), "numbers_app"),
        (archive(ODS | {"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "password"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\xd0\xcf\x11\xe0" + "Book".encode("utf-16-le") + XLS_PASSWORD, "password"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "no_workbook"),
        (b"\xd0\xcf\x11\xe0" + "Workbook".encode("utf-16-le"), "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_says_what_is_wrong(file: bytes, problem: str) -> None:
    assert records(file)[-1] == ["problem", problem]


@pytest.mark.parametrize("limit", ["_MOST_UNPACKED", "_MOST_OUTPUT", "_MOST_STRINGS"])
def test_it_has_limits(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    file = raw(ROW * 10, **{"xl/sharedStrings.xml": "<sst/>"})
    assert records(file)[-1] == ["done"]
    monkeypatch.setattr(workbook_reader, limit, 5)
    assert records(file)[-1] == ["problem", "too_large"]


def test_the_sheets_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_reader, "_MOST_OUTPUT", 150)
    assert records(xlsx([["x" * 100]]))[-1] == ["done"]
    assert records(xlsx([["x" * 100]], [["x" * 100]]))[-1] == ["problem", "too_large"]


def test_only_the_first_sheets_are_read() -> None:
    file = xlsx(*([[n]] for n in range(workbook_reader.MOST_SHEETS + 1)))
    assert len([record for record in records(file) if record[0] == "sheet"]) == 50
