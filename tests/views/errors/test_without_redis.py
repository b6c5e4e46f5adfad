"""Without Redis pages and launching work; sending continues when Redis is back."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import Campaign
from promosms.services.campaigns import audience, launch
from promosms.settings import settings_of
from tests.services.sending.conftest import MakeCampaign, make_campaign, statuses
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.settings import override

__all__ = ["make_campaign"]


@pytest.fixture
def without_redis(app: Flask) -> Iterator[Callable[[], None]]:
    """No Redis from now on; the returned call brings it back."""
    url = settings_of(app).redis_url
    override(app, redis_url="unix:///nowhere/valkey.sock")
    yield lambda: override(app, redis_url=url)
    override(app, redis_url=url)


def test_pages_work(
    without_redis: Callable[[], None], owner: PageClient, admin: PageClient
) -> None:
    for url in ("/dashboard", "/recipients", "/campaigns", "/billing", "/settings"):
        owner.get_page(url)
    assert "cannot be reached" in admin.get_page("/admin/gateways").get_text()


def test_a_campaign_launched_meanwhile_is_sent_when_it_is_back(
    app: Flask,
    cast: Cast,
    make_campaign: MakeCampaign,
    without_redis: Callable[[], None],
    owner: PageClient,
    settle: Callable[..., None],
) -> None:
    campaign_id = make_campaign(["+48601200100"], launched=False)
    with app.app_context():
        campaign = db.session.get_one(Campaign, campaign_id)
        launch.launch(campaign, audience.estimate(campaign).total)
        public_id = campaign.public_id
        db.session.remove()
    assert "prepared" in owner.get_page(f"/campaigns/{public_id}").get_text()
    without_redis()
    settle()
    with app.app_context():
        assert statuses(campaign_id) == {"delivered": 1}
