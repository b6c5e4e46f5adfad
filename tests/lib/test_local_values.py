"""Numbers, dates and birthdays as people of a country write them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import SUPPORTED_REGIONS

from promosms.lib import local_values
from promosms.lib.local_values import Unreadable, ways

TODAY = date(2026, 11, 29)
REGIONS = st.sampled_from(sorted(SUPPORTED_REGIONS))
DAYS = st.dates(date(1910, 1, 1), TODAY)


def outcome(read: Callable[[str], str], typed: str) -> str:
    try:
        return read(typed)
    except Unreadable as error:
        return error.code


@pytest.mark.parametrize(
    ("region", "typed", "kept"),
    [
        ("PL", "1 234,50", "1234.5"),
        ("PL", "1\u00a0234\u202f567,5", "1234567.5"),
        ("PL", "1,234.50", "1234.5"),
        ("PL", "1.234", "1.234"),  # spaces group digits there
        ("PL", "49,90 zł", "49.9"),
        ("PL", "PLN 5", "5"),
        ("DE", "1.234", "1234"),
        ("DE", "1.234,50", "1234.5"),
        ("DE", "0.234", "0.234"),
        ("DE", "12.5", "12.5"),
        ("GB", "1,234", "1234"),
        ("GB", "1,234.50", "1234.5"),
        ("GB", "1,5", "1.5"),
        ("GB", "£1,234,567", "1234567"),
        ("CH", "1’234.50", "1234.5"),
        ("PL", "−5", "-5"),
        ("PL", "+007", "7"),
        ("PL", "-0,00", "0"),
        ("PL", "123456789012345", "123456789012345"),
        ("PL", "1234567890123456", "form"),
        ("PL", "1,23,4", "form"),
        ("PL", "12 34", "form"),
        ("PL", "1e5", "form"),
        ("PL", "12a", "form"),
        ("PL", "5 €", "form"),
        ("PL", "١٢", "form"),
        ("PL", "Infinity", "form"),
    ],
)
def test_numbers_are_read(region: str, typed: str, kept: str) -> None:
    assert outcome(partial(local_values.number, how=ways(region)), typed) == kept


@pytest.mark.parametrize(
    ("region", "typed", "kept"),
    [
        ("PL", "17.05.2026", "2026-05-17"),
        ("PL", "5/6/2026", "2026-06-05"),
        ("US", "5/6/2026", "2026-05-06"),
        ("US", "17.05.2026", "2026-05-17"),
        ("HU", "2026. 05. 17.", "2026-05-17"),
        ("NL", "17-05-2026", "2026-05-17"),
        ("PL", "2026-05-17 14:30:00", "2026-05-17"),
        ("PL", "2026-05-17T14:30:00Z", "2026-05-17"),
        ("PL", "20260517", "2026-05-17"),
        ("PL", "17 maja 2026 r.", "2026-05-17"),
        ("DE", "17. März 2026", "2026-03-17"),
        ("PL", "May 17th, 2026", "2026-05-17"),
        ("PL", "17.05.46", "2046-05-17"),
        ("PL", "17.05.47", "1947-05-17"),
        ("PL", "29.02.2024", "2024-02-29"),
        ("PL", "29.02.2026", "no_such_day"),
        ("PL", "05/17/2026", "no_such_day"),
        ("PL", "17.05.", "form"),
        ("PL", "46159", "form"),
        ("PL", "soon", "form"),
    ],
)
def test_dates_are_read(region: str, typed: str, kept: str) -> None:
    assert outcome(partial(local_values.day, how=ways(region), today=TODAY), typed) == kept


@pytest.mark.parametrize(
    ("region", "typed", "kept"),
    [
        ("PL", "17.05.1990", "1990-05-17"),
        ("PL", "17.05.", "--05-17"),
        ("PL", "17/05", "--05-17"),
        ("US", "05/17", "--05-17"),
        ("HU", "05.17.", "--05-17"),
        ("PL", "--05-17", "--05-17"),
        ("PL", "--0517", "--05-17"),
        ("PL", "17 maja", "--05-17"),
        ("PL", "29.02.", "--02-29"),
        ("PL", "29.02.1992", "1992-02-29"),
        ("PL", "29.02.1991", "no_such_day"),
        ("PL", "30.02.", "no_such_day"),
        ("PL", "29.11.26", "2026-11-29"),
        ("PL", "1.12.26", "1926-12-01"),
        ("PL", "29.11.2026", "2026-11-29"),
        ("PL", "30.11.2026", "2026-11-30"),  # today, further east
        ("PL", "1.12.2026", "future"),
        ("PL", "1.1.2027", "future"),
        ("PL", "31.12.1906", "1906-12-31"),
        ("PL", "31.12.1905", "too_old"),
        ("PL", "in May", "form"),
        ("PL", "1990", "form"),
    ],
)
def test_birthdays_are_read(region: str, typed: str, kept: str) -> None:
    assert outcome(partial(local_values.birthday, how=ways(region), today=TODAY), typed) == kept


@given(REGIONS, DAYS, st.integers(-(10**12), 10**12), st.integers(0, 3))
def test_what_a_form_shows_is_read_as_what_is_kept(
    region: str, day: date, digits: int, places: int
) -> None:
    how = ways(region)
    for iso in (str(day), f"--{day:%m-%d}"):
        shown = local_values.as_typed_day(iso, how)
        assert local_values.birthday(shown, how, TODAY) == iso
        assert iso[0] == "-" or local_values.day(shown, how, TODAY) == iso
    number = Decimal(digits).scaleb(-places).normalize()
    kept = f"{number:f}"
    assert local_values.number(local_values.as_typed_number(kept, how), how) == kept


@pytest.mark.parametrize(
    ("region", "column", "typed", "kept"),
    [
        ("PL", ("05/17/1990", "01/02/1990"), "03/04/1990", "1990-03-04"),
        ("PL", ("17/05/1990", "01/02/1990"), "03/04/1990", "1990-04-03"),
        ("US", ("17/05/1990", ""), "03/04/1990", "1990-04-03"),
        ("PL", ("05/17", "01/02"), "03/04", "--03-04"),
        ("PL", ("05/17/1990", "17/05/1990"), "03/04/1990", "1990-04-03"),  # it is both
        ("PL", ("03/04/1990",), "03/04/1990", "1990-04-03"),
    ],
)
def test_a_day_over_twelve_tells_how_a_column_is_written(
    region: str, column: tuple[str, ...], typed: str, kept: str
) -> None:
    how = local_values.of_column(ways(region), column)
    assert local_values.birthday(typed, how, TODAY) == kept


def test_decimals_tell_how_the_numbers_of_a_column_are_written() -> None:
    german = ways("DE")
    for column, kept in ((("12.5", "1.234"), "1.234"), (("12,5", "1.234"), "1234"), ((), "1234")):
        how = local_values.of_column(german, column)
        assert local_values.number("1.234", how) == kept
