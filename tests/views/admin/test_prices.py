"""The prices of a route: added, changed, planned and withdrawn, each with an audit entry."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AuditEntry, Price, now
from promosms.services.installation import defaults
from promosms.services.prices import prices
from tests.support.pages import PageClient, words

PAGE = "/admin/routes/standard/prices"
SOON = (now() + timedelta(days=40)).replace(hour=0, minute=0, second=0, microsecond=0)


WRONG = [
    {"country": "XX"},
    {"country": ""},
    {"price": ""},
    {"price": "0"},
    {"price": "-1"},
    {"price": "101"},
    {"price": "0.00001"},
    {"price": "cheap"},
    {"price": "NaN"},
    {"price": "1e3"},
    {"price": "1,000.50"},
    {"price": "none"},
    {"price": "٣"},
    {"price": "9" * 20},
    {"price": "0.05", "free": "y"},
    {"prefix": "+49 731"},
    {"prefix": "48x"},
    {"prefix": "4873112345678"},
    {"tier": "-5"},
    {"tier": "much"},
    {"tier": "10000.01"},
    {"valid_from": "tomorrow"},
    {"valid_from": "2020-01-01T00:00"},
    {"valid_from": "9999-12-31T23:59"},
]


def present(app: Flask, moment: datetime | None = None) -> dict[tuple[str, str], int]:
    with app.app_context():
        price_list = prices.price_list(defaults.default_route().id, None, moment)
        db.session.remove()
    return price_list.amounts


def acts(app: Flask) -> list[str]:
    query = select(AuditEntry).order_by(AuditEntry.id)
    with app.app_context():
        return [f"{a.action} {a.detail}" for a in db.session.scalars(query)]


def stored(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Price)) or 0


def test_prices_are_listed_by_country(admin: PageClient) -> None:
    rows = [words(row.get_text(" ")) for row in admin.get_page(PAGE).select("tbody tr")]
    assert len(rows) == len(defaults.PRICES)
    assert "Poland PL Change · Withdraw €0.03" in rows
    assert rows[0].startswith("Austria")
    rows = [words(row.get_text(" ")) for row in admin.get_page(f"{PAGE}?q=48").select("tbody tr")]
    assert [row.split()[0] for row in rows] == ["Poland"]
    assert "No country in the list fits" in admin.get_page(f"{PAGE}?q=Atlantis").get_text()


@pytest.mark.parametrize(
    ("form", "place", "amount"),
    [
        ({"country": "pl", "price": "0.05"}, ("PL", ""), 500),
        ({"country": "PL", "price": "0,0325"}, ("PL", ""), 325),
        ({"country": "JP", "price": "1"}, ("JP", ""), 10_000),
        ({"country": "PL", "price": "0.04", "prefix": "+48 731"}, ("PL", "48731"), 400),
        ({"country": "PL", "price": "0.04", "prefix": "+48"}, ("PL", ""), 400),
        ({"country": "PL", "price": "", "free": "y"}, ("PL", ""), 0),
        ({"country": "PL", "price": "100"}, ("PL", ""), 1_000_000),
    ],
)
def test_a_price_is_changed(
    app: Flask, admin: PageClient, form: dict[str, str], place: tuple[str, str], amount: int
) -> None:
    before = present(app)
    page = admin.post_page(PAGE, form)
    assert "The price is saved" in page.get_text()
    assert present(app) == {**before, place: amount}
    assert acts(app)[0].startswith(f"route.price {place[0]}")
    page = admin.post_page(PAGE, form)
    assert "This is the price already" in page.get_text()
    assert len(acts(app)) == 1


def test_an_invalid_value_is_refused_at_its_field(app: Flask, admin: PageClient) -> None:
    before = stored(app)
    for wrong in WRONG:
        page = admin.post_page(PAGE, {"country": "PL", "price": "0.05", **wrong}, 422)
        marked = {str(field["name"]) for field in page.select("[aria-invalid]")}
        assert marked == ({"price"} if "free" in wrong else set(wrong)), wrong
        assert page.select(".error")
    assert stored(app) == before
    assert acts(app) == []


def test_a_planned_price_is_valid_from_its_start(app: Flask, admin: PageClient) -> None:
    form = {"country": "PL", "price": "0.05", "valid_from": f"{SOON:%Y-%m-%dT%H:%M}"}
    page = admin.post_page(PAGE, form)
    assert f"Planned from {SOON.day} {SOON:%b %Y}, 00:00 UTC" in words(page.get_text(" "))
    assert present(app)["PL", ""] == 300
    assert present(app, SOON - timedelta(microseconds=1))["PL", ""] == 300
    assert present(app, SOON)["PL", ""] == 500
    admin.post_page(PAGE, {**form, "price": "0.06"})
    assert present(app, SOON)["PL", ""] == 600
    assert stored(app) == len(defaults.PRICES) + 1
    assert acts(app)[0] == f"route.price PL: €0.03 -> €0.05, from {SOON:%Y-%m-%d} 00:00 UTC"

    entry = {"country": "PL", "prefix": "", "tier": "0", "valid_from": SOON.isoformat()}
    page = admin.post_page(f"{PAGE}/remove", entry)
    assert "The planned price is dropped" in page.get_text()
    assert present(app, SOON)["PL", ""] == 300
    page = admin.post_page(f"{PAGE}/remove", entry)
    assert "nothing was changed" in page.get_text()


def test_a_valid_price_cannot_be_dropped(app: Flask, admin: PageClient) -> None:
    entry = {"country": "PL", "tier": "0", "valid_from": "1970-01-01T00:00:00+00:00"}
    assert "nothing was changed" in admin.post_page(f"{PAGE}/remove", entry).get_text()
    assert present(app)["PL", ""] == 300
    for nonsense in (
        {"valid_from": "x"},
        {"valid_from": "2030-01-01"},
        {"valid_from": "0001-01-01T00:00:00+14:00"},
        {"valid_from": "9999-12-31T23:59:59-14:00"},
        {"tier": "9" * 20},
        {"tier": "-1"},
        {"country": "P\0"},
        {"prefix": "48x"},
    ):
        response = admin.send(f"{PAGE}/remove", {**entry, **nonsense})
        assert response.status_code == 400
    assert present(app)["PL", ""] == 300


def test_without_the_longer_prefix_the_shorter_one_applies(app: Flask, admin: PageClient) -> None:
    admin.post_page(PAGE, {"country": "PL", "price": "0.05", "prefix": "48731"})
    admin.post_page(f"{PAGE}/remove", {"country": "PL", "prefix": "48731", "tier": "0"})
    assert {place for place in present(app) if place[0] == "PL"} == {("PL", "")}
    admin.post_page(f"{PAGE}/remove", {"country": "PL", "tier": "0"})
    assert not [place for place in present(app) if place[0] == "PL"]
    page = admin.post_page(f"{PAGE}/remove", {"country": "PL", "tier": "0"})
    assert "nothing was changed" in page.get_text()
    assert acts(app)[-1] == "route.price PL: €0.03 -> none"


def test_the_history_of_a_country_is_kept(app: Flask, admin: PageClient) -> None:
    admin.post_page(PAGE, {"country": "PL", "price": "0.05"})
    admin.post_page(PAGE, {"country": "PL", "price": "0.02", "tier": "500"})
    planned = {"country": "PL", "price": "0.06", "valid_from": f"{SOON:%Y-%m-%d %H:%M}"}
    admin.post_page(PAGE, planned)
    page = admin.get_page(f"{PAGE}/history?country=PL")
    rows = [words(row.get_text(" ")) for row in page.select("tbody tr")]
    assert len(rows) == 4
    assert rows[0].endswith("after a top-up of at least €500.00 Holds now €0.02")
    assert rows[1].endswith("Planned €0.06")
    assert rows[2].endswith("Holds now €0.05")
    assert rows[3].startswith("from the beginning until")
    assert rows[3].endswith("Over €0.03")
    assert "There has been no price" in admin.get_page(f"{PAGE}/history?country=JP").get_text()
    assert admin.get(f"{PAGE}/history?country=XX").status_code == 303


def test_the_change_link_fills_the_form(admin: PageClient) -> None:
    admin.post_page(PAGE, {"country": "PL", "price": "0.02", "tier": "12,5", "prefix": "48731"})
    links = [str(link["href"]) for link in admin.get_page(f"{PAGE}?q=pl").select("tbody a")]
    page = admin.get_page(links[-1].split("#")[0])
    values = [str(field["value"]) for field in page.select("#country, #prefix, #tier")]
    assert values == ["PL", "48731", "12.5"]


def test_an_unknown_country_has_no_prices(admin: PageClient) -> None:
    for page in ("", "/history", "/table", ".csv"):
        admin.get_page(f"/admin/routes/nowhere/prices{page}", 404)


def test_a_page_without_prices_says_so(app: Flask, admin: PageClient) -> None:
    with app.app_context(), transaction() as session:
        session.query(Price).delete()
    assert "There is no price yet" in admin.get_page(PAGE).get_text()
