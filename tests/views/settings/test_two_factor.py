"""Two-factor sign-in in the settings."""

import re

import pyotp
import pytest
from flask import Flask

from promosms.lib import encryption
from promosms.services.auth import totp
from tests.support.cast import PASSWORD, Cast
from tests.support.clock import Clock
from tests.support.html import Page
from tests.support.pages import PageClient, words
from tests.support.settings import override
from tests.views.auth.outbox import last_email
from tests.views.auth.two_factor import code, protect, user_of

ON, OFF, CODES = (f"/settings/two-steps{path}" for path in ("/on", "/off", "/codes"))


def key(page: Page) -> tuple[str, str]:
    """The encrypted secret in the form, and the code of the app for the secret on the page."""
    secret = page.select_one(".whole")
    field = page.select_one("input[name=offer]")
    assert secret is not None
    assert field is not None
    return str(field["value"]), pyotp.TOTP(words(secret.get_text()).replace(" ", "")).now()


def set_up(client: PageClient) -> list[str]:
    encrypted, typed = key(client.get_page(ON))
    page = client.post_page(ON, {"offer": encrypted, "code": typed})
    return [code.get_text() for code in page.select(".recovery code")]


def test_it_is_set_up_with_the_qr_code_and_a_code(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    second_browser = cast.owner.browser()
    page = owner.get_page(ON)
    assert page.select(".code svg path")
    codes = set_up(owner)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[A-Z347]{4}(-[A-Z347]{4}){2}", code) for code in codes)
    user = user_of(app, cast.owner)
    assert user.totp_encrypted is not None
    assert user.totp_counter is not None
    assert "/login" in second_browser.get("/settings").location
    assert last_email(app).subject == "Two-step sign-in is on"
    assert "10" in words(owner.get_page("/settings/two-steps").get_text())
    assert owner.get(ON).location == "/settings/two-steps"


def test_the_qr_code_contains_the_secret(app: Flask, cast: Cast, owner: PageClient) -> None:
    encrypted, _ = key(owner.get_page(ON))
    with app.app_context():
        text = encryption.decrypt(totp.OFFER, encrypted.encode())
        assert text is not None
        secret = text.split()[0]
        offer = totp.Offer(secret, encrypted, totp._address(user_of(app, cast.owner), secret))
    assert offer.address.startswith("otpauth://totp/PromoSMS:owner%40example.com?secret=")
    assert f"secret={secret}&issuer=PromoSMS" in offer.address
    assert "<path" in offer.svg()


def test_the_page_with_the_secret_is_not_cached(owner: PageClient) -> None:
    assert owner.get(ON).headers["Cache-Control"] == "no-store"


def test_a_wrong_code_keeps_the_qr_code(app: Flask, cast: Cast, owner: PageClient) -> None:
    page = owner.get_page(ON)
    encrypted, right = key(page)
    wrong = "000000" if right != "000000" else "111111"
    again = owner.post_page(ON, {"offer": encrypted, "code": wrong}, 422)
    assert key(again)[0] == encrypted
    assert words(again.select(".whole")[0].get_text()) == words(page.select(".whole")[0].get_text())
    assert user_of(app, cast.owner).totp_encrypted is None


def test_a_secret_belongs_to_one_browser_for_half_an_hour(
    app: Flask, cast: Cast, owner: PageClient, stranger: PageClient, clock: Clock
) -> None:
    encrypted, typed = key(owner.get_page(ON))
    for offer in (encrypted, "made up", encrypted[:-4] + "AAAA"):
        assert stranger.send(ON, {"offer": offer, "code": typed}).location == ON
    assert user_of(app, cast.stranger).totp_encrypted is None
    clock.move(minutes=31)
    owner.send("/confirm", {"password": PASSWORD})
    assert owner.send(ON, {"offer": encrypted, "code": typed}).location == ON
    assert user_of(app, cast.owner).totp_encrypted is None


def test_it_can_be_switched_off(app: Flask, cast: Cast, owner: PageClient) -> None:
    protect(app, cast.owner)
    second_browser = cast.owner.browser()
    assert "is off" in owner.post_page(OFF).get_text()
    assert user_of(app, cast.owner).totp_encrypted is None
    assert "/login" in second_browser.get("/settings").location
    assert last_email(app).subject == "Two-step sign-in is off"


def test_new_codes_are_shown_once(app: Flask, cast: Cast, owner: PageClient) -> None:
    old = protect(app, cast.owner)
    page = owner.post_page(CODES)
    new = [code.get_text() for code in page.select(".recovery code")]
    assert len(new) == 10
    assert not set(new) & set(old)
    assert not [code for code in new if code in owner.get("/settings/two-steps").text]
    assert last_email(app).subject == "New recovery codes"


@pytest.mark.parametrize("path", [OFF, CODES])
def test_the_password_is_asked_again_before_a_change(
    app: Flask, cast: Cast, owner: PageClient, clock: Clock, path: str
) -> None:
    protect(app, cast.owner)
    owner.get_page("/settings/two-steps")
    clock.move(minutes=6)
    assert owner.send(path).location.startswith("/confirm")
    assert user_of(app, cast.owner).totp_encrypted is not None
    owner.send("/confirm", {"password": PASSWORD, "code": code(clock)})
    owner.send(path)
    assert user_of(app, cast.owner).totp_encrypted is None or path == CODES


def test_an_admin_without_it_has_no_other_page(app: Flask, cast: Cast, admin: PageClient) -> None:
    override(app, admin_totp=True)
    for path in ("/admin", "/settings", "/admin/audit", "/password/change"):
        assert admin.get(path).location == ON, path
    account = f"/admin/accounts/{cast.owner.account_public_id}"
    assert admin.send(f"{account}/suspend", {"why": "x"}).location == ON
    assert "Admins need two-step sign-in." in admin.get_page(ON).get_text()
    set_up(admin)
    admin.get_page("/admin")


def test_an_admin_without_it_is_redirected_after_signing_in(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    override(app, admin_totp=True)
    response = visitor.send("/login", {"email": cast.admin.email, "password": PASSWORD})
    assert visitor.get(response.location).location == ON


def test_an_admin_cannot_switch_it_off(app: Flask, cast: Cast, admin: PageClient) -> None:
    override(app, admin_totp=True)
    protect(app, cast.admin)
    page = admin.post_page(OFF)
    assert "cannot do without" in page.get_text()
    assert not page.select(f'form[action="{OFF}"]')
    assert user_of(app, cast.admin).totp_encrypted is not None


def test_a_trial_can_do_without_it(admin: PageClient) -> None:
    admin.get_page("/admin")


def test_it_refuses_visitors(visitor: PageClient) -> None:
    for path in ("/settings/two-steps", ON):
        assert "/login" in visitor.get(path).location
