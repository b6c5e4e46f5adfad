"""What of the statement is to be shown, as the address says it. Nonsense is left out."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from promosms.language import timezone
from promosms.services.ledger.statement import Topic, Wanted

LONGEST = 60


class Filters:
    """The fields of the filter as typed, and what they mean."""

    def __init__(self, asked: Mapping[str, str]) -> None:
        self.topic = asked.get("kind", "") if asked.get("kind", "") in set(Topic) else ""
        self.since = _day(asked.get("from", ""))
        self.until = _day(asked.get("to", ""))
        self.name = asked.get("q", "").strip()[:LONGEST]

    @property
    def wanted(self) -> Wanted:
        """Days are those of the account, both of them included."""
        after = self.until + timedelta(days=1) if self.until and self.until < date.max else None
        return Wanted(Topic(self.topic), _start(self.since), _start(after), self.name)

    @property
    def address(self) -> dict[str, str]:
        """The same as parts of an address."""
        days = {"from": self.since, "to": self.until}
        said = {name: day.isoformat() for name, day in days.items() if day is not None}
        texts = {"kind": self.topic, "q": self.name}
        return {**said, **{name: text for name, text in texts.items() if text}}

    @property
    def used(self) -> bool:
        """Is anything left out?"""
        return bool(self.address)


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 <= day.year < 3000 else None


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), timezone()) if day else None
