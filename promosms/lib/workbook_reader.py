"""Workbooks as records of text: the sheets of an XLSX, XLSB, XLS or ODS file and their rows.

A workbook is a program for its reader: a small one can unpack to gigabytes. So it is read in a
process of its own with limits of memory and time. That process runs this file by its path, without
the package around it, and needs nothing but the standard library and calamine.

What `records` yields: `kind`; for each sheet that has cells `sheet`, its rows (the row's number in
the sheet, then its cells) and `end`; at last `done`, or `problem` with a code.
"""

import csv
import datetime
import io
import os
import re
import resource
import signal
import sys
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from typing import Any, BinaryIO
from xml.etree import ElementTree

LONGEST_CELL = 5_000
MOST_COLUMNS = 101
"""One more than an import takes: then it is refused."""
MOST_SHEETS = 50
_MOST_MEMBERS = 2_000
_MOST_UNPACKED = 500_000_000
_MOST_STRINGS = 120_000_000
_MOST_OUTPUT = 250_000_000
_SMALL = 10_000_000
_MOST_RATIO = 200  # tables of real lists have 5 to 40
_CHUNK = 1 << 20
_EXACT = 2**53
"""Up to here each whole number has a float of its own."""
_OLE = b"\xd0\xcf\x11\xe0"
# [MS-XLS] 2.1.7.20.3: the first record of a workbook, perhaps WriteProtect, and FilePass.
_XLS_PASSWORD = re.compile(rb"\x09\x08\x10\0.{16}(?:\x86\0\0\0)?\x2f\0", re.DOTALL)
_ENTRY = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\shidden="(?:1|true)"[^>]*>')
_ROW_NUMBER = re.compile(rb'\sr="(\d+)"')
_ODS_ROW = re.compile(rb"<table:table(?:-row)?(?=[\s/>])[^>]*>")
_REPEATED = re.compile(rb'number-rows-repeated="(\d+)"')
_UNSEEN = re.compile(rb'table:visibility="(?:filter|collapse)"')
_LONGEST_MARK = 30
_MOST_REPEATED = 1_000  # longer runs of equal rows are the empty rest of a sheet

Record = list[str]
Hidden = dict[int, set[int]]


class _Problem(Exception):
    """The workbook cannot be read; the argument is the code."""


def records(file: BinaryIO, most_rows: int) -> Iterator[Record]:
    """Everything in a workbook; of a sheet the first `most_rows` rows that are not empty."""
    from python_calamine import CalamineError, PasswordError

    try:
        kind, hidden = _checked(file)
        yield ["kind", kind]
        yield from _sheets(file, hidden, most_rows)
        yield ["done"]
    except _Problem as problem:
        yield ["problem", str(problem)]
    except PasswordError:
        yield ["problem", "password"]
    except MemoryError:
        yield ["problem", "too_large"]
    except (CalamineError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):
        yield ["problem", "damaged"]
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of Rust
            raise
        yield ["problem", "damaged"]


def text_of(value: Any) -> str:
    """A cell as somebody would type it; numbers with all their digits as long as they are sure."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if abs(value) <= _EXACT and value == int(value):
            return str(int(value))
        return format(value, ".15g")
    if isinstance(value, datetime.datetime):
        value = _to_seconds(value)
        return value.date().isoformat() if value.time() == datetime.time() else _moment(value)
    if isinstance(value, datetime.time):
        return _clock(value)
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value.isoformat())


def _to_seconds(moment: datetime.datetime) -> datetime.datetime:
    """Parts of a day are rounded: 14:59:59.9999 is 15:00."""
    return (moment + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)


def _moment(value: datetime.datetime) -> str:
    return f"{value.date().isoformat()} {_clock(value.time())}"


def _clock(value: datetime.time) -> str:
    return value.isoformat("seconds" if value.second else "minutes")


def _checked(file: BinaryIO) -> tuple[str, Hidden]:
    """The kind of workbook, and the hidden rows of each sheet. Raises _Problem."""
    start = file.read(4)
    file.seek(0)
    if start == _OLE:
        return _ole_kind(file.read()), {}
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        _refuse_bombs(members)
        kind = _zip_kind(archive, {member.filename.lower() for member in members})
        marked = {member.filename for member in members if _unpack(archive, member)}
        return kind, _hidden_rows(archive, kind, marked) if marked else {}


def _ole_kind(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content or _XLS_PASSWORD.search(content):
        raise _Problem("password")
    if not any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        raise _Problem("no_workbook")
    return "xls"


def _zip_kind(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if any(name.endswith(".iwa") for name in names) or "index.zip" in names:
        raise _Problem("numbers_app")
    kept = archive.read("mimetype")[:100] if "mimetype" in archive.namelist() else b""
    if not kept.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        raise _Problem("no_workbook")
    manifest = "META-INF/manifest.xml"
    if manifest in archive.namelist() and b"encryption-data" in archive.read(manifest):
        raise _Problem("password")
    return "ods"


def _refuse_bombs(members: list[zipfile.ZipInfo]) -> None:
    """Refuse what says itself that it is too large, before anything is unpacked."""
    unpacked = sum(member.file_size for member in members)
    if len(members) > _MOST_MEMBERS or unpacked > _MOST_UNPACKED:
        raise _Problem("too_large")
    for member in members:
        packed = max(member.compress_size, 1)
        strings = member.filename.lower().endswith("sharedstrings.xml")
        if member.file_size > max(_SMALL, packed * _MOST_RATIO):
            raise _Problem("too_large")
        if strings and member.file_size > _MOST_STRINGS:
            raise _Problem("too_large")
        if member.flag_bits & 1:
            raise _Problem("password")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _Problem("damaged")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Does it mark rows as hidden? Raises _Problem if it is larger than it says."""
    found, size, rest = False, 0, b""
    for chunk in _chunks(archive, member):
        size += len(chunk)
        if size > member.file_size:
            raise _Problem("too_large")
        piece = rest + chunk
        found = found or b' hidden="' in piece or bool(_UNSEEN.search(piece))
        rest = piece[-_LONGEST_MARK:]
    is_table = _ENTRY.fullmatch(member.filename) or member.filename == "content.xml"
    return bool(found and is_table)


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """What is really in it, with its checksum: zipfile stops at the size in the directory."""
    said = member.file_size
    member.file_size = said + 1
    try:
        with archive.open(member) as entry:
            member.file_size = said
            while chunk := entry.read(_CHUNK):
                yield chunk
    finally:
        member.file_size = said


def _hidden_rows(archive: zipfile.ZipFile, kind: str, marked: set[str]) -> Hidden:
    if kind == "ods":
        return _hidden_in_ods(_tags(archive, "content.xml", _ODS_ROW))
    rows: Hidden = {}
    for sheet, name in enumerate(_entries(archive) if kind == "xlsx" else ()):
        if name in marked:
            tags = _tags(archive, name, _HIDDEN_ROW)
            found = (_ROW_NUMBER.search(tag) for tag in tags)
            rows[sheet] = {int(number[1]) for number in found if number}
    return rows


def _tags(archive: zipfile.ZipFile, name: str, pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in _chunks(archive, archive.getinfo(name)):
        piece = rest + chunk
        end = piece.rfind(b"<")
        yield from pattern.findall(piece, 0, end)
        rest = piece[end:] if end >= 0 else b""
    yield from pattern.findall(rest)


def _hidden_in_ods(tags: Iterable[bytes]) -> Hidden:
    sheet, row = -1, 0
    hidden: Hidden = {}
    for tag in tags:
        if not tag.startswith(b"<table:table-row"):
            sheet, row = sheet + 1, 0
            continue
        repeated = _REPEATED.search(tag)
        count = int(repeated[1]) if repeated else 1
        if _UNSEEN.search(tag) and count <= _MOST_REPEATED:
            hidden.setdefault(sheet, set()).update(range(row + 1, row + count + 1))
        row += count
    return hidden


def _entries(archive: zipfile.ZipFile) -> list[str]:
    """The file of each sheet, in the order of the workbook."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return []
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    entries = []
    for element in book.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            ids = (value for key, value in element.items() if key.endswith("}id"))
            target = targets.get(next(ids, None), "")
            entries.append(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    return entries


def _sheets(file: BinaryIO, hidden: Hidden, most_rows: int) -> Iterator[Record]:
    """The visible sheets; if nothing is in them, the hidden ones."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    file.seek(0)
    book = load_workbook(file)
    shown: list[int] = []
    concealed: list[int] = []
    for place, sheet in enumerate(book.sheets_metadata):
        if sheet.typ != SheetTypeEnum.WorkSheet:
            continue  # a chart has no cells
        (shown if sheet.visible == SheetVisibleEnum.Visible else concealed).append(place)
    if (yield from _each(book, shown, hidden, most_rows)):
        yield ["concealed", str(len(concealed))]
    elif not (yield from _each(book, concealed, hidden, most_rows)):
        raise _Problem("no_cells")


def _each(
    book: Any, places: list[int], hidden: Hidden, most_rows: int
) -> Generator[Record, None, bool]:
    """These sheets; returns whether one of them has cells."""
    found = size = 0
    for place in places:
        if found < MOST_SHEETS:
            for line in _sheet(book, place, hidden.get(place, set()), most_rows):
                found += line[0] == "sheet"
                size += sum(map(len, line))
                if size > _MOST_OUTPUT:
                    raise _Problem("too_large")
                yield line
    return found > 0


def _sheet(book: Any, place: int, hidden: set[int], most_rows: int) -> Iterator[Record]:
    sheet = book.get_sheet_by_index(place)
    if not sheet.height:
        return
    count = unseen = 0
    for number, cells in _filled_down(sheet):
        if not any(cells):
            continue
        if not count:
            yield ["sheet", sheet.name]
        count += 1
        unseen += number in hidden
        yield [str(number), *cells]
        if count == most_rows:
            break
    if count:
        yield ["end", str(unseen)]


def _filled_down(sheet: Any) -> Iterator[tuple[int, Record]]:
    """Rows with their numbers; a cell that was merged downwards stands in each of its rows.

    Not sideways: a title across the table is no head of each column. Nor in a row that has no
    other cell.
    """
    first = sheet.start[1]
    lengths = {
        (top, left - first): bottom
        for (top, left), (bottom, _) in sheet.merged_cell_ranges or ()
        if bottom > top and first <= left < first + MOST_COLUMNS
    }
    tops = {top for top, _ in lengths}
    open_cells: dict[int, tuple[int, str]] = {}
    for row, values in enumerate(sheet.iter_rows()):
        cells = [text_of(value)[:LONGEST_CELL] for value in values[:MOST_COLUMNS]]
        if open_cells and any(cells):
            for column, (bottom, text) in list(open_cells.items()):
                if row > bottom:
                    del open_cells[column]
                elif not cells[column]:
                    cells[column] = text
        if row in tops:
            for column, text in enumerate(cells):
                if (row, column) in lengths:
                    open_cells[column] = lengths[row, column], text
        yield row + 1, cells


def main(libraries: str, memory: int, seconds: int, wall: float, most_rows: int) -> None:
    """Read the workbook on standard input within these limits, and write its records as CSV."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # first SIGXCPU, then SIGKILL
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, wall)  # whoever started it may be gone
    sys.path.append(libraries)
    with io.TextIOWrapper(os.fdopen(1, "wb"), "utf-8", newline="") as output:
        writer = csv.writer(output, lineterminator="\r\n")
        with os.fdopen(0, "rb") as file:
            for record in records(file, most_rows):
                writer.writerow(record)


if __name__ == "__main__":
    libraries, memory, seconds, wall, most_rows = sys.argv[1:]
    main(libraries, int(memory), int(seconds), float(wall), int(most_rows))
