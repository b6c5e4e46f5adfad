"""Long workbooks (XLSX): written some rows at a time, by processes that may be killed in between.

A workbook is a ZIP of XML files. What does not depend on the rows comes from the library that
writes short workbooks (xlsx_files.py); the rows of a sheet are compressed in pieces that need
nothing of each other, so the file goes on wherever a piece has ended. It is complete, and can be
opened, after `end`. Memory holds one block of rows.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from promosms.lib import formulas, xlsx_files
from promosms.lib.tables import Cell, Kind, Row, Table
from promosms.lib.xlsx_files import LONGEST, MOST_ROWS

LEVEL = 4
MOST_BYTES = 3 << 30
"""Of the XML of a sheet: a ZIP without extensions has room for four gigabytes."""
FIRST_DAY = date(1899, 12, 31)
_LEAP = 59  # spreadsheets believe in 29 February 1900
_SHEET = "xl/worksheets/sheet{}.xml"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f]")
_LIKE_CONTROL = re.compile("(_x[0-9a-fA-F]{4}_)")
_ROWS = re.compile(rb'<row r="2".*</row>', re.DOTALL)
_SIZE = re.compile(rb"<dimension [^>]*/>")
_STYLE = re.compile(rb'<c r="[ABC]2" s="(\d+)"')
Place = dict[str, Any]
"""Where it goes on, as JSON: the sheets that are complete, and the one that is not."""
Put = Callable[[Any], str]


class Book:
    """A long workbook in an open file, which goes on at `place` and changes it.

    Everything behind `place["size"]` is cut off: it was written by somebody who was killed.
    """

    def __init__(
        self, file: BinaryIO, table: Table, zone: tzinfo, folder: Path, place: Place
    ) -> None:
        self.file, self.table, self.zone, self.folder = file, table, zone, folder
        self.place = place
        place.setdefault("sheets", [])
        sheet = self._template(1)[_SHEET.format(1)]
        self.before, self.after = _ROWS.split(_SIZE.sub(b"", sheet))
        quoted, day, moment = (int(style) for style in _STYLE.findall(sheet))
        self.quoted = f'" s="{quoted}" t="inlineStr"><is><t'
        self.puts = [self._put(column.kind, day, moment) for column in table.columns]
        self.letters = [_letters(number) for number in range(len(table.columns))]
        file.truncate(place.setdefault("size", 0))
        file.seek(place["size"])

    def write(self, rows: Sequence[Row]) -> None:
        """Write a block of rows."""
        rows = list(rows)
        while rows:
            sheet = self.place.get("sheet")
            if sheet is None or sheet["row"] > MOST_ROWS or sheet["bytes"] > MOST_BYTES:
                sheet = self._next_sheet(sheet)
            room = MOST_ROWS - sheet["row"] + 1
            some, rows = rows[:room], rows[room:]
            self._add(sheet, self._xml(some, sheet["row"]))
            sheet["row"] += len(some)

    def end(self) -> None:
        """Complete the workbook."""
        if "sheet" not in self.place:
            self._next_sheet(None)
        self._end_sheet(self.place.pop("sheet"))
        sheets = self.place["sheets"]
        members = self._template(len(sheets))
        # As a new archive behind what is there: the table of contents has both.
        with zipfile.ZipFile(self.file, "w", zipfile.ZIP_DEFLATED) as archive:
            for number, sheet in enumerate(sheets, 1):
                name = _SHEET.format(number)
                del members[name]
                archive.filelist.append(_info(name, sheet))
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
        self.place["size"] = self.file.tell()

    def _next_sheet(self, before: Place | None) -> Place:
        if before is not None:
            self._end_sheet(before)
        sheet = {"at": self.file.tell(), "row": 2, "crc": 0, "bytes": 0, "packed": 0}
        self.place["sheet"] = sheet
        self.file.write(_info(self._name(), sheet).FileHeader(zip64=False))
        self._add(sheet, self.before)
        return sheet

    def _end_sheet(self, sheet: Place) -> None:
        self._add(sheet, self.after, last=True)
        self.file.seek(sheet["at"])  # its sizes are known now
        self.file.write(_info(self._name(), sheet).FileHeader(zip64=False))
        self.file.seek(self.place["size"])
        self.place["sheets"].append(sheet)

    def _name(self) -> str:
        return _SHEET.format(len(self.place["sheets"]) + 1)

    def _add(self, sheet: Place, content: bytes, *, last: bool = False) -> None:
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = packer.compress(content)
        # Either way it ends with a whole byte, and the next piece looks back at nothing.
        packed += packer.flush(zlib.Z_FINISH if last else zlib.Z_FULL_FLUSH)
        self.file.write(packed)
        sheet["crc"] = zlib.crc32(content, sheet["crc"])
        sheet["bytes"] += len(content)
        sheet["packed"] += len(packed)
        self.place["size"] = self.file.tell()

    def _xml(self, rows: Sequence[Row], first: int) -> bytes:
        letters, puts, lines = self.letters, self.puts, []
        for number, row in enumerate(rows, first):
            cells = "".join(
                f'<c r="{letter}{number}{put(cell)}'
                for letter, put, cell in zip(letters, puts, row, strict=True)
                if cell is not None and cell != ""
            )
            lines.append(f'<row r="{number}">{cells}</row>')
        return "".join(lines).encode()

    def _put(self, kind: Kind, day: int, moment: int) -> Put:
        if kind is Kind.NUMBER:
            return self._number
        if kind is Kind.DAY:
            return lambda cell: self._day(cell, day)
        return (lambda cell: self._moment(cell, moment)) if kind is Kind.MOMENT else self._text

    def _text(self, cell: str) -> str:
        if cell[0] in formulas.FIRST:
            return f"{self.quoted}{_inline(xlsx_files.marked(cell))}"
        return f'" t="inlineStr"><is><t{_inline(cell[:LONGEST])}'

    def _number(self, cell: Cell) -> str:
        return self._text(cell) if isinstance(cell, str) else f'"><v>{cell:.16G}</v></c>'

    def _day(self, cell: Cell, style: int) -> str:
        if isinstance(cell, date) and cell.year > 1899:
            return f'" s="{style}"><v>{_days(cell)}</v></c>'
        return self._text(str(cell))

    def _moment(self, cell: datetime, style: int) -> str:
        local = cell.astimezone(self.zone).replace(tzinfo=None, microsecond=0)
        seconds = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second)
        number = _days(local.date()) + seconds / timedelta(days=1)
        return f'" s="{style}"><v>{number:.16G}</v></c>'

    def _template(self, sheets: int) -> dict[str, bytes]:
        """The files of a workbook with so many sheets without rows; a sample in the first."""
        target = io.BytesIO()
        empty = Table(self.table.name, self.table.columns, ())
        with xlsx_files.Writer(target, empty, self.zone, self.folder) as writer:
            sheet = writer.workbook.worksheets()[0]
            for place, style in enumerate((writer.quoted, writer.day, writer.moment)):
                sheet.write_blank(1, place, "", style)
            for _ in range(sheets - 1):
                writer.begin_sheet()
        with zipfile.ZipFile(target) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def _info(name: str, sheet: Place) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type, info.header_offset = zipfile.ZIP_DEFLATED, sheet["at"]
    info.CRC, info.file_size, info.compress_size = sheet["crc"], sheet["bytes"], sheet["packed"]
    return info


def _inline(text: str) -> str:
    """A text as XML has it: a spreadsheet reads _x0007_ as a control character."""
    if "_x" in text:
        text = _LIKE_CONTROL.sub(r"_x005F\1", text)
    text = _CONTROL.sub(lambda found: f"_x{ord(found.group()):04X}_", text)
    for never in ("\ufffe", "\uffff"):
        text = text.replace(never, f"_x{ord(never):04X}_")
    kept = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f"{kept}>{escape(text)}</t></is></c>"


def _days(day: date) -> int:
    days = (day - FIRST_DAY).days
    return days + 1 if days > _LEAP else days


def _letters(number: int) -> str:
    """The name of a column: A to Z, AA and so on."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
