"""The company details: asked for once, validated, changed later."""

import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import Company, User
from promosms.services.invoices import companies
from tests.support.cast import Cast
from tests.support.html import Page
from tests.support.pages import PageClient, words
from tests.support.settings import override
from tests.support.vies import NO, YES, running

GOOD = {
    "name": "Milk Bar",
    "street": "Long Street 1",
    "postcode": "00-001",
    "city": "Warsaw",
    "country": "PL",
    "tax_id": "526-000-12-46",
    "email": "books@example.com",
}
MARKUP = '<img src=x onerror=alert(1)> & "Söhne"'

WRONG: list[tuple[dict[str, str], str]] = [
    ({"tax_id": "5260001247"}, "This is not a tax ID of Poland"),
    ({"tax_id": "DE136695976"}, "This is a number of Germany, but the company is in Poland."),
    ({"country": "DE"}, "This is not a tax ID of Germany"),
    ({"country": "DE", "tax_id": "EL094259216"}, "This is a number of Greece"),
    ({"country": ""}, "Choose the country of the company."),
    ({"country": "XX"}, "Choose the country of the company."),
    ({"name": "Kwiaty 花屋"}, "An invoice cannot print 花 屋. Please write it in Latin"),
    ({"city": "ქარხანა, თბილისი"}, "An invoice cannot print ქ ა რ ხ ნ თ ბ ი …"),
    ({"street": "דרך 1", "postcode": "🏠"}, "An invoice cannot print 🏠."),
    ({"email": "nobody"}, "This is not an e-mail address."),
    ({"email": "a@b.pl\nBcc: all@b.pl"}, "This is not an e-mail address."),
]


def text(page: Page) -> str:
    return words(page.get_text(" "))


def stored(app: Flask, cast: Cast) -> Company | None:
    with app.app_context():
        return companies.of(cast.owner.account_id)


def test_it_is_saved_and_can_be_changed(app: Flask, cast: Cast, owner: PageClient) -> None:
    page = owner.post_page("/billing/company", GOOD)
    assert "The company is saved." in text(page)
    company = stored(app, cast)
    assert company is not None
    assert (company.name, company.tax_id) == ("Milk Bar", "PL5260001246")
    owner.post_page("/billing/company", {**GOOD, "city": "Gdynia", "tax_id": ""})
    company = stored(app, cast)
    assert company is not None
    assert (company.city, company.tax_id) == ("Gdynia", "")


def test_it_begins_with_the_country_of_the_account(owner: PageClient) -> None:
    page = owner.get_page("/billing/company")
    assert [str(option["value"]) for option in page.select("option[selected]")] == ["PL"]


def test_markup_is_shown_as_it_was_typed(app: Flask, cast: Cast, owner: PageClient) -> None:
    page = owner.post_page("/billing/company?amount=500000", {**GOOD, "name": MARKUP})
    assert MARKUP in text(page)
    assert page.select("main img") == []
    company = stored(app, cast)
    assert company is not None
    assert company.name == MARKUP


def test_text_is_stored_as_one_printable_line(app: Flask, cast: Cast, owner: PageClient) -> None:
    typed = " Milk \t\r\n\x0b Bar\x00\u202e\u200b "
    owner.post_page("/billing/company", {**GOOD, "name": typed, "city": "Łódź"})
    company = stored(app, cast)
    assert company is not None
    assert (company.name, company.city) == ("Milk Bar", "Łódź")


def test_the_message_counts_extra_characters(app: Flask, cast: Cast, owner: PageClient) -> None:
    longest = [("name", 200), ("street", 200), ("postcode", 20), ("city", 100)]
    for field, most in longest:
        typed = "x" * (most + 101)
        page = owner.post_page("/billing/company", {**GOOD, field: typed}, 422)
        assert f"At most {most} characters fit on an invoice. This has {most + 101}" in text(page)
        assert "leave 101 out" in text(page)
        assert page.select(f"#{field}")[0]["value"] == typed
        assert stored(app, cast) is None
    owner.post_page("/billing/company", {**GOOD, **{field: "x" * most for field, most in longest}})


@pytest.mark.parametrize("typed", ["", "  ", "\u200b"])
def test_missing_fields_are_named_and_the_others_kept(owner: PageClient, typed: str) -> None:
    for field in ("name", "street", "postcode", "city"):
        page = owner.post_page("/billing/company", {**GOOD, field: typed}, 422)
        assert len(page.select(".error")) == 1
        assert page.select(f"#{field}-error")
        assert page.select("#tax_id")[0]["value"] == GOOD["tax_id"]


def test_not_every_country_has_postcodes(owner: PageClient) -> None:
    for country in ("IE", "HK"):
        form = {**GOOD, "country": country, "tax_id": "", "postcode": ""}
        owner.post_page("/billing/company", form)


def test_invalid_values_are_refused_with_a_reason(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    for changes, error in WRONG:
        page = owner.post_page("/billing/company", {**GOOD, **changes}, 422)
        assert error in text(page), changes
    assert stored(app, cast) is None


def test_saving_asks_vies_and_shows_the_answer(app: Flask, cast: Cast, owner: PageClient) -> None:
    with running() as register:
        override(app, vies_url=register.url)
        register.body = NO
        page = owner.post_page("/billing/company", GOOD)
        assert "not registered for trade between EU countries" in text(page)
        register.body = {**YES, "vatNumber": "7010023006"}
        owner.post_page("/billing/company", {**GOOD, "tax_id": "7010023006"})
        assert "VIES has confirmed the VAT number PL7010023006" in text(
            owner.get_page("/billing/company")
        )
    assert len(register.asked) == 2


def test_it_is_translated_into_polish(app: Flask, cast: Cast, owner: PageClient) -> None:
    with app.app_context():
        db.session.get_one(User, cast.owner.user_id).language = "pl"
        db.session.commit()
    page = owner.get_page("/billing/company")
    assert "Polska" in text(page)


def test_strangers_and_visitors_do_not_see_it(
    owner: PageClient, stranger: PageClient, visitor: PageClient
) -> None:
    owner.post_page("/billing/company", GOOD)
    assert "Milk Bar" not in str(stranger.get_page("/billing/company"))
    assert "/login" in visitor.get("/billing/company").location
