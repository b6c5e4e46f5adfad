"""Accounts as admins see them."""

import re

import pytest
from flask import Flask

from promosms import queue
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AuditEntry, Campaign, Message, now
from promosms.services.accounts import accounts
from promosms.services.installation import defaults
from tests.support.cast import Cast
from tests.support.html import Page
from tests.support.pages import PageClient, words
from tests.support.top_ups import company


def balance(app: Flask, cast: Cast) -> int:
    with app.app_context():
        return db.session.get_one(Account, cast.owner.account_id).balance


def acts(app: Flask) -> list[tuple[str, str, str]]:
    with app.app_context():
        entries = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id))
        return [(entry.action, entry.subject, entry.detail) for entry in entries]


def listed(page: Page) -> set[str]:
    return {str(link["href"]).rpartition("/")[2] for link in page.select(".row a.title")}


def search_accounts(client: PageClient, typed: str) -> set[str]:
    return listed(client.get_page(f"/admin/accounts?q={typed}"))


def test_it_lists_accounts_by_name_with_masked_numbers(
    app: Flask, cast: Cast, admin: PageClient
) -> None:
    text = words(admin.get_page("/admin/accounts").get_text(" "))
    assert cast.owner.account_public_id not in text
    assert "owner@example.com" not in text
    assert "o•••@example.com +48 *** *** 101 and 2 colleagues" in text
    assert "Active" not in text
    assert "€10.00" in text
    assert not re.search(r"601\s?000\s?10", text)
    with app.app_context():
        company(cast.owner.account_id, "Shop Ltd")
    assert admin.get_page("/admin/accounts").find("a", class_="title", string="Shop Ltd")


def test_an_account_shows_its_people_and_its_id(cast: Cast, admin: PageClient) -> None:
    page = admin.get_page(f"/admin/accounts/{cast.owner.account_public_id}")
    assert page.h1.get_text() == "o•••@example.com"
    assert page.select_one("main code").get_text() == cast.owner.account_public_id
    assert "owner@example.com +48 *** *** 101" in words(page.get_text(" "))


def test_it_finds_accounts_by_email_and_id(cast: Cast, admin: PageClient) -> None:
    owner_id, stranger_id = cast.owner.account_public_id, cast.stranger.account_public_id
    assert search_accounts(admin, "") == {owner_id, stranger_id}
    assert search_accounts(admin, "OWNER@") == {owner_id}
    assert search_accounts(admin, "colleague@example.com") == {owner_id}
    assert search_accounts(admin, stranger_id[:8]) == {stranger_id}
    assert search_accounts(admin, "100%25") == set()
    assert search_accounts(admin, "admin@example.com") == set()


def test_it_has_pages(app: Flask, cast: Cast, admin: PageClient) -> None:
    with app.app_context(), transaction() as session:
        session.add_all(Account(region="PL") for _ in range(accounts.PAGE))
    page = admin.get_page("/admin/accounts")
    first = listed(page)
    link = page.select_one(".pager a")
    assert link is not None
    rest = listed(admin.get_page(str(link["href"])))
    assert (len(first), len(rest), len(first & rest)) == (accounts.PAGE, 2, 0)


def test_it_suspends_with_a_reason_and_lifts_it(app: Flask, cast: Cast, admin: PageClient) -> None:
    url = f"/admin/accounts/{cast.owner.account_public_id}"
    page = admin.post_page(f"{url}/suspend", {"why": "Texts without consent"})
    assert "Suspended: Texts without consent" in page.get_text()
    assert "Lift the suspension" in page.get_text()
    page = admin.post_page(f"{url}/unsuspend")
    assert "may send again" in page.get_text()
    subject = cast.owner.account_public_id
    assert acts(app) == [
        ("account.suspend", subject, "Texts without consent"),
        ("account.unsuspend", subject, ""),
    ]


def test_suspending_needs_a_reason(app: Flask, cast: Cast, admin: PageClient) -> None:
    url = f"/admin/accounts/{cast.owner.account_public_id}/suspend"
    for why in ("", "   ", "x" * 201):
        assert admin.post_page(url, {"why": why}, 422).select(".error")
    assert acts(app) == []


def test_suspending_twice_changes_nothing(app: Flask, cast: Cast, admin: PageClient) -> None:
    url = f"/admin/accounts/{cast.owner.account_public_id}"
    admin.post_page(f"{url}/unsuspend")
    admin.post_page(f"{url}/suspend", {"why": "One"})
    assert "nothing was changed" in admin.post_page(f"{url}/suspend", {"why": "Two"}).get_text()
    assert len(acts(app)) == 1


@pytest.mark.parametrize(
    ("typed", "after"),
    [("25", 350_000), ("+0.5", 105_000), ("-3,20", 68_000), ("-10", 0), ("\u22121", 90_000)],
)
def test_it_corrects_the_balance(
    app: Flask, cast: Cast, admin: PageClient, typed: str, after: int
) -> None:
    url = f"/admin/accounts/{cast.owner.account_public_id}"
    form = admin.get_page(url).select_one("input[name=reference]")
    assert form is not None
    data = {"amount": typed, "reason": "Bank transfer", "reference": str(form["value"])}
    admin.post_page(f"{url}/adjust", data)
    assert balance(app, cast) == after
    (action, subject, detail), *rest = acts(app)
    assert (action, subject, rest) == ("account.adjust", cast.owner.account_public_id, [])
    assert detail.endswith(": Bank transfer")


def test_it_books_the_same_form_once(app: Flask, cast: Cast, admin: PageClient) -> None:
    url = f"/admin/accounts/{cast.owner.account_public_id}/adjust"
    data = {"amount": "5", "reason": "Gift", "reference": "ab" * 10}
    admin.post_page(url, data)
    assert "booked already" in admin.post_page(url, data).get_text()
    assert balance(app, cast) == 150_000
    assert len(acts(app)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "0"},
        {"amount": ""},
        {"amount": "ten"},
        {"amount": "NaN"},
        {"amount": "Infinity"},
        {"amount": "1e9"},
        {"amount": "0.00001"},
        {"amount": "-10.01"},
        {"reason": " "},
        {"reference": "not ours"},
    ],
)
def test_it_refuses_invalid_adjustments(
    app: Flask, cast: Cast, admin: PageClient, change: dict[str, str]
) -> None:
    url = f"/admin/accounts/{cast.owner.account_public_id}/adjust"
    data = {"amount": "5", "reason": "Gift", "reference": "ab" * 10, **change}
    page = admin.post_page(url, data, 422)
    assert page.select(".error") or page.select("[role=alert]")
    assert balance(app, cast) == 100_000
    assert acts(app) == []


def test_a_campaign_blocked_for_lack_of_money_continues(
    app: Flask, cast: Cast, admin: PageClient
) -> None:
    with app.app_context(), transaction() as session:
        route_id = defaults.default_route().id
        prices = [(900, 900, 100), (900, 800, 100), (900, 900, 0)]
        campaigns = [
            Campaign(
                account_id=cast.owner.account_id,
                route_id=route_id,
                status="blocked",
                total_price=total,
                agreed_price=agreed,
                missing=missing,
                launched_at=now(),
            )
            for total, agreed, missing in prices
        ]
        session.add_all(campaigns)
        session.flush()
        ids = [campaign.id for campaign in campaigns]
    url = f"/admin/accounts/{cast.owner.account_public_id}/adjust"
    admin.post_page(url, {"amount": "5", "reason": "Transfer", "reference": "ab" * 10})
    with app.app_context():
        states = [db.session.get_one(Campaign, id).status for id in ids]
        assert states == ["preparing", "blocked", "blocked"]
        assert [job.args for job in queue.queue("work").get_jobs()] == [[ids[0]]]


def test_no_text_and_no_number_is_shown(app: Flask, cast: Cast, admin: PageClient) -> None:
    with app.app_context(), transaction() as session:
        session.add(
            Message(account_id=cast.owner.account_id, phone="+48601299100", text="Secret words")
        )
    pages = [
        "/admin",
        "/admin/accounts",
        f"/admin/accounts/{cast.owner.account_public_id}",
        "/admin/gateways",
    ]
    text = " ".join(admin.get_page(page).get_text() for page in [*pages, "/admin/audit"])
    assert "Secret words" not in text
    assert not re.search(r"601\s*(299|000)", text)


def test_an_unknown_account_is_not_found(admin: PageClient) -> None:
    admin.get_page("/admin/accounts/" + "0" * 20, 404)
    admin.post_page("/admin/accounts/" + "0" * 20 + "/suspend", {"why": "x"}, 404)


@pytest.mark.parametrize("path", ["/admin", "/admin/gateways", "/admin/audit"])
def test_it_exists_for_admins_only(owner: PageClient, visitor: PageClient, path: str) -> None:
    owner.get_page(path, 404)
    assert "/login" in visitor.get(path).location


def test_owners_cannot_act(app: Flask, cast: Cast, owner: PageClient) -> None:
    url = f"/admin/accounts/{cast.owner.account_public_id}"
    data = {"amount": "500", "reason": "For me", "reference": "ab" * 10}
    assert owner.send(f"{url}/adjust", data).status_code == 404
    assert owner.send(f"{url}/suspend", {"why": "x"}).status_code == 404
    assert balance(app, cast) == 100_000
