"""Opening hours: when the shop is open, on the clocks of its account, and on public holidays.

Times are those that the clocks show, so a night in which they are changed needs no rule: an hour
that comes twice counts twice, one that is skipped never comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import MOST_ANSWERS, Account, AnswerSettings
from promosms.sms.quiet_hours import public_holidays

DAYS = 7
FORM = "%H:%M"
FEWEST_A_DAY, MOST_A_DAY = 1, 1000
Hours = tuple[time, time] | None
"""From when to when; what closes before it opens, or at the same time, closes the next day."""


@dataclass(frozen=True)
class Settings:
    """When the shop is open, from Monday on (None if nobody has said it), and the daily limit."""

    hours: tuple[Hours, ...] | None = None
    closed_on_holidays: bool = True
    daily_limit: int = MOST_ANSWERS


def of(account_id: int) -> Settings:
    """The settings of an account."""
    row = db.session.get(AnswerSettings, account_id)
    if row is None:
        return Settings()
    hours = tuple(_read(pair) for pair in row.hours) if row.hours is not None else None
    return Settings(hours, row.closed_on_holidays, row.daily_limit)


def save(account_id: int, settings: Settings) -> None:
    """Save the settings; raises ValueError for another number of days or a wrong limit."""
    if settings.hours is not None and len(settings.hours) != DAYS:
        raise ValueError("a week has seven days")
    if not FEWEST_A_DAY <= settings.daily_limit <= MOST_A_DAY:
        raise ValueError(settings.daily_limit)
    with transaction() as session:
        # Two forms at once: the account is locked, so the second one finds the row.
        session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
        row = session.get(AnswerSettings, account_id) or AnswerSettings(account_id=account_id)
        row.hours = [_written(pair) for pair in settings.hours] if settings.hours else None
        row.closed_on_holidays = settings.closed_on_holidays
        row.daily_limit = settings.daily_limit
        session.add(row)


def is_open(settings: Settings, moment: datetime, zone: ZoneInfo, country: str) -> bool | None:
    """Is the shop open at a moment? None if nobody has said when it is."""
    if settings.hours is None:
        return None
    local = moment.astimezone(zone)
    clock, today = local.time(), local.date()
    hours = _of_day(settings, today, country)
    if hours is not None and _on_the_day(hours, clock):
        return True
    before = _of_day(settings, today - timedelta(days=1), country)
    return before is not None and before[1] <= before[0] and clock < before[1]


def _of_day(settings: Settings, day: date, country: str) -> Hours:
    if settings.closed_on_holidays and day in public_holidays.of(country, day.year):
        return None
    return settings.hours[day.weekday()] if settings.hours else None


def _on_the_day(hours: tuple[time, time], clock: time) -> bool:
    opens, closes = hours
    return opens <= clock and (clock < closes or closes <= opens)


def _read(pair: Sequence[str] | None) -> Hours:
    return (time.fromisoformat(pair[0]), time.fromisoformat(pair[1])) if pair else None


def _written(hours: Hours) -> list[str] | None:
    return [f"{each:{FORM}}" for each in hours] if hours else None
