"""Routes: name, sender and gateways, as admins set them. Each change is audited."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Gateway, Route, RouteGateway, SenderKind, new_public_id
from promosms.services.audit import log as audit_log
from promosms.services.gateways import health
from promosms.services.installation import defaults
from promosms.services.prices import entries as price_entries
from promosms.sms import sender as senders


@dataclass(frozen=True)
class Behind:
    """A gateway of a route, with its health now, its position and its weight."""

    gateway: Gateway
    health: int
    position: int
    weight: int
    countries: list[str]


def everything() -> list[Route]:
    """All routes, the default one first."""
    return list(db.session.scalars(select(Route).order_by(Route.is_default.desc(), Route.id)))


def names() -> dict[str, str]:
    """The names of the routes by their codes."""
    return {route.code: route.name for route in everything()}


def find(code: str) -> Route | None:
    """The route with this code."""
    return db.session.scalar(select(Route).where(Route.code == code))


def behind(route_id: int) -> list[Behind]:
    """The gateways of a route in their order."""
    query = (
        select(Gateway, RouteGateway)
        .join(RouteGateway, RouteGateway.gateway_id == Gateway.id)
        .where(RouteGateway.route_id == route_id)
        .order_by(RouteGateway.position, RouteGateway.weight.desc(), Gateway.id)
    )
    return [
        Behind(
            gateway,
            health.effective(gateway),
            row.position,
            row.weight,
            [c for c in row.countries.split(",") if c],
        )
        for gateway, row in db.session.execute(query)
    ]


def others(route_id: int) -> list[Gateway]:
    """The gateways that a route does not use."""
    taken = select(RouteGateway.gateway_id).where(RouteGateway.route_id == route_id)
    query = select(Gateway).where(Gateway.id.not_in(taken)).order_by(Gateway.name)
    return list(db.session.scalars(query))


def add(name: str, actor: str) -> Route:
    """Add a route as a copy of the default one, with sender, gateways and prices."""
    with transaction() as session:
        model = defaults.default_route()
        route = Route(
            code=new_public_id(), name=name, sender_kind=model.sender_kind, sender=model.sender
        )
        session.add(route)
        session.flush()
        price_entries.copy(model.id, route.id)
        for row in session.scalars(select(RouteGateway).where(RouteGateway.route_id == model.id)):
            session.add(
                RouteGateway(
                    route_id=route.id,
                    gateway_id=row.gateway_id,
                    position=row.position,
                    weight=row.weight,
                    countries=row.countries,
                )
            )
        audit_log.record(actor, "route.add", route.code, name)
        return route


def change(route_id: int, name: str, kind: SenderKind, sender: str, actor: str) -> None:
    """Change name and sender of a route. Queued messages keep their sender.

    Raises ValueError for a sender that networks do not carry.
    """
    if not senders.fits(kind is SenderKind.NAME, sender):
        raise ValueError("not a sender")
    with transaction() as session:
        route = session.get_one(Route, route_id, with_for_update=True)
        route.name, route.sender_kind, route.sender = name, kind, sender
        audit_log.record(actor, "route.change", route.code, f"{name}, {kind} {sender}")


def make_default(route_id: int, actor: str) -> bool:
    """Make it the route of new campaigns and verification texts; False if it is already."""
    with transaction() as session:
        route = session.get_one(Route, route_id, with_for_update=True)
        if route.is_default:
            return False
        session.execute(update(Route).where(Route.id != route_id).values(is_default=False))
        route.is_default = True
        audit_log.record(actor, "route.default", route.code)
        return True


def attach(route_id: int, gateway_id: int, actor: str) -> bool:
    """Add a gateway to a route, at the last position; False if the route has it already."""
    with transaction() as session:
        if session.get(RouteGateway, (route_id, gateway_id)) is not None:
            return False
        last = select(func.max(RouteGateway.position)).where(RouteGateway.route_id == route_id)
        position = session.scalar(last)
        position = 0 if position is None else position + 1
        session.add(RouteGateway(route_id=route_id, gateway_id=gateway_id, position=position))
        _record(session, actor, "attach", route_id, gateway_id)
        return True


def arrange(
    route_id: int,
    gateway_id: int,
    position: int,
    weight: int,
    countries: Collection[str],
    actor: str,
) -> bool:
    """Set position, weight and countries of a gateway on a route; False if it has no such one."""
    with transaction() as session:
        row = session.get(RouteGateway, (route_id, gateway_id), with_for_update=True)
        if row is None:
            return False
        row.position, row.weight, row.countries = position, weight, ",".join(sorted(countries))
        detail = f"position {position}, weight {weight}, {row.countries or 'all countries'}"
        _record(session, actor, "arrange", route_id, gateway_id, detail)
        return True


def detach(route_id: int, gateway_id: int, actor: str) -> bool:
    """Remove a gateway from a route; its queue stays. False if the route does not have it."""
    with transaction() as session:
        row = session.get(RouteGateway, (route_id, gateway_id), with_for_update=True)
        if row is None:
            return False
        session.delete(row)
        _record(session, actor, "detach", route_id, gateway_id)
        return True


def _record(
    session: Session, actor: str, verb: str, route_id: int, gateway_id: int, detail: str = ""
) -> None:
    route, gateway = session.get_one(Route, route_id), session.get_one(Gateway, gateway_id)
    subject = f"{gateway.name}: {detail}" if detail else gateway.name
    audit_log.record(actor, f"route.{verb}", route.code, subject)
