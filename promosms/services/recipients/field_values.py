"""Values of typed fields: read as people write them, kept in one form, written for people.

A value that does not fit the type of its field is a text: it stays as it is wherever it is written.
"""

import re
from datetime import date
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from promosms.language import MINUS, current_language, day
from promosms.lib import local_values
from promosms.lib.local_values import Ways
from promosms.models import FieldType, now

_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_DAY = re.compile(r"[1-9]\d{3}-\d\d-\d\d", re.ASCII)
_YEARLESS = re.compile(r"--\d\d-\d\d", re.ASCII)
_LEAP = "2000"
_ENGLISH = Locale("en", "GB")
"""With the day before the month."""
_GROUPED = 10_000
"""On pages from here on the digits are grouped; smaller numbers may be years."""
_EXAMPLES = {
    FieldType.NUMBER: ("1234.5",),
    FieldType.DATE: ("2026-05-17",),
    FieldType.BIRTHDAY: ("1990-05-17", "--05-17"),
}


def read(type_: FieldType, text: str, how: Ways, today: date | None = None) -> str:
    """A value in the form in which it is kept; "" for a dash. Raises Unreadable."""
    if local_values.is_nothing(text):
        return ""
    if type_ == FieldType.NUMBER:
        return local_values.number(text, how)
    if type_ == FieldType.DATE:
        return local_values.day(text, how, today or now().date())
    if type_ == FieldType.BIRTHDAY:
        return local_values.birthday(text, how, today or now().date())
    return text


def fits(type_: FieldType, kept: str) -> bool:
    """Is it a value of this type, in the form in which it is kept?"""
    if type_ == FieldType.NUMBER:
        return _NUMBER.fullmatch(kept) is not None
    return type_ == FieldType.TEXT or _day(type_, kept) is not None


def as_typed(type_: FieldType, kept: str, region: str) -> str:
    """A value as somebody of a country types it, to be changed in a field of a form."""
    if type_ == FieldType.TEXT or not fits(type_, kept):
        return kept
    how = local_values.ways(region)
    if type_ == FieldType.NUMBER:
        return local_values.as_typed_number(kept, how)
    return local_values.as_typed_day(kept, how)


def examples(type_: FieldType, region: str) -> list[str]:
    """Values as somebody of a country types them."""
    return [as_typed(type_, kept, region) for kept in _EXAMPLES[type_]]


def shown(type_: FieldType, kept: str) -> str:
    """A value on a page, in the reader's language."""
    if type_ == FieldType.TEXT or not fits(type_, kept):
        return kept
    locale = _locale(current_language())
    if type_ == FieldType.NUMBER:
        number = Decimal(kept)
        grouped = abs(number) >= _GROUPED
        return _decimal(number, locale, grouped=grouped).replace("-", MINUS)
    at = _day(type_, kept) or date.min
    if kept.startswith("--"):
        return str(format_skeleton("MMMd", at, locale=locale))
    return day(at)


def in_text(type_: FieldType, kept: str, language: str) -> str:
    """A value in a text to a recipient, in the language of the text: 12,5 and 17 maja.

    A birthday has no year there: it is celebrated, not checked. Digits are not grouped, because a
    number may be a year or that of a table.
    """
    if type_ == FieldType.TEXT or not fits(type_, kept):
        return kept
    locale = _locale(language)
    if type_ == FieldType.NUMBER:
        return _decimal(Decimal(kept), locale, grouped=False).replace(MINUS, "-")
    at = _day(type_, kept) or date.min
    if type_ == FieldType.BIRTHDAY:
        written = format_skeleton("MMMMd", at, locale=locale)
    else:
        written = format_date(at, "long", locale=locale)
    return " ".join(written.split())  # only pages have spaces that do not break


def _decimal(number: Decimal, locale: Locale, *, grouped: bool) -> str:
    written = format_decimal(
        number, locale=locale, decimal_quantization=False, group_separator=grouped
    )
    return str(written)


def _day(type_: FieldType, kept: str) -> date | None:
    text = kept
    if type_ == FieldType.BIRTHDAY and _YEARLESS.fullmatch(kept):
        text = _LEAP + kept[1:]
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _locale(language: str) -> Locale:
    if language == "en":
        return _ENGLISH
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return _ENGLISH
