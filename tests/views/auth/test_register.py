"""Registration: the form, and the same response for every address."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import Email, EmailLink, User
from tests.support.cast import Cast
from tests.support.pages import PageClient, check_page
from tests.views.auth.outbox import last_email, last_link

FORM = {"email": "anna@example.com", "phone": "601 234 567"}


def count(app: Flask, model: type) -> int:
    with app.app_context():
        return db.session.scalars(select(func.count()).select_from(model)).one()


def test_it_asks_for_two_things_only(visitor: PageClient) -> None:
    page = visitor.get_page("/register")
    visible = [
        tag["name"] for tag in page.select("main form input:not([type=hidden])")
        if not tag.closest("[hidden]")
    ]  # fmt: skip
    assert visible == ["email", "phone"]
    assert page.select("form a[href='/terms']")
    assert page.select("form a[href='/privacy']")


def test_it_sends_a_link_by_email(app: Flask, visitor: PageClient) -> None:
    page = visitor.post_page("/register", FORM)
    assert "Check your e-mail" in page.get_text()
    with app.app_context():
        email_link = db.session.scalars(select(EmailLink)).one()
        assert (email_link.email, email_link.phone) == ("anna@example.com", "+48601234567")
    email = last_email(app)
    assert email.recipient == "anna@example.com"
    assert last_link(app).startswith("/register/")
    assert count(app, User) == 0


def test_it_accepts_a_foreign_number_with_its_prefix(app: Flask, visitor: PageClient) -> None:
    visitor.post_page("/register", {**FORM, "phone": "+44 7400 123456"})
    with app.app_context():
        assert db.session.scalars(select(EmailLink.phone)).one() == "+447400123456"


def test_it_accepts_internationalised_domains(app: Flask, visitor: PageClient) -> None:
    visitor.post_page("/register", {**FORM, "email": "anna@żółw.pl"})
    assert last_email(app).recipient == "anna@xn--w-uga1v8h.pl"


def test_it_keeps_no_token_in_the_database(app: Flask, visitor: PageClient) -> None:
    visitor.post_page("/register", FORM)
    with app.app_context():
        stored = db.session.scalars(select(EmailLink.token_hash)).one()
    assert stored not in last_link(app)


def test_it_builds_links_from_the_public_address_only(app: Flask, visitor: PageClient) -> None:
    forged_url = "https://127.0.0.1"
    page = check_page(visitor.get("/register", base_url=forged_url).text)
    token = page.select_one("main input[name=csrf_token]")["value"]
    visitor.post("/register", data={**FORM, "csrf_token": token}, base_url=forged_url)
    assert "127.0.0.1" not in last_email(app).body
    assert "https://localhost:8443/" in last_email(app).body


def test_it_answers_the_same_for_known_and_unknown(
    app: Flask, cast: Cast, visitor: PageClient
) -> None:
    pages = []
    for email in ("anna@example.com", cast.owner.email):
        response = visitor.send("/register", {**FORM, "email": email})
        body = response.text.replace(email, "ADDRESS").replace(visitor.token, "TOKEN")
        pages.append((response.status_code, re.sub(r'value="[^"]+"', "", body)))
    assert pages[0] == pages[1]


def test_it_tells_the_owner_of_a_known_address(app: Flask, cast: Cast, visitor: PageClient) -> None:
    visitor.post_page("/register", {**FORM, "email": cast.owner.email.upper()})
    email = last_email(app)
    assert email.recipient == cast.owner.email
    assert "https://localhost:8443/login" in email.body
    assert "https://localhost:8443/forgotten" in email.body
    assert count(app, EmailLink) == 0


def test_it_does_nothing_for_bots(app: Flask, visitor: PageClient) -> None:
    page = visitor.post_page("/register", {**FORM, "website": "https://spam.example"})
    assert "Check your e-mail" in page.get_text()
    assert count(app, Email) == 0


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("email", "", "Please fill in this field."),
        ("email", "anna", "This is not an e-mail address."),
        ("email", "anna@example.com\r\nBcc: x@example.com", "This is not an e-mail address."),
        ("email", "żółw@example.com", "This is not an e-mail address."),
        ("phone", "", "Please fill in this field."),
        ("phone", "22 123 45 67", "This is a landline."),
        ("phone", "601 234", "This is not a mobile number."),
        ("phone", "+7 912 345 67 89", "Numbers of this country cannot register"),
        ("phone", "800 100 100", "This is not a mobile number."),
        ("phone", "601 234 567 wew. 12", "An extension or other digits follow the number."),
        ("phone", "601 234 567 00", "There are too many digits. If the number is from abroad"),
        ("phone", "my number", "This is not a mobile number."),
    ],
)
def test_invalid_fields_are_explained(
    app: Flask, visitor: PageClient, field: str, value: str, words: str
) -> None:
    page = visitor.post_page("/register", {**FORM, field: value})
    assert words in page.get_text()
    other_field = "phone" if field == "email" else "email"
    assert page.select_one(f"#{other_field}")["value"] == FORM[other_field]
    assert count(app, Email) == 0


def test_the_summary_names_the_empty_fields(visitor: PageClient) -> None:
    page = visitor.post_page("/register", {**FORM, "email": "", "phone": ""})
    links = page.select("[role=alert] a")
    assert [link.get_text() for link in links] == [
        "Fill in “E-mail address”.",
        "Fill in “Mobile number”.",
    ]


def test_it_keeps_typed_values_after_the_token_has_expired(visitor: PageClient) -> None:
    visitor.token = "an old one"
    page = visitor.post_page("/register", FORM)
    assert "This page was open too long" in page.get_text()
    assert page.select_one("#email")["value"] == FORM["email"]
    assert "Check your e-mail" in visitor.post_page("/register", FORM).get_text()


def test_it_sends_members_home(owner: PageClient) -> None:
    assert owner.get("/register").status_code == 303
