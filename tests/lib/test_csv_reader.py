"""Reading CSV files of others: blanks, quotation marks, separators; no row is lost in silence."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.lib import csv_files, csv_reader

HEAD = "phone,name\n"
REST = "602345678,Ola\n603456789,Ula\n"


def read(text: str, delimiter: str = "") -> list[list[str]]:
    delimiter = delimiter or csv_files.guess_delimiter(text)
    return list(csv_reader.records(io.StringIO(text, newline=""), delimiter))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("601234567,Ala", "Ala"),
        ('601234567,"Ala"', "Ala"),
        ('601234567, "Kowalski, Jan"', "Kowalski, Jan"),
        ('601234567,\t"Kowalski, Jan"', "Kowalski, Jan"),
        ('601234567,"Kowalski, Jan" ', "Kowalski, Jan"),
        ('  "601234567"\t , "Kowalski, Jan"\t', "Kowalski, Jan"),
        ('601234567,"Jan ""Janek"" Kowalski"', 'Jan "Janek" Kowalski'),
        ('601234567,""""', '"'),
        ('601234567,""', ""),
        ('601234567,"Jan "Janek" Kowalski"', 'Jan "Janek" Kowalski'),
        ('601234567,"Jan \\"Janek\\", Kowalski"', 'Jan "Janek", Kowalski'),
        ('601234567,"C:\\"', "C:\\"),
        ('601234567,5" pipe', '5" pipe'),
        ('601234567,Jan "Janek" Kowalski', 'Jan "Janek" Kowalski'),
        ("601234567,'Ala'", "'Ala'"),
        ("601234567,„Ala”", "„Ala”"),
        ('601234567,="007"', "007"),
        ('601234567,="a,b"', "a,b"),
        ('601234567,"one\ntwo, three\n\nfour"', "one\ntwo, three\n\nfour"),
        ('601234567,"one\r\n""two"""', 'one\r\n"two"'),
        ('601234567,"since 2024\n12 visits, 3 gifts"', "since 2024\n12 visits, 3 gifts"),
    ],
)
def test_a_quoted_cell_is_read_as_it_was_meant(line: str, name: str) -> None:
    rows = read(HEAD + line + "\n" + REST, ",")
    assert [[cell.strip() for cell in cells] for cells in (rows[0], *rows[2:])] == [
        ["phone", "name"],
        ["602345678", "Ola"],
        ["603456789", "Ula"],
    ]
    assert (rows[1][0].strip(), rows[1][1]) == ("601234567", name)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (HEAD + '601234567,"Ala\n' + REST, 2),
        (HEAD + REST + '601234567,"Ala\n', 4),
        (HEAD + REST + '601234567,"', 4),
        ('"phone,name\n' + REST, 1),
        (HEAD + '601234567,"Ala\n602345678,Ola\n603456789,"Ula"\n', 2),
        (HEAD + '601234567,"Ala\n602345678,Ola\n603456789,Ula"\n', 2),
        (HEAD + '601234567,"Ala\n"602345678","Ola"\n', 2),
        (HEAD + '"601234567,Ala\n+48 602 345 678,Ola"\n', 2),
        (HEAD + '601234567,"Ala,"Ola"\n', 2),
        ('"601234567\n602345678\n603456789"\n', 1),
        ('"601234567\n' + "602345678\n" * 20_000, 1),
    ],
)  # fmt: skip
def test_an_open_quotation_mark_swallows_nothing(text: str, row: int) -> None:
    with pytest.raises(csv_reader.BadQuotes) as refused:
        read(text, ",")
    assert refused.value.row == row


@pytest.mark.parametrize("delimiter", [*csv_files.DELIMITERS])
def test_it_finds_the_delimiter(delimiter: str) -> None:
    rows = [["Telefon", "Imię"], ["601234567", "Anna"], ["602 345 678", "Ewa"]]
    assert read("\n".join(map(delimiter.join, rows))) == rows


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Telefon;Kwota, zł\n601234567;12,50\n602345678;13,00\n", ";"),
        ("Telefon;Kwota\n601234567;12,50\n", ";"),
        ('Telefon,Adres\n601234567,"Kraków; Długa 5; m. 3"\n', ","),
        ("Name;Telefon\nKowalski, Jan;601234567\nNowak, Ewa;602345678\n", ";"),
        ("Telefon;Wizyta\n601234567;12:30\n602345678;13:00\n", ";"),
        ("Lista klientów, 2024\n\nTelefon|Imię\n601234567|Anna\n", "|"),
        ("Telefon\tUwagi\n601234567\ta, b, c\n602345678\td, e, f\n", "\t"),
        ("id,time,phone\nl:1,10:00:00,p:+48601234567\n", ","),
        ("sep=|\r\n601234567;601|x\r\n", "|"),
        ('"sep=^"\n601234567;601^x\n', "^"),
        ("601 234 567\n602 345 678\n", ","),
        ("country,prefix,price\nPL,,0.03\nDE,,0.05\n", ","),
    ],
)
def test_a_sign_in_the_text_is_not_taken_for_the_delimiter(text: str, delimiter: str) -> None:
    assert csv_files.guess_delimiter(text) == delimiter


@pytest.mark.parametrize("head", ["phone,name", '"phone,name"'])
def test_rows_in_quotation_marks_as_a_whole_are_read(head: str) -> None:
    """A spreadsheet has them that opened the file with another delimiter, and saved it."""
    line = '"601234567,""Kowalski, Jan"""'
    rows = [["phone", "name"], ["601234567", "Kowalski, Jan"], ["602345678", "Ola"]]
    plain, quoted = "602345678,Ola", '"602345678,Ola"'
    last = quoted if '"' in head else plain
    assert read(f"{head}\n{line}\n{last}\n") == rows


@pytest.mark.parametrize(
    "text",
    [
        '"601,234,567"\n"602,345,678"\n',
        '"Kowalski, Jan"\n"Nowak, Ewa"\n',
        'phone,name,city\n"a, b"\n601234567,Ola,x\n',
    ],
)
def test_a_cell_with_a_comma_stays_one_cell(text: str) -> None:
    assert any(len(cells) == 1 and "," in cells[0] for cells in read(text, ","))


cells = st.lists(
    st.lists(st.text(alphabet='ab ,;"\n\r\\=', max_size=6), min_size=2, max_size=3), max_size=4
)


@given(cells)
def test_what_csv_programs_write_is_read_as_it_was(rows: list[list[str]]) -> None:
    text = "".join(csv_files.csv_text([[f".{cell}." for cell in row] for row in rows]))
    assert read(text.removeprefix("\ufeff"), ",") == [[f".{cell}." for cell in row] for row in rows]
