"""The pages of the second yes: asked for, given, refused, taken back."""

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Role, User, YesRequest
from promosms.services.campaigns import second_yes
from promosms.services.campaigns.guard import Limits
from tests.support import colleagues
from tests.support.cast import Cast
from tests.support.html import Page
from tests.support.pages import PageClient, words
from tests.views.campaigns.test_send import Stored, agreed, set_balance

ASK, YES = "Ask for a second yes", "Say yes, and send it for €0.09"


def limit(app: Flask, cast: Cast, amount: int | None = 899) -> None:
    with app.app_context():
        limits = Limits(second_yes_above=amount)
        second_yes.choose_limits(cast.owner.account_id, limits, "owner@example.com")
        db.session.remove()


@pytest.fixture
def dear(app: Flask, cast: Cast, draft: str) -> str:
    """A draft that one person alone may not send; its public id."""
    limit(app, cast)
    return draft


def review(client: PageClient, draft: str) -> Page:
    return client.get_page(f"/campaigns/{draft}/review")


def text(page: Page) -> str:
    return words(page.get_text(" "))


def buttons(page: Page) -> list[str]:
    return [words(button.get_text(" ")) for button in page.select("main button")]


def press(client: PageClient, draft: str, act: str, **more: object) -> Page:
    fields = review(client, draft).select("input[name=agreed]")
    data = {"agreed": fields[0]["value"]} if fields else {}
    return client.post_page(f"/campaigns/{draft}/{act}", {**data, **more})


def test_one_person_asks_and_another_one_sends(
    owner: PageClient, colleague: PageClient, dear: str, stored: Stored
) -> None:
    page = review(colleague, dear)
    assert "more than €0.0899 leaves only when a second person agrees" in text(page)
    assert "Who may say yes: owner@example.com" in text(page)
    assert ASK in buttons(page)
    assert not page.select('form[action$="/send"]')

    page = press(colleague, dear, "ask")
    assert "Asked. It leaves when a colleague says yes." in text(page)
    assert "You have asked for a second yes" in text(page)
    assert "Take it back" in buttons(page)
    assert not page.select('form[action$="/send"], form[action$="/ask"], form[action$="/yes"]')

    page = review(owner, dear)
    assert "colleague@example.com asks for your yes." in text(page)
    assert YES in buttons(page)
    report = owner.post_page(f"/campaigns/{dear}/yes", agreed(page))
    assert "Being prepared" in text(report)
    assert "said yes to a campaign of a colleague" in text(report)
    assert "asked for a second yes to a campaign" in text(report)
    assert stored()[0].agreed_price == 900


def test_a_request_alone_sends_nothing(
    colleague: PageClient, owner: PageClient, dear: str, stored: Stored
) -> None:
    press(colleague, dear, "ask")
    for act in ("yes", "send"):
        page = colleague.post_page(f"/campaigns/{dear}/{act}", agreed(review(owner, dear)))
        assert "leaves only when a second person of your account says yes" in text(page)
    assert stored()[0].status == CampaignStatus.DRAFT
    owner.post_page(f"/campaigns/{dear}/yes", {"agreed": "forged"})
    assert stored()[0].status == CampaignStatus.DRAFT


def test_a_no_with_its_reason(owner: PageClient, colleague: PageClient, dear: str) -> None:
    press(colleague, dear, "ask")
    assert review(owner, dear).select('form[action$="/refuse"] textarea[name=why]')
    page = owner.post_page(f"/campaigns/{dear}/refuse", {"why": "x" * 301}, 422)
    assert page.select("details[open] .error")
    page = press(owner, dear, "refuse", why="Too dear")
    assert "You have said no." in text(page)
    for page in (review(colleague, dear), colleague.get_page(f"/campaigns/{dear}/edit")):
        assert "said no" in text(page)
        assert "Too dear" in text(page)
    home = text(colleague.get_page("/dashboard"))
    assert "One thing needs you" in home
    assert "owner@example.com has said no. Too dear" in home
    assert "has said no" not in text(owner.get_page("/dashboard"))
    assert ASK in buttons(review(colleague, dear))


def test_a_request_is_taken_back(owner: PageClient, colleague: PageClient, dear: str) -> None:
    press(colleague, dear, "ask")
    assert "Taken back" in text(press(colleague, dear, "take-back"))
    assert ASK in buttons(review(colleague, dear))
    page = press(owner, dear, "refuse")
    assert "decided, changed or taken back meanwhile" in text(page)


def test_the_dashboard_and_the_list_say_what_waits(
    cast: Cast, owner: PageClient, colleague: PageClient, dear: str
) -> None:
    viewer = cast.viewer.browser()
    press(colleague, dear, "ask")
    home = text(owner.get_page("/dashboard"))
    assert "One thing needs you" in home
    assert "colleague@example.com asks for your yes: €0.09 for 3 people" in home
    for other in (colleague, viewer):
        home = text(other.get_page("/dashboard"))
        assert "Waits for a second yes, since" in home
        assert "asks for your yes" not in home
    assert "Waits for a second yes" in text(owner.get_page("/campaigns"))
    page = owner.get_page(f"/campaigns/{dear}/edit")
    assert "If you change it, that has to be asked for again." in text(page)
    page = review(viewer, dear)
    assert "colleague@example.com has asked for a second yes" in text(page)
    assert not page.select("main form, main details:has(form)")


def test_nobody_else_may_say_yes(
    app: Flask, cast: Cast, owner: PageClient, colleague: PageClient, dear: str
) -> None:
    before = agreed(review(owner, dear))
    with app.app_context(), transaction() as session:
        session.get_one(User, cast.colleague.user_id).role = Role.VIEWER
    page = review(owner, dear)
    assert "Nobody else in your account may say yes." in text(page)
    assert page.select('a[href="/settings/colleagues"]')
    assert page.select('a[href="/billing/limits"]')
    assert ASK not in buttons(page)
    page = owner.post_page(f"/campaigns/{dear}/ask", before)
    assert "Nobody else in your account may say yes." in text(page)


def test_the_price_that_was_asked_about_and_the_price_now(
    app: Flask, cast: Cast, owner: PageClient, colleague: PageClient, dear: str
) -> None:
    press(colleague, dear, "ask")
    assert "It was" not in text(review(owner, dear))
    with app.app_context(), transaction() as session:
        session.query(YesRequest).update({"price": 800})
    assert "It was €0.08 when this was asked" in text(review(owner, dear))


def test_without_money_and_when_planned_the_button_says_so(
    app: Flask, cast: Cast, owner: PageClient, colleague: PageClient, dear: str
) -> None:
    press(colleague, dear, "ask")
    set_balance(app, cast, 1)
    assert "Say yes: it leaves as soon as the balance allows" in buttons(review(owner, dear))


def test_a_draft_that_has_become_cheap_is_sent_by_one(
    app: Flask, cast: Cast, colleague: PageClient, dear: str, stored: Stored
) -> None:
    data = agreed(review(colleague, dear))
    limit(app, cast, None)
    page = colleague.post_page(f"/campaigns/{dear}/ask", data)
    assert "It needs no second yes any more" in text(page)
    press(colleague, dear, "send")
    assert stored()[0].status == CampaignStatus.PREPARING


def test_a_review_that_is_out_of_date_asks_for_nothing(colleague: PageClient, dear: str) -> None:
    page = colleague.post_page(f"/campaigns/{dear}/ask", {"agreed": "forged"})
    assert "was changed after this review" in text(page)
    assert "You have asked" not in text(page)


def test_a_higher_price_is_asked_about_on_the_report(
    app: Flask, cast: Cast, owner: PageClient, colleague: PageClient, dear: str, stored: Stored
) -> None:
    with app.app_context(), transaction() as session:
        campaign = session.query(Campaign).one()
        campaign.status, campaign.agreed_price = CampaignStatus.BLOCKED, 800
        campaign.total_price, campaign.audience = 900, 3
    report = f"/campaigns/{dear}"
    page = colleague.get_page(report)
    assert ASK in buttons(page)
    assert not page.select('form[action$="/resume"]')
    page = colleague.post_page(f"{report}/resume", {})
    assert "leaves only when a second person" in text(page)
    page = colleague.post_page(f"{report}/ask", {})
    assert "You have asked for a second yes" in text(page)
    assert ASK not in buttons(page)
    home = text(owner.get_page("/dashboard"))
    assert "One thing needs you" in home
    page = owner.post_page(f"{report}/refuse", {"why": "x" * 301}, 422)
    assert page.select("details[open] .error")
    page = owner.get_page(report)
    assert "colleague@example.com asks for your yes." in text(page)
    owner.post_page(f"{report}/yes", {})
    assert stored()[0].status == CampaignStatus.PREPARING
    assert stored()[0].agreed_price == 900


def test_the_owner_chooses_the_amount_and_needs_somebody_for_it(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    typed = {"second_yes_above": "50", "failures": "10", "wishes": "0"}
    page = owner.post_page("/billing/limits", typed)
    assert page.select('input[name=second_yes_above][value="50.00"]')
    with app.app_context():
        assert second_yes.amount(cast.owner.account_id) == 500_000
        letter = colleagues.letters()["owner@example.com"]
        assert "owner@example.com has changed" in letter
        with transaction() as session:
            session.get_one(User, cast.colleague.user_id).role = Role.VIEWER
    page = owner.post_page("/billing/limits", typed, 422)
    assert "Nobody else in your account may send." in text(page)
    owner.post_page("/billing/limits", {**typed, "second_yes_above": ""})
    with app.app_context():
        assert second_yes.amount(cast.owner.account_id) is None
