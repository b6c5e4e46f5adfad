"""Long workbooks: the same cells as in short ones, whenever whoever writes them is killed."""

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from promosms.lib import long_workbooks, xlsx_files
from promosms.lib.tables import Column, Kind, Row, Table

WARSAW = ZoneInfo("Europe/Warsaw")
TABLE = Table(
    "Peo[p]le",
    [
        *(Column("Number"), Column("N", Kind.NUMBER)),
        *(Column("Day", Kind.DAY), Column("At", Kind.MOMENT), *(Column("") for _ in range(23))),
    ],
    [],
)
EMPTY = [""] * 22
ROWS: list[Row] = [
    ("+48601", "ok", date(1900, 1, 5), None, *EMPTY, "AA"),
    ("a&<b> ", Decimal("12.50"), "--05-17", datetime(2026, 5, 1, 12, 0, 1, tzinfo=UTC), *EMPTY, ""),
    ("'=1", 3, date(1900, 3, 1), None, *EMPTY, "-"),
    (
        " \x07_x0041_\r\n\uffff",
        None,
        date(1850, 1, 1),
        datetime(2026, 1, 1, tzinfo=UTC),
        *EMPTY,
        "",
    ),
    ("x" * 40_000, Decimal("1e20"), "", None, *EMPTY, "=A1"),
]


def sheets(content: bytes) -> list[tuple[str, list[Any]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]


def rows_of(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    return xml[xml.index(b"<cols>") :]


def short(tmp_path: Path) -> bytes:
    target = io.BytesIO()
    with xlsx_files.Writer(target, TABLE, WARSAW, tmp_path) as writer:
        writer.write(ROWS)
    return target.getvalue()


def long(tmp_path: Path, blocks: list[int]) -> bytes:
    """Blocks of so many rows; whoever writes them is killed after each, in the middle of more."""
    place: dict[str, Any] = {}
    rows = list(ROWS)
    with (tmp_path / "long").open("w+b") as file:
        for many in blocks:
            book = long_workbooks.Book(file, TABLE, WARSAW, tmp_path, place)
            block, rows = rows[:many], rows[many:]
            book.write(block)
            file.write(b"PK half a block" * 10_000)
        long_workbooks.Book(file, TABLE, WARSAW, tmp_path, place).end()
        assert place["size"] == file.tell()
    assert [path.name for path in tmp_path.iterdir()] == ["long"]
    content = (tmp_path / "long").read_bytes()
    assert b"half a block" not in content
    return content


@pytest.mark.parametrize("blocks", [[5], [1, 3, 1]])
def test_each_cell_is_as_in_a_short_one(tmp_path: Path, blocks: list[int]) -> None:
    expected = rows_of(short(tmp_path)).replace(b"\xef\xbf\xbf", b"_xFFFF_")
    written = long(tmp_path, blocks)
    assert rows_of(written) == expected
    ((name, rows),) = sheets(written)
    assert (name, len(rows)) == ("Peo p le", 6)


@pytest.mark.parametrize(("most", "bytes_"), [(3, 10**9), (10**6, 1_000)])
def test_what_has_no_room_on_a_sheet_is_on_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, bytes_: int
) -> None:
    ((_, whole),) = sheets(long(tmp_path, [5]))
    (tmp_path / "long").unlink()
    monkeypatch.setattr(long_workbooks, "MOST_ROWS", most)
    monkeypatch.setattr(long_workbooks, "MOST_BYTES", bytes_)
    book = sheets(long(tmp_path, [2, 2, 1]))
    assert [name for name, _ in book] == ["Peo p le", "Peo p le 2", "Peo p le 3"]
    assert all(rows[0] == whole[0] for _, rows in book), "each has the head"
    assert [row for _, rows in book for row in rows[1:]] == whole[1:]


def test_a_table_without_rows_is_a_head(tmp_path: Path) -> None:
    ((_, rows),) = sheets(long(tmp_path, []))
    assert [row[:4] for row in rows] == [["Number", "N", "Day", "At"]]
