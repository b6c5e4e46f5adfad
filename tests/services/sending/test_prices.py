"""Prices that change between the review and the last text: nobody pays more than was agreed."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Consent,
    Message,
    Price,
    Recipient,
    TopUp,
    TopUpStatus,
    now,
)
from promosms.services.campaigns import audience, launch, own_test, preparation
from promosms.services.installation import defaults
from promosms.services.prices import entries as price_entries
from promosms.services.prices.cells import NewPrice
from tests.services.sending.conftest import MakeCampaign, check_books
from tests.support.cast import Cast

PHONES = [f"+4860122{number:04}" for number in range(6)]
PLAY = [f"+4873122{number:04}" for number in range(3)]


def reprice(amount: int | None, prefix: str = "", at: datetime | None = None) -> None:
    typed = NewPrice("PL", prefix, 0, at, amount)
    assert price_entries.put(defaults.default_route().id, typed, "an admin")


def charged(campaign_id: int) -> list[int]:
    query = select(Message.price).where(Message.campaign_id == campaign_id)
    return sorted(db.session.scalars(query))


def state(cast: Cast, campaign_id: int) -> tuple[str, int, int]:
    """Status of the campaign, balance, and what is set aside."""
    db.session.remove()
    account = db.session.get_one(Account, cast.owner.account_id)
    status = db.session.get_one(Campaign, campaign_id).status
    return status, account.balance, account.held


def test_a_higher_price_at_preparation_blocks_and_charges_nothing(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = make_campaign(PHONES)
    reprice(301)
    assert preparation.prepare(campaign_id) == CampaignStatus.BLOCKED
    assert state(cast, campaign_id) == (CampaignStatus.BLOCKED, 100_000, 0)
    campaign = db.session.get_one(Campaign, campaign_id)
    assert (campaign.agreed_price, campaign.total_price, campaign.missing) == (1800, 1806, 0)
    check_books(cast.owner.account_id)


def test_a_lower_price_at_preparation_is_what_is_paid(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = make_campaign(PHONES)
    reprice(250)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert state(cast, campaign_id) == (CampaignStatus.SENDING, 100_000 - 1500, 1500)


def test_recipients_without_a_price_since_the_review_are_left_out(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = make_campaign(PHONES)
    reprice(None)
    assert preparation.prepare(campaign_id) == CampaignStatus.FINISHED
    assert state(cast, campaign_id) == (CampaignStatus.FINISHED, 100_000, 0)
    reasons = db.session.scalars(select(Message.reason).where(Message.campaign_id == campaign_id))
    assert set(reasons) == {audience.NO_PRICE}


def test_the_held_amount_is_charged_when_prices_change_meanwhile(
    app: Flask, make_campaign: MakeCampaign, cast: Cast, settle: Callable[..., None]
) -> None:
    campaign_id = make_campaign(PHONES)
    with app.app_context():
        assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
        reprice(900)
        reprice(None, at=now() + timedelta(minutes=1))
    settle()
    with app.app_context():
        assert charged(campaign_id) == [300] * 6
        assert state(cast, campaign_id) == (CampaignStatus.FINISHED, 100_000 - 1800, 0)
        check_books(cast.owner.account_id)


def test_a_price_that_rises_during_preparation_needs_a_new_confirmation(
    context: None, make_campaign: MakeCampaign, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "PAGE", 4)
    campaign_id = make_campaign(PHONES)
    assert preparation.prepare(campaign_id, seconds=0) == CampaignStatus.PREPARING
    reprice(400)
    assert preparation.prepare(campaign_id) == CampaignStatus.BLOCKED
    assert charged(campaign_id) == [300, 300, 300, 300, 400, 400]
    assert state(cast, campaign_id) == (CampaignStatus.BLOCKED, 100_000, 0)
    launch.resume(db.session.get_one(Campaign, campaign_id))
    reprice(900)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert state(cast, campaign_id) == (CampaignStatus.SENDING, 100_000 - 2000, 2000)


def test_numbers_with_their_own_price_have_it_everywhere(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    reprice(450, prefix="48731")
    campaign_id = make_campaign([*PHONES, *PLAY], launched=False)
    campaign = db.session.get_one(Campaign, campaign_id)
    estimate = audience.estimate(campaign)
    lines = [(line.recipients, line.price, line.total) for line in estimate.by_country]
    assert lines == [(6, 300, 1800), (3, 450, 1350)]
    assert estimate.total == 3150
    assert own_test.send(campaign, PLAY[0]).price == 450
    assert own_test.send(campaign, PHONES[0]).price == 300
    launch.launch(campaign, estimate.total)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert charged(campaign_id) == [300] * 6 + [450] * 3


def test_the_tier_of_the_account_is_what_is_paid(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    with transaction() as session:
        route_id = defaults.default_route().id
        session.add(Price(route_id=route_id, country="PL", tier_from=1_000_000, amount=200))
        session.add(paid_top_up(cast.owner.account_id))
    campaign_id = make_campaign(PHONES)
    assert db.session.get_one(Campaign, campaign_id).agreed_price == 1200
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert charged(campaign_id) == [200] * 6
    with transaction() as session:
        session.add(
            Recipient(
                account_id=cast.stranger.account_id,
                phone=PHONES[0],
                country="PL",
                consent=Consent.GIVEN,
            )
        )
        other_campaign = Campaign(
            account_id=cast.stranger.account_id, route_id=route_id, text="Hi", everyone=True
        )
        session.add(other_campaign)
    assert audience.estimate(other_campaign).total == 300


def paid_top_up(account_id: int) -> TopUp:
    return TopUp(
        account_id=account_id,
        status=TopUpStatus.PAID,
        method="card",
        currency="EUR",
        net=1_000_000,
        tax=0,
        gross=1_000_000,
        paid=1_000_000,
        rate=0,
        tax_case="none",
        buyer={},
        reference="TIER",
        expires_at=now(),
        paid_at=now(),
    )
