"""Promotional texts are handed over within the hours of their country, whatever clocks do."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from babel.core import get_global
from phonenumbers import SUPPORTED_REGIONS

from promosms.sms import quiet_hours
from promosms.sms.quiet_hours import rules, zones

# What the table must say, once more and by hand: from and until on weekdays, Saturdays, Sundays,
# and whether public holidays are closed.
HAND = {
    "FR": ((8, 20), (8, 20), None, True),
    "IT": ((8, 20), (8, 20), None, False),
    "RO": ((8, 21), (8, 21), (8, 21), False),
    "GB": ((8, 21), (9, 21), (9, 21), False),
    "US": ((9, 20), (9, 20), (12, 20), False),
    "IN": ((9, 20), (9, 20), None, True),
    "DK": ((8, 20), (9, 18), None, True),
    "SI": ((8, 20), (9, 18), None, True),
    "CZ": ((8, 18), None, None, True),
}
OTHERS = ((8, 20), (8, 20), None, True)
BINDING = {"FR", "IT", "RO", "US", "IN", "CZ"}  # by a law, or a rule of networks and providers
WIDEST = ((7, 22), (7, 22), (7, 22), False)
COUNTRIES = (
    *HAND,
    *("PL", "DE", "AT", "CH", "SE", "FI", "NL", "PT", "GR", "LV", "LT", "LU", "CY", "IS", "LI"),
    *("IE", "UA", "BE", "ES", "NO", "HR", "HU", "MT", "EE", "SK", "BG", "TR", "CA", "AU", "NZ"),
    *("BR", "MX", "RU", "ZA", "EG", "IL", "JP", "CL", "PY", "MA", "IR", "NP", "PF", "XX"),
)
PHONES = {
    "US": ("+12125550100", "+13105550100", "+18085550100", "+1"),
    "CA": ("+14165550100", "+1"),
}


def is_allowed(country: str, places: list[ZoneInfo], at: datetime, *, wide: bool) -> bool:
    """The slow way: look at the clock and the calendar in every zone."""
    rule = WIDEST if wide and country not in BINDING else HAND.get(country, OTHERS)
    weekdays, saturday, sunday, closed = rule
    for zone in places:
        local = at.astimezone(zone)
        hours = (*(weekdays,) * 5, saturday, sunday)[local.weekday()]
        known = country in holidays.list_supported_countries()
        days = holidays.country_holidays(country, years=local.year) if closed and known else {}
        if hours is None or not hours[0] <= local.hour < hours[1] or local.date() in days:
            return False
    return True


def places_of(country: str, phone: str) -> list[ZoneInfo]:
    told = {
        "+12125550100": ["America/New_York"],
        "+13105550100": ["America/Los_Angeles"],
        "+18085550100": ["Pacific/Honolulu"],
        "+14165550100": ["America/Toronto"],
    }
    names = told.get(phone) or get_global("territory_zones").get(country) or ["UTC"]
    return [ZoneInfo(name) for name in names]


def moments(country: str, number: int) -> list[datetime]:
    """Moments in two years; a third of them in the nights around a change of clocks."""
    chance = random.Random(country)
    nights = [
        datetime(2026, 10, 24, tzinfo=UTC),
        datetime(2026, 10, 31, tzinfo=UTC),
        datetime(2027, 3, 13, tzinfo=UTC),
        datetime(2027, 3, 27, tzinfo=UTC),
        datetime(2027, 4, 3, tzinfo=UTC),
        datetime(2028, 3, 25, tzinfo=UTC),
        datetime(2026, 12, 24, tzinfo=UTC),
    ]
    begin, minutes = datetime(2026, 7, 1, tzinfo=UTC), 2 * 365 * 24 * 60
    near = [
        chance.choice(nights) + timedelta(minutes=chance.randrange(2880)) for _ in range(number)
    ]
    far = [begin + timedelta(minutes=chance.randrange(minutes)) for _ in range(2 * number)]
    return near + far


@pytest.mark.parametrize("wide", [False, True], ids=["usual", "wide"])
@pytest.mark.parametrize("country", COUNTRIES)
def test_it_is_handed_over_within_the_hours_and_as_soon_as_they_open(
    country: str, wide: bool
) -> None:
    for phone in PHONES.get(country, ("+990000000",)):
        places = places_of(country, phone)
        for moment in moments(country, 12):
            at = quiet_hours.opens(country, phone, moment, wide=wide)
            if at is None:
                assert is_allowed(country, places, moment, wide=wide)
                assert is_allowed(country, places, moment + timedelta(seconds=59), wide=wide)
                continue
            assert at > moment
            assert is_allowed(country, places, at, wide=wide)
            assert quiet_hours.opens(country, phone, at, wide=wide) is None
            before = at - timedelta(minutes=1)
            while before > max(moment, at - timedelta(hours=9)):
                assert not is_allowed(country, places, before, wide=wide)
                before -= timedelta(minutes=30)
            while before > moment:  # its last minute before closing is not used
                steps = (before, before + timedelta(minutes=1))
                assert not all(is_allowed(country, places, step, wide=wide) for step in steps)
                before -= timedelta(hours=1)


@pytest.mark.parametrize("wide", [False, True], ids=["usual", "wide"])
@pytest.mark.parametrize("country", COUNTRIES)
def test_a_campaign_may_begin_when_the_first_of_its_numbers_may(country: str, wide: bool) -> None:
    for moment in moments(country, 3):
        first = quiet_hours.earliest([country], moment, wide=wide)
        waiting = [
            quiet_hours.opens(country, phone, moment, wide=wide)
            for phone in PHONES.get(country, ("+9",))
        ]
        for at in waiting:
            assert first is None or (at is not None and first <= at)
            assert at is None or quiet_hours.may_wait([country], moment, wide=wide) == [country]


def test_only_what_is_advice_can_be_widened() -> None:
    assert [country for country in COUNTRIES if not rules.is_advice(country)] == [
        country for country in COUNTRIES if country in BINDING
    ]


@pytest.mark.parametrize(
    ("country", "moment", "opens"),
    [
        ("PL", "2026-11-30T06:59:59", "2026-11-30T07:00:00"),
        ("PL", "2026-11-30T07:00:00", None),
        ("PL", "2026-11-30T18:58:59", None),
        ("PL", "2026-11-30T18:59:00", "2026-12-01T07:00:00"),
        ("PL", "2026-10-24T20:00:00", "2026-10-26T07:00:00"),  # clocks put back in between
        ("PL", "2027-03-26T20:00:00", "2027-03-27T07:00:00"),
        ("PL", "2027-03-27T20:00:00", "2027-03-30T06:00:00"),  # put forward; then Easter Monday
        ("FR", "2026-12-24T20:00:00", "2026-12-26T07:00:00"),  # Christmas
        ("FR", "2026-07-13T20:00:00", "2026-07-15T06:00:00"),
        ("IT", "2026-12-24T20:00:00", "2026-12-25T07:00:00"),
        ("GB", "2026-11-28T08:59:59", "2026-11-28T09:00:00"),
        ("US", "2026-11-29T18:00:00", "2026-11-29T22:00:00"),  # Sunday from 12 in all its zones
        ("ES", "2026-11-30T07:30:00", "2026-11-30T08:00:00"),  # the Canaries get up later
    ],
)
def test_the_borders(country: str, moment: str, opens: str | None) -> None:
    at = quiet_hours.opens(country, "+9", datetime.fromisoformat(f"{moment}Z"))
    assert at == (datetime.fromisoformat(f"{opens}Z") if opens else None)


def test_at_night_only_what_somebody_asked_for_disturbs_too() -> None:
    assert quiet_hours.at_night("PL", datetime(2026, 11, 30, 21, 30, tzinfo=UTC))
    assert not quiet_hours.at_night("PL", datetime(2026, 11, 29, 12, 0, tzinfo=UTC))


def test_every_rule_says_where_it_is_from() -> None:
    for country, rule in rules.all_rules().items():
        assert rule.source, country
        assert rule.nature in ("law", "operator", "advice")
        assert rule.certainty in ("A", "B", "C")
        for hours in filter(None, rule.hours):
            assert 0 <= hours[0] < hours[1] <= 24


def test_every_country_opens_within_a_fortnight() -> None:
    """The hours of all zones of a country meet, so nothing waits for ever."""
    moment = datetime(2026, 12, 24, 23, tzinfo=UTC)
    for country in sorted(SUPPORTED_REGIONS):
        for group in zones.groups(country):
            at = quiet_hours._opening(country, group, moment) or moment
            assert at < moment + timedelta(days=14), country
