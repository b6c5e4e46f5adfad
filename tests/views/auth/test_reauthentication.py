"""Dangerous actions ask for the password again."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Email, EmailLinkKind, Session, User
from promosms.services.auth import email_links
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient
from tests.views.auth.two_factor import code, protect, user_of, wrong_code

DANGEROUS = ("/settings/email", "/settings/phone", "/settings/two-steps/on")


def test_right_after_the_sign_in_nothing_is_asked(owner: PageClient) -> None:
    for path in DANGEROUS:
        owner.get_page(path)


@pytest.mark.parametrize("path", DANGEROUS)
def test_after_five_minutes_it_asks_and_leads_back(
    owner: PageClient, clock: Clock, path: str
) -> None:
    clock.move(minutes=5, seconds=1)
    response = owner.get(path)
    assert response.location == f"/confirm?next={path}"
    page = owner.get_page(response.location)
    action = str(page.select_one("main form")["action"])
    assert owner.send(action, {"password": PASSWORD}).location == path
    owner.get_page(path)
    clock.move(minutes=4)
    owner.get_page(path)
    clock.move(minutes=2)
    assert owner.get(path).location == f"/confirm?next={path}"


def test_a_form_is_not_repeated(app: Flask, cast: Cast, owner: PageClient, clock: Clock) -> None:
    owner.get_page("/settings/email")
    clock.move(minutes=6)
    came = {"Referer": "https://localhost/settings/email"}
    response = owner.send("/settings/email", {"email": "new@example.com"}, headers=came)
    assert (response.status_code, response.location) == (303, "/confirm?next=/settings/email")
    page = owner.get_page(response.location)
    assert "Nothing was done yet." in page.get_text()
    response = owner.send(response.location, {"password": PASSWORD})
    assert response.location == "/settings/email"
    with app.app_context():
        assert db.session.scalars(select(Email)).all() == []


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_it_stays_on_this_site(owner: PageClient, target: str) -> None:
    owner.get_page("/confirm")
    form = {"password": PASSWORD, "csrf_token": owner.token}
    response = owner.post("/confirm", query_string={"next": target}, data=form)
    assert response.location == "/settings"


@pytest.mark.parametrize(
    "referrer", ["https://evil.example/x", "", "https://localhost//evil.example"]
)
def test_a_form_from_another_page_leads_to_the_settings(
    app: Flask, cast: Cast, owner: PageClient, clock: Clock, referrer: str
) -> None:
    owner.get_page("/settings")
    clock.move(minutes=6)
    app.config["WTF_CSRF_SSL_STRICT"] = False
    response = owner.send("/settings/two-steps/off", headers={"Referer": referrer})
    assert response.location == "/confirm?next=/settings"


def test_a_wrong_password_is_refused_and_slows_down(
    app: Flask, cast: Cast, owner: PageClient, clock: Clock
) -> None:
    clock.move(minutes=6)
    for _ in range(5):
        assert (
            "This is not right"
            in owner.post_page("/confirm", {"password": "wrong"}, 422).get_text()
        )
    assert owner.send("/confirm", {"password": PASSWORD}).status_code == 422
    clock.move(seconds=3)
    assert owner.send("/confirm", {"password": PASSWORD}).status_code == 303


def test_with_two_factor_sign_in_it_takes_a_code_too(
    app: Flask, cast: Cast, owner: PageClient, clock: Clock
) -> None:
    protect(app, cast.owner)
    clock.move(minutes=6)
    assert owner.get_page("/confirm").select("input[name=code]")
    for typed in ("", wrong_code(clock)):
        response = owner.send("/confirm", {"password": PASSWORD, "code": typed})
        assert response.status_code == 422
    right = code(clock)
    assert owner.send("/confirm", {"password": "x", "code": right}).status_code == 422
    assert owner.send("/confirm", {"password": PASSWORD, "code": right}).status_code == 303
    assert user_of(app, cast.owner).totp_counter is not None


def test_changing_the_password_asks_for_a_code_with_two_factor_sign_in(
    app: Flask, cast: Cast, owner: PageClient, clock: Clock
) -> None:
    clock.move(minutes=6)
    owner.get_page("/password/change")
    protect(app, cast.owner)
    assert owner.get("/password/change").location == "/confirm?next=/password/change"


def test_a_confirmed_session_has_a_new_token(app: Flask, cast: Cast, owner: PageClient) -> None:
    owner.get_page("/settings")
    before = owner.get_cookie("__Host-session")
    with app.app_context():
        old = db.session.scalars(select(Session.token_hash)).one()
    owner.send("/confirm", {"password": PASSWORD})
    with app.app_context():
        assert db.session.scalars(select(Session.token_hash)).one() != old
    owner.get_page("/settings")
    assert before is not None
    thief = PageClient(app)
    thief.set_cookie("__Host-session", before.value, domain="localhost", secure=True)
    assert "/login" in thief.get("/settings").location


def test_a_stolen_session_cannot_guess_the_password(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    form = {"current": "wrong", "password": "yellow boats under trees"}
    for _ in range(5):
        owner.send("/password/change", form)
    assert owner.send("/password/change", {**form, "current": PASSWORD}).status_code == 200


YES = {"password": PASSWORD, "confirmed": "y"}


def test_leaving_takes_a_code_too(app: Flask, cast: Cast, owner: PageClient, clock: Clock) -> None:
    assert not owner.get_page("/settings/leave").select("input[name=code]")
    protect(app, cast.owner)
    page = owner.get_page("/settings/leave")
    assert page.select("input[name=code]")
    assert "delete the account by e-mail" in page.get_text()
    for typed in ("", wrong_code(clock)):
        assert owner.send("/settings/leave", {**YES, "code": typed}).status_code == 422
    response = owner.send("/settings/leave", {**YES, "code": code(clock)})
    assert response.location.startswith("/gone/")


def test_leaving_takes_a_code_also_without_an_own_password(
    app: Flask, cast: Cast, owner: PageClient, clock: Clock
) -> None:
    protect(app, cast.owner)
    with app.app_context(), transaction() as session:
        user = session.get_one(User, cast.owner.user_id)
        user.password_hash, user.must_choose_password = None, True
    assert not owner.get_page("/settings/leave").select("input[name=password]")
    for _ in range(5):
        page = owner.post_page(
            "/settings/leave", {"confirmed": "y", "code": wrong_code(clock)}, 422
        )
        assert "This is not right" in page.get_text()
    leave = {"confirmed": "y", "code": code(clock)}
    assert owner.send("/settings/leave", leave).status_code == 422
    clock.move(seconds=3)
    assert owner.send("/settings/leave", leave).location.startswith("/gone/")


@pytest.mark.parametrize("way", ["page", "link"])
def test_wrong_passwords_are_counted_where_an_account_is_deleted(
    app: Flask, cast: Cast, owner: PageClient, clock: Clock, way: str
) -> None:
    path = "/settings/leave"
    if way == "link":
        with app.app_context(), transaction():
            user = db.session.get_one(User, cast.owner.user_id)
            link = email_links.new_link(EmailLinkKind.DELETE, user.email, user=user)
        path = urlsplit(link).path
    for _ in range(5):
        assert owner.send(path, {**YES, "password": "wrong"}).status_code == 422
    assert owner.send(path, YES).status_code == 422
    clock.move(seconds=3)
    assert owner.send(path, YES).status_code == 303


def test_it_refuses_visitors(visitor: PageClient) -> None:
    assert "/login" in visitor.get("/confirm").location
