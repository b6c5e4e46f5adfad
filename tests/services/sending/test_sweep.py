"""The sweep: what goes on by itself, and what is forgotten in time."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.simulator import Simulator
from promosms.jobs import gateway_connections, send
from promosms.jobs import sweep as sweep_list
from promosms.models import Campaign, CampaignStatus, Email, Session, now
from promosms.services.campaigns import launch, preparation
from promosms.services.ledger import ledger
from promosms.services.mail import outbox
from promosms.services.sending import sweep
from tests.services.sending.conftest import MakeCampaign, statuses
from tests.support.cast import Cast
from tests.support.engine import open_gateways
from tests.support.pages import PageClient

PHONES = [f"+486012{n:05}" for n in range(100, 500)]


@pytest.mark.parametrize(("hours", "goes_on"), [(23, True), (25, False)])
def test_a_campaign_that_lacked_money_is_continued_within_a_day_only(
    context: None, make_campaign: MakeCampaign, cast: Cast, hours: int, goes_on: bool
) -> None:
    campaign_id = make_campaign(PHONES)
    assert preparation.prepare(campaign_id) == CampaignStatus.BLOCKED
    assert sweep.continue_blocked() == []
    ledger.credit(cast.owner.account_id, 1_000_000, "topup:1")
    with transaction() as session:
        session.execute(update(Campaign).values(launched_at=now() - timedelta(hours=hours)))
    assert sweep.continue_blocked() == ([campaign_id] if goes_on else [])


def test_a_campaign_whose_price_has_risen_waits_for_its_owner(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = make_campaign(PHONES[:2], launched=False)
    launch.launch(db.session.get_one(Campaign, campaign_id), agreed_price=10)
    assert preparation.prepare(campaign_id) == CampaignStatus.BLOCKED
    assert sweep.continue_blocked() == []


def test_old_emails_are_deleted_and_those_without_an_account_sooner(
    context: None, cast: Cast
) -> None:
    for days, account_id in ((31, cast.owner.account_id), (29, cast.owner.account_id), (3, None)):
        outbox.queue_email(f"{days}@example.com", "Hello", "Text", account_id)
        with transaction() as session:
            session.execute(
                update(Email)
                .where(Email.recipient == f"{days}@example.com")
                .values(created_at=now() - timedelta(days=days))
            )
    sweep_list.run()
    assert db.session.scalars(select(Email.recipient)).all() == ["29@example.com"]


def test_sessions_that_have_ended_are_deleted(app: Flask, cast: Cast) -> None:
    for _ in range(2):
        cast.owner.browser()
    with app.app_context():
        first = db.session.scalars(select(Session.id).order_by(Session.id)).first()
        with transaction() as session:
            session.execute(
                update(Session)
                .where(Session.id == first)
                .values(created_at=now() - timedelta(hours=13))
            )
        sweep_list.run()
        left = db.session.scalars(select(Session.id)).all()
    assert len(left) == 1
    assert first not in left


def test_a_page_that_refreshes_itself_does_not_keep_one_signed_in(
    app: Flask, owner: PageClient
) -> None:
    def seen() -> float:
        with app.app_context():
            return db.session.scalars(select(Session.seen_at)).one().timestamp()

    with app.app_context(), transaction() as session:
        session.execute(update(Session).values(seen_at=now() - timedelta(minutes=5)))
    before = seen()
    owner.get("/dashboard/live", headers={"X-Partial": "1"})
    assert seen() == before
    owner.get("/dashboard")
    assert seen() > before


def test_nothing_is_claimed_for_a_connection_that_is_not_ready(
    app: Flask, make_campaign: MakeCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign_id = make_campaign(PHONES[:5])
    with open_gateways(app) as (gateway_id,), app.app_context():
        preparation.prepare(campaign_id)
        connection = gateway_connections.current(gateway_id)
        assert connection is not None
        monkeypatch.setattr(Simulator, "ready", False)
        send.run(gateway_id)
        assert statuses(campaign_id) == {"queued": 5}
        monkeypatch.undo()
        send.run(gateway_id)
        assert "queued" not in statuses(campaign_id)
        db.session.remove()
