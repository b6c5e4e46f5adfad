"""Scheduled campaigns: they start once, in time, and ask when something has changed."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Consent,
    Email,
    Message,
    Price,
    Recipient,
    RouteGateway,
)
from promosms.services.accounts import preferences
from promosms.services.campaigns import audience, drafts, guard, launch, preparation, schedule
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.recipients import lists
from tests.services.sending.conftest import check_books
from tests.support import two_transactions
from tests.support.cast import Cast
from tests.support.clock import Clock

Make = Callable[..., Campaign]
WARSAW = "Europe/Warsaw"


@pytest.fixture
def account(cast: Cast, context: None) -> Account:
    """The owner's account, with one recipient who has agreed."""
    with transaction() as session:
        session.add(
            Recipient(
                account_id=cast.owner.account_id,
                phone="+48601000001",
                country="PL",
                consent=Consent.GIVEN,
            )
        )
    return db.session.get_one(Account, cast.owner.account_id)


@pytest.fixture
def make(account: Account, clock: Clock) -> Make:
    """A campaign that is scheduled, in so many hours by the clocks of Warsaw."""

    def scheduled(hours: float = 1, **given: object) -> Campaign:
        clock.stop()
        wall = (clock.now() + timedelta(hours=hours)).astimezone(ZoneInfo(WARSAW))
        draft = Draft(
            text="20% off",
            everyone=True,
            planned_time=f"{wall:%Y-%m-%dT%H:%M}",
            planned_zone=WARSAW,
        )
        campaign = drafts.create(account, replace(draft, **given), "")
        price = audience.estimate(campaign).total
        schedule.schedule(campaign, price, reviewed=1)
        return campaign

    return scheduled


def problem(campaign: Campaign) -> str:
    db.session.refresh(campaign)
    assert campaign.status == CampaignStatus.BLOCKED
    assert not db.session.scalars(select(Message)).all()
    return campaign.not_started


def test_it_starts_when_its_time_has_come_and_not_before(make: Make, clock: Clock) -> None:
    campaign = make(1)
    assert campaign.status == CampaignStatus.SCHEDULED
    assert schedule.start_due() == []
    assert campaign.send_at is not None
    clock.move(seconds=(campaign.send_at - clock.now()).total_seconds() - 1)
    assert schedule.start_due() == []
    clock.move(seconds=1)
    assert schedule.start_due() == [campaign.id]
    assert schedule.start_due() == []
    assert campaign.launched_at == clock.now()
    assert preparation.prepare(campaign.id) == CampaignStatus.SENDING


def test_it_is_moved_and_starts_at_the_new_time_only(make: Make, clock: Clock) -> None:
    campaign = make(1)
    old, at = campaign.planned_time, campaign.send_at
    assert at is not None
    wall = datetime.fromisoformat(old)
    later, sooner = (f"{wall + timedelta(minutes=m):%Y-%m-%dT%H:%M}" for m in (90, -30))
    schedule.move(campaign, later, old)
    schedule.move(campaign, later, old)  # a second click
    assert campaign.send_at == at + timedelta(minutes=90)
    with pytest.raises(LaunchError) as refused:  # a page that was opened before
        schedule.move(campaign, sooner, old)
    assert refused.value.code == LaunchProblem.NOT_RUNNING
    schedule.move(campaign, sooner, later)
    assert campaign.send_at == at - timedelta(minutes=30)
    clock.move(seconds=(campaign.send_at - clock.now()).total_seconds())
    for passed in (f"{wall - timedelta(minutes=30):%Y-%m-%dT%H:%M}", "2020-01-01T10:00"):
        with transaction():
            campaign.planned_time = later
        with pytest.raises(LaunchError) as refused:
            schedule.move(campaign, passed, later)
        assert refused.value.code == LaunchProblem.TIME_PASSED
        assert campaign.status == CampaignStatus.SCHEDULED


def test_a_start_that_was_read_before_it_was_moved_starts_nothing(make: Make, clock: Clock) -> None:
    campaign = make(1)
    old = campaign.planned_time
    later = f"{datetime.fromisoformat(old) + timedelta(hours=1):%Y-%m-%dT%H:%M}"
    schedule.move(campaign, later, old)
    clock.move(hours=1, minutes=1)  # of the time before
    assert not schedule.start(campaign)
    assert not schedule.ask(campaign, LaunchProblem.LATE)
    assert campaign.status == CampaignStatus.SCHEDULED
    clock.move(hours=1)
    assert schedule.start(campaign)
    with pytest.raises(LaunchError):
        schedule.move(campaign, "2027-12-01T10:00", later)


def test_whoever_may_not_schedule_may_not_move_either(make: Make, account: Account) -> None:
    campaign = make(1)
    with transaction():
        _suspend(account)
    with pytest.raises(LaunchError) as refused:
        schedule.move(campaign, "2027-12-01T10:00", campaign.planned_time)
    assert refused.value.code == LaunchProblem.SUSPENDED


def test_nothing_is_held_before_it_starts(make: Make, account: Account) -> None:
    before = account.balance, account.held
    make(1)
    db.session.refresh(account)
    assert (account.balance, account.held) == before
    check_books(account.id)


def test_a_time_that_has_passed_is_refused(make: Make, clock: Clock) -> None:
    for hours in (0, -1):
        with pytest.raises(LaunchError) as refused:
            make(hours)
        assert refused.value.code == LaunchProblem.TIME_PASSED


def test_another_zone_of_the_account_does_not_move_it(make: Make, account: Account) -> None:
    campaign = make(5)
    before = campaign.send_at
    preferences.choose_place(account.id, "GB", "America/New_York", "")
    assert schedule.planned(campaign) == before
    schedule.edit(campaign)
    assert campaign.status == CampaignStatus.DRAFT
    assert (drafts.read(campaign).planned_zone, campaign.send_at) == (WARSAW, None)
    assert schedule.planned(campaign) == before


def test_other_rules_of_the_zone_move_the_moment_and_not_the_clock(
    make: Make, clock: Clock
) -> None:
    """As if clocks had been an hour behind when it was scheduled, and then the other way round."""
    campaign = make(1)
    at = campaign.send_at
    assert at is not None
    with transaction():
        campaign.send_at = at - timedelta(hours=1)
    clock.move(seconds=(at - clock.now()).total_seconds() - 60)
    assert schedule.start_due() == []
    assert campaign.send_at == at
    with transaction():
        campaign.send_at = at + timedelta(hours=1)
    clock.move(seconds=60)
    assert schedule.start_due() == [campaign.id]


@pytest.mark.parametrize(("hours", "late"), [(12.0, False), (12.02, True)])
def test_after_a_stop_that_was_too_long_it_asks(
    make: Make, clock: Clock, hours: float, late: bool
) -> None:
    campaign = make(1)
    assert campaign.send_at is not None
    clock.move(seconds=(campaign.send_at - clock.now()).total_seconds() + hours * 3600)
    assert schedule.start_due() == ([] if late else [campaign.id])
    if late:
        assert problem(campaign) == LaunchProblem.LATE
        email = db.session.scalars(select(Email)).one()
        assert "has not started" in email.subject
        schedule.start_now(campaign)
        assert preparation.prepare(campaign.id) == CampaignStatus.SENDING
        assert (campaign.not_started, campaign.send_at) == ("", None)


def test_it_asks_also_if_only_the_workers_stood_still(make: Make, clock: Clock) -> None:
    campaign = make(1, latest_hours=1)
    clock.move(hours=1, minutes=1)
    assert schedule.start_due() == [campaign.id]
    clock.move(hours=1)
    assert preparation.prepare(campaign.id) == CampaignStatus.BLOCKED
    assert problem(campaign) == LaunchProblem.LATE


def test_who_continues_it_later_is_not_asked_about_the_delay(
    make: Make, account: Account, clock: Clock
) -> None:
    campaign = make(1, latest_hours=1)
    with transaction() as session:
        for price in session.scalars(select(Price)):
            price.amount *= 2
    clock.move(hours=1, minutes=1)
    schedule.start_due()
    assert preparation.prepare(campaign.id) == CampaignStatus.BLOCKED
    assert (campaign.not_started, campaign.total_price) == ("", 2 * campaign.agreed_price)
    clock.move(hours=5)
    launch.resume(campaign)
    assert preparation.prepare(campaign.id) == CampaignStatus.SENDING


def _suspend(account: Account) -> None:
    account.status = AccountStatus.SUSPENDED


def _no_recipients(account: Account) -> None:
    for recipient in db.session.scalars(select(Recipient)):
        db.session.delete(recipient)


def _no_gateway(_account: Account) -> None:
    for place in db.session.scalars(select(RouteGateway)):
        db.session.delete(place)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_suspend, LaunchProblem.SUSPENDED),
        (_no_recipients, LaunchProblem.NO_AUDIENCE),
        (_no_gateway, LaunchProblem.NO_GATEWAY),
    ],
)
def test_what_changed_since_the_review_stops_it_with_the_reason(
    make: Make,
    account: Account,
    clock: Clock,
    change: Callable[[Account], None],
    code: LaunchProblem,
) -> None:
    campaign = make(1)
    with transaction():
        change(account)
    clock.move(hours=1, minutes=1)
    assert schedule.start_due() == []
    assert problem(campaign) == code
    with pytest.raises(LaunchError):
        schedule.start_now(campaign)
    assert problem(campaign) == code
    with pytest.raises(LaunchError):
        launch.resume(campaign)
    schedule.edit(campaign)
    assert campaign.status == CampaignStatus.DRAFT


def test_its_list_cannot_be_deleted(make: Make, account: Account) -> None:
    group = lists.create(account.id, "Regulars")
    with transaction() as session:
        lists.put(group, list(session.scalars(select(Recipient.id))))
    make(1, everyone=False, lists=[group.public_id])
    with pytest.raises(lists.ListInUse):
        lists.delete_list(group)


@pytest.mark.parametrize("first", ["cancel", "start"])
def test_cancelling_at_the_moment_of_the_start_sends_nothing(
    app: Flask, make: Make, clock: Clock, first: str
) -> None:
    campaign = make(1)
    clock.move(hours=1, minutes=1)
    if first == "start":
        assert schedule.start_due() == [campaign.id]
        launch.cancel(campaign)
    else:
        stale = db.session.get_one(Campaign, campaign.id)
        launch.cancel(campaign)
        assert not schedule.start(stale)
    assert preparation.prepare(campaign.id) is None
    assert campaign.status == CampaignStatus.CANCELLED
    assert not db.session.scalars(select(Message)).all()


@pytest.mark.parametrize("first", ["cancelled", "preparing", "draft"])
def test_a_start_waits_for_what_else_happens_and_gives_way(
    app: Flask, make: Make, clock: Clock, first: str
) -> None:
    if on_sqlite():
        return  # one writer: the other order is the test above
    campaign_id = make(1).id
    clock.move(hours=1, minutes=1)
    db.session.commit()
    started: list[bool] = []

    def start() -> None:
        with app.app_context():
            started.append(schedule.start(db.session.get_one(Campaign, campaign_id)))
            db.session.remove()

    with two_transactions.connection() as other:
        other.execute(
            "UPDATE campaigns SET status = %s WHERE id = %s AND status = 'scheduled'",
            (first, campaign_id),
        )
        thread = threading.Thread(target=start)
        thread.start()
        thread.join(1)
        assert thread.is_alive()
        other.commit()
        thread.join(two_transactions.PATIENCE)
    assert started == [False]
    db.session.expire_all()
    assert db.session.get_one(Campaign, campaign_id).status == first


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2027-03-28T01:30", "2027-03-28T00:30"),
        ("2027-03-28T03:30", "2027-03-28T01:30"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),
        ("2026-10-25T03:00", "2026-10-25T02:00"),
    ],
)
def test_it_starts_once_in_nights_when_clocks_change(
    make: Make, clock: Clock, wall: str, utc: str
) -> None:
    """Minute by minute through the night: before its moment nothing, then once."""
    campaign = make(1)
    at = datetime.fromisoformat(f"{utc}Z")
    with transaction():
        campaign.planned_time, campaign.send_at = wall, at
    clock.move(seconds=(at - clock.now()).total_seconds() - 3 * 3600)
    starts = []
    for _ in range(8 * 4):
        starts += [clock.now() for _ in schedule.start_due()]
        clock.move(minutes=15)
    assert starts == [at]
    assert schedule.comes_twice(campaign) == (wall == "2026-10-25T02:30")


def test_the_limits_of_the_account_count_when_it_starts(
    make: Make, account: Account, clock: Clock
) -> None:
    guard.choose(account.id, guard.Limits(per_month=1))
    campaign = make(1)  # it may start in another month
    clock.move(hours=1)
    assert schedule.start_due() == []
    assert problem(campaign) == LaunchProblem.MONTH_LIMIT
    guard.choose(account.id, guard.Limits(per_campaign=1))
    with pytest.raises(LaunchError) as refused:
        make(1)
    assert refused.value.code == LaunchProblem.CAMPAIGN_LIMIT
