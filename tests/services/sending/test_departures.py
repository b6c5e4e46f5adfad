"""Texts leave by the clock of each person and at the pace of their campaign, whatever happens."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Answer, ErrorClass
from promosms.models import Account, Campaign, CampaignKind, Consent, Gateway, Message, Recipient
from promosms.services.campaigns import audience, departure, drafts, launch, preparation, schedule
from promosms.services.campaigns.departure import Departure
from promosms.services.campaigns.drafts import Draft
from promosms.services.sending import claiming, failover, holding, own_clocks, recording, sweep
from promosms.sms.quiet_hours import zones
from tests.services.sending.conftest import check_books
from tests.services.sending.test_quiet_hours import claim, claimed, go_to
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.settings import override

WARSAW = "Europe/Warsaw"
# The zone whose clock has to show the time, by hand: the last one where a number fits several.
ZONES = {
    "+48601000001": ("PL", "Europe/Warsaw"),
    "+380501234567": ("UA", "Europe/Kyiv"),
    "+34612000001": ("ES", "Atlantic/Canary"),
    "+447400000001": ("GB", "Europe/London"),
    "+351912345678": ("PT", "Atlantic/Azores"),
    "+12125550100": ("US", "America/New_York"),
    "+13105550100": ("US", "America/Los_Angeles"),
    "+14165550100": ("CA", "America/Toronto"),
}
Plan = Callable[..., Campaign]


@pytest.fixture
def plan(app: Flask, cast: Cast, context: None, clock: Clock) -> Plan:
    """Schedule a service text to these numbers, or to so many in Poland; it leaves as chosen."""
    clock.stop()

    def planned(
        moment: str,
        planned_time: str = "",
        phones: Sequence[str] | int = tuple(ZONES),
        kind: str = CampaignKind.SERVICE,
        **chosen: object,
    ) -> Campaign:
        go_to(clock, moment)
        if isinstance(phones, int):
            phones = [f"+4860100{n:04}" for n in range(phones)]
        with transaction() as session:
            session.add_all(
                Recipient(
                    account_id=cast.owner.account_id,
                    phone=phone,
                    country=ZONES.get(phone, ("PL", ""))[0],
                    consent=Consent.GIVEN,
                )
                for phone in phones
            )
        account = db.session.get_one(Account, cast.owner.account_id)
        draft = Draft(text="Your order is ready", everyone=True, kind=kind)
        campaign = drafts.create(account, draft, "")
        with transaction():
            campaign.planned_time, campaign.planned_zone = planned_time, WARSAW
        departure.choose(campaign, Departure(**chosen))
        price = audience.estimate(campaign).total
        if planned_time:
            schedule.schedule(campaign, price, reviewed=len(phones))
        else:
            launch.launch(campaign, price)
            assert preparation.prepare(campaign.id) == "sending"
        return campaign

    return planned


def start_due() -> None:
    """What the tick and the worker do when a time has come."""
    for campaign_id in schedule.start_due():
        assert preparation.prepare(campaign_id) == "sending"


def stored(phone: str) -> Message:
    return db.session.scalars(select(Message).where(Message.phone == phone)).one()


def test_each_gets_it_when_their_clock_shows_the_time(plan: Plan, clock: Clock, cast: Cast) -> None:
    campaign = plan("2026-12-01T12:00:00", "2026-12-02T10:00", each_clock=True)
    assert campaign.first_zone == "Europe/Kyiv"
    assert campaign.send_at == datetime(2026, 12, 2, 8, tzinfo=UTC)
    leaves: dict[str, str] = {}
    for minutes in range(0, 13 * 60, 15):
        go_to(clock, "2026-12-02T07:45:00")
        clock.move(minutes=minutes)
        start_due()
        leaves |= dict.fromkeys(claimed(), f"{clock.now():%H:%M}")
        holding.hold_what_waits()
    assert leaves == {
        "+380501234567": "08:00",
        "+48601000001": "09:00",
        "+34612000001": "10:00",
        "+447400000001": "10:00",
        "+351912345678": "11:00",
        "+12125550100": "15:00",
        "+14165550100": "15:00",
        "+13105550100": "18:00",
    }
    assert sweep.finish_campaigns() == 1
    check_books(cast.owner.account_id)


def test_nothing_brings_a_text_to_somebody_too_early(plan: Plan, clock: Clock, app: Flask) -> None:
    campaign = plan("2026-12-01T12:00:00", "2026-12-02T10:00", each_clock=True)
    go_to(clock, "2026-12-02T09:50:00")
    start_due()
    early = ["+380501234567", "+48601000001"]
    worker = claim()
    taken = claiming.take(worker, 500)
    assert sorted(m.phone for m in taken) == early
    assert (stored("+447400000001").attempts, stored("+447400000001").status) == (0, "queued")
    busy = Answer(error_class=ErrorClass.TEMPORARY, reason="busy", wait=1)
    recording.record(worker, [(message, busy) for message in taken])
    launch.pause(campaign)
    launch.resume(campaign)
    with transaction() as session:  # as after a failover that forgot when they were to leave
        for message in session.scalars(select(Message).where(Message.status == "queued")):
            message.attention_status, message.next_attempt_at = "queued", None
    failover.move_waiting()
    assert claimed() == early
    assert holding.hold_what_waits() == 1
    assert campaign.held_until == datetime(2026, 12, 2, 10, tzinfo=UTC)
    go_to(clock, "2026-12-02T09:59:59")
    assert claimed() == []
    go_to(clock, "2026-12-02T10:00:00")
    assert claimed() == ["+34612000001", "+447400000001"]
    launch.cancel(campaign)
    go_to(clock, "2026-12-03T10:00:00")
    assert claimed() == []


def test_a_promotion_waits_for_the_clock_and_then_for_the_hours(
    app: Flask, plan: Plan, clock: Clock
) -> None:
    override(app, quiet_hours=True)
    with transaction() as session:
        session.add(Gateway(name="Line", kind="smpp", settings={}, status="paused"))
    phones = ["+48601000001", "+34612000001", "+13105550100"]
    promotion = CampaignKind.PROMOTIONAL
    plan("2026-12-01T12:00:00", "2026-12-02T08:30", phones, promotion, each_clock=True)
    go_to(clock, "2026-12-02T07:30:00")
    start_due()
    assert claimed() == ["+48601000001"]
    waits = stored("+13105550100").next_attempt_at
    assert waits == datetime(2026, 12, 2, 17, tzinfo=UTC)  # half past eight is before nine there
    go_to(clock, "2026-12-02T08:30:00")
    assert claimed() == ["+34612000001"]


def test_sent_now_it_waits_for_nobodys_clock(plan: Plan, clock: Clock) -> None:
    campaign = plan("2026-12-01T12:00:00", "2026-12-02T10:00", each_clock=True)
    schedule.start_now(campaign)
    assert preparation.prepare(campaign.id) == "sending"
    assert claimed() == sorted(ZONES)


@pytest.mark.parametrize(
    ("planned_time", "zone", "utc"),
    [
        ("2027-03-28T02:30", "Europe/Warsaw", "01:30"),  # clocks jump over it: 03:30
        ("2026-10-25T02:30", "Europe/Warsaw", "00:30"),  # twice: the first one
        ("2027-03-14T02:30", "America/New_York", "07:30"),
        ("2026-11-01T01:30", "America/New_York", "05:30"),
        ("2027-04-04T01:45", "Australia/Lord_Howe", "14:45"),
    ],
)
def test_an_hour_that_is_missing_or_comes_twice(planned_time: str, zone: str, utc: str) -> None:
    assert f"{own_clocks.reached(planned_time, (ZoneInfo(zone),)):%H:%M}" == utc


def test_no_clock_of_the_world_is_ahead_of_its_text() -> None:
    """Around the changes of clocks, against clocks that are read minute by minute."""
    chance = random.Random(7)
    days = ("2026-10-25", "2027-03-28", "2026-11-01", "2027-03-14", "2027-04-04", "2026-12-24")
    for country in ("PL", "ES", "PT", "US", "AU", "RU", "BR", "NZ", "CL", "IR", "KI", "MX"):
        places, day = zones.of_country(country), chance.choice(days)
        wall = datetime.fromisoformat(day) + timedelta(minutes=15 * chance.randrange(4 * 24))
        due = own_clocks.reached(f"{wall:%Y-%m-%dT%H:%M}", places)
        seen = []
        for zone in places:
            at = datetime(wall.year, wall.month, wall.day, tzinfo=UTC) - timedelta(hours=16)
            while at.astimezone(zone).replace(tzinfo=None) < wall:
                at += timedelta(minutes=5)
            seen.append(at)
        assert timedelta() <= due - max(seen) <= timedelta(hours=1)
        assert not own_clocks.over_everywhere(f"{wall:%Y-%m-%dT%H:%M}", due - timedelta(minutes=1))


def test_batches_leave_at_their_pace_and_never_faster(plan: Plan, clock: Clock, cast: Cast) -> None:
    """Through a pause, a killed worker, two workers at once and a refusal."""
    campaign = plan("2026-12-01T12:00:00", phones=11, size=3, minutes=10)
    assert (campaign.pace_size, campaign.pace_seconds) == (3, 600)
    assert len(claimed(most=2)) == 2
    assert len(claimed()) == 1
    assert claimed() == []
    assert campaign.held_until == clock.now() + timedelta(minutes=10)
    assert sweep.gateways_with_work() == []
    go_to(clock, "2026-12-01T12:09:59")
    assert claimed() == []
    launch.pause(campaign)
    launch.resume(campaign)  # which forgets until when it was held
    assert claimed() == []
    assert campaign.held_until == datetime(2026, 12, 1, 12, 10, tzinfo=UTC)
    assert sweep.gateways_with_work() == []
    go_to(clock, "2026-12-01T12:10:00")
    assert sweep.gateways_with_work()
    assert len(claiming.take(claim(), 500)) == 3  # the worker is killed
    assert claimed() == []
    launch.pause(campaign)
    go_to(clock, "2026-12-01T13:10:00")  # an hour in which six batches would have left
    launch.resume(campaign)
    worker = claim()
    busy = Answer(error_class=ErrorClass.TEMPORARY, reason="busy", wait=1)
    recording.record(worker, [(message, busy) for message in claiming.take(worker, 500)])
    go_to(clock, "2026-12-01T13:19:59")
    assert claimed() == []
    for minute, left in ((20, 3), (30, 2)):
        go_to(clock, f"2026-12-01T13:{minute}:00")
        assert len(claimed()) == left
    check_books(cast.owner.account_id)


def test_quiet_hours_stop_it_and_nothing_bursts_in_the_morning(
    app: Flask, plan: Plan, clock: Clock
) -> None:
    override(app, quiet_hours=True)
    with transaction() as session:
        session.add(Gateway(name="Line", kind="smpp", settings={}, status="paused"))
    moment = "2026-12-01T18:30:00"
    campaign = plan(moment, phones=12, kind=CampaignKind.PROMOTIONAL, size=2, minutes=20)
    account = campaign.account_id
    left: dict[str, int] = {}
    for _ in range(16 * 12):
        if number := len(claimed()):
            left[f"{clock.now():%d %H:%M}"] = number
        if f"{clock.now():%d %H:%M}" == "01 18:50":
            end = departure.rest_through(campaign)
        clock.move(minutes=5)
    morning = {f"02 {time}": 2 for time in ("07:00", "07:20", "07:40", "08:00")}
    assert left == {"01 18:30": 2, "01 18:50": 2, **morning}
    assert end == datetime(2026, 12, 2, 8, tzinfo=UTC)
    assert sweep.finish_campaigns() == 1
    check_books(account)


def test_spread_over_hours_it_is_through_in_time(plan: Plan, clock: Clock) -> None:
    campaign = plan("2026-12-01T12:00:00", phones=40, hours=2)
    numbers = []
    for _ in range(24 * 5 + 1):
        numbers.append(len(claimed()))
        clock.move(minutes=1)
    assert sum(numbers) == 40 == campaign.n_sent
    for start in range(len(numbers)):
        assert sum(numbers[start : start + 30]) <= 12
    assert sum(numbers[:60]) >= 18


@pytest.mark.parametrize("seed", range(4))
def test_in_nights_when_clocks_change_nobody_gets_it_early_nor_all_at_once(
    plan: Plan, clock: Clock, seed: int
) -> None:
    """The oracle reads the clocks on the wall, and counts what left in each span of the pace."""
    chance = random.Random(seed)
    day = ("2026-10-25", "2027-03-28", "2026-11-01", "2027-03-14")[seed]
    wall = datetime.fromisoformat(day) + timedelta(minutes=30 * chance.randrange(1, 12))
    size, minutes = chance.randint(1, 3), chance.choice((15, 45))
    begin = wall - timedelta(hours=14)
    planned = f"{wall:%Y-%m-%dT%H:%M}"
    campaign = plan(
        f"{begin:%Y-%m-%dT%H:%M:00}", planned, each_clock=True, size=size, minutes=minutes
    )
    left: list[tuple[datetime, str]] = []
    for _ in range(40 * 6):
        start_due()
        left += [(clock.now(), phone) for phone in claimed()]
        holding.hold_what_waits()
        if not chance.randrange(9) and campaign.status == "sending":
            launch.pause(campaign)
            launch.resume(campaign)
        clock.move(minutes=10)
    assert sorted(phone for _at, phone in left) == sorted(ZONES)
    for at, phone in left:
        zone = ZoneInfo(ZONES[phone][1])
        shown = [(at - timedelta(minutes=m)).astimezone(zone) for m in range(0, 75, 5)]
        assert any(each.replace(tzinfo=None) >= wall for each in shown)
        assert sum(at <= t < at + timedelta(minutes=minutes) for t, _ in left) <= size
