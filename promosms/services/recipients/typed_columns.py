"""Columns of text that the database reads as numbers, dates and birthdays.

A value that does not fit is NULL, so it meets no condition. Numbers are plain decimals (-12.5) of
at most 15 digits, dates ISO (2026-05-17), birthdays a date or a day without a year (--05-17).
"""

import calendar
from datetime import date, timedelta

from sqlalchemy import Date, Float, String, and_, case, cast, false, func, or_, type_coerce
from sqlalchemy.sql.elements import ColumnElement, SQLCoreOperations

from promosms.db.transactions import on_sqlite

MOST_DIGITS = 15
"""So many digits of a number are kept exactly by a double."""
MOST_YEAR = 365
"""In so many days everybody has a birthday."""

Text = SQLCoreOperations[str]

# A pattern and no attempt: PostgreSQL raises an error for a text that it cannot cast.
_NUMBER = rf"^-?(?=[0-9.]{{1,{MOST_DIGITS + 1}}}$)[0-9]{{1,{MOST_DIGITS}}}(\.[0-9]+)?$"
_DAY = (
    "(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))"
    "|((0[469]|11)-(0[1-9]|[12][0-9]|30))|(02-(0[1-9]|1[0-9]|2[0-8])))"
)
_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)"
_DATE = f"^([1-9][0-9]{{3}}-{_DAY}|(?!0){_LEAP}-02-29)$"
_YEARLESS = f"^--({_DAY}|02-29)$"
_DIGIT = "[0-9]"
_YEARLESS_FORM = f"--{2 * _DIGIT}-{2 * _DIGIT}"
_ISO = f"[1-9]{3 * _DIGIT}-{2 * _DIGIT}-{2 * _DIGIT}"


def number(column: Text) -> ColumnElement[float | None]:
    """The number in a column of text, to compare with a float."""
    if on_sqlite():
        body = case((func.substr(column, 1, 1) == "-", func.substr(column, 2)), else_=column)
        fits = and_(
            _like(body, f"{_DIGIT}*"),
            _like(body, f"*{_DIGIT}"),
            ~_like(body, "*[^0-9.]*"),
            ~_like(body, "*.*.*"),
            func.length(func.replace(body, ".", "")) <= MOST_DIGITS,
        )
    else:
        fits = column.op("~", is_comparison=True)(_NUMBER)
    return case((fits, cast(column, Float(53))))


def day(column: Text) -> ColumnElement[date | None]:
    """The date in a column of text."""
    if on_sqlite():
        fits = and_(_like(column, _ISO), _exists(column))
        return type_coerce(case((fits, column)), Date)
    return case((column.op("~", is_comparison=True)(_DATE), cast(column, Date)))


def month_and_day(column: Text) -> ColumnElement[str | None]:
    """Of a column of birthdays month and day: "05-17"."""
    if on_sqlite():
        in_leap_year = "2000" + func.substr(column, 2)
        fits = or_(
            and_(_like(column, _ISO), _exists(column)),
            and_(_like(column, _YEARLESS_FORM), _exists(in_leap_year)),
        )
    else:
        fits = or_(
            column.op("~", is_comparison=True)(_DATE), column.op("~", is_comparison=True)(_YEARLESS)
        )
    # The last five letters: -05-17 of a birthday without a year would have one more.
    return type_coerce(case((fits, func.substr(column, func.length(column) - 4))), String)


def birthday_in_month(column: Text, month: int) -> ColumnElement[bool]:
    """Is the birthday in a month, 1 to 12?"""
    return func.substr(month_and_day(column), 1, 2) == f"{month:02}"


def birthday_within(column: Text, first: date, days: int) -> ColumnElement[bool]:
    """Is the birthday on `first` or on one of the `days` days after it?

    Who is born on 29 February has it on the 28th in other years.
    """
    if days < 0:
        return false()
    known = month_and_day(column)
    if days >= MOST_YEAR:
        return known.is_not(None)
    last = first + timedelta(days=days)
    begin, end = f"{first:%m-%d}", f"{last:%m-%d}"
    if end == "02-28" and not calendar.isleap(last.year):
        end = "02-29"
    if begin <= end:
        return known.between(begin, end)
    return or_(known >= begin, known <= end)


def _exists(iso: Text) -> ColumnElement[bool]:
    """With a modifier SQLite moves a day that does not exist into the next month."""
    return func.date(iso, "+0 days") == iso


def _like(value: Text, pattern: str) -> ColumnElement[bool]:
    return value.op("GLOB", is_comparison=True)(pattern)
