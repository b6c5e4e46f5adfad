"""Routes from a file: the example makes four, a second time changes nothing."""

from importlib import import_module
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AuditEntry, Gateway, GatewayStatus, Route
from promosms.services.gateways import route_file, routes
from promosms.services.gateways.route_file import BadRouteFile
from promosms.services.installation import defaults
from promosms.services.prices import prices
from promosms.services.senders import chosen
from tests.support.commands import run

EXAMPLE = Path(__file__).parents[3] / "docs/samples/routes.toml"
BAD = {
    "[a b": "at line 1",
    "x = 1": "a route is a table",
    "[Eco]\nname = 'E'": "a route is a table",
    "[eco]\nsender = '71234'": "name",
    "[eco]\nname = 'E'\nsender = 'Łódź'": "sender",
    "[eco]\nname = 'E'\nsender = '71234'\ncolour = 'red'": "unknown: colour",
    "[eco]\nname = 'E'\nsender = '71234'\nflash = 'yes'": "flash",
    "[eco]\nname = 'E'\nsender = '71234'\nprices = { XX = '1' }": "no country XX",
    "[eco]\nname = 'E'\nsender = '71234'\nprices = { PL = 0.03 }": "an amount",
    "[eco]\nname = 'E'\nsender = '71234'\ngateways = ['Nowhere']": "no gateway Nowhere",
    "[eco]\nname = 'E'\nsender = '71234'\nrest_types = [2]": "rest_types",
    "[eco]\nname = 'E'\nsender = '71234'\nrest_types = [true]": "rest_types",
    "[eco]\nname = 'E'\nsender = '71234'\nrest_types = '1'": "rest_types",
    "[standard]\nname = 'S'\nsender = '71234'\nflash = true": "flash",
}


def test_the_example_makes_four_routes_once(app: Flask, context: None) -> None:
    first = run(app, "routes", "import", str(EXAMPLE))
    assert first.exit_code == 0, first.output
    assert "eco: made" in first.output
    assert "speed: PL costs €0.07" in first.output
    again = run(app, "routes", "import", str(EXAMPLE))
    assert again.output == "Everything is as the file says.\n"
    assert {route.code: route.rest_types for route in routes.everything()} == {
        "standard": "",
        "eco": "1",
        "full": "3",
        "speed": "4",
        "flash": "0",
    }
    assert [route.name for route in chosen.routes()] == [
        *("Standard", "ECO", "FULL", "SPEED", "FLASH")
    ]
    by_code = {route.code: route for route in routes.everything()}
    assert by_code["speed"].urgent
    assert by_code["full"].names
    assert not by_code["eco"].names
    assert by_code["flash"].flash
    assert prices.price_list(by_code["eco"].id).of("PL") == 300
    assert [each.gateway.name for each in routes.behind(by_code["flash"].id)] == ["Simulator"]
    text = EXAMPLE.read_text().replace('PL = "0.03"', 'PL = "0.02"').replace("ECO", "Eco")
    assert route_file.apply(route_file.read(text), "test") == [
        "eco: changed to +48732000001, offered, types 1",
        "eco: PL costs €0.02",
    ]
    actions = set(db.session.scalars(select(AuditEntry.action)))
    assert {"route.add", "route.change", "route.price"} <= actions


@pytest.mark.parametrize(("text", "said"), BAD.items(), ids=range(len(BAD)))
def test_a_file_that_is_wrong_changes_nothing(context: None, text: str, said: str) -> None:
    before = [route.code for route in routes.everything()]
    with pytest.raises(BadRouteFile, match=said):
        route_file.apply(route_file.read(text), "test")
    assert [route.code for route in routes.everything()] == before


def test_a_flash_route_has_only_gateways_that_can_flash(context: None) -> None:
    with transaction() as session:
        settings = {"host": "smsc.example.net", "system_id": "p", "password": "s"}
        latin = {**settings, "alphabet": "latin1"}
        for name, kind, values in (
            ("Line", "smpp", settings),
            ("Latin", "smpp", latin),
            ("Web", "twilio", {}),
        ):
            status = GatewayStatus.PAUSED
            session.add(Gateway(name=name, kind=kind, settings=values, status=status))
        route = Route(code="flash", name="Flash", sender="71234", flash=True)
        session.add(route)
    found = {row.name: row for row in db.session.scalars(select(Gateway))}
    assert routes.attach(route.id, found["Line"].id, "test")
    for name in ("Latin", "Web"):
        with pytest.raises(routes.CannotFlash):
            routes.attach(route.id, found[name].id, "test")
    assert not routes.make_default(route.id, "test")
    assert defaults.default_route().code == "standard"


def test_each_type_of_plug_ins_belongs_to_one_route(context: None) -> None:
    text = "[{0}]\nname = '{0}'\nsender = '71234'\nrest_types = {1}\n"
    route_file.apply(route_file.read(text.format("a", [3, 1, 1])), "test")
    assert {route.code: route.rest_types for route in routes.everything()} == {
        "standard": "",
        "a": "1,3",
    }
    route_file.apply(route_file.read(text.format("b", [3, 0])), "test")
    assert {route.code: route.rest_types for route in routes.everything()} == {
        "standard": "",
        "a": "1",
        "b": "0,3",
    }


def test_routes_from_before_get_the_types_of_their_names() -> None:
    types_of = import_module("promosms.migrations.versions.0046_rest32").types_of
    standard = ("standard", True, False)
    assert types_of([standard]) == {"standard": "1,3"}
    four = [("eco", False, False), ("full", False, False), ("speed", False, False)]
    assert types_of([standard, *four, ("flash", False, True)]) == {
        "standard": "",
        "eco": "1",
        "full": "3",
        "speed": "4",
        "flash": "0",
    }
    assert types_of([("eco", True, False), ("flash", False, False), ("x", False, False)]) == {
        "eco": "1,3",
        "flash": "",
        "x": "",
    }
