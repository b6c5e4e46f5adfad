"""Uploaded files: their type and encoding are detected, their rows are stored in UTF-8.

Workbooks (Excel, LibreOffice) are read by `workbooks`, and stored here.

The stored file is comma-separated: the row's number in the original, then its cells. Empty rows,
invisible characters and the apostrophes of spreadsheets are left out. The first row is number 1.
"""

import csv
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from promosms.lib import csv_files, csv_reader, formulas, text_encodings
from promosms.lib.text_encodings import Reading
from promosms.settings import instance_file, settings

MOST_COLUMNS = 100
LONGEST_CELL = 5_000  # longer than any field: a cell that was cut still refuses its row
_FIRST = 200
_INVISIBLE = {ord(mark): None for mark in "\0\x1a\u200b\u200c\u200e\u200f\u2060\ufeff\u00ad"}
_ANY_INVISIBLE = re.compile(f"[{''.join(map(chr, _INVISIBLE))}]")
_ESCAPES = re.compile("['=]")
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b")
_NO_TABLE = (b"{\\rtf", b"BEGIN:VCARD", b"[{", b'{"')  # texts, but not of rows
# Web pages and XML of old programs, whose names end in .xls.
_MARKUP = re.compile(
    rb"[\s\xef\xbb\xbf]*<(?:!doctype|html|head|table|meta|\?xml|\?mso)", re.IGNORECASE
)

Row = tuple[int, list[str]]


class FileProblem(StrEnum):
    """Why a file cannot be imported; the explanations are in `forms/imports.py`."""

    EMPTY = "empty"
    BINARY = "binary"
    MARKUP = "markup"
    PASSWORD = "password"
    DAMAGED = "damaged"
    NO_CELLS = "no_cells"
    NO_WORKBOOK = "no_workbook"
    NUMBERS_APP = "numbers_app"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    ENCODING = "encoding"
    QUOTES = "quotes"
    NO_ROWS = "no_rows"
    NO_NUMBERS = "no_numbers"
    NOT_ALONE = "not_alone"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"


class BadFile(Exception):
    """The file cannot be imported; `problem` says why, `row` where if that is known."""

    def __init__(self, problem: FileProblem, row: int = 0) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.row = row


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file: its name and rows, and the format of the original.

    `encoding` is the kind of a workbook, `hidden_rows` how many of the rows nobody sees in it.
    """

    name: str
    encoding: str
    delimiter: str
    rows: int
    hidden_rows: int = 0


def store(upload: BinaryIO, region: str) -> StoredFile:
    """Store an uploaded file under a random name; raises BadFile.

    If its encoding is not certain, its bytes are stored, too, until somebody has chosen one of its
    `readings`.
    """
    raw = upload.read(65_536)
    _refuse_binary(raw)
    upload.seek(0)
    try:
        detected = text_encodings.examine(upload, region)
    except text_encodings.Unreadable as error:
        _refuse_controls(raw.decode("latin-1"))
        raise BadFile(FileProblem.ENCODING) from error
    stored = _store_as(upload, detected.encoding)
    if detected.readings:
        try:
            _keep_bytes(upload, stored.name)
        except BaseException:
            forget(stored.name)
            raise
    return stored


def readings(name: str, region: str) -> tuple[Reading, ...]:
    """The readings of a stored file of which one has to be chosen; none if it is certain."""
    try:
        with _bytes_of(name).open("rb") as file:
            return text_encodings.examine(file, region).readings
    except FileNotFoundError:
        return ()


def is_doubtful(name: str) -> bool:
    """Has a reading of the file, or a sheet of the workbook, still to be chosen?"""
    return bool(undecided(name))


def undecided(name: str) -> list[Path]:
    """What is kept of a file until something is chosen: its bytes, or the sheets of a workbook.

    The sheets have endings after the name of the stored file.
    """
    kept = _bytes_of(name)
    return [file for file in (kept, *kept.parent.glob(f"{name}.*")) if file.exists()]


def store_again(name: str, encoding: str) -> StoredFile:
    """Store a doubtful file in the encoding that was chosen, under a new name; raises BadFile."""
    with _bytes_of(name).open("rb") as file:
        return _store_as(file, encoding)


def _store_as(file: BinaryIO, encoding: str) -> StoredFile:
    file.seek(0)
    text = text_encodings.opened(file, encoding)
    repair = text_encodings.repair(encoding)
    try:
        sample = text.read(65_536)
        _refuse_controls(sample)
        delimiter = csv_files.guess_delimiter(sample)
        text.seek(0)
        lines = map(repair, text) if repair else text
        return _write(_rows(lines, delimiter), encoding, delimiter)
    except UnicodeError as error:
        raise BadFile(FileProblem.ENCODING) from error
    finally:
        text.detach()


def _keep_bytes(upload: BinaryIO, name: str) -> None:
    upload.seek(0)
    kept = _bytes_of(name)
    kept.touch(mode=0o600)
    with kept.open("wb") as file:
        shutil.copyfileobj(upload, file)


def store_sheet(rows: Iterable[Row], kind: str) -> StoredFile:
    """Store the rows of a sheet of a workbook of this kind; raises BadFile."""
    cleaned = ((number, _cleaned(map(_visible, cells))) for number, cells in rows)
    return _write(((number, cells) for number, cells in cleaned if cells), kind, ",")


def link(source: Path) -> str:
    """The new name of a stored sheet that is stored once more; each of the two can be deleted."""
    name = secrets.token_hex(16)
    os.link(source, path(name))
    return name


def store_rows(rows: Iterable[list[str]]) -> StoredFile:
    """Store pasted rows; raises BadFile."""
    return _write(((number, cells) for number, cells in enumerate(rows, 1)), "utf-8", ",")


def rewrite(stored: StoredFile, rows: Iterable[Row]) -> StoredFile:
    """Store these rows instead, under a new name; raises BadFile. The old file goes."""
    try:
        new = _write(iter(rows), stored.encoding, stored.delimiter)
        for file in undecided(stored.name):
            file.rename(file.with_name(file.name.replace(stored.name, new.name)))
        return replace(new, hidden_rows=stored.hidden_rows)
    finally:
        forget(stored.name)


def read(name: str, skip: int = 0) -> Iterator[Row]:
    """The rows of a stored file after the first `skip`, with their numbers in the original.

    Also another thread can read them.
    """
    return _rows_after(path(name), skip)


def _rows_after(stored: Path, skip: int) -> Iterator[Row]:
    with stored.open(encoding="utf-8", newline="") as file:
        for number, *cells in islice(csv.reader(file), skip, None):
            yield int(number), cells


def forget(name: str) -> None:
    """Delete a stored file."""
    path(name).unlink(missing_ok=True)
    seen_in(name).unlink(missing_ok=True)
    for file in undecided(name):
        file.unlink(missing_ok=True)


def stored_before(moment: datetime) -> list[str]:
    """Names of the stored files that were last written before this moment."""
    folders = path("x").parent, _bytes_of("x").parent
    files = (file for folder in folders for file in folder.iterdir() if file.is_file())
    return [file.name for file in files if file.stat().st_mtime < moment.timestamp()]


def path(name: str) -> Path:
    """The path of a stored file."""
    return instance_file("uploads", name)


def seen_in(name: str) -> Path:
    """The path of the file with what a check has seen in a stored file so far."""
    return path(f"{name}.seen")


def _bytes_of(name: str) -> Path:
    return instance_file("undecided_uploads", name)


def _refuse_binary(sample: bytes) -> None:
    if not sample.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise BadFile(FileProblem.EMPTY)
    if sample.startswith(_BINARY) or sample.lstrip(b"\xef\xbb\xbf \r\n").startswith(_NO_TABLE):
        raise BadFile(FileProblem.BINARY)
    if _MARKUP.match(sample):
        raise BadFile(FileProblem.MARKUP)


def _refuse_controls(sample: str) -> None:
    controls = sum(
        sample.count(chr(code)) for code in (*range(1, 9), *range(14, 26), *range(27, 32))
    )
    if controls > len(sample) * 0.02:
        raise BadFile(FileProblem.BINARY)


def _rows(text: Iterable[str], delimiter: str) -> Iterator[Row]:
    for number, cells in enumerate(csv_reader.records(map(_visible, text), delimiter), 1):
        kept = _cleaned(cells)
        declares = number == 1 and csv_files.SEPARATOR_LINE.fullmatch(delimiter.join(cells))
        if kept and not declares:
            yield number, kept


def _cleaned(cells: Iterable[str]) -> list[str]:
    kept = [cell.strip() for cell in cells]
    if any(map(_ESCAPES.match, kept)):
        kept = [formulas.unescaped(cell) for cell in kept]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _visible(line: str) -> str:
    return line.translate(_INVISIBLE) if _ANY_INVISIBLE.search(line) else line


def _write(rows: Iterator[Row], encoding: str, delimiter: str) -> StoredFile:
    name, count, most = secrets.token_hex(16), 0, settings.import_rows + 1
    target = path(name)
    target.touch(mode=0o600)
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            # csv quotes a cell only for characters of the line terminator: \r and \n are needed.
            writer = csv.writer(file, lineterminator="\r\n")
            for count, (number, cells) in enumerate(rows, 1):
                if count > most:
                    raise BadFile(FileProblem.TOO_MANY_ROWS)
                # After the first rows only the broken row itself is refused, not the whole file.
                if count <= _FIRST and len(cells) > MOST_COLUMNS:
                    raise BadFile(FileProblem.TOO_MANY_COLUMNS)
                if len(cells) > MOST_COLUMNS or max(map(len, cells)) > LONGEST_CELL:
                    cells = [cell[:LONGEST_CELL] for cell in cells[:MOST_COLUMNS]]
                writer.writerow([number, *cells])
        if not count:
            raise BadFile(FileProblem.EMPTY)
    except csv_reader.BadQuotes as error:
        forget(name)
        raise BadFile(FileProblem.QUOTES, error.row) from error
    except BaseException:
        forget(name)
        raise
    return StoredFile(name, encoding, delimiter, count)
