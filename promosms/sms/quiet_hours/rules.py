"""The table of quiet hours, `countries.toml`, read once."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("countries.toml")
DAYS = (*("weekdays",) * 5, "saturday", "sunday")
Hours = tuple[int, int] | None


@dataclass(frozen=True)
class Rule:
    """The open hours of each day from Monday; None: closed. Further what the table says of it."""

    hours: tuple[Hours, ...]
    closed_on_holidays: bool
    nature: str = ""
    certainty: str = ""
    source: str = ""


@cache
def all_rules() -> dict[str, Rule]:
    """The rules by country, and that of all others under `default`."""
    table = tomllib.loads(TABLE.read_text())
    default = table["default"]
    return {
        name: _rule({**default, **values})
        for name, values in table.items()
        if isinstance(values, dict)
    }


def of(country: str) -> Rule:
    """The rule of a country."""
    known = all_rules()
    return known.get(country) or known["default"]


def _rule(values: dict[str, Any]) -> Rule:
    return Rule(
        hours=tuple(_hours(values.get(day)) for day in DAYS),
        closed_on_holidays=values.get("holidays") != "open",
        nature=values["nature"],
        certainty=values["certainty"],
        source=values["source"],
    )


def _hours(values: list[int] | None) -> Hours:
    return (values[0], values[1]) if values else None
