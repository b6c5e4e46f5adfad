"""Guessing the fields of a file's columns."""

import pytest

from promosms.services.imports import columns as import_columns


def guess(
    *rows: list[str], region: str = "PL", labels: dict[str, str] | None = None
) -> tuple[list[str], bool]:
    return import_columns.guess(list(enumerate(rows, 1)), region, labels or {})


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (["Phone", "First name", "Last name"], ["phone", "first_name", "last_name"]),
        (["Numer telefonu", "Imię", "NAZWISKO"], ["phone", "first_name", "last_name"]),
        (["Handy-Nr.", "Vorname", "Straße"], ["phone", "first_name", "address"]),
        (["#TELEFON#", "#IMIE#", "#POLE3#"], ["phone", "first_name", "field3"]),
        (["Mobile Number", "E-mail address", "VAT ID"], ["phone", "email", "tax_id"]),
        (["komórka", "Miejscowość", "uwagi"], ["phone", "city", "note"]),
    ],
)
def test_it_knows_headers_in_three_languages(header: list[str], fields: list[str]) -> None:
    assert guess(header, ["601234567", "x", "y"]) == (fields, True)


def test_it_finds_the_numbers_without_a_header() -> None:
    assert guess(
        ["Anna", "601 234 567", "a@example.com"], ["Ewa", "602345678", "b@example.com"]
    ) == (
        ["", "phone", "email"],
        False,
    )


def test_content_counts_more_than_the_header() -> None:
    assert guess(["Phone", "Kontakt"], ["see right", "601234567"])[0] == ["", "phone"]


def test_the_column_with_more_valid_numbers_is_chosen() -> None:
    rows = (["Telefon", "Komórka"], ["226210000", "601234567"], ["", "602345678"])
    assert guess(*rows)[0] == ["", "phone"]


def test_a_column_of_damaged_numbers_is_still_the_phone_column() -> None:
    assert guess(["id", "no"], ["1", "4.479E+11"], ["2", "4.48E+10"])[0] == ["", "phone"]


def test_it_knows_the_accounts_own_field_names() -> None:
    header = ["Telefon", "Shoe size"]
    assert guess(header, ["601234567", "38"], labels={"field1": "Shoe size"})[0] == [
        "phone",
        "field1",
    ]


def test_a_file_without_numbers_has_no_phone_column() -> None:
    assert "phone" not in guess(["name", "city"], ["Anna", "Gdynia"])[0]


def test_it_recognises_the_header_of_a_single_column() -> None:
    assert guess(["telefon"], ["601234567"]) == (["phone"], True)
    assert guess(["601234567"], ["602345678"]) == (["phone"], False)
    assert guess(["Kunden"], ["601234567"]) == (["phone"], True)


@pytest.mark.parametrize(
    ("mapping", "wrong"),
    [
        (["phone", "", "email"], ""),
        (["", "email"], "no_phone"),
        (["phone", "phone"], "twice"),
        (["phone", "password"], "unknown"),
    ],
)
def test_it_checks_the_chosen_mapping(mapping: list[str], wrong: str) -> None:
    assert import_columns.why_not(mapping) == wrong
