"""Opening hours: when the shop is open, on the clocks of its account, and on public holidays.

Times are those that the clocks show, so a night in which they are changed needs no rule: an hour
that comes twice counts twice, one that is skipped never comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import MOST_ANSWERS, Account, AnswerSettings
from promosms.sms.quiet_hours import public_holidays

DAYS = 7
FORM = "%H:%M"
FEWEST_A_DAY, MOST_A_DAY = 1, 1000
Span = tuple[time, time]
"""From when to when; what closes before it opens, or at the same time, closes the next day."""
Hours = tuple[Span, ...]
"""The spans of a day, in their order: none if it is closed, two with a break between them."""


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
    hours = tuple(_read(day) for day in row.hours) if row.hours is not None else None
    return Settings(hours, row.closed_on_holidays, row.daily_limit)


def save(account_id: int, settings: Settings) -> None:
    """Save the settings; raises ValueError for another number of days, spans that are not in their
    order, or a wrong limit."""
    if settings.hours is not None and len(settings.hours) != DAYS:
        raise ValueError("a week has seven days")
    if not all(in_order(day) for day in settings.hours or ()):
        raise ValueError("each span begins after the one before")
    if not FEWEST_A_DAY <= settings.daily_limit <= MOST_A_DAY:
        raise ValueError(settings.daily_limit)
    with transaction() as session:
        # Two forms at once: the account is locked, so the second one finds the row.
        session.get_one(Account, account_id, with_for_update=True, populate_existing=True)
        row = session.get(AnswerSettings, account_id) or AnswerSettings(account_id=account_id)
        row.hours = [_written(day) for day in settings.hours] if settings.hours else None
        row.closed_on_holidays = settings.closed_on_holidays
        row.daily_limit = settings.daily_limit
        session.add(row)


def is_open(settings: Settings, moment: datetime, zone: ZoneInfo, country: str) -> bool | None:
    """Is the shop open at a moment? None if nobody has said when it is."""
    if settings.hours is None:
        return None
    local = moment.astimezone(zone)
    clock, today = local.time(), local.date()
    if any(_on_the_day(span, clock) for span in _of_day(settings, today, country)):
        return True
    before = _of_day(settings, today - timedelta(days=1), country)
    return any(closes <= opens and clock < closes for opens, closes in before)


def in_order(hours: Hours) -> bool:
    """Do the spans of a day follow each other? Only the last one may end on the next day, before
    the first began."""
    if not hours:
        return True
    (begin, _closes), (opens, end) = hours[0], hours[-1]
    in_turn = all(first < last < following for (first, last), (following, _) in pairwise(hours))
    return in_turn and (opens < end or end <= begin)


def _of_day(settings: Settings, day: date, country: str) -> Hours:
    if settings.closed_on_holidays and day in public_holidays.of(country, day.year):
        return ()
    return settings.hours[day.weekday()] if settings.hours else ()


def _on_the_day(span: Span, clock: time) -> bool:
    opens, closes = span
    return opens <= clock and (clock < closes or closes <= opens)


def _read(stored: Sequence[str] | None) -> Hours:
    clocks = [time.fromisoformat(each) for each in stored or ()]
    return tuple(zip(clocks[::2], clocks[1::2], strict=True))


def _written(hours: Hours) -> list[str] | None:
    return [f"{clock:{FORM}}" for span in hours for clock in span] or None
