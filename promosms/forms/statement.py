"""The filters of the statement, as the address has them. Invalid values are ignored."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from promosms.language import timezone
from promosms.models import Account
from promosms.services.ledger.statement import StatementFilter, Topic
from promosms.services.recipients import detail_names

LONGEST = 60


class Filters:
    """The fields of the filter as typed, and their values."""

    def __init__(self, args: Mapping[str, str], account: Account) -> None:
        self.account = account
        self.topic = args.get("kind", "") if args.get("kind", "") in set(Topic) else ""
        self.since = _day(args.get("from", ""))
        self.until = _day(args.get("to", ""))
        self.name = args.get("q", "").strip()[:LONGEST]

    @property
    def values(self) -> StatementFilter:
        """The values for the service. Days are in the account's time zone, the last included."""
        after = self.until + timedelta(days=1) if self.until and self.until < date.max else None
        return StatementFilter(
            Topic(self.topic),
            _start(self.since),
            _start(after),
            self.name,
            lambda name: detail_names.title(name, self.account),
        )

    @property
    def address(self) -> dict[str, str]:
        """The same as query arguments."""
        days = {"from": self.since, "to": self.until}
        args = {name: day.isoformat() for name, day in days.items() if day is not None}
        texts = {"kind": self.topic, "q": self.name}
        return {**args, **{name: text for name, text in texts.items() if text}}

    @property
    def used(self) -> bool:
        """Is any filter set?"""
        return bool(self.address)


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 2000 <= day.year < 3000 else None


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), timezone()) if day else None
