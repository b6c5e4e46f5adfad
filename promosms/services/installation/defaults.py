"""Defaults of a new installation: one route, one gateway, a price list."""

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Gateway, Price, Route, RouteGateway, SenderKind
from promosms.settings import settings

# Net price of one part in 1/10,000 of a euro; the operator replaces them.
CURRENCY = "EUR"
PRICES = {
    "PL": 300, "GB": 450, "DE": 800, "FR": 700, "ES": 550, "IT": 650, "CZ": 550, "SK": 700,
    "IE": 650, "NL": 850, "BE": 850, "AT": 850, "PT": 450, "SE": 600, "NO": 700, "DK": 500,
    "FI": 750, "CH": 700, "HU": 800, "RO": 650, "BG": 750, "GR": 650, "HR": 750, "SI": 650,
    "LT": 400, "LV": 550, "EE": 650, "UA": 900, "LU": 700, "MT": 550, "CY": 500, "US": 150,
    "CA": 150,
}  # fmt: skip
SENDER = "+48732000001"
OPERATOR = "operator"  # the public id of the operator's own account; those of others are random


def ensure_defaults() -> None:
    """Create the route *Standard*, the simulator gateway and prices, unless there is a route."""
    with transaction() as session:
        if session.scalar(select(Route.id).limit(1)) is not None:
            return
        gateway = Gateway(name="Simulator", kind="simulator", rate=settings.simulator_rate)
        route = Route(
            code="standard",
            name="Standard",
            sender_kind=SenderKind.NUMBER,
            sender=SENDER,
            is_default=True,
            rest_types="1,3",
        )
        session.add_all([gateway, route])
        session.flush()
        session.add(RouteGateway(route_id=route.id, gateway_id=gateway.id))
        session.add_all(
            Price(route_id=route.id, country=country, amount=amount, currency=CURRENCY)
            for country, amount in PRICES.items()
        )


def default_route() -> Route:
    """The route that is used unless another one is chosen."""
    query = select(Route).order_by(Route.is_default.desc(), Route.id).limit(1)
    return db.session.scalars(query).one()


def simulator_only() -> bool:
    """Is the simulator the only gateway?"""
    return set(db.session.scalars(select(Gateway.kind).distinct())) == {"simulator"}


def routes_without_gateway() -> list[Route]:
    """In production the routes that send nothing: no gateway stands behind them but the simulator.

    The default route first. None where texts may end in the simulated network.
    """
    if not settings.production:
        return []
    real = (
        select(RouteGateway.route_id)
        .join(Gateway, Gateway.id == RouteGateway.gateway_id)
        .where(Gateway.kind != "simulator")
    )
    query = select(Route).where(Route.id.not_in(real))
    return list(db.session.scalars(query.order_by(Route.is_default.desc(), Route.id)))


def no_gateway_warning() -> str:
    """What the operator is told at the start when a route sends nothing; empty if all do."""
    routes = routes_without_gateway()
    if not routes:
        return ""
    passwords = ", and no passwords by text" if routes[0].is_default else ""
    return (
        f"NOTHING IS SENT by {', '.join(route.name for route in routes)}{passwords}: in production "
        "the simulator sends nothing. Connect a gateway: scripts/run gateway add"
    )


def sender_of(route_id: int) -> str:
    """What recipients of a route see as the sender."""
    return db.session.scalars(select(Route.sender).where(Route.id == route_id)).one()


def operator_account() -> int | None:
    """The account that owns the test texts of admins; None if it was not needed yet."""
    return db.session.scalar(select(Account.id).where(Account.public_id == OPERATOR))


def ensure_operator_account() -> int:
    """Create that account if it is missing. It has no users, no money and no campaigns."""
    with transaction() as session:
        account_id = operator_account()
        if account_id is not None:
            return account_id
        account = Account(public_id=OPERATOR, region=settings.registration_countries[0])
        session.add(account)
        session.flush()
        return account.id
