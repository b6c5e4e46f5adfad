"""The conditions of a segment as they are stored: about what they are, and what they ask.

A test that begins with `not_` is met by everybody who does not meet the other one, also by those of
whom nothing is known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from promosms.models import FIELDS

VERSION = 1
MOST = 10
"""So many conditions one segment may have."""
NOT = "not_"


class Kind(StrEnum):
    """What a condition is about, as far as it decides what can be asked."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BIRTHDAY = "birthday"
    LIST = "list"
    ADDED = "added"
    TEXTED = "texted"
    REPLIED = "replied"
    CLICKED = "clicked"
    CONSENT = "consent"
    COUNTRY = "country"
    OPTED_OUT = "opted_out"
    SEARCH = "search"


class Value(StrEnum):
    """What has to be typed or chosen for a test."""

    NOTHING = ""
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DAYS = "days"
    MONTH = "month"
    LIST = "list"
    COUNTRY = "country"


class Match(StrEnum):
    """How many of the conditions somebody has to meet."""

    ALL = "all"
    ANY = "any"


def _with_opposites(tests: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    for test, value in tests.items():
        yield test, value
        yield NOT + test, value


_FILLED = {"empty": Value.NOTHING}
_DAYS = {"last_days": Value.DAYS}
_SIDES = {"before": Value.DATE, "after": Value.DATE}
TESTS: dict[Kind, dict[str, Value]] = {
    Kind.TEXT: dict(
        _with_opposites({**dict.fromkeys(("is", "contains", "begins"), Value.TEXT), **_FILLED})
    ),
    Kind.NUMBER: {
        **dict.fromkeys(("is", "not_is", "more", "less"), Value.NUMBER),
        **dict(_with_opposites(_FILLED)),
    },
    Kind.DATE: {
        **dict.fromkeys(("is", "not_is", "before", "after"), Value.DATE),
        **dict(_with_opposites({**_DAYS, "next_days": Value.DAYS, **_FILLED})),
    },
    Kind.BIRTHDAY: dict(
        _with_opposites({"next_days": Value.DAYS, "month": Value.MONTH, **_FILLED})
    ),
    Kind.LIST: dict(_with_opposites({"on": Value.LIST})),
    Kind.ADDED: {**dict(_with_opposites(_DAYS)), **_SIDES},
    Kind.TEXTED: dict(_with_opposites({**_DAYS, "ever": Value.NOTHING})),
    Kind.REPLIED: dict(_with_opposites({**_DAYS, "ever": Value.NOTHING})),
    Kind.CLICKED: dict(_with_opposites({**_DAYS, "ever": Value.NOTHING})),
    Kind.CONSENT: dict(_with_opposites({"given": Value.NOTHING})),
    Kind.COUNTRY: dict(_with_opposites({"is": Value.COUNTRY})),
    Kind.OPTED_OUT: dict(_with_opposites({"out": Value.NOTHING, "held": Value.NOTHING})),
    Kind.SEARCH: dict(_with_opposites({"words": Value.TEXT})),
}
"""What can be asked about each kind, and what has to be typed for it."""
FIELD_KINDS = (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.BIRTHDAY)
SUBJECTS = tuple(field.name for field in FIELDS if field.name != "phone")
"""The fields of a recipient that conditions can be about."""


@dataclass(frozen=True)
class Condition:
    """One condition. `subject` is the field that it is about, or repeats the kind."""

    kind: Kind
    subject: str
    test: str
    value: str = ""

    @property
    def needs(self) -> Value:
        """What is typed for its test."""
        return TESTS[self.kind][self.test]


@dataclass(frozen=True)
class Filter:
    """Conditions of which somebody has to meet all, or any."""

    match: Match
    conditions: tuple[Condition, ...]

    def stored(self) -> dict[str, Any]:
        """As it stands in the database."""
        rows = [
            {"kind": row.kind, "subject": row.subject, "test": row.test, "value": row.value}
            for row in self.conditions
        ]
        return {"version": VERSION, "match": self.match, "conditions": rows}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Filter":
        """From the database; raises ValueError for what this version cannot read."""
        if stored.get("version") != VERSION:
            raise ValueError("these conditions were stored by another version")
        rows = tuple(
            Condition(Kind(row["kind"]), row["subject"], row["test"], row["value"])
            for row in stored["conditions"]
        )
        if not all(row.test in TESTS[row.kind] for row in rows):
            raise ValueError("a condition asks what cannot be asked")
        return cls(Match(stored["match"]), rows)

    def lists(self) -> set[str]:
        """The public ids of the lists that it names."""
        return {row.value for row in self.conditions if row.kind is Kind.LIST}
