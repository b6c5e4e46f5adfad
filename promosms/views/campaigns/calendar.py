"""The calendar of campaigns: a month of days, with what is planned and what has left."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from flask import render_template, request
from flask.typing import ResponseReturnValue

from promosms.language import current_language, timezone
from promosms.models import now
from promosms.services.auth.rights import Right
from promosms.services.campaigns import calendar as calendars
from promosms.services.campaigns import schedule
from promosms.services.campaigns.calendar import Entry
from promosms.sms.quiet_hours import public_holidays
from promosms.views.campaigns.blueprint import bp
from promosms.web.access import allow, my_account


class Day(NamedTuple):
    """A day of the calendar; `holiday` is its name or empty."""

    day: date
    holiday: str
    entries: Sequence[Entry]


@bp.route("/campaigns/calendar")
@allow(Right.LOOK)
def calendar() -> ResponseReturnValue:
    """A month in whole weeks, as they begin in the country of the account."""
    account, zone = my_account(), timezone()
    today = now().astimezone(zone).date()
    first, last = account.created_at.astimezone(zone).date(), today + schedule.FURTHEST
    month = _month(request.args.get("month", ""), first, last) or today.replace(day=1)
    after = (month + timedelta(days=31)).replace(day=1)
    shown = _weeks(month, after, _first_weekday(account.region))
    entries = calendars.by_day(account, shown[0], shown[-1], zone)
    names: dict[date, str] = {}
    for year in {shown[0].year, shown[-1].year}:
        names |= public_holidays.names(account.region, year, current_language())
    return render_template(
        "campaigns/calendar.html",
        month=month,
        today=today,
        days=[Day(day, names.get(day, ""), entries.get(day, ())) for day in shown],
        before=(month - timedelta(days=1)).replace(day=1) if month > first else None,
        after=after if after <= last else None,
        last=last,
        zone=zone,
    )


def _month(text: str, first: date, last: date) -> date | None:
    """The first day of a month such as ``2026-12`` with days from `first` to `last`; else None."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if first.replace(day=1) <= month <= last else None


def _first_weekday(country: str) -> int:
    """The day with which a week begins in a country, 0 for Monday."""
    try:
        return int(Locale.parse(f"und_{country}").first_week_day)
    except (UnknownLocaleError, ValueError):
        return 0


def _weeks(month: date, after: date, first_weekday: int) -> list[date]:
    """The days of a month, and those around it that fill its weeks."""
    start = month - timedelta(days=(month.weekday() - first_weekday) % 7)
    end = after + timedelta(days=(first_weekday - after.weekday()) % 7)
    return [start + timedelta(days=n) for n in range((end - start).days)]
