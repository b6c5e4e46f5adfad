"""Deleting the account: the page and the immediate effects. The service tests check the erasure."""

import pytest
from flask import Flask

from promosms import queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    Email,
    EmailLink,
    EmailLinkKind,
    Recipient,
    Suppression,
    SuppressionSource,
)
from promosms.services.auth import email_links
from promosms.services.installation import defaults
from promosms.services.ledger import ledger
from promosms.services.mail import outbox
from promosms.services.payments import refunds
from promosms.services.privacy import erasure
from tests.support.cast import PASSWORD, Cast
from tests.support.invoicing import payment, top_up
from tests.support.pages import PageClient, words
from tests.support.settings import override

YES = {"password": PASSWORD, "confirmed": "y"}


def status(app: Flask, account_id: int) -> str:
    with app.app_context():
        return db.session.get_one(Account, account_id).status


def test_it_says_what_will_be_lost_and_offers_downloads(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    _fill(app, cast.owner.account_id)
    page = owner.get_page("/settings/leave")
    text = words(page.get_text(" "))
    assert words(page.select_one(".facts").get_text(" ")) == (
        "Recipients 2 Lists 0 Opt-outs 1 Campaigns with their reports 1 Balance €10.00 "
        "People who sign in 3"
    )
    assert "1 campaign is still running" in text
    assert len(page.select("main .download")) == 2


def test_paid_balance_is_asked_back_first(app: Flask, cast: Cast, owner: PageClient) -> None:
    account = cast.owner.account_id
    asked = "Ask for your money back first"
    assert asked not in owner.get_page("/settings/leave").get_text()  # a gift
    override(app, operator_email="hello@texts.example")
    with app.app_context():
        paid = payment(top_up(account, 500_000)).id
        ledger.credit(account, 500_000, "top-up:1", payment_id=paid)
        ledger.pay(account, 250_000, "charge:message:1")
    page = owner.get_page("/settings/leave")
    text = words(page.get_text(" "))
    assert "€35.00 of the balance was paid for and is not spent." in text
    assert "Write to hello@texts.example" in text
    assert page.select('a[href^="mailto:hello@texts.example?subject=Money%20back"]')
    with app.app_context():
        ledger.pay(account, 340_000, "charge:message:2")
        assert refunds.paid_balance(db.session.get_one(Account, account)) == 10_000
        ledger.refund(account, 9_000, "refund:1", "Back", "admin", paid)
        assert refunds.paid_balance(db.session.get_one(Account, account)) == 1_000
        ledger.credit(account, 900_000, "gift:1")
        assert refunds.paid_balance(db.session.get_one(Account, account)) == 491_000


def test_it_signs_everybody_out_and_enqueues_the_erasure(
    app: Flask, cast: Cast, owner: PageClient, colleague: PageClient
) -> None:
    _fill(app, cast.owner.account_id)
    colleague.get_page("/settings")
    response = owner.send("/settings/leave", YES)
    assert response.status_code == 303
    assert response.location.startswith("/gone/")
    assert "storage" in response.headers["Clear-Site-Data"]
    owner.get_page(response.location)
    assert "/login" in owner.get("/settings").location
    assert "/login" in colleague.get("/settings").location
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        assert account.status == AccountStatus.DELETING
        assert db.session.scalars(db.select(Campaign.status)).all() == ["cancelled"]
        jobs = queue.queue("work").get_jobs()
        assert [(job.func_name, job.args) for job in jobs] == [
            ("promosms.jobs.erasure.run", [account.id])
        ]
        assert erasure.stale_erasures() == [account.id]


@pytest.mark.parametrize(
    "data",
    [
        {"password": "wrong", "confirmed": "y"},
        {"password": PASSWORD},
        {"confirmed": "y"},
        {"password": PASSWORD, "confirmed": ""},
        {"password": "x" * 300, "confirmed": "y"},
        {},
    ],
)
def test_it_needs_the_password_and_the_confirmation(
    app: Flask, cast: Cast, owner: PageClient, data: dict[str, str]
) -> None:
    page = owner.post_page("/settings/leave", data, 422)
    assert page.select(".error")
    assert status(app, cast.owner.account_id) == "active"
    owner.get_page("/settings")


def test_a_suspended_account_may_be_deleted_too(app: Flask, cast: Cast, owner: PageClient) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, cast.owner.account_id).status = AccountStatus.SUSPENDED
    assert owner.send("/settings/leave", YES).status_code == 303
    assert status(app, cast.owner.account_id) == "deleting"


def test_a_double_click_changes_nothing_more(app: Flask, cast: Cast) -> None:
    with app.app_context():
        assert erasure.begin(cast.owner.account_id, "x") is True
        assert erasure.begin(cast.owner.account_id, "x") is False


def test_other_accounts_do_not_change(
    app: Flask, cast: Cast, owner: PageClient, stranger: PageClient
) -> None:
    owner.send("/settings/leave", YES)
    stranger.get_page("/settings")
    assert status(app, cast.stranger.account_id) == "active"


def test_only_the_owner_may(colleague: PageClient, admin: PageClient, visitor: PageClient) -> None:
    colleague.get_page("/settings/leave", 403)
    admin.get_page("/settings/leave", 403)
    assert "/login" in visitor.get("/settings/leave").location
    colleague.post_page("/settings/leave", YES, 403)


def test_the_last_page_contains_no_address(owner: PageClient) -> None:
    page = owner.post_page("/settings/leave", YES)
    assert "@" not in page.get_text()


def test_opt_outs_are_downloaded(app: Flask, cast: Cast, owner: PageClient) -> None:
    _fill(app, cast.owner.account_id)
    href = next(
        str(a["href"])
        for a in owner.get_page("/settings/leave").select("main .download a")
        if "opt-outs" in str(a["href"]) and "CSV" in a.get_text()
    )
    response = owner.get(href)
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    assert "48601299101" in response.text


def _fill(app: Flask, account_id: int) -> None:
    with app.app_context(), transaction() as session:
        route_id = defaults.default_route().id
        session.add_all(
            Recipient(account_id=account_id, phone=phone, country="PL")
            for phone in ("+48601299100", "+48601299101")
        )
        session.add(
            Suppression(account_id=account_id, phone="+48601299101", source=SuppressionSource.HAND)
        )
        session.add(Campaign(account_id=account_id, route_id=route_id, status="paused"))


def test_links_and_emails_to_its_users_are_deleted_at_once(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    """Also those without an account id: of registrations and of requests for deletion."""
    with app.app_context():
        email_links.new_link(EmailLinkKind.DELETE, cast.owner.email)
        outbox.queue_email(cast.owner.email, "Hello", "A link")
        outbox.queue_email(cast.stranger.email, "Hello", "A link")
    assert owner.send("/settings/leave", YES).status_code == 303
    with app.app_context():
        assert db.session.scalars(db.select(EmailLink)).all() == []
        assert set(db.session.scalars(db.select(Email.recipient))) == {cast.stranger.email}
