"""What an account wants to spend is never passed; a campaign that goes wrong pauses itself."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Decision,
    Email,
    InboundKind,
    InboundMessage,
    LedgerEntry,
    Link,
    LinkKind,
    Message,
    MessageStatus,
    now,
)
from promosms.services.campaigns import guard, launch, own_test, preparation
from promosms.services.campaigns.guard import Limits, StopReason
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.inbox import direct_texts
from promosms.services.ledger import ledger, spending
from promosms.services.sending import sweep
from tests.services.sending.conftest import MakeCampaign, make_campaign
from tests.support.cast import Cast

__all__ = ["make_campaign"]
PHONES = [f"+48601299{n:03}" for n in range(100, 104)]
TEXT = 300  # what one text costs here, in 1/10,000


@pytest.fixture
def account(app: Flask, cast: Cast) -> Iterator[Account]:
    with app.app_context():
        yield db.session.get_one(Account, cast.owner.account_id)
        db.session.remove()


def prepared(campaign_id: int) -> Campaign:
    preparation.prepare(campaign_id)
    db.session.rollback()
    return db.session.get_one(Campaign, campaign_id)


@pytest.fixture
def made(make_campaign: MakeCampaign) -> MakeCampaign:
    """Makes a campaign in another session, which this one then sees."""

    def make(phones: list[str], *, launched: bool = True) -> int:
        campaign_id = make_campaign(phones, launched=launched)
        db.session.rollback()
        return campaign_id

    return make


@pytest.mark.parametrize(
    ("limits", "spare", "problem"),
    [
        ({"per_campaign": True}, 0, None),
        ({"per_campaign": True}, -1, LaunchProblem.CAMPAIGN_LIMIT),
        ({"per_month": True}, 0, None),
        ({"per_month": True}, -1, LaunchProblem.MONTH_LIMIT),
    ],
)
def test_a_campaign_is_launched_up_to_the_last_unit_of_a_limit(
    account: Account,
    made: MakeCampaign,
    limits: dict[str, bool],
    spare: int,
    problem: LaunchProblem | None,
) -> None:
    campaign = db.session.get_one(Campaign, made(PHONES, launched=False))
    total = 4 * TEXT
    guard.choose(account.id, Limits(**dict.fromkeys(limits, total + spare)))
    if problem is None:
        launch.launch(campaign, total)
        assert prepared(campaign.id).status == CampaignStatus.SENDING
        return
    with pytest.raises(LaunchError) as refused:
        launch.launch(campaign, total)
    assert refused.value.code == problem
    assert campaign.status == CampaignStatus.DRAFT


def test_what_is_set_aside_and_what_was_spent_count_and_what_came_back_does_not(
    account: Account, made: MakeCampaign
) -> None:
    campaign_id = made(PHONES)
    assert spending.committed(db.session(), account) == 0
    prepared(campaign_id)
    assert spending.committed(db.session(), account) == 4 * TEXT
    ledger.settle(campaign_id, 2 * TEXT, TEXT, "some")  # two taken, one refused, one still open
    db.session.refresh(account)
    assert spending.committed(db.session(), account) == 3 * TEXT
    ledger.pay(account.id, TEXT, "charge:one")
    assert spending.committed(db.session(), account) == 4 * TEXT
    ledger.give_back(account.id, TEXT, "release:one")
    db.session.refresh(account)
    assert spending.committed(db.session(), account) == 3 * TEXT
    assert spending.over_month(db.session(), account, TEXT) == 0
    guard.choose(account.id, Limits(per_month=3 * TEXT))
    assert spending.over_month(db.session(), account, 0) == 0
    assert spending.over_month(db.session(), account, TEXT) == TEXT


@pytest.mark.parametrize(
    ("zone", "moment", "begin"),
    [
        ("UTC", "2026-11-30T23:59:59+00:00", "2026-11-01T00:00:00+00:00"),
        ("Europe/Warsaw", "2026-11-30T23:00:00+00:00", "2026-11-30T23:00:00+00:00"),
        ("Europe/Warsaw", "2026-11-30T22:59:59+00:00", "2026-10-31T23:00:00+00:00"),
        ("Europe/Warsaw", "2026-10-31T12:00:00+00:00", "2026-09-30T22:00:00+00:00"),
    ],
)
def test_a_month_begins_at_midnight_of_the_account(zone: str, moment: str, begin: str) -> None:
    account = Account(timezone=zone)
    found = spending.month_begin(account, datetime.fromisoformat(moment))
    assert found == datetime.fromisoformat(begin)


def test_a_new_month_begins_at_nothing(account: Account, cast: Cast) -> None:
    ledger.pay(account.id, TEXT, "charge:now")
    with ledger.dated(now() - timedelta(days=40)):
        ledger.pay(account.id, 3 * TEXT, "charge:before")
    db.session.refresh(account)
    assert spending.committed(db.session(), account) == TEXT


def test_two_campaigns_reviewed_at_once_do_not_pass_the_limit_together(
    account: Account, made: MakeCampaign
) -> None:
    guard.choose(account.id, Limits(per_month=5 * TEXT))
    first, second = made(PHONES), made([])
    assert prepared(first).status == CampaignStatus.SENDING
    blocked = prepared(second)
    assert (blocked.status, blocked.stopped_why) == (CampaignStatus.BLOCKED, StopReason.MONTH)
    assert blocked.missing == 0
    assert sweep.continue_blocked() == []  # no money is missing: it would be blocked for ever
    with pytest.raises(LaunchError) as refused:
        launch.resume(blocked)
    assert refused.value.code == LaunchProblem.MONTH_LIMIT
    guard.choose(account.id, Limits(per_month=8 * TEXT))
    launch.resume(blocked)
    assert blocked.stopped_why == ""
    assert prepared(second).status == CampaignStatus.SENDING


def test_single_texts_and_tests_keep_the_limit_of_the_month(
    account: Account, made: MakeCampaign
) -> None:
    campaign_id = made(PHONES, launched=False)
    guard.choose(account.id, Limits(per_month=2 * TEXT))
    for n in range(2):
        direct_texts.send(account, PHONES[0], "Hello", key=f"{n}", agreed_price=TEXT)
    with pytest.raises(direct_texts.DirectTextRefused) as refused:
        direct_texts.send(account, PHONES[0], "Hello", key="3", agreed_price=TEXT)
    assert refused.value.code == direct_texts.Refusal.MONTH_LIMIT
    with pytest.raises(LaunchError) as untested:
        own_test.send(db.session.get_one(Campaign, campaign_id), PHONES[0])
    assert untested.value.code == LaunchProblem.MONTH_LIMIT
    db.session.rollback()
    held = select(LedgerEntry.id).where(LedgerEntry.account_id == account.id)
    assert len(db.session.scalars(held.where(LedgerEntry.kind == "hold")).all()) == 2


def running(made: MakeCampaign, **counters: int) -> int:
    """A campaign that is being sent, with these counters."""
    campaign_id = made(PHONES)
    prepared(campaign_id)
    with transaction() as session:
        session.execute(update(Campaign).where(Campaign.id == campaign_id).values(counters))
    return campaign_id


def sound(campaign_id: int) -> None:
    """The counters are those of the rows again: they are compared after each test."""
    zero = dict.fromkeys(("n_delivered", "n_undelivered", "n_failed", "n_expired", "n_sent"), 0)
    with transaction() as session:
        session.execute(update(Campaign).where(Campaign.id == campaign_id).values(zero))


@pytest.mark.parametrize(
    ("delivered", "failed", "percent", "paused"),
    [
        (80, 20, 20, False),  # exactly the share
        (79, 21, 20, True),
        (0, 99, 20, False),  # too few to tell
        (0, 100, 20, True),
        (0, 100, 0, False),  # switched off
    ],
)
def test_many_failures_pause_a_campaign(
    account: Account,
    made: MakeCampaign,
    delivered: int,
    failed: int,
    percent: int,
    paused: bool,
) -> None:
    thirds = {"n_failed": failed - 2 * (failed // 3), "n_expired": failed // 3}
    campaign_id = running(made, n_delivered=delivered, n_undelivered=failed // 3, **thirds)
    if percent != 20:
        guard.choose(account.id, Limits(failures=percent))
    assert guard.pause_alarming() == int(paused)
    db.session.rollback()
    campaign = db.session.get_one(Campaign, campaign_id)
    status = CampaignStatus.PAUSED if paused else CampaignStatus.SENDING
    assert campaign.status == status
    emails = db.session.scalars(select(Email).where(Email.account_id == account.id)).all()
    assert len(emails) == int(paused)
    sound(campaign_id)


def test_who_continues_is_not_paused_for_the_same_reason_again(
    account: Account, made: MakeCampaign
) -> None:
    campaign_id = running(made, n_delivered=1, n_failed=100)
    assert guard.pause_alarming() == 1
    assert guard.pause_alarming() == 0
    campaign = db.session.get_one(Campaign, campaign_id, populate_existing=True)
    launch.resume(campaign)
    assert (campaign.stopped_why, campaign.guard_passed) == ("", StopReason.FAILURES)
    assert guard.pause_alarming() == 0
    launch.pause(campaign)
    launch.resume(campaign)
    assert guard.pause_alarming() == 0
    sound(campaign_id)


def reply(account: Account, phone: str, kind: InboundKind, **values: object) -> None:
    with transaction() as session:
        session.add(
            InboundMessage(account_id=account.id, phone=phone, text="…", kind=kind, **values)
        )


def test_many_wishes_to_stop_pause_a_campaign(account: Account, made: MakeCampaign) -> None:
    campaign_id = running(made, n_sent=100)
    with transaction() as session:
        session.execute(
            update(Message)
            .where(Message.campaign_id == campaign_id, Message.phone != PHONES[3])
            .values(status=MessageStatus.SENDING)
        )
    guard.choose(account.id, Limits(wishes=1))
    reply(account, PHONES[0], InboundKind.STOP)
    reply(account, PHONES[0], InboundKind.STOP)  # the same person
    reply(account, PHONES[1], InboundKind.REPLY)
    reply(account, PHONES[1], InboundKind.HOLD, decision=Decision.OTHER)
    reply(account, PHONES[2], InboundKind.STOP, received_at=now() - timedelta(days=2))
    reply(account, PHONES[3], InboundKind.STOP)  # has not been texted yet
    reply(account, "+48601299999", InboundKind.STOP)  # was never meant
    assert guard.pause_alarming() == 0
    way_out = Link(account_id=account.id, campaign_id=campaign_id, kind=LinkKind.OPT_OUT)
    with transaction() as session:
        session.add(way_out)
    assert guard.pause_alarming() == 0
    with transaction():
        way_out.people = 1
    assert guard.wishes(db.session.get_one(Campaign, campaign_id), 100) == 2
    with transaction():
        way_out.people = 0
    reply(account, PHONES[1], InboundKind.HOLD)
    assert guard.pause_alarming() == 1
    db.session.rollback()
    campaign = db.session.get_one(Campaign, campaign_id)
    assert (campaign.status, campaign.stopped_why) == (CampaignStatus.PAUSED, StopReason.WISHES)
    text = db.session.scalars(select(Email.body).where(Email.account_id == account.id)).one()
    assert "2 of the first 100 people" in text
    with transaction() as session:
        session.execute(
            update(Message)
            .where(Message.campaign_id == campaign_id)
            .values(status=MessageStatus.QUEUED)
        )
    sound(campaign_id)
