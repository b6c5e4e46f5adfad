"""Files as spreadsheets, people and transports have damaged them."""

from collections.abc import Iterator

from tests.services.imports.zoo.exhibits import Exhibit

HEAD = "Telefon;Imię\n"
FILES: dict[str, tuple[str | bytes, str]] = {
    "numbers of a spreadsheet": (
        HEAD + "4.8601234567E+10;Ala\n48602345678.0;Ola\n4,86E+10;Ula\n4.479E+11;Ewa\n"
        "603456789,00;Iza\n#####;Ida\n#N/A;Ada\n",
        (
            "2 +48601234567 Ala\n"
            "3 +48602345678 Ola\n"
            "4 damaged\n"
            "5 damaged\n"
            "6 +48603456789 Iza\n"
            "7 damaged\n"
            "8 letters"
        ),
    ),
    "zeros and plus signs": (
        HEAD + "0601234567;Ala\n0048602345678;Ola\n00 48 603 456 789;Ula\n48604567890;Ewa\n"
        '\'+48605678901;Iza\n"=""606789012""";Ida\n+48 (0) 607 890 123;Ada\n',
        (
            "2 +48601234567 Ala\n"
            "3 +48602345678 Ola\n"
            "4 +48603456789 Ula\n"
            "5 +48604567890 Ewa\n"
            "6 +48605678901 Iza\n"
            "7 +48606789012 Ida\n"
            "8 +48607890123 Ada"
        ),
    ),
    "signs between the digits": (
        HEAD + "601\u00a0234\u00a0567;Ala\n602\u202f345\u202f678;Ola\n603\u2011456\u2011789;Ula\n"
        "604–567–890;Ewa\n605.678.901;Iza\n606/789/012;Ida\n(607) 890 123;Ada\n608_901_234;Eta\n",
        (
            "2 +48601234567 Ala\n"
            "3 +48602345678 Ola\n"
            "4 +48603456789 Ula\n"
            "5 +48604567890 Ewa\n"
            "6 +48605678901 Iza\n"
            "7 +48606789012 Ida\n"
            "8 +48607890123 Ada\n"
            "9 letters"
        ),
    ),
    "digits of other scripts": (
        HEAD + "６０１２３４５６７;Ala\n٦٠٢٣٤٥٦٧٨;Ola\n",
        "2 +48601234567 Ala\n3 +48602345678 Ola",
    ),
    "signs that nobody sees": (
        HEAD + "\u200e601234567\u200f;Ala\n\u2068602345678\u2069;Ola\n603\u00ad456789;U\u200bla\n",
        "2 +48601234567 Ala\n3 +48602345678 Ola\n4 +48603456789 Ula",
    ),
    "words around the number": (
        HEAD + "600123456;Jan\n600234567;Lea\ntel. 601234567;Ala\nkom: 602 345 678;Ola\n"
        "603456789 (mama);Ula\n604567890 w. 12;Ewa\n"
        "605678901, 606789012;Iza\n607890123 lub 608901234;Ida\nbrak;Ada\n-;Eta\n",
        (
            "2 +48600123456 Jan\n"
            "3 +48600234567 Lea\n"
            "4 +48601234567 Ala\n"
            "5 +48602345678 Ola\n"
            "6 letters\n"
            "7 extension\n"
            "8 several\n"
            "9 several\n"
            "10 letters\n"
            "11 empty"
        ),
    ),
    "too short, too long, not there": (
        HEAD + "60123456;Ala\n6012345678;Ola\n123456789;Ula\n800 100 100;Ewa\n"
        "+999601234567;Iza\n701234567;Ida\n",
        "2 not_valid\n3 not_valid\n4 landline\n5 not_mobile\n6 unknown_country\n7 premium",
    ),
    "abroad": (
        HEAD + "+491712345678;Jörg\n00447911123456;Ann\n+1 212 555 0123;Joe\n380671234567;Ołeh\n",
        "2 +491712345678 Jörg\n3 +447911123456 Ann\n4 +12125550123 Joe\n5 +380671234567 Ołeh",
    ),
    "the same number again": (
        HEAD + "601234567;Ala\n+48 601 234 567;Alicja\n0601234567;\n",
        "2 +48601234567 Ala\n3 +48601234567 Alicja\n4 +48601234567",
    ),
    "title above, sum below": (
        "Salon Łucja;\nstan na 1.03.2024;\n;\nTelefon;Imię\n601234567;Ala\n602345678;Ola\n;\n"
        "Razem: 2;\n",
        "5 +48601234567 Ala\n6 +48602345678 Ola\n8 letters",
    ),
    "heads in between": (
        HEAD + "601234567;Ala\n\nTelefon;Imię\n602345678;Ola\n",
        "2 +48601234567 Ala\n4 empty\n5 +48602345678 Ola",
    ),
    "two tables beside each other": (
        "Telefon;Imię;;Telefon;Imię\n601234567;Ala;;602345678;Ola\n603456789;Ula;;;\n",
        "2 +48601234567 Ala\n3 +48603456789 Ula",
    ),
    "empty columns around": (
        ";;Telefon;;Imię;;\n;;601234567;;Ala;;\n;;602345678;;Ola;;\n",
        "2 +48601234567 Ala\n3 +48602345678 Ola",
    ),
    "rows of different lengths": (
        HEAD + "601234567\n602345678;Ola;Gdańsk;VIP;;x\n;Ula\n603456789;\n",
        "2 +48601234567\n3 +48602345678 Ola\n4 empty\n5 +48603456789",
    ),
    "a comma in the name": (
        'Name,Phone\n"Kowalska, Anna",601234567\nOla,602345678\nNowak, Ula,603456789\n',
        "2 +48601234567 Kowalska, Anna\n3 +48602345678 Ola\n4 letters",
    ),
    "a space after the separator": (
        'Phone, Name\n601234567, "Kos, Jan"\n602345678, Ola\n',
        "2 +48601234567 Kos, Jan\n3 +48602345678 Ola",
    ),
    "each row is one cell": (
        '"Telefon;Imię"\n"601234567;Ala"\n"602345678;Ola"\n',
        "2 +48601234567 Ala\n3 +48602345678 Ola",
    ),
    "each row is one cell of quoted cells": (
        '"Telefon,""Imię"""\n"601234567,""Ala"""\n"602345678,""Ola"""\n',
        "2 +48601234567 Ala\n3 +48602345678 Ola",
    ),
    "lines within a cell": (
        'Uwagi;Telefon;Imię\n"jedna\ndruga";601234567;Ala\n"x ""y"" z";602345678;"O\nla"\n',
        "2 +48601234567 Ala\n3 +48602345678 O/la",
    ),
    "a quotation mark within a cell": (
        HEAD + '601234567;Ala "Mała"\n602345678;5" ekran\n',
        '2 +48601234567 Ala "Mała"\n3 +48602345678 5" ekran',
    ),
    "a quotation mark that stays open": (HEAD + '601234567;"Ala\n602345678;Ola\n', "! quotes"),
    "sep= in the first line": ("sep=;\r\nTelefon;Imię\r\n601234567;Ala\r\n", "3 +48601234567 Ala"),
    "the end is missing": (HEAD + "601234567;Ala\n60234", "2 +48601234567 Ala\n3 too_short"),
    "Ctrl-Z at the end": (HEAD + "601234567;Ala\n\x1a", "2 +48601234567 Ala"),
    "two marks at the beginning": ("\ufeff\ufeff" + HEAD + "601234567;Ala\n", "2 +48601234567 Ala"),
    "zeros of a broken transport": (
        HEAD + "601234567;A\0la\n\0\0\0\0\n602345678;Ola\n",
        "2 +48601234567 Ala\n4 +48602345678 Ola",
    ),
    "UTF-8 with a row in cp1250": (
        (HEAD + "601234567;Łucja\n").encode() + "602345678;Śliwa\n".encode("cp1250"),
        "?\n2 +48601234567 Łucja\n3 +48602345678 Śliwa",
    ),
    "encoded twice": (
        (HEAD + "601234567;Zoë\n602345678;Müller\n").encode().decode("cp1252").encode(),
        "?\n2 +48601234567 Zoë\n3 +48602345678 Müller",
    ),
    "letters that were lost": (
        HEAD.encode() + "601234567;\ufffducja\n".encode(),
        "?\n2 +48601234567 �ucja",
    ),
    "question marks for letters": (
        b"Telefon;Imi?\n601234567;?ucja\n602345678;Ola\n",
        "2 +48601234567\n3 +48602345678",
    ),
    "only numbers, one a line": (
        "601234567\n602345678\n22 621 00 00\n",
        "1 +48601234567\n2 +48602345678\n3 landline",
    ),
    "only numbers, in one line": (
        "601234567;602345678;603456789\n",
        "1 +48601234567\n1 +48602345678\n1 +48603456789",
    ),
    "numbers and names in turn": (
        "601234567,Ala,602345678,Ola\n",
        "1 +48601234567 Ala\n1 +48602345678 Ola",
    ),
    "a number within words": ("Ala 601234567\nOla 602345678\n", "! not_alone"),
    "columns by spaces": (
        "Telefon     Imię\n601234567   Ala\n602345678   Ola\n",
        "2 letters\n3 letters",
    ),
    "a colon between": ("601234567:Ala\n602345678:Ola\n", "1 +48601234567\n2 +48602345678"),
    "a name that is too long": (
        HEAD + "601234567;" + "Ala" * 2_000 + "\n602345678;Ola\n",
        "2 long_value\n3 +48602345678 Ola",
    ),
    "no row": (HEAD, "! no_rows"),
    "no number": ("Imię;Miasto\nAla;Łódź\n", "! no_numbers"),
    "nothing": ("\ufeff\r\n;;;\r\n", "! empty"),
    "a web page": ("<html><body><table><tr><td>601234567</td></tr></table>", "! markup"),
    "a table of XML": (
        "<?xml version='1.0'?>\n<?mso-application progid='Excel.Sheet'?>",
        "! markup",
    ),
    "an address card": (
        "BEGIN:VCARD\nVERSION:3.0\nTEL;TYPE=CELL:601234567\nEND:VCARD\n",
        "! binary",
    ),
    "rich text": ("{\\rtf1\\ansi Telefon\\par 601234567\\par}", "! binary"),
    "JSON": ('[{"phone": "601234567", "name": "Ala"}]', "! binary"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "! binary"),
    "a PDF": (b"%PDF-1.7\n", "! binary"),
    "a compressed file": (b"\x1f\x8b\x08\0\0\0\0\0", "! binary"),
}


def exhibits() -> Iterator[Exhibit]:
    """The damaged files."""
    for name, (content, outcome) in FILES.items():
        yield Exhibit(name, content if isinstance(content, bytes) else content.encode(), outcome)
