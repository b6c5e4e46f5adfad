"""Workbooks for tests: from tables, from the XML of a sheet, and such as unpack to too much."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook

Table = Sequence[Sequence[Any]]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = "xl/worksheets/sheet1.xml"


def workbook(*tables: Table, **named: Table) -> Workbook:
    """A workbook with a sheet for each table: Sheet1, Sheet2, and those with names."""
    book = Workbook()
    book.remove(book["Sheet"])
    unnamed = {f"Sheet{n}": table for n, table in enumerate(tables, 1)}
    for title, table in {**unnamed, **named}.items():
        sheet = book.create_sheet(title)
        for row, cells in enumerate(table, 1):
            for column, value in enumerate(cells, 1):
                sheet.cell(row, column).value = value
    return book


def content(book: Workbook) -> bytes:
    """The file of a workbook."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xlsx(*tables: Table, **named: Table) -> bytes:
    """The file of a workbook with a sheet for each table."""
    return content(workbook(*tables, **named))


def archive(members: Mapping[str, str | bytes]) -> bytes:
    """A zip archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in members.items():
            zipped.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def members(content: bytes) -> dict[str, bytes]:
    """What is in a zip archive, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def with_member(content: bytes, name: str, text: bytes) -> bytes:
    """The same archive with another text in this member."""
    return archive(members(content) | {name: text})


def raw(rows: str, **more: str | bytes) -> bytes:
    """An XLSX file whose only sheet has this XML within `sheetData`."""
    return archive(
        {
            "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>",
            SHEET: f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
            **more,
        }
    )


def understated(content: bytes, checksum: bool = False) -> bytes:
    """The same archive, whose directory says that its largest member has 5,000 bytes.

    With `checksum`, that of the beginning is said, too.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        member = max(zipped.infolist(), key=lambda one: one.file_size)
        start = zipped.read(member)[:5001]
    old = struct.pack("<III", member.CRC, member.compress_size, member.file_size)
    said = zlib.crc32(start) if checksum else member.CRC
    assert content.count(old) == 2
    return content.replace(old, struct.pack("<III", said, member.compress_size, 5000))
