"""The days of automations, against a slow calendar that is written out in another way."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import literal, select

from promosms.extensions import db
from promosms.models import Automation, Campaign, Recipient, Trigger
from promosms.services.automations import days
from promosms.services.campaigns.occasions import Occasion
from tests.services.automations.conftest import Make, Person, SetClock

TWO_YEARS = [date(2027, 1, 1) + timedelta(days=number) for number in range(731)]
MONTH_ENDS = {1: 31, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


def last_of(day: date) -> int:
    return MONTH_ENDS.get(day.month) or (29 if day.year == 2028 else 28)


def has_birthday(kept: str, day: date) -> bool:
    month_and_day = kept.split("-", 1)[1].lstrip("-") if kept[0] != "-" else kept[2:]
    if month_and_day == "02-29" and last_of(date(day.year, 2, 1)) == 28:
        month_and_day = "02-28"
    return f"{day.month:02}-{day.day:02}" == month_and_day


@pytest.mark.parametrize("month_day", [1, 15, 28, 29, 30, 31])
def test_each_month_has_one_day_the_last_one_if_it_is_shorter(month_day: int) -> None:
    automation = Automation(trigger=Trigger.MONTHLY, month_day=month_day)
    mine = [day for day in TWO_YEARS if days.is_one(automation, day)]
    assert mine == [
        day
        for day in TWO_YEARS
        if day.day == month_day or (day.day == last_of(day) and month_day > last_of(day))
    ]
    assert len(mine) == 24


def test_each_week_has_its_days() -> None:
    automation = Automation(trigger=Trigger.WEEKLY, weekdays="06")
    mine = [day for day in TWO_YEARS if days.is_one(automation, day)]
    assert {day.isocalendar().weekday for day in mine} == {1, 7}
    assert len(mine) == sum(f"{day:%a}" in ("Mon", "Sun") for day in TWO_YEARS)


@pytest.mark.parametrize("zone", ["Europe/Warsaw", "America/Sao_Paulo", "Pacific/Apia", "UTC"])
@pytest.mark.parametrize("clock", ["06:00", "20:00"])
def test_it_is_looked_at_once_a_day_at_its_time_through_every_change_of_clocks(
    zone: str, clock: str
) -> None:
    automation, here = Automation(trigger=Trigger.BIRTHDAY, clock=clock), ZoneInfo(zone)
    at, seen = datetime(2026, 12, 31, 23, 59, tzinfo=UTC), []
    while (at := days.next_begin(automation, at, here)).astimezone(here).year < 2029:
        assert f"{at.astimezone(here):%H:%M}" == clock
        seen.append(at.astimezone(here).date())
    first = TWO_YEARS.index(seen[0])
    assert seen == TWO_YEARS[first:]
    assert first <= 1


def test_the_next_look_is_later_than_now() -> None:
    automation, here = Automation(trigger=Trigger.BIRTHDAY, clock="10:00"), ZoneInfo("UTC")
    before, at = (datetime(2027, 5, 17, *clock, tzinfo=UTC) for clock in ((9, 59), (10, 0)))
    assert days.next_begin(automation, before, here) == at
    assert days.next_begin(automation, at, here) == at + timedelta(days=1)


@pytest.mark.parametrize("before", [0, 1, 60])
def test_everybody_has_one_birthday_a_year(
    person: Person, make: Make, set_clock: SetClock, before: int
) -> None:
    set_clock("2027-01-01 12:00")
    kept = ["1990-05-17", "--05-17", "1992-02-29", "--02-29", "1990-02-28", "--03-01", "--12-31"]
    people = {person(birthday=value).id: value for value in [*kept, "2000-01-01"]}
    for odd in ("", "17 May", "1990-02-29", "--02-30", "1990-13-01"):
        person(birthday=odd)
    automation, nobody = make("birthday", days=before), Campaign(id=0, kind="service")
    found = set()
    # One statement for all the days: the condition of each, and its number.
    statements = [
        select(Recipient.id, literal(number)).where(*Occasion(automation, day, nobody).conditions())
        for number, day in enumerate(TWO_YEARS)
    ]
    for start in range(0, len(statements), 100):
        some = statements[start : start + 100]
        found |= {tuple(row) for row in db.session.execute(some[0].union_all(*some[1:]))}
    assert found == {
        (key, number)
        for number, day in enumerate(TWO_YEARS)
        for key, value in people.items()
        if has_birthday(value, day + timedelta(days=before))
    }
    assert len(found) == 2 * len(people)
