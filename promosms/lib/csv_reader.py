"""Reading CSV files of others: strict where rows could be lost, tolerant elsewhere.

Most lines are well formed and go to the csv module as they are. The others are read here: blanks
around a quoted cell, `="007"` of spreadsheets, a backslash before a quotation mark, a quotation
mark within a cell. A cell that is opened and not closed, or that has swallowed rows, is refused.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice

LONGEST_FIELD = 131_072
"""Characters of a quoted cell; what is longer has no end. The csv module has the same limit."""
_FIRST = 20
"""From so many rows it is seen how many cells a row has."""
_NUMBER = re.compile(r"[+(]?\d[\d \u00a0().\-/]{5,}\d")


class BadQuotes(ValueError):
    """A quotation mark is not closed where it should be; `row` is its row, from 1."""

    def __init__(self, row: int) -> None:
        super().__init__(f"row {row}")
        self.row = row


def records(lines: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    """The cells of each row of a file, an empty row too. Raises BadQuotes.

    `lines` are physical lines with their ends. A row may extend over several lines in quotes.
    A row that is quoted as a whole is read again: a spreadsheet that did not know the delimiter
    had it in one cell.
    """
    reader = csv.reader(_well_formed(lines, delimiter), delimiter=delimiter, strict=True)
    try:
        begin = list(islice(reader, 2))
        width = _width_within(begin, delimiter)
        for row, cells in enumerate(chain(begin, reader)):
            if len(cells) == 1 and delimiter in cells[0]:
                cells = _unquoted(cells[0], delimiter, width)
            if row < _FIRST:
                width = max(width, len(cells))
            yield cells
    except csv.Error as error:
        raise BadQuotes(reader.line_num) from error


def _width_within(begin: list[list[str]], delimiter: str) -> int:
    """How many cells the first two rows have within their only one, the second a number; or 0."""
    if len(begin) < 2 or any(len(cells) != 1 for cells in begin):
        return 0
    head, row = (next(csv.reader(cells, delimiter=delimiter), []) for cells in begin)
    return len(row) if len(head) == len(row) > 1 and any(map(is_number, row)) else 0


def _unquoted(cell: str, delimiter: str, width: int) -> list[str]:
    """The cells within a cell, if they are as many as a row has; the cell alone otherwise."""
    try:
        cells = next(csv.reader([cell], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return [cell]
    return cells if len(cells) == width else [cell]


def is_number(cell: str) -> bool:
    """Does the cell hold a phone number and nothing else, by its digits and signs?"""
    text = cell.strip(" \t\r\n\"'=")
    return bool(_NUMBER.fullmatch(text)) and sum(char.isdigit() for char in text) > 6


def _well_formed(lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """Each row as one text that the csv module reads without a doubt."""
    signs = _signs(delimiter)
    row, width = 1, 0
    record: _Record | None = None
    for line in lines:
        if record is None:
            if '"' not in line or signs.well_formed.fullmatch(line):
                yield line
                if row <= _FIRST:
                    width = max(width, line.count(delimiter) + 1)
                row += 1
                continue
            record = _Record(signs, row)
            if signs.backslash.fullmatch(line) and not signs.open.fullmatch(line):
                line = line.replace('\\"', '""')
        if record.add(line):
            record.refuse_swallowed(width)
            yield record.text()
            row += 1
            record = None
    if record is not None:
        raise BadQuotes(row)


@dataclass(frozen=True)
class _Signs:
    """The patterns of one delimiter."""

    delimiter: str
    well_formed: re.Pattern[str]
    backslash: re.Pattern[str]
    """A line in which a backslash stands before the quotation marks of the text."""
    open: re.Pattern[str]
    """A line that is well formed, but its last cell goes on in the next line."""
    opening: re.Pattern[str]
    closing: re.Pattern[str]


@cache
def _signs(delimiter: str) -> _Signs:
    mark = re.escape(delimiter)
    blank = "[ ]*" if delimiter == "\t" else "[ \\t]*"
    # Possessive: a long line that is not well formed is not tried in other ways.
    cell = rf'(?:"[^"]*+(?:""[^"]*+)*+"|[^"{mark}\r\n]*+)'
    escaped = rf'(?:{blank}"(?:[^"\\]|\\.)*+"{blank}|[^"{mark}\r\n]*+)'
    return _Signs(
        delimiter,
        re.compile(rf"{cell}(?:{mark}{cell})*+[\r\n]*+"),
        re.compile(rf"{escaped}(?:{mark}{escaped})*+[\r\n]*+"),
        re.compile(rf'(?:{cell}{mark})*+"[^"]*+(?:""[^"]*+)*+'),
        re.compile(rf'{blank}=?"'),
        re.compile(rf'"{blank}(?={mark}|[\r\n]*\Z)'),
    )


@dataclass
class _Record:
    """A row that is read here, one physical line after the other."""

    signs: _Signs
    row: int
    cells: list[str] = field(default_factory=list)
    opened: list[str] | None = None
    """The pieces of a quoted cell that is not closed yet."""
    length: int = 0
    long_cells: list[str] = field(default_factory=list)

    def add(self, line: str) -> bool:
        """Read a line; True when the row is complete. Raises BadQuotes."""
        self.length += len(line)
        if self.length > LONGEST_FIELD:
            raise BadQuotes(self.row)
        place, began_here = 0, False
        while True:
            if self.opened is None:
                opening = self.signs.opening.match(line, place)
                if opening is None:
                    place = self._plain(line, place)
                else:
                    self.opened, began_here, place = [], True, opening.end()
            if self.opened is not None:
                place = self._quoted(line, place, began_here)
                if self.opened is not None:
                    return False
            if not line.startswith(self.signs.delimiter, place):
                return True
            place += 1

    def _plain(self, line: str, place: int) -> int:
        """Read a cell without quotation marks around it; a mark within it is text: 5" pipe."""
        end = line.find(self.signs.delimiter, place)
        end = len(line.rstrip("\r\n")) if end < 0 else end
        self.cells.append(line[place:end])
        return end

    def _quoted(self, line: str, place: int, began_here: bool) -> int:
        """Read a quoted cell up to the mark that closes it, or to the end of the line."""
        assert self.opened is not None
        while (mark := line.find('"', place)) >= 0:
            closing = self.signs.closing.match(line, mark)
            if closing is not None:
                self._close(line[place:mark])
                return closing.end()
            if line.startswith('""', mark):
                self.opened.append(line[place : mark + 1])
                place = mark + 2
            elif began_here and mark > place and line[mark - 1] != self.signs.delimiter:
                self.opened.append(line[place : mark + 1])
                place = mark + 1
            else:
                raise BadQuotes(self.row)
        self.opened.append(line[place:])
        return len(line)

    def _close(self, last: str) -> None:
        assert self.opened is not None
        cell = "".join([*self.opened, last])
        self.cells.append(cell)
        if "\n" in cell or "\r" in cell:
            self.long_cells.append(cell)
        self.opened = None

    def refuse_swallowed(self, width: int) -> None:
        """A line within a cell that has as many cells as a row, and a number, is a row."""
        for cell in self.long_cells:
            for line in cell.splitlines()[1:]:
                pieces = line.split(self.signs.delimiter)
                if len(pieces) >= width and any(map(is_number, pieces)):
                    raise BadQuotes(self.row)

    def text(self) -> str:
        """The row, every cell in quotation marks."""
        quoted = (cell.replace('"', '""') for cell in self.cells)
        return self.signs.delimiter.join(f'"{cell}"' for cell in quoted) + "\n"
