"""Workbooks: those of openpyxl are made here, those of LibreOffice lie in a folder.

How the latter were made stands in `libreoffice/README.md`. One of Excel lies in another folder.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.services.imports.zoo.exhibits import Exhibit
from tests.support.workbooks import (
    SHEET,
    archive,
    content,
    members,
    raw,
    understated,
    with_member,
    workbook,
    xlsx,
)

Cells = list[list[Any]]
HEAD = ["Telefon", "Imię"]
ALA, OLA = [601234567, "Ala"], ["602 345 678", "Ola"]
NOON = datetime.combine(date(2024, 3, 1), time(12, 30))
TABLES: dict[str, tuple[Cells, str]] = {
    "numbers": (
        [
            HEAD,
            [48601234567, "Ala"],
            [602345678.0, "Ola"],
            [4.8603456789e10, "Ula"],
            [4.479e20, "Ewa"],
        ],
        "2 +48601234567 Ala\n3 +48602345678 Ola\n4 +48603456789 Ula\n5 damaged",
    ),
    "numbers with decimals": (
        [HEAD, ALA, [602345678.5, "Ola"], [1e-7, "Ula"], [0, "Ewa"]],
        "2 +48601234567 Ala\n3 extension\n4 damaged\n5 too_short",
    ),
    "numbers as text": (
        [
            HEAD,
            ["601234567", "Ala"],
            ["'+48602345678", "Ola"],
            ["4.479E+11", "Ula"],
            ["0603456789", "Ewa"],
        ],
        "2 +48601234567 Ala\n3 +48602345678 Ola\n4 damaged\n5 +48603456789 Ewa",
    ),
    "formulas without results": ([HEAD, ALA, ["=A2+1", "Ola"]], "2 +48601234567 Ala\n3 empty"),
    "dates beside numbers": (
        [
            ["Data", "Telefon", "Imię"],
            [date(2024, 3, 1), *ALA],
            [NOON, *OLA],
            [time(9), 603456789, "Ula"],
            [timedelta(hours=30), 604567890, "Ewa"],
        ],
        "2 +48601234567 Ala\n3 +48602345678 Ola\n4 +48603456789 Ula\n5 +48604567890 Ewa",
    ),
    "dates for names": (
        [HEAD, [601234567, date(2024, 3, 1)], [602345678, NOON]],
        "2 +48601234567 2024-03-01\n3 +48602345678 2024-03-01 12:30",
    ),
    "yes and no": (
        [[*HEAD, "Zgoda na SMS"], [*ALA, True], [*OLA, False], [603456789, "Ula", None]],
        "2 +48601234567 Ala\n3 +48602345678 Ola OUT\n4 +48603456789 Ula no consent",
    ),
    "one and zero": (
        [[*HEAD, "Wypisany"], [*ALA, 1], [*OLA, 0], [603456789, "Ula", 1.0]],
        "2 +48601234567 Ala OUT\n3 +48602345678 Ola\n4 +48603456789 Ula OUT",
    ),
    "days of opting out": (
        [[*HEAD, "Data rezygnacji"], [*ALA, date(2024, 3, 1)], [*OLA, None]],
        "2 +48601234567 Ala OUT\n3 +48602345678 Ola",
    ),
    "a title above": (
        [["Salon Łucja"], [date(2024, 3, 1)], [], HEAD, ALA, OLA, [], ["Razem", 2]],
        "5 +48601234567 Ala\n6 +48602345678 Ola\n8 letters",
    ),
    "empty rows and columns around": (
        [[], [None, None, *HEAD], [], [None, None, *ALA], [None, None, *OLA]],
        "4 +48601234567 Ala\n5 +48602345678 Ola",
    ),
    "no head": ([ALA, OLA], "1 +48601234567\n2 +48602345678"),
    "only numbers": (
        [[601234567], [602345678], [226210000]],
        "1 +48601234567\n2 +48602345678\n3 landline",
    ),
    "several numbers in a row": (
        [[601234567, 602345678, 603456789]],
        "1 +48601234567\n1 +48602345678\n1 +48603456789",
    ),
    "two numbers in a cell": (
        [HEAD, ALA, ["602345678\n603456789", "Ola"], ["604567890 / 605678901", "Ula"]],
        "2 +48601234567 Ala\n3 several\n4 several",
    ),
    "lines and spaces in cells": (
        [HEAD, [" 601234567 ", "Ala\nMaria"], ["\t602345678", "\u00a0Ola "]],
        "2 +48601234567 Ala/Maria\n3 +48602345678 Ola",
    ),
    "a formula as text": (
        [HEAD, ['="601234567"', "Ala"], ["'=602345678", "'=Ola"]],
        "2 empty\n3 +48602345678 =Ola",
    ),
    "a long name": ([HEAD, [601234567, "Ala" * 10_000], OLA], "2 long_value\n3 +48602345678 Ola"),
    "signs nobody sees": (
        [HEAD, ["\u200e601234567\u200f", "A\u00adla"], OLA],
        "2 +48601234567 Ala\n3 +48602345678 Ola",
    ),
    "more columns than there may be": ([[*HEAD, *range(99)], ALA], "! too_many_columns"),
    "as many columns as there may be": ([[*HEAD, *range(98)], ALA], "2 +48601234567 Ala"),
    "only a head": ([HEAD], "! no_rows"),
    "no number in the workbook": ([["Imię", "Miasto"], ["Ala", "Łódź"]], "! no_numbers"),
    "no cell": ([[]], "! no_cells"),
    "only spaces": ([[" ", "\u00a0"], ["\u200b"]], "! no_cells"),
    "personal ids and numbers": (
        [["PESEL", *HEAD], [79051234567, *ALA], [79061234568, *OLA]],
        "2 +48601234567 Ala\n3 +48602345678 Ola",
    ),
    "a pivot": (
        [
            ["Suma", None, "Miesiąc"],
            ["Telefon", "Imię", "Styczeń", "Luty"],
            [*ALA, 120.5, 3],
            [*OLA, 0, 1],
            ["Suma końcowa", None, 120.5, 4],
        ],
        "3 +48601234567 Ala\n4 +48602345678 Ola\n5 letters",
    ),
}


def _sheets() -> dict[str, tuple[bytes, str]]:
    plan, people, more = [["Plan", "x"], ["a", "b"]], [HEAD, ALA], [HEAD, OLA, [603456789, "Ula"]]
    hidden = workbook(people, more)
    hidden["Sheet2"].sheet_state = "hidden"
    only_hidden = workbook([], people)
    only_hidden["Sheet2"].sheet_state = "veryHidden"
    chart = workbook(people)
    chart.create_chartsheet("Wykres", 0)
    return {
        "sheets: the one with numbers": (xlsx(plan, people), "?\n2 +48601234567 Ala"),
        "sheets: the one with more numbers": (
            xlsx(people, plan, more),
            "?\n2 +48602345678 Ola\n3 +48603456789 Ula",
        ),
        "sheets: as many numbers in each": (xlsx(people, people), "?\n2 +48601234567 Ala"),
        "sheets: an empty one": (xlsx([], people, []), "2 +48601234567 Ala"),
        "sheets: a hidden one": (content(hidden), "2 +48601234567 Ala"),
        "sheets: only a hidden one": (content(only_hidden), "2 +48601234567 Ala"),
        "sheets: a chart": (content(chart), "2 +48601234567 Ala"),
        "sheets: none has numbers": (xlsx(plan, plan), "! no_numbers"),
    }


def _shapes() -> dict[str, tuple[bytes, str]]:
    merged = workbook(
        [["Klientki"], ["Kontakt", None, "Miasto"], [*HEAD, None], [*ALA, "Łódź"], [*OLA, None]]
    )
    for area in ("A1:C1", "A2:B2", "C2:C3", "C4:C5"):
        merged["Sheet1"].merge_cells(area)
    shared = workbook([HEAD, ALA, [None, "Maria"], OLA])
    shared["Sheet1"].merge_cells("A2:A3")
    hidden = workbook([HEAD, ALA, OLA])
    hidden["Sheet1"].row_dimensions[3].hidden = True
    hidden["Sheet1"].column_dimensions["A"].hidden = True
    errors = workbook([HEAD, ["#N/A", "Ala"], OLA])
    errors["Sheet1"]["A2"].data_type = "e"
    early = workbook([[*HEAD, "Data rezygnacji"], [*ALA, date(2024, 3, 1)]])
    early.epoch = CALENDAR_MAC_1904
    rich = workbook([HEAD, [601234567, None]])
    rich["Sheet1"]["B2"].value = CellRichText("A", TextBlock(InlineFont(b=True), "la"))
    return {
        "merged cells": (content(merged), "4 +48601234567 Ala\n5 +48602345678 Ola"),
        "one number for two people": (
            content(shared),
            "2 +48601234567 Ala\n3 +48601234567 Maria\n4 +48602345678 Ola",
        ),
        "hidden rows and columns": (content(hidden), "2 +48601234567 Ala\n3 +48602345678 Ola"),
        "errors": (content(errors), "2 empty\n3 +48602345678 Ola"),
        "years from 1904": (content(early), "2 +48601234567 Ala OUT"),
        "letters in bold": (content(rich), "2 +48601234567 Ala"),
        "a format of numbers": (content(_formatted()), "2 +48601234567 Ala\n3 +48602345678 Ola"),
        "inline texts": (raw(_inline("601234567", "Ala")), "1 +48601234567"),
        "places of cells are not given": (
            raw("<row><c><v>601234567</v></c></row>" * 2),
            "1 +48601234567\n2 +48601234567",
        ),
        "a prefix for every tag": (_prefixed(xlsx([HEAD, ALA])), "2 +48601234567 Ala"),
    }


def _broken() -> dict[str, tuple[bytes, str]]:
    good, rows = xlsx([HEAD, ALA]), _inline("601234567", "Ala")
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    return {
        "the end of the archive is missing": (good[:-300], "! damaged"),
        "a byte is wrong": (_flipped(good), "! damaged"),
        "no sheet": (_without(good, SHEET), "! damaged"),
        "a table of Numbers": (
            archive({"Index/Document.iwa": "x", "preview.jpg": "x"}),
            "! numbers_app",
        ),
        "a letter": (
            archive({"word/document.xml": "<x/>", "[Content_Types].xml": "<x/>"}),
            "! no_workbook",
        ),
        "an archive of tables": (archive({"klienci.csv": "601234567\n"}), "! no_workbook"),
        "an archive of nothing": (archive({}), "! no_workbook"),
        "a drawing of LibreOffice": (
            archive({"mimetype": "application/vnd.oasis.opendocument.graphics"}),
            "! no_workbook",
        ),
        "an old letter": (ole + "WordDocument".encode("utf-16-le"), "! no_workbook"),
        "a workbook with a password": (ole + "EncryptedPackage".encode("utf-16-le"), "! password"),
        "a bomb": (raw(rows * 200_000), "! too_large"),
        "a bomb that denies it": (understated(raw(rows * 2_000)), "! damaged"),
        "a bomb that denies it with a checksum": (
            understated(raw(rows * 2_000), True),
            "! too_large",
        ),
    }


LIBREOFFICE = {
    "klienci": (
        "?\n"
        "4 +48601234567 Łucja\n"
        "5 +48602345678 Żaneta OUT\n"
        "6 +48603456789 Ola\n"
        "7 +48604567890 Świętosław\n"
        "8 +48601234568 Zoë no consent\n"  # its number is a formula
        "9 landline\n"
        "10 damaged\n"
        "11 empty"
    ),
    "merged": "3 +48601234567 Ala\n4 +48602345678 Ola\n5 +48603456789 Ula",
    "years1904": "2 +491712345678 Jürgen\n3 +491712345679 Zoë",
    "optouts": "2 +48601234567 Ann\n3 +48602345678 Bob OUT\n4 +48603456789 Cy",
    "password": "! password",
}
"""By name: the same in XLSX, ODS and XLS."""


def exhibits() -> Iterator[Exhibit]:
    """The workbooks."""
    for name, (table, outcome) in TABLES.items():
        yield Exhibit(name, xlsx(table), outcome)
    for files in (_sheets(), _shapes(), _broken()):
        for name, (file, outcome) in files.items():
            yield Exhibit(name, file, outcome)
    for path in sorted(Path(__file__).with_name("libreoffice").glob("*.*s*")):
        region = "DE" if path.stem == "years1904" else "PL"
        yield Exhibit(path.name, path.read_bytes(), LIBREOFFICE[path.stem], region)


def _formatted() -> Workbook:
    """What is seen has spaces, zeros and a plus sign; the cell has the number."""
    book = workbook([HEAD, ALA, [602345678, "Ola"]])
    book["Sheet1"]["A2"].number_format = '"+48" 000 000 000'
    book["Sheet1"]["A3"].number_format = "0000000000"
    return book


def _inline(*cells: str) -> str:
    texts = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f"<row>{texts}</row>"


def _prefixed(file: bytes) -> bytes:
    """As some libraries write it: <x:row>."""
    sheet = members(file)[SHEET].decode().replace("<", "<x:").replace("<x:/", "</x:")
    sheet = sheet.replace(" xmlns=", " xmlns:x=").replace("<x:?", "<?")
    return with_member(file, SHEET, sheet.encode())


def _without(file: bytes, name: str) -> bytes:
    return archive({key: text for key, text in members(file).items() if key != name})


def _flipped(file: bytes) -> bytes:
    place = file.index(SHEET.encode()) + 100
    return file[:place] + bytes([file[place] ^ 255]) + file[place + 1 :]
