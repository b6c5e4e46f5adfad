"""The second factor of a sign-in."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import Email, Session, TwoFactorChallenge
from promosms.services.auth import recovery_codes
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient, words
from tests.views.auth.outbox import last_email, last_link, last_password
from tests.views.auth.two_factor import code, half_way, protect, user_of, wrong_code

CODE = "/login/code"


@pytest.fixture
def codes(app: Flask, cast: Cast) -> list[str]:
    """The owner has two-factor sign-in; these are the recovery codes."""
    return protect(app, cast.owner)


def subjects(app: Flask, recipient: str) -> list[str]:
    with app.app_context():
        query = select(Email.subject).where(Email.recipient == recipient).order_by(Email.id)
        return list(db.session.scalars(query))


def sessions(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(select(func.count()).select_from(Session)).one()


def test_password_and_code_sign_in(app: Flask, cast: Cast, clock: Clock, codes: list[str]) -> None:
    client = half_way(app, cast.owner)
    response = client.send(CODE, {"code": code(clock)})
    assert (response.status_code, response.location) == (303, "/dashboard")
    client.get_page("/dashboard")
    with app.app_context():
        assert db.session.scalars(select(TwoFactorChallenge)).all() == []


def test_the_password_alone_opens_nothing(app: Flask, cast: Cast, codes: list[str]) -> None:
    client = half_way(app, cast.owner)
    for path in ("/dashboard", "/settings", "/settings/two-steps", "/confirm"):
        assert client.get(path).location.startswith("/login?next=")
    assert sessions(app) == 0


def test_a_wrong_code_opens_nothing(app: Flask, cast: Cast, clock: Clock, codes: list[str]) -> None:
    client = half_way(app, cast.owner)
    page = client.post_page(CODE, {"code": wrong_code(clock)}, 422)
    assert "This code is not right" in page.get_text()
    assert sessions(app) == 0
    assert client.send(CODE, {"code": code(clock)}).location == "/dashboard"


def test_a_code_works_once(app: Flask, cast: Cast, clock: Clock, codes: list[str]) -> None:
    used = code(clock)
    half_way(app, cast.owner).send(CODE, {"code": used})
    assert half_way(app, cast.owner).send(CODE, {"code": used}).status_code == 422


def test_after_five_tries_the_sign_in_starts_again(
    app: Flask, cast: Cast, clock: Clock, codes: list[str]
) -> None:
    client = half_way(app, cast.owner)
    statuses = [client.send(CODE, {"code": wrong_code(clock)}).status_code for _ in range(5)]
    assert statuses == [422] * 4 + [303]
    assert client.send(CODE, {"code": code(clock)}).location == "/login"
    assert sessions(app) == 0
    assert subjects(app, cast.owner.email) == ["Somebody knows your PromoSMS password"]


def test_a_new_sign_in_gives_no_new_tries_for_a_while(
    app: Flask, cast: Cast, clock: Clock, codes: list[str]
) -> None:
    client = half_way(app, cast.owner)
    for _ in range(5):
        client.send(CODE, {"code": wrong_code(clock)})
    client = half_way(app, cast.owner)
    assert client.send(CODE, {"code": code(clock)}).status_code == 422
    clock.move(seconds=3)
    assert client.send(CODE, {"code": code(clock)}).location == "/dashboard"


@pytest.mark.parametrize(("minutes", "leads_to"), [(9, "/dashboard"), (11, "/login")])
def test_it_expires_after_ten_minutes(
    app: Flask, cast: Cast, clock: Clock, codes: list[str], minutes: int, leads_to: str
) -> None:
    client = half_way(app, cast.owner)
    clock.move(minutes=minutes)
    assert client.send(CODE, {"code": code(clock)}).location == leads_to


def test_a_code_of_another_user_is_refused(
    app: Flask, cast: Cast, clock: Clock, codes: list[str]
) -> None:
    stranger_codes = protect(app, cast.stranger)
    client = half_way(app, cast.owner)
    assert client.send(CODE, {"code": stranger_codes[0]}).status_code == 422
    with app.app_context():
        assert db.session.scalars(select(TwoFactorChallenge)).one().user_id == cast.owner.user_id


def test_a_recovery_code_works_once_and_the_user_gets_an_email(
    app: Flask, cast: Cast, codes: list[str]
) -> None:
    response = half_way(app, cast.owner).send(CODE, {"code": codes[3].lower()})
    assert response.location == "/dashboard"
    email = last_email(app)
    assert email.subject == "A recovery code was used"
    assert "9 codes are left." in email.body
    assert half_way(app, cast.owner).send(CODE, {"code": codes[3]}).status_code == 422
    assert len(subjects(app, cast.owner.email)) == 1


def test_it_leads_to_the_requested_page(
    app: Flask, cast: Cast, clock: Clock, codes: list[str]
) -> None:
    client = PageClient(app)
    form = {"email": cast.owner.email, "password": PASSWORD}
    response = client.send("/login?next=/campaigns", form)
    assert response.location == "/login/code?next=/campaigns"
    page = client.get_page(response.location)
    action = str(page.select_one("main form")["action"])
    assert client.send(action, {"code": code(clock)}).location == "/campaigns"


def test_it_stays_on_this_site(app: Flask, cast: Cast, clock: Clock, codes: list[str]) -> None:
    client = half_way(app, cast.owner)
    response = client.send(f"{CODE}?next=//evil.example", {"code": code(clock)})
    assert response.location == "/dashboard"


def test_without_a_password_there_is_no_challenge(visitor: PageClient, cast: Cast) -> None:
    assert visitor.get(CODE).location == "/login"
    for path in (CODE, f"{CODE}/lost", f"{CODE}/leave-out"):
        assert visitor.send(path, {"code": "123456"}).location == "/login"


def by_text(app: Flask, cast: Cast) -> PageClient:
    """The browser of the owner after e-mail link, text and its password."""
    client = PageClient(app)
    client.post_page("/forgotten", {"email": cast.owner.email})
    client.post_page(last_link(app))
    return half_way(app, cast.owner, last_password(app))


def test_after_losing_app_and_codes_the_user_waits_a_day(
    app: Flask, cast: Cast, clock: Clock, codes: list[str]
) -> None:
    client = by_text(app, cast)
    page = client.post_page(f"{CODE}/lost")
    assert "you can sign in without a code" in words(page.get_text())
    assert last_email(app).subject == "Two-step sign-in ends in 24 hours"
    clock.move(hours=23)
    early = half_way(app, cast.owner)
    assert early.send(f"{CODE}/leave-out").location == "/login"
    clock.move(hours=1, minutes=1)
    late = half_way(app, cast.owner)
    assert late.get_page(CODE).select('form[action$="/leave-out"]')
    late.send(f"{CODE}/leave-out")
    assert user_of(app, cast.owner).totp_encrypted is None
    assert last_email(app).subject == "Two-step sign-in is off"


def test_the_own_password_is_not_enough_to_request_it(
    app: Flask, cast: Cast, codes: list[str]
) -> None:
    client = half_way(app, cast.owner)
    assert "First get a new password" in client.get_page(CODE).get_text()
    assert client.send(f"{CODE}/lost").location == "/login"
    assert user_of(app, cast.owner).totp_off_at is None


def test_the_user_can_object(app: Flask, cast: Cast, clock: Clock, codes: list[str]) -> None:
    by_text(app, cast).post_page(f"{CODE}/lost")
    link = last_link(app)
    PageClient(app).get_page(link)
    assert user_of(app, cast.owner).totp_off_at is not None
    PageClient(app).post_page(link)
    assert user_of(app, cast.owner).totp_off_at is None
    clock.move(hours=25)
    assert half_way(app, cast.owner).send(f"{CODE}/leave-out").location == "/login"


def test_a_code_ends_the_waiting_period(
    app: Flask, cast: Cast, clock: Clock, codes: list[str]
) -> None:
    by_text(app, cast).post_page(f"{CODE}/lost")
    half_way(app, cast.owner).send(CODE, {"code": code(clock)})
    assert user_of(app, cast.owner).totp_off_at is None


@pytest.mark.parametrize(("hours", "is_on"), [(-1, False), (1, True)])
def test_a_code_can_be_left_out_for_a_week_after_that_day(
    app: Flask, cast: Cast, clock: Clock, codes: list[str], hours: int, is_on: bool
) -> None:
    by_text(app, cast).post_page(f"{CODE}/lost")
    clock.move(days=8, hours=hours)
    half_way(app, cast.owner).send(f"{CODE}/leave-out")
    assert (user_of(app, cast.owner).totp_encrypted is not None) is is_on


def test_after_a_week_the_request_expires(
    app: Flask, cast: Cast, clock: Clock, codes: list[str]
) -> None:
    by_text(app, cast).post_page(f"{CODE}/lost")
    clock.move(days=9)
    assert half_way(app, cast.owner).send(f"{CODE}/leave-out").location == "/login"


def test_admins_are_sent_to_the_command_line(app: Flask, cast: Cast) -> None:
    protect(app, cast.admin)
    page = half_way(app, cast.admin).get_page(CODE)
    assert "scripts/run reset-totp" in page.get_text()
    assert not page.select('form[action$="/lost"]')


def test_a_new_password_leaves_two_factor_sign_in_on(
    app: Flask, cast: Cast, codes: list[str]
) -> None:
    by_text(app, cast)
    assert user_of(app, cast.owner).totp_encrypted is not None
    with app.app_context():
        assert recovery_codes.left(user_of(app, cast.owner)) == 10


def test_the_token_of_the_cookie_is_not_stored(app: Flask, cast: Cast, codes: list[str]) -> None:
    client = half_way(app, cast.owner)
    with client.session_transaction(base_url="https://localhost") as cookie:
        token = str(cookie["two_factor_challenge"])
        assert "_user_id" not in cookie
    with app.app_context():
        row = db.session.scalars(select(TwoFactorChallenge)).one()
        assert token not in str(vars(row))
    assert re.fullmatch(r"[\w-]{43}", token)
