"""What an automation does on the days around which its account gets other clocks."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, AutomationRun
from promosms.services.accounts import preferences
from promosms.services.automations import automations
from tests.services.automations.conftest import WARSAW, Make, Person, SetClock, texted, tick

ANGELES = ZoneInfo("America/Los_Angeles")  # nine hours behind Warsaw


def move(account: Account, zone: ZoneInfo) -> None:
    preferences.choose_place(account.id, "PL", zone.key, "Flowers", moves=[automations.move])


@pytest.mark.parametrize(
    ("zones", "switched_on", "moved", "due"),
    [
        # The next one comes earlier, and would else have been nine hours late.
        ((ANGELES, WARSAW), "2027-05-15 20:00", "2027-05-15 20:00", "2027-05-16 10:00"),
        # It comes later.
        ((WARSAW, ANGELES), "2027-05-15 20:00", "2027-05-15 20:00", "2027-05-16 10:00"),
        # Eight in the morning was not its time yet; five in the afternoon is past it: it is due.
        ((ANGELES, WARSAW), "2027-05-15 20:00", "2027-05-16 08:00", "2027-05-16 17:00"),
        # Switched on after its time: it begins on the next day, also by the new clocks.
        ((WARSAW, ANGELES), "2027-05-15 10:01", "2027-05-15 11:00", "2027-05-16 10:00"),
    ],
)
def test_the_same_day_by_the_new_clocks(
    account: Account,
    person: Person,
    make: Make,
    set_clock: SetClock,
    zones: tuple[ZoneInfo, ZoneInfo],
    switched_on: str,
    moved: str,
    due: str,
) -> None:
    before, after = zones
    move(account, before)
    set_clock(switched_on, before)
    phones = [person(birthday=f"1990-05-{day}").phone for day in (15, 16, 17)]
    automation = make("birthday", clock="10:00")
    set_clock(moved, before)
    move(account, after)
    db.session.refresh(automation)
    hour = due.endswith("10:00")
    if hour:  # not a second too early
        set_clock(due.replace("10:00", "09:59"), after)
        assert tick() == []
    set_clock(due, after)
    [campaign] = tick()
    assert texted(campaign) == [phones[1]]
    set_clock("2027-05-17 10:00", after)
    [campaign] = tick()
    assert texted(campaign) == [phones[2]]


def test_a_day_that_is_over_by_the_new_clocks_is_said(
    account: Account, person: Person, make: Make, set_clock: SetClock
) -> None:
    move(account, ANGELES)
    set_clock("2027-05-15 20:00", ANGELES)
    person(birthday="1990-05-16")
    automation = make("birthday", clock="14:00")
    set_clock("2027-05-16 13:00", ANGELES)  # in Warsaw it is ten in the evening
    move(account, WARSAW)
    assert tick() == []
    [missed] = db.session.scalars(
        select(AutomationRun).where(AutomationRun.automation_id == automation.id)
    )
    assert (missed.day, missed.outcome, missed.people) == (date(2027, 5, 16), "missed", 1)


def test_nobody_is_texted_a_second_time_because_the_clocks_were_put_back(
    account: Account, person: Person, make: Make, set_clock: SetClock
) -> None:
    set_clock("2027-05-15 20:00")
    phones = [person(birthday=f"1990-05-{day}").phone for day in (16, 17)]
    automation = make("birthday", clock="10:00")
    set_clock("2027-05-16 10:00")
    [campaign] = tick()
    assert texted(campaign) == phones[:1]
    set_clock("2027-05-16 10:05")
    move(account, ANGELES)
    set_clock("2027-05-16 10:00", ANGELES)
    assert tick() == []
    set_clock("2027-05-17 10:00", ANGELES)
    [campaign] = tick()
    assert texted(campaign) == phones[1:]
    move(account, ANGELES)  # the same zone once more changes nothing
    db.session.refresh(automation)
    assert automation.next_at is not None
    assert f"{automation.next_at.astimezone(ANGELES):%d %H:%M}" == "18 10:00"


def test_what_is_off_stays_off(account: Account, make: Make, set_clock: SetClock) -> None:
    set_clock("2027-05-15 20:00")
    automation = make("birthday")
    automations.pause(automation)
    move(account, ANGELES)
    db.session.refresh(automation)
    assert automation.next_at is None
