"""Quiet hours: when promotional texts may arrive, by country, in the recipient's local time."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from promosms.sms.quiet_hours import public_holidays, rules, zones
from promosms.sms.quiet_hours.rules import NIGHT, Rule

CLOSES_EARLIER = timedelta(minutes=1)
"""Before the end of the hours: what is handed over then is on the phone before it."""
FURTHEST = timedelta(days=30)


def opens(country: str, phone: str, moment: datetime, *, wide: bool = False) -> datetime | None:
    """When a promotional text to this number may be handed over: None for now, else a later moment.

    A number that may be in several time zones gets it when the hours are open in all of them.
    With `wide`, here as below, hours that are only advice last until night on all days.
    """
    return opens_in(country, zones.of_number(country, phone), moment, wide=wide)


def opens_in(
    country: str, places: zones.Zones, moment: datetime, *, wide: bool = False
) -> datetime | None:
    """The same for a number that may be in these zones."""
    return _opening(country, places, _minute(moment), wide)


def earliest(countries: Iterable[str], moment: datetime, *, wide: bool = False) -> datetime | None:
    """When the first number of these countries may get one: None if some may now."""
    minute = _minute(moment)
    openings = [
        _opening(country, group, minute, wide)
        for country in countries
        for group in zones.groups(country)
    ]
    return min((at for at in openings if at), default=None) if all(openings) else None


def may_wait(countries: Iterable[str], moment: datetime, *, wide: bool = False) -> list[str]:
    """The countries of which some number may not get one now."""
    minute = _minute(moment)
    return [
        country
        for country in countries
        if any(_opening(country, group, minute, wide) for group in zones.groups(country))
    ]


def at_night(country: str, moment: datetime) -> bool:
    """Is it night there, somewhere, for a text about something that people asked for?"""
    return any(
        not _is_open(country, NIGHT, zone, _minute(moment))
        for group in zones.groups(country)
        for zone in group
    )


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


@lru_cache(8_192)
def _opening(
    country: str, places: tuple[ZoneInfo, ...], minute: datetime, wide: bool = False
) -> datetime | None:
    rule, at = rules.of(country, wide=wide), minute
    while at < minute + FURTHEST:
        closed = next((zone for zone in places if not _is_open(country, rule, zone, at)), None)
        if closed is None:
            return at if at > minute else None
        at = _next_start(country, rule, closed, at)
    return minute + FURTHEST  # no hour is open in all zones: it is looked at again then


def _is_open(country: str, rule: Rule, zone: ZoneInfo, at: datetime) -> bool:
    hours = _hours(country, rule, at.astimezone(zone).date())
    return hours is not None and _at(zone, at, hours[0]) <= at < (
        _at(zone, at, hours[1]) - CLOSES_EARLIER
    )


def _next_start(country: str, rule: Rule, zone: ZoneInfo, at: datetime) -> datetime:
    """The next moment after `at` at which the hours of a day begin."""
    local = at.astimezone(zone)
    for days in range(FURTHEST.days + 1):
        noon = local.replace(hour=12, minute=0, fold=0) + timedelta(days=days)
        hours = _hours(country, rule, noon.date())
        if hours is not None and (start := _at(zone, noon, hours[0])) > at:
            return start
    return at + FURTHEST


def _hours(country: str, rule: Rule, day: date) -> tuple[int, int] | None:
    if rule.closed_on_holidays and day in public_holidays.of(country, day.year):
        return None
    return rule.hours[day.weekday()]


def _at(zone: ZoneInfo, at: datetime, hour: int) -> datetime:
    """This hour of the local day; the hours of the table are never in the night of a change."""
    local = at.astimezone(zone)
    wall = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    return wall.astimezone(UTC)
