"""Writes the smallest XLSB workbook: records as [MS-XLSB] describes them, in a zip archive."""

import struct
from collections.abc import Iterator, Sequence

from tests.services.imports.zoo.exhibits import Exhibit
from tests.support.workbooks import archive

PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
# Kinds of records.
ROW, NUMBER, TEXT = 0x00, 0x05, 0x06
BEGIN_SHEET, END_SHEET, BEGIN_ROWS, END_ROWS, SIZE = 0x81, 0x82, 0x91, 0x92, 0x94
BEGIN_BOOK, END_BOOK, PROPERTIES, CALCULATION = 0x83, 0x84, 0x99, 0x9D
BEGIN_SHEETS, SHEET, END_SHEETS = 0x8F, 0x9C, 0x90


def xlsb(name: str, rows: Sequence[Sequence[str | float]]) -> bytes:
    """A workbook with one sheet."""
    one = struct.pack("<II", 0, 1) + _wide("rId1") + _wide(name)
    book = (
        _record(BEGIN_BOOK)
        + _record(PROPERTIES, struct.pack("<II", 0, 0) + _wide(""))
        + _record(BEGIN_SHEETS)
        + _record(SHEET, one)
        + _record(END_SHEETS)
        + _record(CALCULATION, bytes(26))
        + _record(END_BOOK)
    )
    relation = f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.bin"/>'
    members = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}content-types">'
        f'<Default Extension="bin" ContentType="{CONTENT}"/></Types>',
        "xl/workbook.bin": book,
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{PACKAGE}relationships">'
        f"{relation}</Relationships>",
        "xl/worksheets/sheet1.bin": _sheet(rows),
    }
    return archive(members)


def _sheet(rows: Sequence[Sequence[str | float]]) -> bytes:
    width = max(map(len, rows))
    size = struct.pack("<4I", 0, len(rows) - 1, 0, width - 1)
    records = [_record(BEGIN_SHEET), _record(SIZE, size), _record(BEGIN_ROWS)]
    for n, cells in enumerate(rows):
        records.append(_record(ROW, struct.pack("<IIH", n, 0, 300) + bytes(7)))
        for column, value in enumerate(cells):
            place = struct.pack("<II", column, 0)
            if isinstance(value, str):
                records.append(_record(TEXT, place + _wide(value)))
            else:
                records.append(_record(NUMBER, place + struct.pack("<d", value)))
    return b"".join([*records, _record(END_ROWS), _record(END_SHEET)])


def _record(kind: int, content: bytes = b"") -> bytes:
    """The kind and the length in seven bits each, the lowest first, then the content."""
    return _sevens(kind) + _sevens(len(content)) + content


def _sevens(number: int) -> bytes:
    begin = bytes([number & 0x7F | (0x80 if number > 0x7F else 0)])
    return begin + _sevens(number >> 7) if number > 0x7F else begin


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16le")


def exhibits() -> Iterator[Exhibit]:
    """A workbook with a number that lost its plus, and a landline."""
    rows = [["Telefon", "Imię"], [48601234567.0, "Łucja"], ["22 621 00 00", "Biuro"]]
    yield Exhibit("smallest.xlsb", xlsb("Klienci", rows), "2 +48601234567 Łucja\n3 landline")
