"""The table of quiet hours, `countries.toml`, read once."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("countries.toml")
DAYS = (*("weekdays",) * 5, "saturday", "sunday")
Hours = tuple[int, int] | None
ADVICE = "advice"


@dataclass(frozen=True)
class Rule:
    """The open hours of each day from Monday; None: closed. Further what the table says of it."""

    hours: tuple[Hours, ...]
    closed_on_holidays: bool
    nature: str = ""
    certainty: str = ""
    source: str = ""


NIGHT = Rule(hours=((7, 22),) * 7, closed_on_holidays=False)
"""When people do not mind a text about something that they asked for; and the widest hours of a
promotion, where the others are only advice."""


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


def of(country: str, *, wide: bool = False) -> Rule:
    """The rule of a country; with `wide` that of the night, if nothing else binds there."""
    return NIGHT if wide and is_advice(country) else _known(country)


def is_advice(country: str) -> bool:
    """Are the hours of a country only advice: no law and no rule of networks or providers?"""
    return _known(country).nature == ADVICE


def _known(country: str) -> Rule:
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
