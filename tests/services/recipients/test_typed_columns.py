"""Columns of text read as numbers, dates and birthdays: what fits, and that nothing fails."""

import json
import random
import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import ColumnElement, String, Subquery, column, select
from sqlalchemy import text as sql

from promosms.db.transactions import on_sqlite
from promosms.extensions import db
from promosms.services.recipients import typed_columns

FITS = ("0", "-12.5", "007", "123456789012345", "0.1", "1.50", "2026-05-17", "--05-17")
FITS_TOO = ("2024-02-29", "--02-29", "1600-02-29", "9999-12-31", "1000-01-01")
NEVER = (
    *("", "abc", "-", ".", "--", "1.", ".5", "1.2.3", "1e5", "0x1F", "Infinity", "NaN", "+1"),
    *("1,5", "1 234", "1234567890123456", "12.34567890123456", "１２", "12\n", " 12", "--5", "-."),
    *("2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "0000-01-01", "now"),
    *("2026-5-17", "2026-05-17 ", "2026-05-17T00:00", "--02-30", "--13-01", "--5-17", "05-17"),
    *("-05-17", "99999-01-01", "0004-02-29", "'; DROP TABLE recipients; --", "%", "*", "[0-9]"),
)


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Values that fit, that do not, and many that nearly do."""
    dice = random.Random(5)
    found = {*FITS, *FITS_TOO, *NEVER}
    day = date(1899, 12, 1)
    for _ in range(400):
        found.add(str(day + timedelta(days=dice.randrange(60_000))))
        found.add(f"--{dice.randrange(1, 14):02}-{dice.randrange(1, 33):02}")
        found.add(f"{dice.randrange(1, 3000)}-02-{dice.randrange(28, 31)}")
        found.add(f"{dice.uniform(-1000, 1000):.{dice.randrange(4)}f}")
        found.add("".join(dice.choices("0123456789.-", k=dice.randrange(1, 19))))
        whole = list(dice.choice((*FITS, *FITS_TOO)))
        whole[dice.randrange(len(whole))] = dice.choice("0123456789.-e +")
        found.add("".join(whole))
    return sorted(found)


def table(texts: Iterable[str]) -> Subquery:
    """A table with a column of texts."""
    query = "SELECT value AS text FROM json_each(:texts)"
    if not on_sqlite():
        query = "SELECT jsonb_array_elements_text(CAST(:texts AS jsonb)) AS text"
    written = sql(query).bindparams(texts=json.dumps([*texts]))
    return written.columns(column("text", String)).subquery()


def read(texts: list[str], expression: Callable[[Any], ColumnElement[Any]]) -> dict[str, Any]:
    text = table(texts).c.text
    return {row[0]: row[1] for row in db.session.execute(select(text, expression(text)))}


def meet(texts: list[str], condition: Callable[[Any], ColumnElement[bool]]) -> set[str]:
    text = table(texts).c.text
    return set(db.session.scalars(select(text).where(condition(text))))


def number_of(text: str) -> float | None:
    short = len(text.replace(".", "").removeprefix("-")) <= 15
    return float(text) if short and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else None


def day_of(text: str) -> date | None:
    if re.fullmatch("[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}", text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def birthday_of(text: str) -> str | None:
    born = day_of(text) or day_of(text.replace("--", "2000-", 1) if text[:2] == "--" else "")
    return f"{born:%m-%d}" if born else None


def test_what_fits_is_read_and_all_else_is_null(context: None, texts: list[str]) -> None:
    assert read(texts, typed_columns.number) == {one: number_of(one) for one in texts}
    assert read(texts, typed_columns.day) == {one: day_of(one) for one in texts}
    assert read(texts, typed_columns.month_and_day) == {one: birthday_of(one) for one in texts}
    assert all(number_of(one) is None for one in NEVER)
    assert number_of("-12.5") == -12.5
    assert not any(day_of(one) or birthday_of(one) for one in NEVER)
    assert all(number_of(one) is not None or birthday_of(one) for one in (*FITS, *FITS_TOO))


def test_numbers_and_dates_are_compared(context: None) -> None:
    texts = ["9", "10", "-3", "0.1", "0.30", "x", "2026-05-17", "2025-12-31", "2026-05-18"]
    number, day, at = typed_columns.number, typed_columns.day, date(2026, 5, 17)
    assert meet(texts, lambda text: number(text) > 9) == {"10"}
    assert meet(texts, lambda text: number(text).between(-3, 0.1)) == {"-3", "0.1"}
    assert meet(texts, lambda text: number(text) == 0.3) == {"0.30"}
    assert meet(texts, lambda text: day(text) <= at) == {"2026-05-17", "2025-12-31"}
    assert meet(texts, lambda text: day(text) > at) == {"2026-05-18"}


@pytest.mark.parametrize("today", ["2026-12-28", "2027-02-26", "2028-02-26", "2028-02-29"])
def test_birthdays_of_the_next_days_and_of_a_month_are_found(context: None, today: str) -> None:
    first = date.fromisoformat(today)
    every = [str(date(1996, 1, 1) + timedelta(days=n))[5:] for n in range(366)]
    born = [f"--{day}" if n % 2 else f"1996-{day}" for n, day in enumerate(every)]
    for days in (-1, 0, 1, 2, 3, 7, 300, 364, 365, 1000):
        span = [first + timedelta(days=n) for n in range(days + 1)]
        kept = {celebrated(day) for day in span} | {f"{day:%m-%d}" for day in span}
        found = meet(
            [*born, *NEVER], partial(typed_columns.birthday_within, first=first, days=days)
        )
        assert found == {one for one in born if one[-5:] in kept}, days
    found = meet([*born, *NEVER], partial(typed_columns.birthday_in_month, month=first.month))
    assert found == {one for one in born if one[-5:-3] == f"{first:%m}"}


def celebrated(day: date) -> str:
    """Whose birthday it is, too: of people who are born on 29 February."""
    return "02-29" if f"{day:%m-%d}" == "02-28" and day.year % 4 else f"{day:%m-%d}"
