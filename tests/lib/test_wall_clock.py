"""Times on a clock, in the nights when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from promosms.lib import wall_clock

WARSAW, NEW_YORK = ZoneInfo("Europe/Warsaw"), ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its clocks change by half an hour


@pytest.mark.parametrize(
    ("zone", "wall", "utc"),
    [
        (WARSAW, "2026-12-01T10:00", "2026-12-01T09:00"),
        (WARSAW, "2026-07-01T10:00", "2026-07-01T08:00"),
        (WARSAW, "2027-03-28T01:59", "2027-03-28T00:59"),
        (WARSAW, "2027-03-28T03:00", "2027-03-28T01:00"),
        (WARSAW, "2026-10-25T02:30", "2026-10-25T00:30"),
        (WARSAW, "2026-10-25T03:00", "2026-10-25T02:00"),
        (NEW_YORK, "2026-11-01T01:30", "2026-11-01T05:30"),
        (LORD_HOWE, "2027-04-04T01:45", "2027-04-03T14:45"),
    ],
)
def test_a_time_on_the_clock_means_one_moment(zone: ZoneInfo, wall: str, utc: str) -> None:
    typed, at = datetime.fromisoformat(wall), datetime.fromisoformat(f"{utc}Z")
    assert wall_clock.exact(typed, zone) == at == wall_clock.moment(typed, zone)


@pytest.mark.parametrize(
    ("zone", "wall", "before", "after"),
    [
        (WARSAW, "2027-03-28T02:30", "2027-03-28T01:30", "2027-03-28T03:30"),
        (WARSAW, "2027-03-28T02:00", "2027-03-28T01:00", "2027-03-28T03:00"),
        (LORD_HOWE, "2026-10-04T02:15", "2026-10-04T01:45", "2026-10-04T02:45"),
    ],
)
def test_a_time_that_the_clocks_jump_over_is_refused_with_its_neighbours(
    zone: ZoneInfo, wall: str, before: str, after: str
) -> None:
    with pytest.raises(wall_clock.NoSuchTime) as caught:
        wall_clock.exact(datetime.fromisoformat(wall), zone)
    assert caught.value.before == datetime.fromisoformat(before)
    assert caught.value.after == datetime.fromisoformat(after)


def test_every_minute_of_a_year_means_the_moment_that_shows_it_first() -> None:
    """The oracle walks through the moments and looks at the clock."""
    first_shown: dict[datetime, datetime] = {}
    times: dict[datetime, int] = {}
    at = datetime(2026, 10, 24, tzinfo=UTC)
    while at < datetime(2027, 4, 1, tzinfo=UTC):
        wall = at.astimezone(WARSAW).replace(tzinfo=None, fold=0)
        first_shown.setdefault(wall, at)
        times[wall] = times.get(wall, 0) + 1
        at += timedelta(minutes=15)
    for wall, shown_at in first_shown.items():
        assert wall_clock.exact(wall, WARSAW) == shown_at
        assert wall_clock.comes_twice(wall, WARSAW) == (times[wall] == 2)
    assert sum(number == 2 for number in times.values()) == 4
