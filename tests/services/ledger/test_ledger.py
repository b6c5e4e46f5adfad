"""The ledger: sums that always hold, balances that never go below zero."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from flask import Flask
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign, Hold, LedgerEntry
from promosms.services.installation import defaults
from promosms.services.ledger import audit as ledger_audit
from promosms.services.ledger import ledger
from tests.faults import money
from tests.faults.ledger_machine import LedgerMachine
from tests.support.cast import Cast


def new_campaign(account_id: int) -> int:
    """A campaign to hold money for."""
    with transaction() as session:
        campaign = Campaign(account_id=account_id, route_id=defaults.default_route().id)
        session.add(campaign)
        session.flush()
        return campaign.id


def balances(account_id: int) -> tuple[int, int]:
    """The current balance and held money."""
    db.session.remove()
    account = db.session.get_one(Account, account_id)
    return account.balance, account.held


def test_a_hold_reserves_money_and_closes_once(context: None, cast: Cast) -> None:
    account, campaign = cast.owner.account_id, new_campaign(cast.owner.account_id)
    ledger.hold(account, campaign, 900)
    assert balances(account) == (99_100, 900)
    ledger.charge(campaign, 600, "charge:1")
    ledger.release(campaign, 300, "release:1")
    assert balances(account) == (99_400, 0)
    assert db.session.get_one(Hold, campaign).closed_at is not None


def test_a_hold_beyond_the_balance_changes_nothing(context: None, cast: Cast) -> None:
    account, campaign = cast.owner.account_id, new_campaign(cast.owner.account_id)
    with pytest.raises(ledger.InsufficientBalance) as problem:
        ledger.hold(account, campaign, 100_050)
    assert problem.value.missing == 50
    assert balances(account) == (100_000, 0)
    assert db.session.get(Hold, campaign) is None


def test_nothing_is_booked_twice(context: None, cast: Cast) -> None:
    account = cast.owner.account_id
    ledger.credit(account, 500, "topup:1")
    with pytest.raises(IntegrityError):
        ledger.credit(account, 500, "topup:1")
    assert balances(account) == (100_500, 0)


def test_no_more_is_charged_than_was_held(context: None, cast: Cast) -> None:
    account, campaign = cast.owner.account_id, new_campaign(cast.owner.account_id)
    ledger.hold(account, campaign, 100)
    with pytest.raises(IntegrityError):
        ledger.charge(campaign, 101, "charge:1")
    assert balances(account) == (99_900, 100)


def test_an_adjustment_never_goes_below_zero(context: None, cast: Cast) -> None:
    account = cast.owner.account_id
    with pytest.raises(ledger.InsufficientBalance):
        ledger.adjust(account, -100_001, "adjust:1", "mistake", "admin")
    ledger.adjust(account, -100_000, "adjust:2", "refund", "admin")
    assert balances(account) == (0, 0)


def test_only_one_of_many_spenders_gets_the_last_unit(app: Flask, cast: Cast) -> None:
    account = cast.owner.account_id
    with app.app_context():
        campaigns = [new_campaign(account) for _ in range(8)]
        db.session.remove()
    won: list[int] = []
    start = threading.Barrier(len(campaigns))

    def spend(campaign: int) -> None:
        with app.app_context():
            start.wait()
            try:
                ledger.hold(account, campaign, 100_000)
                won.append(campaign)
            except ledger.InsufficientBalance:
                pass
            finally:
                db.session.remove()

    run_together([partial(spend, campaign) for campaign in campaigns])
    assert len(won) == 1
    with app.app_context():
        assert balances(account) == (0, 100_000)


def run_together(tasks: list[Callable[[], None]]) -> None:
    """Run each in its own thread."""
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_different_ways_never_both_spend_the_last_unit(app: Flask, cast: Cast) -> None:
    report = money.spends(app, "", 4, 15)
    assert report.fine, report


def test_the_sums_hold_after_any_steps(app: Flask, context: None) -> None:
    LedgerMachine.taken.clear()
    run_state_machine_as_test(LedgerMachine, settings=money.chosen(8, 25))
    assert LedgerMachine.taken.total() > 100
    assert ledger_audit.audit() == []


def test_a_refund_takes_at_most_the_balance(context: None, cast: Cast) -> None:
    account = cast.owner.account_id
    ledger.pay(account, 40_000, "charge:message:1")
    with pytest.raises(ledger.InsufficientBalance) as problem:
        ledger.refund(account, 60_001, "refund:1", "", "admin")
    assert problem.value.missing == 1
    ledger.refund(account, 60_000, "refund:2", "", "admin")
    assert balances(account) == (0, 0)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_refund_is_positive(context: None, cast: Cast, amount: int) -> None:
    with pytest.raises(ValueError, match="a refund is positive"):
        ledger.refund(cast.owner.account_id, amount, "refund:1", "why", "admin")
    assert balances(cast.owner.account_id) == (100_000, 0)


def test_a_dispute_takes_at_most_the_balance_and_returns_it_once(context: None, cast: Cast) -> None:
    account = cast.owner.account_id
    ledger.pay(account, 40_000, "charge:message:1")
    assert ledger.dispute(account, 100_000, "dispute:1", "") == 60_000
    assert balances(account) == (0, 0)
    assert ledger.dispute(account, -60_000, "dispute:2", "") == -60_000
    with pytest.raises(IntegrityError):
        ledger.dispute(account, -60_000, "dispute:2", "")
    assert balances(account) == (60_000, 0)


@pytest.mark.parametrize(
    ("note", "actor", "amount"), [("", "a", 5), (" ", "a", 5), ("why", "", 5), ("why", "a", 0)]
)
def test_a_correction_needs_a_reason_and_an_actor(
    context: None, cast: Cast, note: str, actor: str, amount: int
) -> None:
    with pytest.raises(ValueError, match="a reason and an actor"):
        ledger.adjust(cast.owner.account_id, amount, "adjust:1", note, actor)


def test_dated_entries_have_the_given_moment(context: None, cast: Cast) -> None:
    account, campaign = cast.owner.account_id, new_campaign(cast.owner.account_id)
    past = datetime(2025, 5, 1, tzinfo=UTC)
    with ledger.dated(past):
        ledger.hold(account, campaign, 500)
        ledger.settle(campaign, 200, 100, "1")
    query = select(LedgerEntry.created_at).where(LedgerEntry.campaign_id == campaign)
    assert set(db.session.scalars(query)) == {past}
    assert ledger.credit(account, 1, "now").created_at > past
