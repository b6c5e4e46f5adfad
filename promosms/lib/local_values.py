"""Numbers, dates and birthdays as people of a country write them, and as they are kept.

Kept is a number as a plain decimal (-12.5), a date as ISO (2026-05-17), and a birthday as a date or
without its year (--05-17).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages
from babel.numbers import get_currency_symbol, get_territory_currencies

from promosms.lib.folding import fold

MOST_DIGITS = 15
"""So many a double keeps exactly: databases compare numbers as such."""
_OLDEST = 120
"""Nobody is older, in years."""
_AHEAD = 20
"""A year of two digits is at most so many years from now."""
_LEAP = 2000

_SPACES = re.compile(r"[\s\u00a0\u2007\u202f'’]+")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_SIGNS = re.compile(r"[.,]")
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_TIME = r"(?:[t ]\s*\d{1,2}:\d{2}.*)?"
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})\.?" + _TIME, re.ASCII)
_COMPACT = re.compile(r"([12]\d{3})(\d\d)(\d\d)", re.ASCII)
_YEAR_LAST = re.compile(
    r"(\d{1,2})\s*([-/. ])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})\.?\s*(?:r\.?|roku)?" + _TIME, re.ASCII
)
_YEARLESS = re.compile(r"--(\d\d)-?(\d\d)", re.ASCII)
_NO_YEAR = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\.?", re.ASCII)
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_FILLERS = frozenset(
    ["r", "roku", "st", "nd", "rd", "th", "of", "de", "del", "d", "the", "i", "er"]
)
_NONE = frozenset(("-", "--", "---", "n/a", "na", "brak", "0000-00-00", "00.00.0000"))


class Unreadable(ValueError):
    """A value that cannot be read; `code` is form, no_such_day, future or too_old."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Ways:
    """How numbers and dates are written: decimal sign, what groups digits, month before day."""

    decimal: str
    groups: str
    month_first: bool
    between: str
    year_first: bool
    currencies: frozenset[str]
    months: tuple[tuple[str, int], ...]


@cache
def ways(region: str) -> Ways:
    """How people of a country write."""
    locale = _locale(region)
    symbols = locale.number_symbols.get("latn", {})
    short, day_month = locale.date_formats["short"].pattern, locale.datetime_skeletons["Md"].pattern
    signs = [sign for sign in "./-" if sign in short] or ["/"]
    return Ways(
        decimal="," if symbols.get("decimal") == "," else ".",
        groups="." if symbols.get("group") == "." else "," if symbols.get("group") == "," else "",
        month_first=day_month.index("M") < day_month.index("d"),
        between=signs[0],
        year_first=short.index("y") < short.index("d"),
        currencies=_currencies(region, locale),
        months=tuple(_months(region, locale).items()),
    )


def of_column(usual: Ways, values: Iterable[str]) -> Ways:
    """How a column is written, where it differs from what is usual in the country.

    A day over 12 in the place of the month, or a sign before other than three digits, tells it.
    """
    first = second = points = commas = False
    for value in values:
        if (found := _YEAR_LAST.fullmatch(value) or _NO_YEAR.fullmatch(value)) and found[2] != ".":
            first, second = first or int(found[1]) > 12, second or int(found[3]) > 12
        elif len(_SIGNS.findall(value)) == 1:
            whole, sign, rest = re.split(r"([.,])", value.strip())
            certain = len(rest) != 3 or not whole.strip("+-")
            points, commas = points or (certain and sign == "."), commas or sign == ","
    month_first = second if first != second else usual.month_first
    plain = points and not commas
    return replace(
        usual,
        month_first=month_first,
        decimal="." if plain else usual.decimal,
        groups="" if plain else usual.groups,
    )


def is_nothing(text: str) -> bool:
    """Does it stand where there is no value, such as a dash?"""
    return not text or text.strip().casefold() in _NONE


def number(text: str, how: Ways) -> str:
    """Read a number. Raises Unreadable."""
    typed = _without_currency(text.replace("\N{MINUS SIGN}", "-"), how)
    joined = _SPACES.sub("", typed)
    if joined != typed.strip() and not _grouped(typed):
        raise Unreadable("form")
    plain = _with_point(joined, how)
    if not _PLAIN.fullmatch(plain):
        raise Unreadable("form")
    return _canonical(Decimal(plain))


def day(text: str, how: Ways, today: date) -> str:
    """Read a date. Raises Unreadable."""
    year, month, day_ = _parts(text, how)
    if year is None:
        raise Unreadable("form")
    return str(_date(_whole_year(year, today.year + _AHEAD), month, day_))


def birthday(text: str, how: Ways, today: date) -> str:
    """Read a birthday, which may have no year. Raises Unreadable."""
    year, month, day_ = _parts(text, how, yearless=True)
    if year is None:
        return f"-{_date(_LEAP, month, day_):-%m-%d}"
    born = _date(_whole_year(year, today.year), month, day_)
    # It may be tomorrow already where the person is.
    if born > today + timedelta(days=1):
        if len(year) == 4:
            raise Unreadable("future")
        born = _date(born.year - 100, month, day_)
    if born.year < today.year - _OLDEST:
        raise Unreadable("too_old")
    return str(born)


def as_typed_number(kept: str, how: Ways) -> str:
    """A number as somebody of the country types it, to be changed."""
    return kept.replace(".", how.decimal)


def as_typed_day(kept: str, how: Ways) -> str:
    """A date or a birthday as somebody of the country types it, to be changed."""
    year, month, day_ = "" if kept.startswith("--") else kept[:4], kept[-5:-3], kept[-2:]
    if year and how.year_first:
        return f"{year}-{month}-{day_}"
    two = how.between.join((month, day_) if how.month_first else (day_, month))
    if how.between == "." and how.month_first:
        two = f"{month}/{day_}"
    return two + (how.between if year or how.between == "." else "") + year


def _locale(region: str) -> Locale:
    try:
        return Locale.parse(f"und_{region}")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def _currencies(region: str, locale: Locale) -> frozenset[str]:
    codes = get_territory_currencies(region)
    signs = {get_currency_symbol(code, locale) for code in codes}
    return frozenset(word.casefold() for word in (*codes, *signs) if word)


def _months(region: str, locale: Locale) -> dict[str, int]:
    languages = {locale.language, *get_official_languages(region, de_facto=True), "en"}
    found: dict[str, int] = {}
    for language in sorted(languages):
        try:
            months = Locale.parse(language).months
        except (UnknownLocaleError, ValueError):
            continue
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in months[context][width].items():
                    if len(word := fold(name).strip(" .")) > 2:
                        found.setdefault(word, month)
    return found


def _without_currency(text: str, how: Ways) -> str:
    typed = text.strip()
    folded = typed.casefold()
    for word in how.currencies:
        if folded.endswith(word):
            return typed[: -len(word)]
        if folded.startswith(word):
            return typed[len(word) :]
    return typed


def _grouped(text: str) -> bool:
    """Do spaces or apostrophes stand where they group digits by three?"""
    whole = re.split(r"[.,]", text.strip().lstrip("+- "))[0]
    groups = _SPACES.split(whole)
    return len(groups[0]) in (1, 2, 3) and all(len(group) == 3 for group in groups[1:])


def _with_point(text: str, how: Ways) -> str:
    """The number with a point before its decimals, and nothing that groups digits."""
    signs = set(_SIGNS.findall(text))
    if not signs:
        return text
    last = max(text.rfind(sign) for sign in signs)
    decimal = text[last]
    if len(signs) == 1:
        if text.count(decimal) > 1 or (decimal == how.groups and _THOUSANDS.fullmatch(text)):
            return _ungrouped(text, decimal)
        return text.replace(decimal, ".")
    whole, decimals = text[:last], text[last + 1 :]
    return f"{_ungrouped(whole, (signs - {decimal}).pop())}.{decimals}"


def _ungrouped(text: str, sign: str) -> str:
    first, *groups = text.split(sign)
    if not 1 <= len(first.lstrip("+-")) <= 3 or any(len(group) != 3 for group in groups):
        raise Unreadable("form")
    return first + "".join(groups)


def _canonical(value: Decimal) -> str:
    plain = f"{value:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    if sum(map(str.isdigit, plain)) > MOST_DIGITS:
        raise Unreadable("form")
    return "0" if plain == "-0" else plain


def _parts(text: str, how: Ways, *, yearless: bool = False) -> tuple[str | None, int, int]:
    """Year, month and day as they are written."""
    typed = fold(text.strip())
    if found := _YEAR_FIRST.fullmatch(typed) or _COMPACT.fullmatch(typed):
        return found[1], int(found[2]), int(found[3])
    if found := _YEAR_LAST.fullmatch(typed):
        # Between points the day comes first nearly everywhere.
        month_first = how.month_first and found[2] != "."
        return found[4], *_month_and_day(found[1], found[3], month_first)
    if yearless and (found := _YEARLESS.fullmatch(typed)):
        return None, int(found[1]), int(found[2])
    if yearless and (found := _NO_YEAR.fullmatch(typed)):
        month_first = how.month_first and (found[2] != "." or how.year_first)
        return None, *_month_and_day(found[1], found[3], month_first)
    return _in_words(typed, how, yearless=yearless)


def _month_and_day(first: str, second: str, month_first: bool) -> tuple[int, int]:
    return (int(first), int(second)) if month_first else (int(second), int(first))


def _in_words(typed: str, how: Ways, *, yearless: bool) -> tuple[str | None, int, int]:
    """A date with the name of its month, such as 17 May 1990 and May 17."""
    months, tokens = dict(how.months), _TOKEN.findall(typed)
    numbers = [token for token in tokens if token.isdecimal()]
    named = [months[token] for token in tokens if token in months]
    known = all(token in months or token in _FILLERS or token.isdecimal() for token in tokens)
    if not known or len(named) != 1 or len(numbers) not in ((1, 2) if yearless else (2,)):
        raise Unreadable("form")
    if len(numbers) == 2 and len(numbers[0]) == 4:
        numbers.reverse()
    if len(numbers[0]) > 2 or (len(numbers) == 2 and len(numbers[1]) not in (2, 4)):
        raise Unreadable("form")
    return (numbers[1] if len(numbers) == 2 else None), named[0], int(numbers[0])


def _whole_year(year: str, latest: int) -> int:
    if len(year) == 4:
        return int(year)
    whole = latest - latest % 100 + int(year)
    return whole if whole <= latest else whole - 100


def _date(year: int, month: int, day_: int) -> date:
    try:
        found = date(year, month, day_)
    except ValueError:
        raise Unreadable("no_such_day") from None
    if found.year < 1000:
        raise Unreadable("no_such_day")
    return found
