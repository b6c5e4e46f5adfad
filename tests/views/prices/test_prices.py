"""Public prices: what they say, that it is what is billed, and that they can be kept private."""

from datetime import UTC, datetime

from bs4 import BeautifulSoup
from flask import Flask
from phonenumbers import SUPPORTED_REGIONS
from sqlalchemy import event

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, Consent, Hold, Price, Recipient, now
from promosms.services.campaigns import audience, launch, preparation
from promosms.services.installation import defaults
from tests.support.cast import Cast
from tests.support.invoicing import POLISH
from tests.support.pages import PageClient, words
from tests.support.settings import override

LONGEST = 50_000  # bytes of a page that is not compressed


def price(app: Flask, **values: object) -> None:
    with app.app_context(), transaction() as session:
        route_id = defaults.default_route().id
        session.add(Price(**{"route_id": route_id, "country": "PL", "amount": 300, **values}))


def rows(
    visitor: PageClient, address: str = "/prices", selector: str = "#all ~ .card"
) -> list[str]:
    """The rows of the list of all countries, or of another part of the page."""
    part = visitor.get_page(address).select(f"{selector} tbody tr")
    return [words(row.get_text(" ")) for row in part]


def billed(app: Flask, cast: Cast, phones: list[str], text: str) -> int:
    """What a campaign to these numbers sets aside of the balance, in 1/10,000."""
    account_id = cast.owner.account_id
    with app.app_context():
        with transaction() as session:
            session.add_all(
                Recipient(account_id=account_id, phone=phone, country="PL", consent=Consent.GIVEN)
                for phone in phones
            )
            route_id = defaults.default_route().id
            campaign = Campaign(account_id=account_id, route_id=route_id, text=text, everyone=True)
            session.add(campaign)
        launch.launch(campaign, audience.estimate(campaign).total)
        preparation.prepare(campaign.id)
        return db.session.get_one(Hold, campaign.id).amount


def test_it_says_what_is_billed(app: Flask, cast: Cast, visitor: PageClient) -> None:
    price(app, prefix="48731", amount=325)  # a network with a price of its own
    page = visitor.get_page("/prices")
    text = words(page.get_text(" ")).replace("– ", "–")
    assert "One text to Poland from €0.03 to €0.0325 without VAT" in text
    assert "Numbers that begin with +48731 €0.0325" in text
    assert "Up to 160 characters, or up to 70 with one" in text
    assert "Poland +48 €0.0300–€0.0325" in text
    assert "1,000 €30.00–€32.50" in text
    # 161 characters are two texts: 2 × 0.03 + 2 × 0.0325.
    assert billed(app, cast, ["+48601000002", "+48731000003"], "a" * 161) == 1250


def test_examples_and_vat_are_those_of_a_top_up(app: Flask, visitor: PageClient) -> None:
    asked = "/prices?country=GB"
    assert rows(visitor, asked, "[aria-labelledby=one]") == [
        "100 €4.50 €5.36",  # 19 % of 4.50 is 0.855, and half a cent counts as one
        "1,000 €45.00 €53.55",
        "5,000 €225.00 €267.75",
    ]
    polish = {**POLISH, "CURRENCY": "EUR"}
    override(app, polish)
    text = words(visitor.get_page(asked).get_text(" "))
    assert "100 €4.50 €5.54" in text  # 1.035 of VAT
    assert "23% for customers in Poland" in text
    override(app, polish | {"VAT_RATE": 0})
    text = words(visitor.get_page(asked).get_text(" "))
    assert "100 €4.50 1,000 €45.00" in text
    assert "The operator charges none" in text


def test_tiers_and_coming_changes_are_said(app: Flask, visitor: PageClient) -> None:
    price(app, tier_from=1_000_000, amount=270)
    price(app, valid_from=datetime(now().year + 1, 1, 1, tzinfo=UTC), amount=350)
    price(app, country="JP", prefix="8190", amount=900)
    text = words(visitor.get_page("/prices").get_text(" "))
    assert "For a year, if you top up €100 or more at once €0.027" in text
    assert f"From 1 Jan {now().year + 1}, 00:00 UTC: €0.035" in text
    assert "A large top-up lowers some of these prices" in text
    assert "Poland +48 €0.030 Austria +43 €0.085" in text
    assert "Only to these numbers:" in visitor.get_page("/prices?country=JP").get_text()


def test_countries_are_found_and_named_in_both_languages(visitor: PageClient) -> None:
    assert rows(visitor, "/prices?q=%2B49") == ["Germany +49 €0.08"]
    assert "No country in the list fits" in visitor.get_page("/prices?q=Atlantis").get_text()
    assert visitor.get_page("/prices?country=XX").select_one("[selected]")["value"] == "PL"
    visitor.environ_base["HTTP_ACCEPT_LANGUAGE"] = "pl"
    assert rows(visitor, "/prices?q=niemcy") == [
        "Niemcy +49 0,08\N{NO-BREAK SPACE}€".replace("\xa0", " ")
    ]


def test_many_countries_cost_few_statements_and_little_weight(
    app: Flask, visitor: PageClient
) -> None:
    with app.app_context(), transaction() as session:
        route_id = defaults.default_route().id
        session.query(Price).delete()
        session.add_all(
            Price(route_id=route_id, country=code, amount=300) for code in SUPPORTED_REGIONS
        )
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        answer = visitor.get("/prices")
        event.remove(db.engine, "before_cursor_execute", note)
    assert answer.text.count("<tr>") > 230
    assert len(answer.data) < LONGEST
    assert sum(" FROM prices" in statement.replace("\n", " ") for statement in statements) == 1
    assert len(statements) < 8, statements


def test_without_any_price_it_says_so(app: Flask, visitor: PageClient) -> None:
    with app.app_context(), transaction() as session:
        session.query(Price).delete()
    page = visitor.get_page("/prices")
    assert "No prices have been published yet" in page.get_text()
    assert not page.select("main table, main form")
    assert "What one text costs" not in visitor.get("/").text


def test_the_first_page_shows_the_same_prices(visitor: PageClient) -> None:
    page = BeautifulSoup(visitor.get("/").text, "lxml")
    shown = [words(row.get_text(" ")) for row in page.select(".facts > div")]
    assert shown[:2] == ["Poland €0.030", "United Kingdom €0.045"]
    assert len(shown) == 6


def test_the_operator_may_keep_them_private(app: Flask, visitor: PageClient) -> None:
    assert 'href="/prices' in visitor.get("/login").text
    override(app, public_prices=False)
    assert visitor.get("/prices").status_code == 404
    for path in ("/", "/login"):
        page = visitor.get(path).text
        assert 'href="/prices' not in page
        assert "What one text costs" not in page
