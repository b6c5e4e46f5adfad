"""Topping up: amounts, the company details, the review, the order."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Company, TopUp
from promosms.services.invoices import companies
from promosms.services.invoices.companies import Details
from tests.support.cast import Cast
from tests.support.html import Page
from tests.support.pages import PageClient, words
from tests.support.settings import override
from tests.support.vies import YES, fault, running

COMPANY = {
    "name": "Milk Bar",
    "street": "Long Street 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "tax_id": "136695976",
    "email": "",
}
REVIEW = "/billing/top-up/review?amount=500000"

READ = {
    "25": 250_000,
    "25,50": 255_000,
    "25.50": 255_000,
    "25.5": 255_000,
    "1 000": 10_000_000,
    "1\N{NO-BREAK SPACE}000,00": 10_000_000,
    "1\N{NARROW NO-BREAK SPACE}000": 10_000_000,
    " 10 ": 100_000,
    "€25": 250_000,
    "25 EUR": 250_000,
    "+25": 250_000,
    "10000": 100_000_000,
}
REFUSED = {
    "": "Enter an amount, such as 25 or 25.50.",
    "much": "Enter an amount, such as 25 or 25.50.",
    "1e3": "Enter an amount, such as 25 or 25.50.",
    "1_000": "Enter an amount, such as 25 or 25.50.",
    "NaN": "Enter an amount, such as 25 or 25.50.",
    "٢٥": "Enter an amount, such as 25 or 25.50.",
    "9" * 31: "Enter an amount, such as 25 or 25.50.",
    "<b>25</b>": "Enter an amount, such as 25 or 25.50.",
    "0": "Enter an amount above zero, such as 25.",
    "0,00": "Enter an amount above zero, such as 25.",
    "-25": "Enter an amount above zero, such as 25.",
    "\N{MINUS SIGN}25": "Enter an amount above zero, such as 25.",
    "9.99": "The smallest top-up is €10.00.",
    "10000.01": "The largest top-up is €10,000.00.",
    "9" * 25: "The largest top-up is €10,000.00.",
    "25.505": "At most 2 digits after the comma.",
    "1.000": "At most 2 digits after the comma.",
}


def text(page: Page) -> str:
    main = page.select_one("main")
    assert main is not None
    return words(main.get_text(" "))


def save_company(app: Flask, cast: Cast, **changes: str) -> None:
    with app.app_context():
        details = {**COMPANY, "tax_id": "DE136695976", **changes}
        companies.save(cast.owner.account_id, Details(**details), "test")


def reviewed(owner: PageClient, path: str = REVIEW) -> dict[str, Any]:
    fields = owner.get_page(path).select("main input[value]:not([name=csrf_token])")
    return {str(field["name"]): str(field["value"]) for field in fields}


def orders(app: Flask) -> list[TopUp]:
    with app.app_context():
        return list(db.session.scalars(select(TopUp)))


def test_the_packages_show_their_number_of_texts(owner: PageClient) -> None:
    page = owner.get_page("/billing/top-up")
    offered = [words(button.get_text(" ")) for button in page.select("button[name=package]")]
    assert offered[0] == "€25.00 about 833 texts"
    assert len(offered) == 4


def test_from_an_empty_account_to_an_order(app: Flask, owner: PageClient) -> None:
    response = owner.send("/billing/top-up", {"package": "500000"})
    assert response.location == "/billing/company?amount=500000"
    page = owner.post_page(response.location, COMPANY)
    assert "To pay €59.50" in text(page)
    assert "same country, Germany" in text(page)
    assert "1,666 short texts" in text(page)
    fields = page.select("main form[action$=review] input[value]:not([name=csrf_token])")
    page = owner.post_page(
        "/billing/top-up/review", {str(field["name"]): str(field["value"]) for field in fields}
    )
    (order,) = orders(app)
    assert f"Order {order.reference}" in text(page)
    assert "As soon as €59.50 is here, €50.00 comes onto your balance." in text(page)
    assert "DE89 3704 0044 0532 0130 00" in text(page)
    assert (order.net, order.method, order.buyer["tax_id"]) == (500_000, "transfer", "DE136695976")


def test_with_a_stored_company_the_review_comes_next(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    save_company(app, cast)
    assert owner.send("/billing/top-up", {"amount": "50"}).location == REVIEW


def test_an_amount_is_read_in_every_usual_spelling(owner: PageClient) -> None:
    for typed, amount in READ.items():
        response = owner.send("/billing/top-up", {"amount": typed})
        assert response.location == f"/billing/company?amount={amount}", typed


def test_a_wrong_amount_is_explained_and_stays_in_its_field(owner: PageClient) -> None:
    for typed, error in REFUSED.items():
        page = owner.post_page("/billing/top-up", {"amount": typed}, 422)
        assert error in text(page), typed
        assert page.select("input[name=amount]")[0].get("value", "") == typed


def test_an_amount_has_the_digits_of_the_currency(app: Flask, owner: PageClient) -> None:
    refused = {"JPY": "25.5", "KWD": "25.5005", "PLN": "25.505"}
    allowed = {"JPY": ("250", 2_500_000), "KWD": ("25.505", 255_050), "PLN": ("25.50", 255_000)}
    for currency, (typed, amount) in allowed.items():
        override(app, currency=currency)
        response = owner.send("/billing/top-up", {"amount": typed})
        assert response.location == f"/billing/company?amount={amount}", typed
        page = owner.post_page("/billing/top-up", {"amount": refused[currency]}, 422)
        digits = "JPY has no smaller coins" if currency == "JPY" else "digits after the comma"
        assert digits in text(page)


def test_a_package_that_is_not_offered_is_refused(owner: PageClient) -> None:
    for value in ("1", "250001", "-5", "x", ""):
        owner.post_page("/billing/top-up", {"package": value}, 422)


def test_the_address_of_the_review_is_validated(app: Flask, cast: Cast, owner: PageClient) -> None:
    save_company(app, cast)
    good = reviewed(owner)
    for amount in ["", "0", "-1", "x", "99900", "250050", "9" * 30]:
        assert owner.get(f"/billing/top-up/review?amount={amount}").location == "/billing/top-up"
        form = {**good, "amount": amount}
        assert owner.send("/billing/top-up/review", form).location == "/billing/top-up"
    assert orders(app) == []


def test_two_clicks_make_one_order_and_two_reviews_two(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    save_company(app, cast)
    form = reviewed(owner)
    first = owner.send("/billing/top-up/review", form).location
    assert owner.send("/billing/top-up/review", form).location == first
    assert len(orders(app)) == 1
    assert owner.send("/billing/top-up/review", reviewed(owner)).location != first
    assert "2 orders wait for their money" not in text(owner.get_page("/billing/top-ups"))
    assert "2 orders wait for their money" in text(owner.get_page("/billing/top-up"))


def test_when_the_sum_has_changed_it_is_shown_again(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    save_company(app, cast)
    form = reviewed(owner)
    save_company(app, cast, country="US", tax_id="")
    page = owner.post_page("/billing/top-up/review", form)
    assert "The sum has changed in the meantime" in text(page)
    assert "To pay €50.00" in text(page)
    assert orders(app) == []


def test_without_a_company_nothing_is_ordered(app: Flask, cast: Cast, owner: PageClient) -> None:
    assert owner.get(REVIEW).location == "/billing/company?amount=500000"
    form = {"amount": "500000", "agreed": "595000", "nonce": "a" * 20, "method": "transfer"}
    assert owner.send("/billing/top-up/review", form).location == "/billing/company?amount=500000"


def test_a_manipulated_form_orders_nothing(app: Flask, cast: Cast, owner: PageClient) -> None:
    save_company(app, cast)
    good = reviewed(owner)
    for changes in [{"method": "card"}, {"method": "cash"}, {"nonce": "x"}, {"agreed": "much"}]:
        owner.post_page("/billing/top-up/review", {**good, **changes}, 422)
    assert orders(app) == []


def test_cards_are_offered_only_when_stripe_is_configured(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    save_company(app, cast)
    assert "How would you like to pay?" not in text(owner.get_page(REVIEW))
    override(app, stripe_secret_key="sk_test_1", stripe_webhook_secret="whsec_1")
    page = owner.get_page(REVIEW)
    assert [str(field["value"]) for field in page.select("input[name=method]")] == [
        "card",
        "transfer",
    ]
    assert page.select("input[name=method][checked]")[0]["value"] == "card"


@pytest.mark.parametrize(
    ("company", "shown", "gross"),
    [
        ({"country": "FR", "tax_id": ""}, "no VAT number of another EU country", "€59.50"),
        ({"country": "FR", "tax_id": "FR40303265045"}, "not been confirmed by VIES", "€59.50"),
        ({"country": "US", "tax_id": ""}, "outside the EU", "€50.00"),
        ({}, "same country, Germany", "€59.50"),
    ],
)
def test_the_reason_for_the_vat_is_shown(
    app: Flask, cast: Cast, owner: PageClient, company: dict[str, str], shown: str, gross: str
) -> None:
    save_company(app, cast, **company)
    page = text(owner.get_page(REVIEW))
    assert shown in page
    assert f"To pay {gross}" in page


def test_an_unavailable_vies_is_explained_and_can_be_retried(
    app: Flask, cast: Cast, owner: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("promosms.services.invoices.vies.RETRY_AFTER", timedelta(0))
    save_company(app, cast, country="PL", tax_id="PL5260001246")
    with running() as register:
        override(app, vies_url=register.url)
        register.body = fault("MS_UNAVAILABLE")
        page = owner.post_page("/billing/top-up", {"package": "500000"})
        assert "cannot answer at the moment. That says nothing about your VAT number." in text(page)
        assert "To pay €59.50" in text(page)
        register.body = YES
        form = page.select_one("main .notice form")
        assert form is not None
        page = owner.post_page(str(form["action"]))
    assert "To pay €50.00" in text(page)
    assert "reverse charge" in text(page)
    assert not page.select("main .notice form")


def test_members_see_who_can_top_up(colleague: PageClient) -> None:
    page = colleague.get_page("/billing/top-up")
    assert "Only an owner of the account can top up." in text(page)
    assert page.select("main form") == []
    assert colleague.send("/billing/top-up", {"package": "500000"}).status_code == 403
    assert colleague.get("/billing/company").status_code == 403


def test_without_a_seller_it_shows_whom_to_write_to(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    save_company(app, cast)
    override(app, operator_iban="DE89370400440532013000", operator_email="money@texts.example")
    page = owner.get_page("/billing/top-up")
    assert "Write to money@texts.example and say how much" in text(page)
    assert page.select("main form") == []
    assert owner.get(REVIEW).location == "/billing/top-up"
    assert "cannot be ordered here at the moment" in text(
        owner.post_page("/billing/company?amount=500000", COMPANY)
    )


def test_admins_see_which_settings_are_missing(app: Flask, admin: PageClient) -> None:
    assert "Customers cannot order" not in text(admin.get_page("/admin/top-ups"))
    override(app, operator_city="Berlin")
    shown = text(admin.get_page("/admin/top-ups"))
    assert "Customers cannot order top-ups" in shown
    assert "OPERATOR_IBAN" in shown


def test_the_company_is_asked_for_at_the_first_top_up(app: Flask, owner: PageClient) -> None:
    owner.get_page("/billing")
    owner.get_page("/billing/top-up")
    with app.app_context():
        assert db.session.scalars(select(Company)).all() == []
