"""What a country does with sender names and numbers, from `countries.toml`."""

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Names(StrEnum):
    """What becomes of a name in a country; UNKNOWN where nothing is written in the file."""

    FREE = "free"
    REGISTERED = "registered"
    REPLACED = "replaced"
    NONE = "none"
    UNKNOWN = "unknown"


class Numbers(StrEnum):
    """Which numbers arrive as senders."""

    FREE = "free"
    OWN = "own"
    TWO_WAY = "two_way"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CountryRule:
    """The rule of a country (ISO 3166); `by_law`: a state register, not only the operators."""

    country: str
    names: Names = Names.UNKNOWN
    by_law: bool = False
    numbers: Numbers = Numbers.UNKNOWN
    two_way: str = ""
    certainty: str = ""
    note: str = ""
    sources: tuple[str, ...] = ()

    @property
    def may_take_number(self) -> bool:
        """May a number stand in where a name is not possible?"""
        return self.numbers is not Numbers.NONE


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("countries.toml").read_text("utf-8"))


def as_of() -> date:
    """The day of which the file is."""
    day: date = _read()["as_of"]
    return day


@cache
def of(country: str) -> CountryRule:
    """The rule of a country."""
    row = _read().get(country)
    if not isinstance(row, dict):
        return CountryRule(country)
    return CountryRule(
        country,
        Names(row["names"]),
        row.get("by") == "law",
        Numbers(row.get("numbers", Numbers.UNKNOWN)),
        row["two_way"],
        row["certainty"],
        row.get("note", ""),
        tuple(row["sources"]),
    )


def known() -> list[CountryRule]:
    """The rules of all countries in the file."""
    return [of(country) for country, row in _read().items() if isinstance(row, dict)]
