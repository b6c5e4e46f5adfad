"""Uploaded files are stored as plain rows, or refused with a reason."""

import io
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from promosms.lib import formulas
from promosms.services.imports import files as import_files
from promosms.services.imports.files import BadFile, FileProblem
from tests.support.settings import override

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def uploads(app: Flask) -> Path:
    return Path(app.instance_path, "uploads")


def rows(content: bytes, region: str = "PL") -> list[import_files.Row]:
    stored = import_files.store(io.BytesIO(content), region)
    stored_rows = list(import_files.read(stored.name))
    assert len(stored_rows) == stored.rows
    import_files.forget(stored.name)
    return stored_rows


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", FileProblem.EMPTY),
        (b" \r\n\n", FileProblem.EMPTY),
        (b"\xef\xbb\xbf", FileProblem.EMPTY),
        (b";;;\n;;;\n", FileProblem.EMPTY),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", FileProblem.BINARY),
        (b"%PDF-1.7\n%\xe2\xe3", FileProblem.BINARY),
        (bytes(range(256)) * 20, FileProblem.BINARY),
        (b"<html><body><table>", FileProblem.MARKUP),
        (b"\xef\xbb\xbf\r\n<?xml version='1.0'?>", FileProblem.MARKUP),
        (b"\xff\xfea\0b", FileProblem.ENCODING),
        (b'"601234567\n' + b"602345678\n" * 20_000, FileProblem.QUOTES),
        (b";".join([b"x"] * 101), FileProblem.TOO_MANY_COLUMNS),
    ],
)
def test_it_refuses_unreadable_files(content: bytes, problem: FileProblem, uploads: Path) -> None:
    with pytest.raises(BadFile) as refused:
        rows(content)
    assert refused.value.problem is problem
    assert not uploads.exists() or list(uploads.iterdir()) == []


def test_it_refuses_too_many_rows(app: Flask) -> None:
    override(app, import_rows=10)
    assert len(rows(b"601234567\n" * 11)) == 11  # one of them may be the header
    with pytest.raises(BadFile) as refused:
        rows(b"601234567\n" * 12)
    assert refused.value.problem is FileProblem.TOO_MANY_ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_it_finds_the_delimiter(delimiter: str) -> None:
    text = delimiter.join(["601 234 567", "Anna", '"ul. Długa 5, m. 3; a\tb"']) + "\n"
    assert rows(text.encode() * 3)[0][1] == ["601 234 567", "Anna", "ul. Długa 5, m. 3; a\tb"]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('phone,name\n601234567,"Ala\n602345678,Ola\n603456789,Ula\n', 2),
        ('phone;name\n601234567;Ala\n\n602345678;"Ola\n603456789;Ula"\n', 4),
    ],
)
def test_an_open_quotation_mark_is_named_with_its_row(content: str, row: int) -> None:
    with pytest.raises(BadFile) as refused:
        rows(content.encode())
    assert (refused.value.problem, refused.value.row) == (FileProblem.QUOTES, row)


def test_zeros_kept_for_a_spreadsheet_stay() -> None:
    content = b'phone;zip\n="601234567";="00-950"\n"=""602345678""";x\n'
    assert rows(content)[1:] == [(2, ["601234567", "00-950"]), (3, ["602345678", "x"])]


def test_a_sep_line_declares_the_delimiter() -> None:
    assert rows(b"sep=;\r\n601234567;a,b\r\n") == [(2, ["601234567", "a,b"])]


def test_row_numbers_are_those_of_the_spreadsheet() -> None:
    content = b'phone,note\n\n601234567,"two\nlines"\n,,,\n602345678\n'
    assert rows(content) == [
        (1, ["phone", "note"]),
        (3, ["601234567", "two\nlines"]),
        (5, ["602345678"]),
    ]


def test_it_survives_thousands_of_empty_columns() -> None:
    line = b"601234567" + b"," * 16_383 + b"\n"
    assert rows(line * 100)[99] == (100, ["601234567"])


def test_invisible_characters_are_removed() -> None:
    text = "\ufefftelefon;imię\n\u200b601\u00a0234\u00a0567\u200e;An\0na\n"
    assert rows(text.encode()) == [
        (1, ["telefon", "imię"]),
        (2, ["601\u00a0234\u00a0567", "Anna"]),
    ]


def test_all_kinds_of_line_ends_work() -> None:
    assert [row[0] for row in rows(b"601234567\r602345678\r\n603456789\n")] == [1, 2, 3]


def test_rows_can_be_skipped() -> None:
    stored = import_files.store(io.BytesIO(b"a\nb\nc\nd\n"), "PL")
    assert [cells for _, cells in import_files.read(stored.name, 2)] == [["c"], ["d"]]


def test_only_the_owner_of_the_process_can_read_the_file() -> None:
    stored = import_files.store(io.BytesIO(b"601234567\n"), "PL")
    assert import_files.path(stored.name).stat().st_mode & 0o077 == 0


@given(st.text(alphabet=st.sampled_from("'=+-@ab1\t\r＝＋－＠ "), max_size=8))
def test_escaping_a_cell_can_be_undone(cell: str) -> None:
    escaped = formulas.escaped(cell)
    assert formulas.unescaped(escaped) == cell
    assert not escaped.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
