"""The public pages of a sign-up form: the form, the code, the end, and not now."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, Recipient, SignUp, SignUpForm, TextRefusal
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sign_ups import forms
from promosms.services.sign_ups.forms import Draft
from tests.support.cast import Cast
from tests.support.pages import PageClient, without_tokens, words
from tests.support.settings import override
from tests.support.sign_ups import ENGLISH, code, sign_up_form, texts

TYPED = "601 234 567"


@pytest.fixture
def address(app: Flask, cast: Cast) -> str:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        account.shop_name = "Milk <Bar>"
        token = sign_up_form(account).token
        db.session.remove()
    return f"/join/{token}"


def filled(visitor: PageClient, address: str, **values: str) -> dict[str, str]:
    """The form as somebody fills it in."""
    page = visitor.get_page(address)
    hidden = {
        str(tag["name"]): str(tag["value"]) for tag in page.select("main input[type=hidden][value]")
    }
    return {**hidden, "phone": TYPED, "agree": "y", **values}


def test_somebody_signs_up_with_number_box_and_code(
    app: Flask, visitor: PageClient, address: str
) -> None:
    page = visitor.get_page(address)
    text = words(page.get_text(" "))
    assert words(page.select("header")[0].get_text()) == "Milk <Bar>"
    assert ENGLISH.lead in text
    assert "Milk <Bar> keeps your number" in text
    box = page.select("[name=agree]")[0]
    assert "checked" not in box.attrs
    assert words(page.select("label[for=agree]")[0].get_text()) == ENGLISH.wording
    assert page.select("[name=first_name]") == []
    assert visitor.get(address).headers["X-Robots-Tag"].startswith("noindex")

    wrong = visitor.post_page(address, filled(visitor, address, phone="12", agree=""), 422)
    assert len(wrong.select(".errors li")) == 2
    answer = visitor.send(address, filled(visitor, address))
    assert answer.status_code == 303
    path = str(answer.location)
    page = visitor.get_page(path)
    assert "+48 *** *** 567" in page.get_text()
    assert page.select("[name=code]")[0]["autocomplete"] == "one-time-code"
    assert visitor.send(address, filled(visitor, address)).location == path
    page = visitor.post_page(path, {"code": "1"}, 422)
    assert "This is not the code" in page.select(".error")[0].get_text()
    again = visitor.post_page(f"{path}/again")
    assert "A code is on its way to this number." in again.get_text()
    with app.app_context():
        assert len(texts()) == 1
        right = code()
    for _click in range(2):
        page = visitor.post_page(path, {"code": right})
        assert words(page.select("h1")[0].get_text()) == "You are signed up"
    assert visitor.get(path).location == f"{address}/done"
    assert visitor.send(f"{path}/again").location == f"{address}/done"
    with app.app_context():
        assert db.session.scalars(select(Recipient.phone)).all() == ["+48601234567"]


def test_a_stranger_does_not_learn_whether_a_number_is_known(
    app: Flask, cast: Cast, visitor: PageClient, address: str
) -> None:
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        recipients.add(account, {"phone": TYPED, "first_name": "Anna"}, Basis())
    seen = []
    for phone in (TYPED, "601 234 568"):
        answer = visitor.send(address, filled(visitor, address, phone=phone))
        path = str(answer.location)
        text = without_tokens(visitor.get(path).text)
        seen.append(text.replace(path, "").replace(phone[-3:], ""))
    assert seen[0] == seen[1]


def test_other_words_are_agreed_to_again(app: Flask, visitor: PageClient, address: str) -> None:
    typed = filled(visitor, address)
    with app.app_context():
        form = db.session.scalars(select(SignUpForm)).one()
        other = {"en": forms.Words(ENGLISH.title, "", "Yes, and more.")}
        forms.change(form, Draft(form.list_id or 0, other, ask_name=True), "u")
    page = visitor.post_page(address, typed, 422)
    assert "These words have changed." in page.select(".errors")[0].get_text()
    assert "checked" not in page.select("[name=agree]")[0].attrs
    assert page.select("[name=phone]")[0]["value"] == TYPED
    visitor.send(address, filled(visitor, address, first_name="Anna"))
    with app.app_context():
        assert db.session.scalars(select(SignUp.first_name)).all() == ["Anna"]


def test_it_says_calmly_that_nobody_can_sign_up_now(
    app: Flask, visitor: PageClient, address: str
) -> None:
    visitor.get_page("/join/2222222222", 404)
    visitor.get_page("/join/code/00000000000000000000", 404)
    typed = filled(visitor, address)
    page = visitor.post_page(address, {**typed, "phone": "+81 90 1234 5678"}, 422)
    assert "Numbers like this cannot sign up here." in page.get_text()
    with app.app_context():
        form = db.session.scalars(select(SignUpForm)).one()
        account = db.session.get_one(Account, form.account_id)
        account.balance = 0
        db.session.commit()
        page = visitor.post_page(address, typed, 422)
        assert "Signing up does not work at the moment." in page.get_text()
        form.daily_limit = 0
        db.session.commit()
        assert "Please come back tomorrow." in visitor.get_page(address).get_text()
        forms.close(form)
        assert "This form is closed. Ask at Milk <Bar>" in visitor.get_page(address).get_text()
        assert texts() == []


def test_programs_get_no_text(app: Flask, visitor: PageClient, address: str) -> None:
    override(app, rate_limits=True)
    typed = filled(visitor, address)
    for found in ({**typed, "website": "x"}, typed, {**typed, "csrf_token": "x"}):
        visitor.post_page(address, found, 422)
    with app.app_context():
        assert texts() == []
        layers = db.session.scalars(select(TextRefusal.layer)).all()
        assert sorted(layers) == ["form", "haste", "program"]
