"""Workbooks (XLSX): writing a table in constant memory, with texts as texts and days as days.

No cell becomes a formula, a number or a link by what stands in it. A text that a spreadsheet would
run as a formula once somebody edits its cell is marked as a text, as a leading apostrophe does.
"""

import tempfile
from collections.abc import Callable, Sequence
from datetime import date, tzinfo
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from promosms.lib import formulas
from promosms.lib.tables import Cell, Kind, Row, Table

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576
"""Of a sheet, its head among them: further rows are on a second one."""
LONGEST = 32_767
"""Characters of a cell."""
WAITING = "workbook-"
"""With this begin the names of the folders in which rows wait."""
_NAME = 25
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
Put = Callable[[int, int, Any], object]


class Writer:
    """Writes the rows of a table into a workbook; `with` removes what waits beside it.

    `folder` is where rows wait, about 150 bytes for each, until the workbook is complete.
    """

    def __init__(self, target: BinaryIO, table: Table, zone: tzinfo, folder: Path) -> None:
        from xlsxwriter import Workbook  # 4 MB that few processes need

        self.waiting = tempfile.TemporaryDirectory(dir=folder, prefix=WAITING)
        options = {"constant_memory": True, "tmpdir": self.waiting.name}
        self.workbook = Workbook(target, options)
        self.table, self.zone, self.sheets = table, zone, 0
        self.bold = self.workbook.add_format({"bold": True})
        self.quoted = self.workbook.add_format({"quote_prefix": True})
        self.day = self.workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = self.workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.begin_sheet()

    def __enter__(self) -> "Writer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self.end(complete=kind is None)

    def write(self, rows: Sequence[Row]) -> None:
        """Write a block of rows."""
        for row in rows:
            if self.place == MOST_ROWS:
                self.begin_sheet()
            for column, cell in enumerate(row):
                if cell is not None and cell != "":
                    self.puts[column](self.place, column, cell)
            self.place += 1

    def end(self, *, complete: bool = True) -> None:
        """Complete the workbook, unless it is not wanted any more; remove what waited."""
        try:
            if complete:
                self.workbook.close()
        finally:
            # Without it the library would complete the workbook when it is forgotten.
            self.workbook.fileclosed = True
            for sheet in self.workbook.worksheets():
                if sheet.row_data_fh:
                    sheet.row_data_fh.close()
            self.waiting.cleanup()

    def begin_sheet(self) -> None:
        """Begin the next sheet with its head."""
        self.sheets += 1
        name = self.table.name.translate(_NOT_IN_NAMES)[:_NAME].strip()
        sheet = self.workbook.add_worksheet(name if self.sheets == 1 else f"{name} {self.sheets}")
        for place, column in enumerate(self.table.columns):
            sheet.set_column(place, place, column.width)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})
        for place, column in enumerate(self.table.columns):
            sheet.write_string(0, place, column.head, self.bold)
        self.puts = [self._put(sheet, column.kind) for column in self.table.columns]
        self.place = 1

    def _put(self, sheet: "Worksheet", kind: Kind) -> Put:
        texts = _texts(sheet, self.quoted)
        if kind is Kind.NUMBER:
            return _numbers(sheet, texts)
        if kind is Kind.DAY:
            return _days(sheet, self.day, texts)
        return self._moments(sheet) if kind is Kind.MOMENT else texts

    def _moments(self, sheet: "Worksheet") -> Put:
        def put(row: int, column: int, cell: Any) -> None:
            local = cell.astimezone(self.zone).replace(tzinfo=None, microsecond=0)
            sheet.write_datetime(row, column, local, self.moment)

        return put


def _texts(sheet: "Worksheet", quoted: "Format") -> Put:
    write = sheet.write_string

    def put(row: int, column: int, cell: str) -> None:
        if cell[0] in formulas.FIRST:
            write(row, column, marked(cell), quoted)
        else:
            write(row, column, cell[:LONGEST])

    return put


def marked(cell: str) -> str:
    """A text that looks like a formula; its cell has the mark of a text.

    An import takes an apostrophe off: a cell that has one of its own gets another.
    """
    kept = cell if formulas.unescaped(cell) == cell else formulas.escaped(cell)
    return kept[:LONGEST]


def _numbers(sheet: "Worksheet", texts: Put) -> Put:
    def put(row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, str):
            texts(row, column, cell)
        else:
            sheet.write_number(row, column, cell)

    return put


def _days(sheet: "Worksheet", format_: "Format", texts: Put) -> Put:
    def put(row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, date) and cell.year > 1899:
            sheet.write_datetime(row, column, cell, format_)
        else:
            texts(row, column, str(cell))

    return put
