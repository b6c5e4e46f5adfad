"""From the review to the last receipt: the account pays the price in the review."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    LedgerEntry,
    Message,
    Price,
    User,
    now,
)
from promosms.services.campaigns import drafts
from promosms.services.gateways import simulated_phone
from promosms.views.campaigns import review
from tests.support.cast import Cast
from tests.support.html import Page
from tests.support.pages import PageClient, words

Typed = Callable[..., dict[str, object]]
Stored = Callable[[], list[Campaign]]
Settle = Callable[..., None]


def agreed(page: Page) -> dict[str, object]:
    field = page.select_one("input[name=agreed]")
    assert field is not None
    return {"agreed": field["value"]}


def balance(app: Flask, cast: Cast) -> int:
    with app.app_context():
        return db.session.get_one(Account, cast.owner.account_id).balance


def set_balance(app: Flask, cast: Cast, amount: int) -> None:
    with app.app_context(), transaction() as session:
        account = session.get_one(Account, cast.owner.account_id)
        session.add(
            LedgerEntry(
                account_id=account.id,
                kind="adjustment",
                amount=amount - account.balance,
                reference=f"test:{amount}",
                note="For the test",
                actor="test",
            )
        )
        account.balance = amount


def test_the_review_shows_recipients_price_and_skipped_recipients(
    owner: PageClient, draft: str
) -> None:
    page = owner.get_page(f"/campaigns/{draft}/review")
    text = words(page.get_text(" "))
    assert "Send 3 texts for €0.09" in text
    assert "Poland People 3 Texts 3 Each €0.03 €0.09" in text
    assert "They have not agreed to get promotional texts. 1" in text
    assert "Your balance is €9.91 afterwards." in text
    assert "Hi Ola, 20% off" in text


def test_the_button_counts_what_is_paid_for(app: Flask, owner: PageClient, draft: str) -> None:
    with app.app_context(), transaction() as session:
        session.query(Campaign).one().text = "Żółwie na Śląsku " * 5
    text = words(owner.get_page(f"/campaigns/{draft}/review").get_text(" "))
    assert "3 people get 6 texts for €0.18." in text
    assert "Send 6 texts for €0.18" in text


def test_the_price_of_the_review_is_charged(
    app: Flask, cast: Cast, owner: PageClient, draft: str, stored: Stored, settle: Settle
) -> None:
    review = owner.get_page(f"/campaigns/{draft}/review")
    report = owner.post_page(f"/campaigns/{draft}/send", agreed(review))
    assert "Being prepared" in report.get_text()
    settle()
    assert balance(app, cast) == 100_000 - 900
    assert stored()[0].agreed_price == stored()[0].total_price == 900
    page_text = words(owner.get_page(f"/campaigns/{draft}").get_text(" "))
    assert "Finished" in page_text
    assert "100% arrived." in page_text
    assert "3 arrived" in page_text
    assert "As Ola got it. From +48 732 000 001." in page_text
    assert "1 person left out" in page_text
    with app.app_context():
        assert sorted(text.body for text in simulated_phone.texts()) == [
            f"Hi {name}, 20% off\nReply STOP to opt out" for name in ("Ewa", "Jan", "Ola")
        ]


def test_placeholders_of_other_programs_are_asked_about_before_sending(
    app: Flask, owner: PageClient, draft: str, stored: Stored
) -> None:
    with app.app_context(), transaction() as session:
        session.scalars(select(Campaign)).one().text = "Hi {{first_name}}, 20% off"
    review = owner.get_page(f"/campaigns/{draft}/review")
    assert "as they stand: {{first_name}}" in words(review.get_text(" "))
    page = owner.post_page(f"/campaigns/{draft}/send", agreed(review))
    assert "please say first whether the text shall leave as it stands" in words(page.get_text(" "))
    assert stored()[0].status == CampaignStatus.DRAFT
    owner.post_page(f"/campaigns/{draft}/send", agreed(review) | {"as_it_stands": "yes"})
    assert stored()[0].status == CampaignStatus.PREPARING


def test_nothing_is_asked_about_a_text_without_them(owner: PageClient, draft: str) -> None:
    review = owner.get_page(f"/campaigns/{draft}/review")
    assert not review.select("[name=as_it_stands]")


def test_a_double_click_sends_once(
    app: Flask, cast: Cast, owner: PageClient, draft: str, settle: Settle
) -> None:
    review = owner.get_page(f"/campaigns/{draft}/review")
    owner.post_page(f"/campaigns/{draft}/send", agreed(review))
    page = owner.post_page(f"/campaigns/{draft}/send", agreed(review))
    assert "already on its way" in page.get_text()
    assert page.h1.get_text() == "Spring sale"
    settle()
    again = owner.post_page(f"/campaigns/{draft}/send", agreed(review))
    assert "already on its way" in again.get_text()
    settle()
    assert balance(app, cast) == 100_000 - 900


def test_a_draft_changed_after_the_review_is_reviewed_again(
    owner: PageClient, colleague: PageClient, draft: str, typed: Typed, stored: Stored
) -> None:
    review = owner.get_page(f"/campaigns/{draft}/review")
    window = colleague.get_page(f"/campaigns/{draft}/edit")
    stamp = window.select_one("input[name=stamp]")["value"]
    colleague.post_page(f"/campaigns/{draft}/edit", typed(stamp=stamp, text="x" * 200))
    page = owner.post_page(f"/campaigns/{draft}/send", agreed(review))
    assert "changed after this review" in page.get_text()
    assert stored()[0].status == "draft"


def test_a_forged_price_sends_nothing(owner: PageClient, draft: str, stored: Stored) -> None:
    for forged in ("", "1", "a.b.c"):
        page = owner.post_page(f"/campaigns/{draft}/send", {"agreed": forged})
        assert "look at it again" in page.get_text()
    assert stored()[0].status == "draft"


def test_a_higher_price_needs_a_new_confirmation(
    app: Flask, cast: Cast, owner: PageClient, draft: str, stored: Stored, settle: Settle
) -> None:
    review = owner.get_page(f"/campaigns/{draft}/review")
    with app.app_context(), transaction() as session:
        session.query(Price).filter_by(country="PL").update({"amount": 500})
    owner.post_page(f"/campaigns/{draft}/send", agreed(review))
    settle(until=lambda: stored()[0].status == "blocked")
    text = words(owner.get_page(f"/campaigns/{draft}").get_text(" "))
    assert "now costs €0.15, more than the €0.09" in text
    assert balance(app, cast) == 100_000
    owner.post_page(f"/campaigns/{draft}/resume")
    settle()
    assert balance(app, cast) == 100_000 - 1500


def test_a_small_balance_blocks_the_campaign_until_a_top_up(
    app: Flask, cast: Cast, owner: PageClient, draft: str, stored: Stored, settle: Settle
) -> None:
    set_balance(app, cast, 500)
    review = owner.get_page(f"/campaigns/{draft}/review")
    assert "€0.04 are missing" in words(review.get_text(" "))
    assert "Send 3 texts" not in review.get_text()
    assert "Send as soon as the balance allows" in review.get_text()
    owner.post_page(f"/campaigns/{draft}/send", agreed(review))
    settle(until=lambda: stored()[0].status == "blocked")
    text = words(owner.get_page(f"/campaigns/{draft}").get_text(" "))
    assert "Nothing was sent yet" in text
    assert "€0.04 are missing" in text
    assert stored()[0].status == "blocked"
    assert balance(app, cast) == 500
    set_balance(app, cast, 1000)
    owner.post_page(f"/campaigns/{draft}/resume")
    settle()
    assert stored()[0].n_delivered == 3
    assert balance(app, cast) == 100


def test_a_text_for_nobody_has_no_send_button(
    app: Flask, owner: PageClient, typed: Typed, stored: Stored
) -> None:
    owner.post_page("/campaigns/new", typed(action="review"))
    page = owner.get_page(f"/campaigns/{stored()[0].public_id}/review")
    assert "Nobody would get this text" in page.get_text()
    assert page.select_one("input[name=agreed]") is None


def test_it_says_that_no_worker_is_running(owner: PageClient, draft: str) -> None:
    page = owner.get_page(f"/campaigns/{draft}/review")
    assert "sending service is not running" in page.get_text()


def test_a_test_goes_to_the_users_own_number(
    app: Flask, cast: Cast, owner: PageClient, draft: str, settle: Settle, stored: Stored
) -> None:
    page = owner.post_page(f"/campaigns/{draft}/test")
    assert "It costs €0.03" in page.get_text()
    settle()
    with app.app_context():
        own_number = db.session.get_one(User, cast.owner.user_id).phone
        (message,) = db.session.query(Message)
        assert (message.phone, message.status, message.campaign_id) == (
            own_number,
            "delivered",
            None,
        )
        assert message.text.startswith("Hi Ola")
    assert balance(app, cast) == 100_000 - 300
    assert stored()[0].status == "draft"


def test_the_composer_saves_and_sends_a_test(
    owner: PageClient, people: str, typed: Typed, stored: Stored
) -> None:
    page = owner.post_page("/campaigns/new", typed(action="test", text="Just written"))
    assert "on its way to your own number" in page.get_text()
    assert stored()[0].text == "Just written"


def test_a_test_without_balance_names_what_is_missing(
    app: Flask, cast: Cast, owner: PageClient, draft: str
) -> None:
    set_balance(app, cast, 100)
    page = owner.post_page(f"/campaigns/{draft}/test")
    assert "€0.02 are missing" in page.get_text()


@pytest.mark.parametrize("planned", [False, True])
def test_what_another_window_saves_at_the_last_moment_is_not_sent(
    app: Flask,
    owner: PageClient,
    draft: str,
    stored: Stored,
    monkeypatch: pytest.MonkeyPatch,
    planned: bool,
) -> None:
    """It is saved after the page was compared with its draft, and before the launch."""
    if planned:
        with app.app_context(), transaction() as session:
            tomorrow = now() + timedelta(days=1)
            campaign = session.query(Campaign).one()
            campaign.planned_time = f"{tomorrow:%Y-%m-%dT10:00}"
            campaign.planned_zone = "UTC"
    data = agreed(owner.get_page(f"/campaigns/{draft}/review"))
    compare = review.agreed

    def late(campaign: Campaign) -> review.Agreed:
        found = compare(campaign)
        with app.app_context():
            other = db.session.query(Campaign).one()
            changed = replace(drafts.read(other), text="Something else")
            drafts.update(other, changed, drafts.stamp(other))
            db.session.remove()
        return found

    monkeypatch.setattr(review, "agreed", late)
    page = owner.post_page(f"/campaigns/{draft}/send", data)
    assert "The campaign was changed after this review." in page.get_text()
    assert stored()[0].status == CampaignStatus.DRAFT
    assert stored()[0].text == "Something else"
