"""Parsing of prices that admins type in a form or import as a table."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from promosms.lib import countries
from promosms.settings import settings

UNITS = 10_000
DEAREST = 100 * UNITS
FREE, NONE = "free", "none"  # the words for a price of 0, and for a withdrawn price
FARTHEST = timedelta(days=3653)
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_FIGURES = re.compile(r"-?\d{1,12}(?:[.,]\d{0,12})?", re.ASCII)
_DAYS = ("%Y-%m-%d", "%d.%m.%Y")
_TIMES = ("", " %H:%M", "T%H:%M", " %H:%M:%S", "T%H:%M:%S")


class PriceProblem(StrEnum):
    """What is wrong with a price."""

    COUNTRY = "country"
    PREFIX = "prefix"
    PREFIX_ELSEWHERE = "prefix_elsewhere"
    PRICE = "price"
    NOT_FREE = "not_free"
    TOO_DEAR = "too_dear"
    DIGITS = "digits"
    TIER = "tier"
    OUT_OF_REACH = "out_of_reach"
    MOMENT = "moment"
    PAST = "past"
    CURRENCY = "currency"
    TWICE = "twice"
    CELLS = "cells"


class BadCell(Exception):
    """An invalid cell: its column, the problem, and a value for the message."""

    def __init__(self, column: str, problem: PriceProblem, value: str = "") -> None:
        super().__init__(column, problem, value)
        self.column, self.problem, self.value = column, problem, value


class NewPrice(NamedTuple):
    """A price as typed; `valid_from` is None for now, `amount` is None to withdraw the price."""

    country: str
    prefix: str
    tier_from: int
    valid_from: datetime | None
    amount: int | None

    @property
    def series(self) -> tuple[str, str, int]:
        """Country, prefix and tier."""
        return self.country, self.prefix, self.tier_from


def country(cell: str) -> str:
    """An ISO 3166 code of a country with phone numbers. Raises BadCell."""
    code = cell.strip().upper()
    if not countries.exists(code):
        raise BadCell("country", PriceProblem.COUNTRY, cell.strip())
    return code


def prefix(cell: str, of_country: str) -> str:
    """The first digits of phone numbers, without the +. Raises BadCell.

    The calling code alone means the whole country. Where several countries share a calling code,
    the country of the number is compared first, so a prefix of the other country has no effect.
    """
    digits = _SPACES.sub("", cell).removeprefix("+")
    calling = countries.calling_code(of_country).removeprefix("+")
    if digits in ("", calling):
        return ""
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 12):
        raise BadCell("prefix", PriceProblem.PREFIX, cell.strip())
    if not digits.startswith(calling):
        raise BadCell("prefix", PriceProblem.PREFIX_ELSEWHERE, f"+{calling}")
    return digits


def amount(cell: str) -> int | None:
    """A price in 1/10,000; 0 only for the word *free*, None for *none*. Raises BadCell."""
    typed = cell.strip().casefold()
    if typed in (FREE, NONE):
        return 0 if typed == FREE else None
    units = _units("price", PriceProblem.PRICE, cell)
    if units == 0:
        raise BadCell("price", PriceProblem.NOT_FREE)
    if units > DEAREST:
        raise BadCell("price", PriceProblem.TOO_DEAR)
    return units


def tier(cell: str) -> int:
    """The net amount of the top-up at which a tier begins, in 1/10,000. Raises BadCell."""
    if not cell.strip():
        return 0
    units = _units("top_up_from", PriceProblem.TIER, cell)
    if units > settings.top_up_largest:
        raise BadCell("top_up_from", PriceProblem.OUT_OF_REACH)
    return units


def moment(cell: str, present: datetime) -> datetime | None:
    """A day, or a day and a time, in UTC; None if empty or *now*. Raises BadCell."""
    typed = " ".join(cell.split())
    if typed.casefold() in ("", "now"):
        return None
    for form in (day + time for day in _DAYS for time in _TIMES):
        try:
            parsed = datetime.strptime(typed, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        if parsed > present + FARTHEST:
            break
        return parsed
    raise BadCell("valid_from", PriceProblem.MOMENT, cell.strip())


def _units(column: str, problem: PriceProblem, cell: str) -> int:
    plain = _SPACES.sub("", cell).replace("\N{MINUS SIGN}", "-")
    if not _FIGURES.fullmatch(plain) or plain.startswith("-"):
        raise BadCell(column, problem, cell.strip())
    units = Decimal(plain.replace(",", ".")) * UNITS
    if units % 1:
        raise BadCell(column, PriceProblem.DIGITS)
    return int(units)
