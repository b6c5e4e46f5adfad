"""The price list as customers see it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.models import Price, Route, TopUp, TopUpStatus, now
from promosms.services.installation import defaults
from promosms.services.prices import tiers
from tests.support.cast import Cast
from tests.support.pages import PageClient, words


def rows(client: PageClient, typed: str) -> list[str]:
    page = client.get_page("/billing/prices" + (f"?q={typed}" if typed else ""))
    return [words(row.get_text(" ")) for row in page.select(".rows > .row:not(.rows-head)")]


def text(client: PageClient, address: str = "/billing/prices") -> str:
    return words(client.get_page(address).get_text(" "))


def price(app: Flask, **values: object) -> None:
    with app.app_context(), transaction() as session:
        route_id = defaults.default_route().id
        session.add(Price(**{"route_id": route_id, "country": "PL", "amount": 300, **values}))


def top_up(app: Flask, account_id: int, net: int, days_ago: float, paid: int | None = None) -> None:
    paid_at = now() - timedelta(days=days_ago)
    with app.app_context(), transaction() as session:
        session.add(
            TopUp(
                account_id=account_id,
                status=TopUpStatus.PAID,
                method="transfer",
                currency="EUR",
                net=net,
                tax=0,
                gross=net,
                paid=net if paid is None else paid,
                rate=0,
                tax_case="none",
                buyer={},
                reference=f"T{days_ago}{net}",
                expires_at=paid_at,
                paid_at=paid_at,
            )
        )


def test_it_lists_every_country_by_name(owner: PageClient) -> None:
    listed = rows(owner, "")
    assert len(listed) == 33
    assert "Poland +48 €0.030" in listed
    assert listed == sorted(listed)


@pytest.mark.parametrize(
    "typed", ["Pol", "pl", "48", "%2B48", "POLAND", " poland ", "%2B48 601 234 567", "48601"]
)
def test_it_finds_a_country_by_name_calling_code_or_number(owner: PageClient, typed: str) -> None:
    assert rows(owner, typed) == ["Poland +48 €0.03"]


@pytest.mark.parametrize("typed", ["Atlantis", "%2B", "+", "999", "%22%3E%3Cb%3E", "call 48601"])
def test_it_says_when_there_is_none(owner: PageClient, typed: str) -> None:
    page = owner.get_page(f"/billing/prices?q={typed}")
    assert page.select(".rows > .row:not(.rows-head)") == [] or not typed.strip(" +")


def test_letters_without_diacritics_find_a_country(owner: PageClient) -> None:
    owner.post_page("/settings/language", {"language": "pl"})
    assert len(rows(owner, "wlochy")) == 1


def test_numbers_with_another_price_have_their_own_row(app: Flask, owner: PageClient) -> None:
    price(app, prefix="48731", amount=325)
    listed = rows(owner, "poland")
    assert listed == [
        "Poland +48 €0.0300",
        "Poland only numbers that begin with +48731 €0.0325",
    ]


def test_a_planned_change_is_shown_with_its_day(app: Flask, owner: PageClient) -> None:
    coming = datetime(now().year + 1, 1, 1, tzinfo=UTC)
    price(app, valid_from=coming, amount=350)
    price(app, country="JP", valid_from=coming, amount=900)
    price(app, country="DE", valid_from=coming, amount=None)
    day = f"1 Jan {coming.year}, 01:00 CET"
    assert rows(owner, "poland") == [f"Poland +48 From {day}: €0.035 €0.03"]
    assert rows(owner, "japan") == [f"Japan +81 From {day}: €0.09 –"]
    assert rows(owner, "germany") == [f"Germany +49 From {day} nothing is sent there. €0.08"]
    assert "Some prices are going to change" in text(owner)


def test_without_tiers_they_are_not_mentioned(owner: PageClient) -> None:
    assert "topped up" not in text(owner)
    assert "The more you top up" not in text(owner)


def test_it_shows_the_tier_its_end_and_the_saving_of_the_next(
    app: Flask, cast: Cast, owner: PageClient
) -> None:
    price(app, tier_from=1_000_000, amount=270)
    price(app, tier_from=5_000_000, amount=240)
    page = text(owner)
    assert "So far you pay the normal prices" in page
    saving = "a text to Poland costs €0.027 instead of €0.03 for a year: 10% less"
    assert f"With one of €100, {saving}" in page
    assert rows(owner, "poland") == ["Poland +48 from €100: €0.027 · from €500: €0.024 €0.03"]

    top_up(app, cast.owner.account_id, 1_500_000, days_ago=100)
    top_up(app, cast.stranger.account_id, 9_000_000, days_ago=1)
    page = text(owner)
    assert "You have topped up €100 or more at once" in page
    year_later = tiers.year_after(now() - timedelta(days=100)).astimezone(ZoneInfo("Europe/Warsaw"))
    assert f"until {year_later.day} {year_later:%B %Y}" in page
    assert "a text to Poland costs €0.024 instead of €0.027" in page
    assert rows(owner, "poland") == ["Poland +48 below €100: €0.03 · from €500: €0.024 €0.027"]


def test_it_can_be_read_for_each_route(app: Flask, admin: PageClient, owner: PageClient) -> None:
    assert "Winter" not in text(owner)
    admin.post_page("/admin/routes", {"name": "Winter"})
    with app.app_context(), transaction() as session:
        winter = session.scalars(select(Route).where(Route.name == "Winter")).one()
        code = winter.code
        session.query(Price).filter_by(route_id=winter.id, country="PL").update({"amount": 777})
    assert "Winter" in text(owner)
    assert "€0.0777" not in text(owner)
    assert "€0.0777" in text(owner, f"/billing/prices?route={code}")
    assert "€0.03" in text(owner, "/billing/prices?route=nowhere&q=pl")
