"""The guests page, and the notice that says what is missing to end the trial."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    Consent,
    Email,
    Gateway,
    Guest,
    Recipient,
    SuppressionSource,
)
from promosms.services.accounts import guests
from promosms.services.installation import defaults
from promosms.services.sending import opt_outs
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.guests import code_of, confirmed
from tests.support.pages import PageClient, words
from tests.support.settings import override

PAGES = ("/dashboard", "/campaigns", "/recipients", "/billing", "/settings", "/settings/guests")


def go_on_trial(app: Flask) -> None:
    """Connect a real gateway: only then the trial limits apply."""
    with app.app_context(), transaction() as session:
        session.add(Gateway(name="Real", kind="smsapi"))
        session.execute(update(Account).values(approved_at=None))


def guest(app: Flask, cast: Cast) -> str:
    """A guest who has agreed; returns the public id."""
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        return confirmed(account, "+48601222001").public_id


def test_a_guest_is_asked_confirmed_and_removed(app: Flask, owner: PageClient) -> None:
    go_on_trial(app)
    page = owner.post_page("/settings/guests", {"phone": "601 222 001"})
    text = words(page.get_text(" "))
    assert "We have texted a code to +48 601 222 001." in text
    action = str(page.select('form[action$="/code"]')[0]["action"])
    text = words(owner.get_page("/settings/guests").get_text(" "))
    assert "has not agreed yet; the place is free on" in text
    assert "4 of 5 places are free." in text
    page = owner.post_page(action, {"code": ""}, 422)
    assert "Type in the six digits." in page.select(".error")[0].get_text()
    with app.app_context():
        code = code_of("+48601222001")
    page = owner.post_page(action, {"code": f"{(int(code) + 1) % 1_000_000:06}"}, 422)
    assert "This is not the code from the text." in page.select(".error")[0].get_text()
    text = words(owner.post_page(action, {"code": code}).get_text(" "))
    assert "Confirmed: from now on this guest can get your texts." in text
    assert "Not among your recipients yet" in text
    page = owner.post_page(action, {"code": code})  # the page from before, or the button twice
    assert "4 of 5 places are free." in words(page.get_text(" "))
    remove = str(page.select('form[action$="/remove"]')[0]["action"])
    text = words(owner.post_page(remove).get_text(" "))
    assert "removed; the place is free on" in text
    assert "4 of 5 places are free." in text
    text = words(owner.post_page(action, {"code": code}).get_text(" "))
    assert "This guest is off the list." in text


def test_a_code_that_does_not_count_any_more_is_replaced(
    app: Flask, cast: Cast, owner: PageClient, stranger: PageClient, clock: Clock
) -> None:
    go_on_trial(app)
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        guest_id = guests.add(account, "+48601222001").public_id
    here = f"/settings/guests/{guest_id}/code"
    stranger.post_page(here, {"code": "123456"}, 404)
    for _ in range(guests.MOST_TRIES):
        page = owner.post_page(here, {"code": "no"}, 422)
    assert "does not count any more" in page.get_text()
    assert page.select('form[action$="/code"]') == []
    page = owner.post_page("/settings/guests", {"phone": "+48601222001"})
    assert "We have texted a code" in page.get_text()
    clock.move(minutes=2)
    owner.post_page("/settings/guests", {"phone": "+48601222001"})
    clock.move(minutes=2)
    page = owner.post_page("/settings/guests", {"phone": "+48601222001"}, 422)
    assert "too many texts from us" in page.select(".error")[0].get_text()
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, "+48601222001", SuppressionSource.KEYWORD)
    page = owner.post_page("/settings/guests", {"phone": "+48601222001"}, 422)
    assert "does not want to be asked" in page.select(".error")[0].get_text()


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "Enter a mobile number."),
        ("22 123 45 67", "landline"),
        ("<b>", "letters or signs"),
        ("601 000 101", "your own number"),
        ("1" * 400, ""),
    ],
)
def test_it_says_why_a_number_is_refused(
    app: Flask, owner: PageClient, typed: str, reason: str
) -> None:
    go_on_trial(app)
    page = owner.post_page("/settings/guests", {"phone": typed}, 422)
    assert reason in page.select(".error")[0].get_text()
    with app.app_context():
        assert db.session.scalars(select(Guest)).all() == []


def test_it_says_when_a_place_is_free_again(app: Flask, cast: Cast, owner: PageClient) -> None:
    override(app, trial_guests=1)
    guest_id = guest(app, cast)
    page = owner.post_page("/settings/guests", {"phone": "601 222 002"}, 422)
    assert "Remove a guest first" in page.get_text()
    owner.post_page(f"/settings/guests/{guest_id}/remove")
    page = owner.post_page("/settings/guests", {"phone": "601 222 002"}, 422)
    assert "The next one is free on" in page.get_text()


def test_members_have_access_and_strangers_have_not(
    app: Flask,
    cast: Cast,
    colleague: PageClient,
    stranger: PageClient,
    admin: PageClient,
    visitor: PageClient,
) -> None:
    guest_id = guest(app, cast)
    assert "601 222 001" in colleague.get_page("/settings/guests").get_text()
    assert "601 222 001" not in stranger.get_page("/settings/guests").get_text()
    stranger.post_page(f"/settings/guests/{guest_id}/remove", {}, 404)
    admin.get_page("/settings/guests", 403)
    assert "/login" in visitor.get("/settings/guests").location


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_is_missing_while_on_trial_and_nothing_afterwards(
    app: Flask, cast: Cast, owner: PageClient, path: str
) -> None:
    assert owner.get_page(path).select(".trial") == []
    go_on_trial(app)
    (strip,) = owner.get_page(path).select(".trial")
    text = words(strip.get_text(" "))
    assert "yourself and your guests (at most 5), with at most 50 texts a day" in text
    assert "top up once, or ask the operator" in text
    assert strip.select('a[href="/settings/guests"]')
    with app.app_context(), transaction() as session:
        account = session.get_one(Account, cast.owner.account_id)
        account.approved_at = account.created_at
    assert owner.get_page(path).select(".trial") == []


def test_the_review_names_recipients_that_are_not_guests(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    go_on_trial(app)
    guest(app, cast)
    with app.app_context(), transaction() as session:
        account_id = cast.owner.account_id
        session.add_all(
            Recipient(
                account_id=account_id,
                phone=f"+4860122200{n}",
                country="PL",
                consent=Consent.GIVEN,
            )
            for n in range(1, 4)
        )
        route_id = defaults.default_route().id
        campaign = Campaign(account_id=account_id, route_id=route_id, text="Hello", everyone=True)
        session.add(campaign)
        session.flush()
        public_id = campaign.public_id
    text = words(owner.get_page(f"/campaigns/{public_id}/review").get_text(" "))
    assert "They are not on your guest list, and your account is still on trial. 2" in text
    assert "Send 1 text" in text


def test_an_admin_approves_an_account(
    app: Flask, cast: Cast, owner: PageClient, admin: PageClient
) -> None:
    go_on_trial(app)
    here = f"/admin/accounts/{cast.owner.account_public_id}"
    assert "On trial" in admin.get_page(here).get_text()
    page = admin.post_page(f"{here}/approve")
    assert "is approved" in page.get_text()
    assert "On trial" not in page.get_text()
    assert "was not on trial" in admin.post_page(f"{here}/approve").get_text()
    assert owner.get_page("/dashboard").select(".trial") == []
    with app.app_context():
        assert len(db.session.scalars(select(Email)).all()) == 1
    owner.post_page(f"{here}/approve", {}, 404)
    admin.post_page("/admin/accounts/nobody/approve", {}, 404)
