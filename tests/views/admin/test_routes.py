"""Routes and the gateways behind them."""

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AuditEntry, Gateway, Price, Route, RouteGateway
from promosms.services.installation import defaults as installation
from promosms.services.prices import prices
from tests.support.pages import PageClient, words

PAGE = "/admin/routes/standard"


@pytest.fixture
def second(app: Flask) -> str:
    """The name of a gateway without a route."""
    with app.app_context(), transaction() as session:
        session.add(Gateway(name="Second & last", kind="simulator"))
    return "Second & last"


def route(app: Flask, code: str = "standard") -> tuple[str, str, str]:
    with app.app_context():
        row = db.session.scalars(select(Route).where(Route.code == code)).one()
        return row.name, row.sender_kind, row.sender


def places(app: Flask) -> list[tuple[str, int, int, str]]:
    with app.app_context():
        query = select(
            Gateway.name, RouteGateway.position, RouteGateway.weight, RouteGateway.countries
        )
        order = RouteGateway.position, RouteGateway.gateway_id
        joined = query.join(RouteGateway, RouteGateway.gateway_id == Gateway.id)
        return [tuple(row) for row in db.session.execute(joined.order_by(*order))]


def test_routes_are_listed(admin: PageClient) -> None:
    text = words(admin.get_page("/admin/routes").get_text(" "))
    assert "Recipients see +48732000001 as the sender. Used for new campaigns" in text
    assert "Simulator Place 1 Weight 100 Health 100% all countries" in text


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("name", "Shop", "Shop"),
        ("name", " My Shop 24 ", "My Shop 24"),
        ("number", "+48 732 000-009", "+48732000009"),
        ("number", "71234", "71234"),
    ],
)
def test_name_and_sender_are_changed(
    app: Flask, admin: PageClient, kind: str, typed: str, stored: str
) -> None:
    admin.post_page(PAGE, {"name": "Fast", "sender_kind": kind, "sender": typed})
    assert route(app) == ("Fast", kind, stored)
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry)).one()
        assert (entry.action, entry.detail) == ("route.change", f"Fast, {kind} {stored}")


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("name", "AB"),
        ("name", "Twelve chars"),
        ("name", "Cześć"),
        ("name", "123456"),
        ("name", "48601234567"),
        ("name", "A\nB C"),
        ("name", "Shop {1}[2]"),  # brackets count twice
        ("number", "Shop"),
        ("number", "12"),
        ("number", "+0123456"),
        ("number", "+48 732 000 000 000 000"),
        ("fax", "71234"),
        ("name", ""),
    ],
)
def test_senders_that_no_network_carries_are_refused(
    app: Flask, admin: PageClient, kind: str, typed: str
) -> None:
    before = route(app)
    page = admin.post_page(PAGE, {"name": "Fast", "sender_kind": kind, "sender": typed}, 422)
    assert page.select(".error")
    assert route(app) == before


def test_gateways_are_attached_arranged_and_detached(
    app: Flask, admin: PageClient, second: str
) -> None:
    admin.post_page(f"{PAGE}/attach", {"gateway": second})
    assert places(app) == [("Simulator", 0, 100, ""), (second, 1, 100, "")]
    form = {"gateway": second, "position": "1", "weight": "30", "countries": "pl; de"}
    page = admin.post_page(f"{PAGE}/arrange", form)
    assert places(app) == [("Simulator", 0, 100, ""), (second, 0, 30, "DE,PL")]
    assert [str(field["value"]) for field in page.select("input[name=weight]")] == ["100", "30"]
    admin.post_page(f"{PAGE}/detach", {"gateway": second})
    assert places(app) == [("Simulator", 0, 100, "")]
    with app.app_context():
        actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert actions == ["route.attach", "route.arrange", "route.detach"]


def test_the_last_gateway_can_be_detached_with_a_warning(app: Flask, admin: PageClient) -> None:
    page = admin.post_page(f"{PAGE}/detach", {"gateway": "Simulator"})
    assert "nothing can be sent by it" in page.get_text()
    assert places(app) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"position": "0"},
        {"position": "100"},
        {"weight": "-1"},
        {"weight": "1001"},
        {"weight": "9" * 320},
        {"weight": ""},
        {"countries": "PL, Germany"},
        {"countries": "XX"},
    ],
)
def test_an_invalid_value_is_marked_at_its_field(
    app: Flask, admin: PageClient, second: str, wrong: dict[str, str]
) -> None:
    admin.post_page(f"{PAGE}/attach", {"gateway": second})
    before = places(app)
    form = {"gateway": second, "position": "1", "weight": "30", "countries": "", **wrong}
    page = admin.post_page(f"{PAGE}/arrange", form, 422)
    (name,) = wrong
    marked = page.select("[aria-invalid]")
    assert [str(field["name"]) for field in marked] == [name]
    assert str(marked[0]["value"]) == wrong[name]
    assert places(app) == before


def test_unknown_routes_and_gateways_change_nothing(
    app: Flask, admin: PageClient, second: str
) -> None:
    before = places(app)
    admin.get_page("/admin/routes/nowhere", 404)
    form = {"gateway": second, "position": "1", "weight": "30", "countries": ""}
    admin.post_page(f"{PAGE}/arrange", form)
    admin.post_page(f"{PAGE}/arrange", {**form, "gateway": "Nobody"}, 404)
    admin.post_page(f"{PAGE}/detach", {"gateway": second})
    admin.post_page(f"{PAGE}/attach", {"gateway": "Simulator"})
    assert places(app) == before


def test_a_new_route_copies_the_default_route_and_can_replace_it(
    app: Flask, admin: PageClient
) -> None:
    admin.post_page("/admin/routes", {"name": ""}, 422)
    page = admin.post_page("/admin/routes", {"name": "Winter"})
    assert "Nothing goes by it until you say so" in page.get_text()
    with app.app_context():
        standard, winter = db.session.scalars(select(Route).order_by(Route.id))
        code = winter.code
        assert installation.default_route().id == standard.id
        same = [prices.price_list(route.id).amounts for route in (winter, standard)]
        assert same[0] == same[1]
        behind = db.session.scalars(select(RouteGateway.gateway_id)).all()
        assert (len(behind), len(set(behind))) == (2, 1)
        db.session.remove()
    admin.post_page(f"/admin/routes/{code}/default")
    with app.app_context():
        assert installation.default_route().code == code
        defaults = db.session.scalars(select(Route.code).where(Route.is_default)).all()
        assert defaults == [code]
        assert len(db.session.scalars(select(Price.id)).all()) == 2 * len(installation.PRICES)


def test_the_types_of_plug_ins_are_seen_and_moved(app: Flask, admin: PageClient) -> None:
    assert "Plug-ins: type 1, 3" in words(admin.get_page("/admin/routes").get_text(" "))
    checked = admin.get_page(PAGE).select('input[name="rest_types"][checked]')
    assert [box["value"] for box in checked] == ["1", "3"]
    admin.post_page("/admin/routes", {"name": "Fast"})
    with app.app_context():
        code = db.session.scalars(select(Route.code).where(Route.name == "Fast")).one()
    named = {"name": "Fast", "sender_kind": "number", "sender": "71234"}
    admin.post_page(f"/admin/routes/{code}", {**named, "rest_types": ["4", "3"]})
    admin.post_page(f"/admin/routes/{code}", {**named, "rest_types": ["2"]}, status=422)
    with app.app_context():
        rows = db.session.execute(select(Route.code, Route.rest_types)).all()
        assert dict(map(tuple, rows)) == {"standard": "1", code: "3,4"}
