"""What the review and the report say about the hours at which promotional texts leave."""

from datetime import datetime

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignKind, Gateway
from promosms.services.accounts import preferences
from promosms.services.campaigns import launch, preparation
from promosms.services.sending import claiming
from promosms.services.sending.claiming import Claim
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient, words
from tests.support.settings import override

EVENING, MORNING = "2026-12-01T22:00:00Z", "2026-12-02T07:00:00Z"


@pytest.fixture(autouse=True)
def evening(app: Flask, cast: Cast, clock: Clock) -> None:
    """Eleven in the evening in Poland, with a line to real phones."""
    clock.move(seconds=(datetime.fromisoformat(EVENING) - clock.now()).total_seconds())
    clock.stop()
    override(app, quiet_hours=True)
    with app.app_context():
        preferences.choose_place(cast.owner.account_id, "PL", "Europe/Warsaw", "")
        with transaction() as session:
            session.add(Gateway(name="Line", kind="smpp", settings={}, status="paused"))
        db.session.remove()


def test_the_review_says_who_gets_it_when(app: Flask, owner: PageClient, draft: str) -> None:
    text = words(owner.get_page(f"/campaigns/{draft}/review").get_text(" "))
    assert "Poland 3 people from 2 Dec 2026, 08:00 CET" in text
    with app.app_context(), transaction() as session:
        campaign = session.query(Campaign).one()
        campaign.planned_time, campaign.planned_zone = "2026-12-02T10:00", "Europe/Warsaw"
    page = owner.get_page(f"/campaigns/{draft}/review")
    assert not page.select("#quiet")


def test_a_service_text_at_night_is_asked_about_and_sent(
    app: Flask, owner: PageClient, draft: str
) -> None:
    with app.app_context(), transaction() as session:
        session.query(Campaign).one().kind = CampaignKind.SERVICE
    page = owner.get_page(f"/campaigns/{draft}/review")
    assert "It is between 22:00 and 7:00 in Poland when this starts." in words(page.get_text(" "))
    assert not page.select("#quiet")
    assert page.select("form[action$='/send']")


def test_the_report_and_the_dashboard_say_when_it_goes_on(
    app: Flask, owner: PageClient, draft: str
) -> None:
    with app.app_context():
        campaign = db.session.query(Campaign).one()
        launch.launch(campaign, 10_000)
        preparation.prepare(campaign.id)
        gateway = db.session.query(Gateway).filter_by(kind="simulator").one()
        assert claiming.take(Claim(gateway.id), 10) == []
        db.session.remove()
    said = "It goes on by itself on 2 Dec 2026, 08:00 CET."
    for address in (f"/campaigns/{draft}", "/dashboard"):
        assert said in words(owner.get_page(address).get_text(" "))
