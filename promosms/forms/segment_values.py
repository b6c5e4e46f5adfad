"""What is typed in a condition of a segment, as it is kept."""

from datetime import date

from promosms.forms.words import DAY
from promosms.language import gettext
from promosms.lib.folding import fold
from promosms.services.recipients.segments.conditions import Value
from promosms.services.recipients.typed_columns import MOST_DIGITS

MOST_DAYS = 3650
MOST_TEXT = 100
FIRST = date(1900, 1, 1)


def read(value: Value, typed: str) -> str:
    """What is kept of it; raises ValueError that says what to do."""
    if value is Value.TEXT:
        return _text(typed)
    if value is Value.NUMBER:
        return _number(typed)
    if value is Value.DAYS:
        return _days(typed)
    if value is Value.DATE:
        return _date(typed)
    if value and not typed:
        raise ValueError(gettext("Choose one."))
    return typed


def _text(typed: str) -> str:
    text = " ".join(typed.replace("\0", "").split())
    if not fold(text).strip():
        raise ValueError(gettext("Write what to look for."))
    if len(text) > MOST_TEXT:
        raise ValueError(gettext("Please use at most 100 characters."))
    return text


def _number(typed: str) -> str:
    text = typed.replace(",", ".").replace("\N{MINUS SIGN}", "-")
    text = "".join(text.split())
    digits = text.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MOST_DIGITS:
        raise ValueError(gettext("Write a number, such as 12 or 12.5."))
    return text


def _days(typed: str) -> str:
    plain = typed.isascii() and typed.isdigit() and len(typed) < 5
    if not plain or not 0 < int(typed) <= MOST_DAYS:
        raise ValueError(gettext("Write a number of days from 1 to 3650."))
    return str(int(typed))


def _date(typed: str) -> str:
    """As browsers send a day, or as people type it: 2026-05-12 or 12.05.2026."""
    parts = typed.split("-") if "-" in typed else [*reversed(typed.split("."))]
    try:
        year, month, day = (int(part) for part in parts)
        kept = date(year, month, day)
    except ValueError as error:
        raise ValueError(str(DAY)) from error
    if kept < FIRST:
        raise ValueError(gettext("This day is too long ago: check the year."))
    return kept.isoformat()
