"""Which gateway a text leaves by."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, update

from promosms.db.transactions import transaction
from promosms.models import Gateway, GatewayStatus, RouteGateway, now
from promosms.services.gateways import routing
from promosms.services.installation import defaults

PAUSED = GatewayStatus.PAUSED
MakeRoute = Callable[..., int]


@pytest.fixture
def make_route(app: Flask) -> MakeRoute:
    """Put these gateways, and no others, behind the default route; returns the route's id."""

    def make(*gateways: dict[str, object]) -> int:
        with app.app_context(), transaction() as session:
            route_id = defaults.default_route().id
            session.execute(delete(RouteGateway))
            session.execute(delete(Gateway))
            for number, columns in enumerate(gateways, 1):
                behind = {
                    name: columns.pop(name)
                    for name in ("position", "weight", "countries")
                    if name in columns
                }
                gateway = Gateway(id=number, name=f"G{number}", **{"kind": "smpp", **columns})
                session.add(gateway)
                session.flush()
                session.add(RouteGateway(route_id=route_id, gateway_id=number, **behind))
        return route_id

    return make


def chosen(
    app: Flask, route_id: int, country: str = "PL", texts: int = 200
) -> dict[int | None, int]:
    """How many of so many texts leave by which gateway."""
    with app.app_context():
        choose = routing.chooser(route_id)
        return dict(Counter(choose(country) for _ in range(texts)))


def long_ago() -> object:
    return now() - timedelta(seconds=31)


def test_texts_are_shared_by_weight(app: Flask, make_route: MakeRoute) -> None:
    route = make_route({"weight": 300}, {"weight": 100})
    assert chosen(app, route) == {1: 150, 2: 50}


def test_health_reduces_the_weight(app: Flask, make_route: MakeRoute) -> None:
    route = make_route({"health": 25}, {"health": 100})
    assert chosen(app, route) == {1: 40, 2: 160}


def test_the_next_position_stands_in(app: Flask, make_route: MakeRoute) -> None:
    first = {"position": 0}
    assert chosen(app, make_route(first.copy(), {"position": 1})) == {1: 200}
    for unusable in ({"health": 0}, {"status": PAUSED}, {"seen_at": long_ago()}):
        route = make_route({**first, **unusable}, {"position": 1}, {"position": 2})
        assert chosen(app, route) == {2: 200}


def test_a_gateway_of_weight_zero_is_only_a_stand_in(app: Flask, make_route: MakeRoute) -> None:
    assert chosen(app, make_route({"weight": 0}, {"weight": 1}, {"position": 1})) == {2: 200}
    route = make_route({"weight": 0}, {"weight": 1, "health": 0}, {"position": 1})
    assert chosen(app, route) == {1: 200}


def test_the_countries_of_a_gateway_are_respected(app: Flask, make_route: MakeRoute) -> None:
    route = make_route(
        {"countries": "DE,PL"}, {"countries": "DE"}, {"position": 1, "countries": "FR"}
    )
    assert chosen(app, route, "PL") == {1: 200}
    assert chosen(app, route, "DE") == {1: 100, 2: 100}
    assert chosen(app, route, "FR") == {3: 200}
    assert chosen(app, route, "ES") == {None: 200}


def test_without_a_usable_gateway_the_first_active_one_is_used(
    app: Flask, make_route: MakeRoute
) -> None:
    lost = {"seen_at": long_ago()}
    route = make_route({"status": PAUSED}, {"position": 1, **lost}, {"position": 2, **lost})
    assert chosen(app, route) == {2: 200}


def test_a_paused_gateway_is_only_used_without_any_other(app: Flask, make_route: MakeRoute) -> None:
    assert chosen(app, make_route({"status": PAUSED}, {"status": PAUSED})) == {1: 200}
    assert chosen(app, make_route()) == {None: 200}


def test_no_real_text_goes_to_the_simulator(app: Flask, make_route: MakeRoute) -> None:
    simulated = {"kind": "simulator"}
    assert chosen(app, make_route(simulated.copy(), {"position": 1})) == {2: 200}
    paused = {"position": 1, "status": PAUSED}
    assert chosen(app, make_route(simulated.copy(), paused)) == {2: 200}
    assert chosen(app, make_route(simulated.copy(), simulated.copy())) == {1: 100, 2: 100}


def test_single_texts_are_shared_too(app: Flask, make_route: MakeRoute) -> None:
    route = make_route({"weight": 300}, {"weight": 100})
    with app.app_context():
        counts = Counter(routing.gateway_for(route, "PL") for _ in range(80))
    assert set(counts) == {1, 2}


def test_a_gateway_that_comes_back_has_its_weight_back(app: Flask, make_route: MakeRoute) -> None:
    route = make_route({"seen_at": long_ago()}, {})
    assert chosen(app, route) == {2: 200}
    with app.app_context(), transaction() as session:
        session.execute(update(Gateway).where(Gateway.id == 1).values(seen_at=now()))
    assert chosen(app, route) == {1: 100, 2: 100}


def test_without_another_one_texts_wait_where_probes_need_them(
    app: Flask, make_route: MakeRoute
) -> None:
    route = make_route({"status": PAUSED}, {"status": PAUSED, "paused_why": "no_answer"})
    assert chosen(app, route) == {2: 200}
