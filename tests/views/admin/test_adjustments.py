"""The pages of adjustments that need a second admin."""

from flask import Flask

from promosms.extensions import db
from promosms.models import Account, Adjustment
from promosms.services.accounts import adjustments
from tests.support.cast import Cast
from tests.support.pages import PageClient

PAGE = "/admin/adjustments"


def balance(app: Flask, cast: Cast) -> int:
    with app.app_context():
        return db.session.get_one(Account, cast.owner.account_id).balance


def wish(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(db.select(Adjustment)).one().public_id


def test_a_large_adjustment_waits_and_its_author_can_only_withdraw_it(
    app: Flask, cast: Cast, admin: PageClient
) -> None:
    url = f"/admin/accounts/{cast.owner.account_public_id}"
    data = {"amount": "101", "reason": "Goodwill", "reference": "ab" * 10}
    page = admin.post_page(f"{url}/adjust", data)
    assert "a second admin has to agree" in page.get_text()
    assert page.select("a[href='/admin/admins/invite']")
    page = admin.get_page(PAGE)
    assert page.select("form[action$=withdraw]")
    assert not page.select("form[action$=agree]")
    page = admin.post_page(f"{PAGE}/{wish(app)}/agree")
    assert "somebody else has to agree" in page.get_text()
    assert balance(app, cast) == 100_000
    assert "Withdrawn" in admin.post_page(f"{PAGE}/{wish(app)}/withdraw").get_text()


def test_another_admin_approves_it_once(app: Flask, cast: Cast, admin: PageClient) -> None:
    with app.app_context():
        adjustments.adjust(cast.owner.account_id, 2_000_000, "Goodwill", "0" * 20, "one")
    page = admin.post_page(f"{PAGE}/{wish(app)}/agree")
    assert "corrected by €200.00" in page.get_text()
    assert "admin@example.com" in page.get_text()
    assert "decided already" in admin.post_page(f"{PAGE}/{wish(app)}/refuse").get_text()
    assert balance(app, cast) == 2_100_000
