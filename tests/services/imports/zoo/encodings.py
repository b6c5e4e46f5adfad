"""One list in every encoding and with every separator: the outcome is always the same."""

import codecs
from collections.abc import Iterator

from tests.services.imports.zoo.exhibits import Exhibit

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "caret": "^"}
POLISH = {
    "utf-8": codecs.BOM_UTF8[:0],
    "utf-8 with mark": codecs.BOM_UTF8,
    "utf-16-le": b"",
    "utf-16-le with mark": codecs.BOM_UTF16_LE,
    "utf-16-be": b"",
    "utf-16-be with mark": codecs.BOM_UTF16_BE,
    "utf-32-le with mark": codecs.BOM_UTF32_LE,
    "cp1250": b"",
    "iso8859_2": b"",
    "cp852": b"",
    "mac_latin2": b"",
}
LIST = """Imię|Telefon|Miasto|Uwagi
Łucja|601 234 567|Łódź|Święto
Żółcisława|48602345678|Zduńska Wola|gęś
Świętosław|+48 603-456-789|Kraków|mąż
Wójcik|22 621 00 00|Dąbrowa|stacjonarny
Małgorzata|4,479E+11|Żyrardów|
Kaśka||Śrem|

Źdźbło|601.234.567|Ćmielów|druga żona
"""
OUTCOME = """2 +48601234567 Łucja
3 +48602345678 Żółcisława
4 +48603456789 Świętosław
5 landline
6 damaged
7 empty
9 +48601234567 Źdźbło"""
# Lists of other countries in the encodings of their spreadsheets. One word beyond ASCII is little
# to judge by (?); not all heads are known, then the name is chosen by hand.
FOREIGN = (
    ("DE", "cp1252", "Vorname;Handy", "Jürgen;0171 2345678", "+491712345678 Jürgen"),
    ("DE", "cp850", "Vorname;Handy", "Jörg Weiß;01712345678", "+491712345678 Jörg Weiß"),
    ("CZ", "cp1250", "Jméno;Mobil", "Jiří;601 123 456", "+420601123456 Jiří"),
    ("HU", "iso8859_2", "Keresztnév;Mobil", "Győző;06 20 123 4567", "? +36201234567 Győző"),
    ("FR", "iso8859_15", "Prénom;Portable", "François;06 12 34 56 78", "+33612345678 François"),
    ("ES", "cp1252", "Nombre;Móvil", "Begoña;612 345 678", "? +34612345678 Begoña"),
    ("UA", "cp1251", "Ім'я;Телефон", "Олександр;067 123 4567", "+380671234567 Олександр"),
    ("GR", "cp1253", "Όνομα;Κινητό", "Γιώργος;691 234 5678", "+306912345678 Γιώργος"),
    ("LT", "cp1257", "Vardas;Mobilus", "Šarūnas;0612 34567", "+37061234567"),
    ("TR", "cp1254", "Ad;Cep", "Çağlar;0532 123 45 67", "? +905321234567"),
)


def exhibits() -> Iterator[Exhibit]:
    """Encodings × separators; then the lists of other countries; then ends of lines."""
    for encoding, mark in POLISH.items():
        for name, separator in SEPARATORS.items():
            text = _separated(separator).replace("\n", "\r\n")
            content = mark + text.encode(encoding.removesuffix(" with mark"))
            yield Exhibit(f"{encoding}, {name}", content, OUTCOME)
    for region, encoding, head, row, outcome in FOREIGN:
        content = f"{head}\r\n{row}\r\n".encode(encoding)
        asked = "?\n" * outcome.startswith("?")
        yield Exhibit(f"{region} {encoding}", content, f"{asked}2 {outcome.lstrip('? ')}", region)
    for name, end in {"LF": "\n", "CR": "\r"}.items():
        lines = _separated(";").replace("\n", end)
        yield Exhibit(f"ends of lines: {name}", lines.encode(), OUTCOME)


def _separated(separator: str) -> str:
    lines = LIST.splitlines(keepends=True)
    if separator == ",":
        lines = [line.replace("4,479E+11", '"4,479E+11"') for line in lines]
    return "".join(lines).replace("|", separator)
