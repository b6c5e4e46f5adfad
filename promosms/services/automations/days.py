"""The days of an automation, by the calendar and the clocks of its account."""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from promosms.lib import wall_clock
from promosms.models import Automation, Trigger

EARLIEST, LATEST = time(6), time(20)
"""A time of day can be chosen from here to here."""
CLOSING = time(21)
"""From here on nothing is begun any more on a day: it was missed."""
DAY = timedelta(days=1)


def is_one(automation: Automation, day: date) -> bool:
    """May the automation text somebody on this day? Of people's own days each may be one."""
    if automation.trigger == Trigger.WEEKLY:
        return str(day.weekday()) in automation.weekdays
    if automation.trigger == Trigger.MONTHLY:
        return day.day == min(automation.month_day, calendar.monthrange(day.year, day.month)[1])
    return True


def begins(automation: Automation, day: date, zone: ZoneInfo) -> datetime:
    """When it begins on a day."""
    return wall_clock.moment(datetime.combine(day, time.fromisoformat(automation.clock)), zone)


def closes(day: date, zone: ZoneInfo) -> datetime:
    """From when on it is too late to begin on a day."""
    return wall_clock.moment(datetime.combine(day, CLOSING), zone)


def ends(automation: Automation, day: date, zone: ZoneInfo) -> datetime:
    """When what is not sent yet is cancelled: birthday texts the same evening, others a day later.

    A birthday text is never a day late. Others may have to wait for the hours of a country.
    """
    if automation.trigger == Trigger.BIRTHDAY:
        return closes(day, zone)
    return begins(automation, day + DAY, zone)


def next_begin(automation: Automation, after: datetime, zone: ZoneInfo) -> datetime:
    """The next moment after this one at which it looks whether somebody is to be texted."""
    day = after.astimezone(zone).date()
    at = begins(automation, day, zone)
    return at if at > after else begins(automation, day + DAY, zone)


def first(automation: Automation, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after this one on a day of the automation."""
    at = next_begin(automation, after, zone)
    while not is_one(automation, at.astimezone(zone).date()):
        at = next_begin(automation, at, zone)
    return at


def between(automation: Automation, start: date, end: date) -> Iterator[date]:
    """Its days from `start` on, before `end`."""
    for number in range((end - start).days):
        day = start + number * DAY
        if is_one(automation, day):
            yield day
