"""Changing the mobile number."""

import re

import pytest
from flask import Flask

from promosms.services.sending.verification_texts import decrypted_text
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.pages import PageClient
from tests.views.auth.outbox import last_email, last_link, texts
from tests.views.auth.two_factor import user_of

NEW = "+48601000777"
CODE = "/settings/phone/code"


def texted(app: Flask) -> str:
    """The code in the newest text; the stored text has dots instead."""
    message = texts(app)[-1]
    assert message.phone == NEW
    assert message.encrypted_text is not None
    with app.app_context():
        body = decrypted_text(message.encrypted_text)
    assert body is not None
    match = re.search(r"[A-Z347]{4}-[A-Z347]{4}", body)
    assert match is not None
    assert match[0] not in message.text
    return match[0]


def ask(app: Flask, owner: PageClient) -> str:
    response = owner.send("/settings/phone", {"phone": "601 000 777"})
    assert response.location == CODE
    owner.get_page(CODE)
    return texted(app)


def test_the_code_and_the_email_link_are_both_needed(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    second_browser = cast.owner.browser()
    typed = ask(app, owner)
    assert "e-mailed" in owner.post_page(CODE, {"code": typed.lower()}).get_text()
    assert user_of(app, cast.owner).phone == "+48601000101"
    link = last_link(app)
    PageClient(app).get_page(link)
    assert user_of(app, cast.owner).phone == "+48601000101"
    owner.post_page(link)
    assert user_of(app, cast.owner).phone == NEW
    assert last_email(app).subject == "Your mobile number was changed"
    assert "601000777" not in last_email(app).body
    assert "/login" in second_browser.get("/settings").location
    owner.get_page("/settings")
    owner.get_page(link, 410)


def test_a_wrong_code_changes_nothing(app: Flask, cast: Cast, owner: PageClient) -> None:
    typed = ask(app, owner)
    for _ in range(5):
        owner.post_page(CODE, {"code": "AAAA-CCCC"}, 422)
    assert owner.send(CODE, {"code": typed}).location == "/settings/phone"
    assert user_of(app, cast.owner).phone == "+48601000101"


def test_the_code_is_valid_for_ten_minutes(app: Flask, owner: PageClient, clock: Clock) -> None:
    typed = ask(app, owner)
    clock.move(minutes=10, seconds=1)
    assert owner.send(CODE, {"code": typed}).location == "/settings/phone"


def test_the_code_of_another_user_is_refused(
    app: Flask, owner: PageClient, colleague: PageClient
) -> None:
    typed = ask(app, owner)
    assert colleague.send(CODE, {"code": typed}).location == "/settings/phone"


def test_the_limits_of_texts_apply(app: Flask, cast: Cast, owner: PageClient) -> None:
    for _ in range(3):
        ask(app, owner)
    owner.post_page("/settings/phone", {"phone": NEW}, 422)
    assert len(texts(app)) == 3


@pytest.mark.parametrize("typed", ["12", "+1 202 555 0143", "+48 22 000 00 00"])
def test_it_refuses_numbers_that_cannot_register(app: Flask, owner: PageClient, typed: str) -> None:
    page = owner.post_page("/settings/phone", {"phone": typed}, 422)
    assert page.select(".error")
    assert texts(app) == []


def test_admins_have_no_number(admin: PageClient) -> None:
    admin.get_page("/settings/phone", 403)
