"""The demo account looks like a real one, and its sums hold."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.demo import ab_test as demo_ab_test
from promosms.demo import account as demo_account
from promosms.demo import billing as demo_billing
from promosms.demo import past
from promosms.extensions import db
from promosms.models import (
    AbTest,
    AbText,
    Account,
    AutomationStatus,
    Campaign,
    CampaignStatus,
    Click,
    Company,
    DirectText,
    Hold,
    Invoice,
    InvoiceSeries,
    LedgerEntry,
    Link,
    Message,
    MessageStatus,
    Recipient,
    RecipientList,
    TopUp,
    User,
    now,
)
from promosms.services.auth import passwords
from promosms.services.automations import automations, figures
from promosms.services.campaigns import ab_tests
from promosms.services.inbox import conversations
from promosms.services.inbox.conversations import Show
from promosms.sms import phone
from tests.running.test_selling import POLAND
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.settings import override


def test_it_is_a_paid_account_whose_sums_hold_made_once(
    context: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "REPLY_OF", 2)  # whoever is in a conversation has not written before
    made = demo_account.seed()
    assert made is not None
    user = db.session.scalars(select(User).where(User.email == demo_account.EMAIL)).one()
    assert passwords.matches(user.password_hash, made.password)
    account = db.session.get_one(Account, user.account_id)
    assert account.balance > 0
    sums = select(func.sum(LedgerEntry.amount), func.sum(LedgerEntry.held))
    assert tuple(db.session.execute(sums).one()) == (account.balance, account.held)
    assert db.session.scalar(select(func.sum(Hold.remaining))) == 0
    (answer,) = db.session.scalars(select(DirectText))  # it has not left yet
    assert account.held == answer.remaining > 0
    assert account.approved_at is not None
    assert_billing(account)
    assert_recipients()
    waiting = conversations.counts(account.id)
    assert waiting == {Show.OPEN: 5, Show.UNREAD: 3, Show.DECIDE: 1}
    assert len(conversations.page(account.id, Show.DONE).rows) == 2
    assert_counters()
    assert_clicks()
    assert_ab_test()
    assert_automation(account)
    running = db.session.get_one(Campaign, made.campaign_id)
    assert running.status == CampaignStatus.PREPARING
    assert_a_second_time_changes_nothing()


@pytest.mark.only("sqlite")
def test_in_a_leap_year_it_wishes_those_who_were_born_on_its_day(
    context: None, clock: Clock
) -> None:
    clock.move(days=(date(2028, 3, 1) - now().date()).days)
    assert demo_account.seed() is not None
    assert_automation(db.session.scalars(select(Account)).one())


def assert_a_second_time_changes_nothing() -> None:
    before = db.session.scalar(select(func.count()).select_from(Message))
    assert demo_account.seed() is None
    assert db.session.scalar(select(func.count()).select_from(Message)) == before
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1


def test_it_takes_no_number_of_a_real_seller(app: Flask, cast: Cast, context: None) -> None:
    override(app, POLAND)
    account = db.session.get_one(Account, cast.owner.account_id)
    demo_billing.seed(account, db.session.get_one(User, cast.owner.user_id))
    assert db.session.scalar(select(func.count()).select_from(TopUp)) == 0
    assert db.session.scalars(select(InvoiceSeries)).all() == []


def assert_clicks() -> None:
    clicks = select(Click.link_id, func.count(), func.sum(Click.times)).group_by(Click.link_id)
    rows = db.session.execute(clicks).all()
    assert len(rows) == 4  # of the open studio, of both texts and of the better one
    for link_id, *counted in rows:
        link = db.session.get_one(Link, link_id)
        assert counted == [link.people, link.clicks]
        assert 10 < link.people < link.clicks


def assert_ab_test() -> None:
    test = db.session.scalars(select(AbTest)).one()
    whole = db.session.get_one(Campaign, test.campaign_id)
    standing = ab_tests.standing(test)
    assert (test.better, test.decided_by) == (AbText.B, "")
    assert standing.difference is not None
    assert standing.difference.least > 0  # more than chance
    assert whole.text == demo_ab_test.CHOICE.text_b
    both = ab_tests.parts(test)
    assert [part.name[-3:] for part in both] == ["(A)", "(B)"]
    texted = [each.phone for one in (whole, *both) for each in messages_of(one)]
    assert len(texted) == len(set(texted)) == 1_700  # each gets one of both, or is left out


def assert_automation(account: Account) -> None:
    (automation, prototype) = automations.all_of(account.id)[0]
    assert (automation.status, automation.stopped_why) == (AutomationStatus.ON, "")
    assert automation.next_at is not None
    assert automation.next_at > now()
    runs = figures.runs(automation)
    assert len(runs) == 2
    for run, campaign in runs:
        assert campaign is not None
        assert campaign.launched_at is not None
        assert campaign.launched_at < now()
        assert run.people == len(messages_of(campaign)) >= 3
    assert figures.totals(automation).arrived >= 3
    assert prototype.status == CampaignStatus.PROTOTYPE


def messages_of(campaign: Campaign) -> Sequence[Message]:
    return db.session.scalars(select(Message).where(Message.campaign_id == campaign.id)).all()


def assert_billing(account: Account) -> None:
    orders = db.session.scalars(select(TopUp).order_by(TopUp.id)).all()
    assert [order.status for order in orders] == ["paid", "open"]
    invoice = db.session.scalars(select(Invoice)).one()
    assert (invoice.top_up_id, invoice.gross) == (orders[0].id, orders[0].paid)
    assert db.session.get_one(Company, account.id).city == "Kraków"


def assert_recipients() -> None:
    sizes = db.session.scalars(select(RecipientList.size)).all()
    assert (len(sizes), sum(sizes)) == (3, 5_000)
    rows = db.session.execute(select(Recipient.phone, Recipient.country)).all()
    assert len(rows) == 5_000
    assert all(phone.parse(row.phone, "US").country == row.country for row in rows)


def assert_counters() -> None:
    finished = select(Campaign).where(Campaign.status == CampaignStatus.FINISHED)
    campaigns = db.session.scalars(finished).all()
    assert len(campaigns) == 3 + 3 + 2  # with those of the A/B test and of the automation
    for campaign in campaigns:
        rows = select(Message.status, func.count()).where(Message.campaign_id == campaign.id)
        counted = Counter[str]()
        for status, number in db.session.execute(rows.group_by(Message.status)):
            counted[status] = number
        for status in MessageStatus:
            assert getattr(campaign, f"n_{status}") == counted[status]
        if campaign.automation_id is None:  # a handful of people
            texted = counted.total() - counted[MessageStatus.SKIPPED]
            assert counted[MessageStatus.DELIVERED] > 0.9 * texted
