"""Workbooks that leave: every text comes back as it was, and nothing in them is a formula."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from promosms.lib import formulas, xlsx_files
from promosms.lib.tables import Column, Kind, Row, Table

WARSAW = ZoneInfo("Europe/Warsaw")
TEXTS = [
    *("=1+1", "+48601234567", "-5", "@SUM(A1)", "\t=1", "＝1", "'=1", "''x", "'quoted'"),
    *("007", "4.479E+11", "1/2", "TRUE", "_x0041_", "a\nb", 'say "hi"', "<b>&amp;</b>"),
    *(
        "https://example.com",
        "mailto:a@b.c",
        "🙂👩‍👩‍👧",
        "שלום",
        "Łódź; Kraków, \\",
        '="007"',
        "x" * 2000,
    ),
]


def workbook(
    columns: Sequence[Column], blocks: Sequence[Sequence[Row]], folder: Path
) -> tuple[CalamineWorkbook, bytes]:
    target = io.BytesIO()
    table = Table("Rec/ip'ients", columns, blocks)
    with xlsx_files.Writer(target, table, WARSAW, folder) as writer:
        for block in table.blocks:
            writer.write(block)
    assert not list(folder.iterdir())
    return CalamineWorkbook.from_filelike(io.BytesIO(target.getvalue())), target.getvalue()


def test_texts_stay_texts(tmp_path: Path) -> None:
    book, raw = workbook([Column("A")], [[(text,) for text in TEXTS]], tmp_path)
    (name,) = book.sheet_names
    assert name == "Rec ip ients"
    (head,), *rows = book.get_sheet_by_index(0).to_python()
    assert (head, [formulas.unescaped(cell) for (cell,) in rows]) == ("A", TEXTS)
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet.lower()
        assert 'state="frozen"' in sheet
        assert "numberStoredAsText" in sheet
        assert 'quotePrefix="1"' in archive.read("xl/styles.xml").decode()


def test_days_times_and_amounts_are_what_they_are(tmp_path: Path) -> None:
    kinds = [Column(kind, kind) for kind in (Kind.DAY, Kind.MOMENT, Kind.NUMBER)]
    moment = datetime(2026, 7, 1, 22, 30, 5, 999, tzinfo=UTC)
    rows = [
        (date(2026, 5, 17), moment, Decimal("-2.5001")),
        (None, None, ""),
        (date(1, 1, 1), "", 0),
    ]
    book, _ = workbook(kinds, [rows], tmp_path)
    _, first, empty, old = book.get_sheet_by_index(0).to_python()
    assert first == [date(2026, 5, 17), datetime.fromisoformat("2026-07-02T00:30:05"), -2.5001]
    assert (empty, old) == (["", "", ""], ["0001-01-01", "", 0.0])


def test_rows_that_a_sheet_cannot_hold_are_on_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_files, "MOST_ROWS", 4)
    blocks = [[(str(n),) for n in range(begin, begin + 5)] for begin in (0, 5)]
    book, _ = workbook([Column("A")], blocks, tmp_path)
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert [len(rows) for rows in sheets] == [4, 4, 4, 2]
    assert all(rows[0] == ["A"] for rows in sheets)
    assert [cell for rows in sheets for (cell,) in rows[1:]] == [str(n) for n in range(10)]


def test_nothing_is_left_of_one_that_failed(tmp_path: Path) -> None:
    table = Table("A", [Column("A")], [])
    writer = xlsx_files.Writer(io.BytesIO(), table, WARSAW, tmp_path)
    writer.write([("1",)])
    assert list(tmp_path.iterdir())
    writer.__exit__(ValueError, None, None)
    assert not list(tmp_path.iterdir())
