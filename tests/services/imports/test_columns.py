"""Guessing what the columns of a file mean."""

import pytest

from promosms.services.imports import columns as import_columns


def guess(
    *rows: list[str], region: str = "PL", labels: dict[str, str] | None = None
) -> tuple[list[str], bool]:
    return import_columns.guess(list(enumerate(rows, 1)), region, labels or {})


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        (["Phone", "First name", "Last name"], ["phone", "first_name", "last_name"]),
        (["Numer telefonu", "Imię", "NAZWISKO"], ["phone", "first_name", "last_name"]),
        (["Handy-Nr.", "Vorname", "Straße"], ["phone", "first_name", "address"]),
        (["#TELEFON#", "#IMIE#", "#POLE3#"], ["phone", "first_name", "field3"]),
        (["Mobile Number", "E-mail address", "VAT ID"], ["phone", "email", "tax_id"]),
        (["komórka", "Miejscowość", "uwagi"], ["phone", "city", "note"]),
    ],
)
def test_it_knows_heads_in_three_languages(head: list[str], fields: list[str]) -> None:
    assert guess(head, ["601234567", "x", "y"]) == (fields, True)


def test_it_finds_the_numbers_without_a_head() -> None:
    assert guess(
        ["Anna", "601 234 567", "a@example.com"], ["Ewa", "602345678", "b@example.com"]
    ) == (
        ["", "phone", "email"],
        False,
    )


def test_content_beats_the_head() -> None:
    assert guess(["Phone", "Kontakt"], ["see right", "601234567"])[0] == ["", "phone"]


def test_the_better_of_two_number_columns_wins() -> None:
    rows = (["Telefon", "Komórka"], ["226210000", "601234567"], ["", "602345678"])
    assert guess(*rows)[0] == ["", "phone"]


def test_a_damaged_column_is_still_the_one_with_the_numbers() -> None:
    assert guess(["id", "no"], ["1", "4.479E+11"], ["2", "4.48E+10"])[0] == ["", "phone"]


def test_own_names_of_fields_are_known() -> None:
    head = ["Telefon", "Shoe size"]
    assert guess(head, ["601234567", "38"], labels={"field1": "Shoe size"})[0] == [
        "phone",
        "field1",
    ]


def test_a_file_without_numbers_has_no_phone() -> None:
    assert "phone" not in guess(["name", "city"], ["Anna", "Gdynia"])[0]


def test_a_head_of_one_column_is_not_taken_for_a_row() -> None:
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
def test_it_checks_what_was_chosen(mapping: list[str], wrong: str) -> None:
    assert import_columns.why_not(mapping) == wrong
