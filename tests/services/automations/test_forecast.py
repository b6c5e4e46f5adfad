"""The forecast of the review: who would be texted, and what that costs."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from promosms.services.automations import forecast
from tests.services.automations.conftest import Make, Person, SetClock


@pytest.mark.parametrize(
    ("trigger", "when", "in_time", "too_late"),
    [
        ("birthday", {}, (1, 3), (0, 2)),
        ("weekly", {"weekdays": "01"}, (4, 40), (0, 36)),
        ("monthly", {"month_day": 17}, (4, 4), (0, 0)),
    ],
)
def test_whose_hour_is_over_is_not_counted(
    person: Person,
    make: Make,
    set_clock: SetClock,
    trigger: str,
    when: dict[str, Any],
    in_time: tuple[int, int],
    too_late: tuple[int, int],
) -> None:
    set_clock("2027-05-17 08:00")  # a Monday
    for birthday in ("1990-05-17", "1990-05-18", "1990-06-10", "1990-12-24"):
        person(birthday=birthday)
    automation = make(trigger, **when)
    for clock, counted in (("09:59", in_time), ("10:00", too_late)):
        set_clock(f"2027-05-17 {clock}")
        found = forecast.of(automation)
        assert (found.today, found.ahead) == counted
        assert found.month == found.ahead * found.most
    assert found.begins > datetime(2027, 5, 17, 10, tzinfo=ZoneInfo("Europe/Warsaw"))
