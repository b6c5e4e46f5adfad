"""What a part costs on a route."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import AuditEntry
from promosms.services import installation
from tests.pages import PageClient, words

PAGE = "/admin/routes/standard/prices"


def prices(app: Flask) -> dict[str, int]:
    with app.app_context():
        return installation.prices(installation.default_route().id)


def test_it_lists_them_by_country(admin: PageClient) -> None:
    rows = [words(row.get_text(" ")) for row in admin.get_page(PAGE).select("tbody tr")]
    assert len(rows) == len(installation.PRICES)
    assert "Poland PL €0.03" in rows
    assert rows[0].startswith("Austria")


@pytest.mark.parametrize(
    ("country", "amount", "stored"),
    [("pl", "0.05", 500), ("PL", "0,0325", 325), ("JP", "1", 10_000), ("PL", "", None)],
)
def test_they_are_changed(
    app: Flask, admin: PageClient, country: str, amount: str, stored: int | None
) -> None:
    before = prices(app)
    admin.post_page(PAGE, {"country": country, "amount": amount})
    after = prices(app)
    assert after.pop(country.upper(), None) == stored
    before.pop(country.upper(), None)
    assert after == before
    with app.app_context():
        assert db.session.scalars(select(AuditEntry.action)).one() == "route.price"


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "XX"},
        {"country": ""},
        {"amount": "0"},
        {"amount": "-1"},
        {"amount": "101"},
        {"amount": "0.00001"},
        {"amount": "cheap"},
        {"amount": "NaN"},
    ],
)
def test_nonsense_is_refused(app: Flask, admin: PageClient, wrong: dict[str, str]) -> None:
    before = prices(app)
    given = {"country": "PL", "amount": "0.05", **wrong}
    assert admin.post_page(PAGE, given, 422).select(".error")
    assert prices(app) == before
