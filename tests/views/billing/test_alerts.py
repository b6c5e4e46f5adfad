"""The alerts page."""

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import LowBalanceAlert
from tests.support.cast import Cast
from tests.support.pages import PageClient, words


def stored(app: Flask, cast: Cast) -> tuple[int, bool] | None:
    with app.app_context():
        alert = db.session.get(LowBalanceAlert, cast.owner.account_id)
        return (alert.below, alert.by_text) if alert else None


def test_the_owner_chooses_an_amount_and_a_text(app: Flask, cast: Cast, owner: PageClient) -> None:
    page = owner.get_page("/billing/alerts")
    assert "owner@example.com" in page.get_text()
    page = owner.post_page("/billing/alerts", {"below": "2,50", "by_text": "y"})
    assert stored(app, cast) == (25_000, True)
    assert page.select('input[name=below][value="2.50"]')
    assert page.select("input[name=by_text][checked]")
    owner.post_page("/billing/alerts", {"below": "7"})
    assert stored(app, cast) == (70_000, False)
    assert "not be told" in owner.post_page("/billing/alerts/off").get_text()
    assert stored(app, cast) is None


def test_it_says_when_the_balance_is_below_already(owner: PageClient) -> None:
    text = words(owner.post_page("/billing/alerts", {"below": "20"}).get_text(" "))
    assert "The balance is €10.00, below your amount already." in text


@pytest.mark.parametrize(
    "typed", ["", "0", "-5", "abc", "0.001", "1e9", "NaN", "Infinity", "9" * 30, "1,000,000"]
)
def test_it_refuses_amounts_that_make_no_sense(
    app: Flask, cast: Cast, owner: PageClient, typed: str
) -> None:
    page = owner.post_page("/billing/alerts", {"below": typed}, 422)
    assert page.select(".error")
    assert stored(app, cast) is None


def test_only_the_owner_may(
    colleague: PageClient, admin: PageClient, visitor: PageClient, owner: PageClient
) -> None:
    colleague.get_page("/billing/alerts", 403)
    colleague.post_page("/billing/alerts", {"below": "1"}, 403)
    admin.get_page("/billing/alerts", 403)
    assert "/login" in visitor.get("/billing/alerts").location
    link = 'a[href="/billing/alerts"]'
    assert owner.get_page("/billing").select(link)
    assert not colleague.get_page("/billing").select(link)


def test_nobody_changes_the_alert_of_another_account(
    app: Flask, cast: Cast, owner: PageClient, stranger: PageClient
) -> None:
    owner.post_page("/billing/alerts", {"below": "3"})
    stranger.post_page("/billing/alerts", {"below": "4"})
    stranger.post_page("/billing/alerts/off")
    assert stored(app, cast) == (30_000, False)
