"""Alerts about the balance: each is sent once, in the owner's language."""

from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import tick
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Email,
    Message,
    Priority,
    User,
)
from promosms.services.campaigns import launch, preparation
from promosms.services.ledger import ledger
from promosms.services.payments import balance_alerts
from promosms.sms import segments
from tests.services.sending.conftest import MakeCampaign, make_campaign
from tests.support.cast import Cast

__all__ = ["make_campaign"]

MARK = 50_000


@pytest.fixture
def account_id(cast: Cast, context: None) -> int:
    """The owner's account: 10.00 of balance, and an alert below 5.00."""
    balance_alerts.switch_on(cast.owner.account_id, MARK, by_text=True)
    return cast.owner.account_id


def spend(account_id: int, amount: int, name: str) -> None:
    ledger.pay(account_id, amount, f"charge:{name}")


def look() -> int:
    """Do what the tick does; returns how many owners were told."""
    return sum(balance_alerts.check(due) for due in balance_alerts.due())


def written() -> list[Email]:
    return list(db.session.scalars(select(Email).order_by(Email.id)))


def texts() -> list[Message]:
    return list(
        db.session.scalars(select(Message).where(Message.priority == Priority.VERIFICATION))
    )


def test_a_low_balance_is_reported_once_until_it_has_risen(account_id: int) -> None:
    assert look() == 0
    spend(account_id, MARK, "1")
    assert look() == 0  # 5.00 is not below 5.00
    spend(account_id, 100, "2")
    assert (look(), look()) == (1, 0)
    spend(account_id, 100, "3")
    assert look() == 0
    ledger.credit(account_id, 200, "top-up:1")
    assert balance_alerts.due() == [account_id]
    assert (look(), balance_alerts.due()) == (0, [])
    spend(account_id, 100, "4")
    assert (look(), look()) == (1, 0)
    assert [email.recipient for email in written()] == ["owner@example.com"] * 2
    assert "€4.99" in written()[0].subject
    assert "€5.00" in written()[0].body
    assert "/billing/alerts" in written()[0].body


def test_a_text_to_the_owner_is_optional_and_free(account_id: int) -> None:
    with transaction() as session:
        session.scalars(select(User).where(User.phone == "+48601000101")).one().language = "pl"
    spend(account_id, 60_000, "1")
    assert look() == 1
    text = texts()[0]
    assert (len(texts()), text.phone, text.price) == (1, "+48601000101", 0)
    assert "4,00 EUR" in text.text
    assert (segments.measure(text.text).encoding, text.parts) == ("gsm7", 1)
    assert db.session.get_one(Account, account_id).balance == 40_000
    ledger.credit(account_id, 60_000, "top-up:1")
    balance_alerts.switch_on(account_id, MARK, by_text=False)
    spend(account_id, 60_000, "2")
    assert look() == 1
    assert len(texts()) == 1


def test_changing_the_threshold_often_sends_few_texts(account_id: int) -> None:
    for dip in range(5):
        spend(account_id, 60_000, f"{dip}")
        assert look() == 1
        ledger.credit(account_id, 60_000, f"top-up:{dip}")
        look()
    assert (len(written()), len(texts())) == (5, balance_alerts.MOST_TEXTS)


def test_saving_a_threshold_above_the_balance_sends_nothing(
    account_id: int,
) -> None:
    balance_alerts.switch_on(account_id, 200_000, by_text=True)
    assert look() == 0
    balance_alerts.switch_on(account_id, 90_000, by_text=True)
    spend(account_id, 20_000, "1")
    assert look() == 1
    balance_alerts.switch_off(account_id)
    assert balance_alerts.of(account_id) is None
    balance_alerts.switch_off(account_id)
    assert look() == 0


def test_only_active_accounts_with_an_alert_get_an_email(account_id: int, cast: Cast) -> None:
    spend(cast.stranger.account_id, 90_000, "1")
    with transaction() as session:
        session.get_one(Account, account_id).status = AccountStatus.SUSPENDED
    spend(account_id, 90_000, "2")
    assert (look(), balance_alerts.check(account_id)) == (0, False)
    assert not balance_alerts.check(cast.stranger.account_id)
    assert written() == []


def test_two_concurrent_checks_send_one_email(app: Flask, account_id: int) -> None:
    spend(account_id, 60_000, "1")
    db.session.remove()
    together = Barrier(4)

    def check() -> None:
        with app.app_context():
            together.wait()
            balance_alerts.check(account_id)
            db.session.remove()

    threads = [Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert db.session.scalar(select(func.count()).select_from(Email)) == 1


def test_the_tick_needs_one_query_when_no_balance_has_crossed(
    account_id: int,
) -> None:
    spend(account_id, 60_000, "1")
    tick.tick()
    assert len(written()) == 1
    tick.tick()
    assert len(written()) == 1


def test_a_campaign_without_enough_money_is_reported_once(
    account_id: int, make_campaign: MakeCampaign
) -> None:
    ledger.adjust(account_id, -99_500, "adjust:1", "Spent", "x")
    campaign_id = make_campaign([f"+4860122200{n}" for n in range(3)])
    assert preparation.prepare(campaign_id) == CampaignStatus.BLOCKED
    campaign = db.session.get_one(Campaign, campaign_id)
    assert len(written()) == 1
    assert "€0.04 are missing" in written()[0].subject
    assert campaign.public_id in written()[0].body
    launch.resume(campaign)
    assert preparation.prepare(campaign_id) == CampaignStatus.BLOCKED
    assert len(written()) == 1
    ledger.credit(account_id, 400, "top-up:1")
    launch.resume(campaign)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert len(written()) == 1


def test_the_email_about_a_credit_belongs_to_its_transaction(account_id: int) -> None:
    with pytest.raises(RuntimeError):
        _credit_and_fail(account_id)
    assert written() == []
    with transaction():
        ledger.credit(account_id, 20_000, "top-up:1")
        balance_alerts.credited(account_id, 20_000)
    (email,) = written()
    assert (email.recipient, email.account_id) == ("owner@example.com", account_id)
    assert "€2.00" in email.subject
    assert "€12.00" in email.body


def _credit_and_fail(account_id: int) -> None:
    with transaction():
        ledger.credit(account_id, 20_000, "top-up:1")
        balance_alerts.credited(account_id, 20_000)
        raise RuntimeError
