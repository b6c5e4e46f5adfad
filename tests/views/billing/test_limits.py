"""The page of the limits, and what a limit says on the pages of a campaign."""

from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Guard
from promosms.services.campaigns import guard
from promosms.services.campaigns.guard import Limits, StopReason
from tests.services.sending.conftest import MakeCampaign, make_campaign
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

__all__ = ["make_campaign"]
TYPED = {"per_campaign": "2,50", "per_month": "", "failures": "10", "wishes": "0"}


def stored(app: Flask, cast: Cast) -> Limits:
    with app.app_context():
        return guard.of(cast.owner.account_id)


def test_the_owner_chooses_limits(app: Flask, cast: Cast, owner: PageClient) -> None:
    page = owner.get_page("/billing/limits")
    assert page.select("select[name=failures] option[value='20'][selected]")
    page = owner.post_page("/billing/limits", TYPED)
    assert page.select('input[name=per_campaign][value="2.50"]')
    assert stored(app, cast) == Limits(25_000, None, 10, 0)
    owner.post_page("/billing/limits", {**TYPED, "per_campaign": "", "per_month": "100"})
    assert stored(app, cast) == Limits(None, 1_000_000, 10, 0)


def test_it_refuses_what_makes_no_sense(app: Flask, cast: Cast, owner: PageClient) -> None:
    for wrong in ({"per_campaign": "0"}, {"per_month": "-1"}, {"failures": "7"}, {"wishes": ""}):
        page = owner.post_page("/billing/limits", {**TYPED, **wrong}, 422)
        assert page.select(".error")
    assert stored(app, cast) == Limits()


def test_only_the_owner_may(
    colleague: PageClient, admin: PageClient, visitor: PageClient, owner: PageClient
) -> None:
    colleague.get_page("/billing/limits", 403)
    colleague.post_page("/billing/limits", TYPED, 403)
    admin.get_page("/billing/limits", 403)
    assert "/login" in visitor.get("/billing/limits").location
    assert owner.get_page("/billing").select('a[href="/billing/limits"]')
    assert not colleague.get_page("/billing").select('a[href="/billing/limits"]')


def test_one_account_does_not_change_another(
    app: Flask, cast: Cast, owner: PageClient, stranger: PageClient
) -> None:
    stranger.post_page("/billing/limits", TYPED)
    assert stored(app, cast) == Limits()
    with app.app_context():
        rows = db.session.scalars(select(Guard.account_id)).all()
    assert rows == [cast.stranger.account_id]


def test_the_review_says_that_a_campaign_is_dearer_than_allowed(
    app: Flask, cast: Cast, owner: PageClient, colleague: PageClient, make_campaign: MakeCampaign
) -> None:
    campaign_id = make_campaign(["+48601299100", "+48601299101"], launched=False)
    with app.app_context():
        guard.choose(cast.owner.account_id, Limits(per_campaign=599))
        address = f"/campaigns/{db.session.get_one(Campaign, campaign_id).public_id}/review"
    page = owner.get_page(address)
    assert "more than one campaign may cost" in page.get_text()
    assert page.select('a[href="/billing/limits"]')
    assert not page.select('form[action$="/send"]')
    assert not colleague.get_page(address).select('a[href="/billing/limits"]')
    with app.app_context():
        guard.choose(cast.owner.account_id, Limits(per_campaign=600))
    assert owner.get_page(address).select('form[action$="/send"]')


def test_a_report_says_why_its_campaign_has_paused_itself(
    app: Flask, cast: Cast, owner: PageClient, make_campaign: MakeCampaign
) -> None:
    campaign_id = make_campaign(["+48601299100"])
    with app.app_context(), transaction() as session:
        campaign = session.get_one(Campaign, campaign_id)
        campaign.status, campaign.stopped_why = CampaignStatus.PAUSED, StopReason.FAILURES
        campaign.n_failed, campaign.n_delivered = 30, 70
        public_id = campaign.public_id
    text = words(owner.get_page(f"/campaigns/{public_id}").get_text(" "))
    assert "It has paused itself: 30 of the first 100 texts did not arrive." in text
    assert "Nothing more is sent until you decide." in text
    with app.app_context(), transaction() as session:
        session.get_one(Campaign, campaign_id).stopped_why = ""
    assert "paused itself" not in owner.get_page(f"/campaigns/{public_id}").get_text()
