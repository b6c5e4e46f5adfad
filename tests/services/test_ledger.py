"""The ledger: sums that always hold, balances that never go below zero."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from promosms.database import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign, Hold, LedgerEntry
from promosms.services import installation, ledger
from tests.cast import Cast


def new_campaign(account_id: int) -> int:
    """A campaign to hold money for."""
    with transaction() as session:
        campaign = Campaign(account_id=account_id, route_id=installation.default_route().id)
        session.add(campaign)
        session.flush()
        return campaign.id


def balances(account_id: int) -> tuple[int, int]:
    """Balance and held money, read anew."""
    db.session.remove()
    account = db.session.get_one(Account, account_id)
    return account.balance, account.held


def test_a_hold_moves_money_aside_and_closes_once(context: None, cast: Cast) -> None:
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


def test_of_many_spenders_of_the_last_unit_one_wins(app: Flask, cast: Cast) -> None:
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
    """Run each in a thread of its own."""
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["credit", "adjust", "hold", "charge", "release"]),
        st.integers(min_value=1, max_value=60_000),
    ),
    max_size=25,
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_the_sums_hold_after_any_steps(
    context: None, cast: Cast, steps: list[tuple[str, int]]
) -> None:
    account = cast.owner.account_id
    holds: list[int] = []
    for step, amount in steps:
        mark = db.session.scalar(select(func.max(LedgerEntry.id)))
        try:
            if step == "credit":
                ledger.credit(account, amount, f"credit:{mark}")
            elif step == "adjust":
                ledger.adjust(account, -amount, f"adjust:{mark}", "", "")
            elif step == "hold":
                campaign = new_campaign(account)
                ledger.hold(account, campaign, amount)
                holds.append(campaign)
            elif holds:
                take = ledger.charge if step == "charge" else ledger.release
                take(holds[-1], amount, f"{step}:{mark}")
        except (ledger.InsufficientBalance, IntegrityError):
            pass
        check(account)


def check(account: int) -> None:
    """Balance, held money and holds are what the entries say, and none is negative."""
    sums = db.session.execute(
        select(func.sum(LedgerEntry.amount), func.sum(LedgerEntry.held)).where(
            LedgerEntry.account_id == account
        )
    ).one()
    remaining = db.session.scalar(select(func.sum(Hold.remaining))) or 0
    assert balances(account) == (int(sums[0]), int(sums[1]))
    assert int(sums[0]) >= 0
    assert int(remaining) == int(sums[1])
