"""From launch to the last receipt."""

from collections.abc import Callable

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import Account, Campaign, CampaignStatus, InboundMessage, Suppression
from promosms.services.gateways import simulated_phone
from promosms.services.ledger import ledger
from tests.services.sending.conftest import MakeCampaign, check_books, statuses
from tests.support.cast import Cast

Settle = Callable[..., None]


def test_every_text_is_delivered_and_paid_for(
    app: Flask, cast: Cast, make_campaign: MakeCampaign, settle: Settle
) -> None:
    campaign_id = make_campaign([f"+486012{n:05}" for n in range(100, 160)])
    settle()
    with app.app_context():
        assert statuses(campaign_id) == {"delivered": 60}
        campaign = db.session.get_one(Campaign, campaign_id)
        assert campaign.status == CampaignStatus.FINISHED
        check_books(cast.owner.account_id)
        assert len(simulated_phone.texts(limit=100)) == 60


@pytest.mark.parametrize(
    ("ending", "status", "paid"),
    [
        ("00001", "failed", False),
        ("00002", "undelivered", True),
        ("00003", "expired", True),
        ("00005", "sent", True),
        ("00006", "delivered", True),
    ],
)
def test_the_number_decides_the_outcome(
    app: Flask,
    cast: Cast,
    make_campaign: MakeCampaign,
    settle: Settle,
    ending: str,
    status: str,
    paid: bool,
) -> None:
    campaign_id = make_campaign(["+486012" + ending])
    settle()
    with app.app_context():
        assert statuses(campaign_id) == {status: 1}
        check_books(cast.owner.account_id)
        campaign = db.session.get_one(Campaign, campaign_id)
        assert campaign.status == CampaignStatus.FINISHED
        spent = 100_000 - cast_balance(cast)
        assert spent == (campaign.total_price if paid else 0)


def test_a_reply_with_stop_is_honoured(
    app: Flask, cast: Cast, make_campaign: MakeCampaign, settle: Settle
) -> None:
    make_campaign(["+48601200100"])
    settle()
    with app.app_context():
        sender = simulated_phone.texts()[0].other
        simulated_phone.reply("+48601200100", sender, "Stop, proszę")
    settle()
    with app.app_context():
        assert db.session.query(InboundMessage).one().kind == "stop"
        assert db.session.query(Suppression).one().phone == "+48601200100"


def test_too_little_balance_sends_nothing_and_topping_up_continues(
    app: Flask, cast: Cast, make_campaign: MakeCampaign, settle: Settle
) -> None:
    campaign_id = make_campaign([f"+486012{n:05}" for n in range(100, 500)])
    settle(until=lambda: status_of(app, campaign_id) == CampaignStatus.BLOCKED)
    with app.app_context():
        campaign = db.session.get_one(Campaign, campaign_id)
        assert campaign.status == CampaignStatus.BLOCKED
        assert campaign.missing == campaign.total_price - 100_000
        assert simulated_phone.texts() == []
        ledger.credit(cast.owner.account_id, campaign.missing, "topup:1")
    settle(until=lambda: status_of(app, campaign_id) == CampaignStatus.FINISHED)
    settle()
    with app.app_context():
        assert statuses(campaign_id) == {"delivered": 400}
        check_books(cast.owner.account_id)
        assert cast_balance(cast) == 0


def cast_balance(cast: Cast) -> int:
    """What the owner's account has left."""
    return db.session.get_one(Account, cast.owner.account_id).balance


def status_of(app: Flask, campaign_id: int) -> str:
    """The current status of a campaign."""
    with app.app_context():
        status = db.session.get_one(Campaign, campaign_id).status
        db.session.remove()
    return status
