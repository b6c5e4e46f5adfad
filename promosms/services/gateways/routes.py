"""Routes: name, sender and gateways, as admins set them. Each change is audited."""

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways import KINDS
from promosms.models import Gateway, Route, RouteGateway, SenderKind, new_public_id
from promosms.services.audit import log as audit_log
from promosms.services.gateways import credentials, health, routing
from promosms.services.installation import defaults
from promosms.services.prices import entries as price_entries
from promosms.sms.senders import spelling


@dataclass(frozen=True)
class Behind:
    """A gateway of a route, with its health now, its position and its weight."""

    gateway: Gateway
    health: int
    position: int
    weight: int
    countries: list[str]


@dataclass(frozen=True)
class Abilities:
    """What customers can do with a route; see the model."""

    names: bool = True
    flash: bool = False
    urgent: bool = False
    offered: bool = False
    description: str = ""
    rest_types: str = ""

    @property
    def words(self) -> str:
        """Those that it has, for the audit log."""
        has = [key for key, value in asdict(self).items() if value is True]
        return ", ".join([*has, f"types {self.rest_types}"] if self.rest_types else has)


class CannotFlash(Exception):
    """A gateway cannot send flash texts, or it is the default route, to which all others come."""


def can_flash(gateway: Gateway) -> bool:
    """Can this gateway send flash texts?"""
    try:
        return KINDS[gateway.kind].can_flash(credentials.decrypted(gateway))
    except ValueError:  # settings that cannot be read: it sends nothing at all
        return False


def can_limit_validity(route_id: int) -> bool:
    """Can all gateways through which the route sends say for how long the network shall try?"""
    sending = {choice.gateway_id for choice in routing.choices_of(route_id)}
    gateways = [each.gateway for each in behind(route_id) if each.gateway.id in sending]
    return bool(gateways) and all(map(_limits_validity, gateways))


def _limits_validity(gateway: Gateway) -> bool:
    try:
        return KINDS[gateway.kind].can_limit_validity(credentials.decrypted(gateway))
    except ValueError:
        return False


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
            code=new_public_id(),
            name=name,
            sender_kind=model.sender_kind,
            sender=model.sender,
            names=model.names,
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


def change(
    route_id: int,
    name: str,
    kind: SenderKind,
    sender: str,
    actor: str,
    abilities: Abilities | None = None,
) -> None:
    """Change name, sender and abilities of a route. Queued messages keep their sender.

    Raises ValueError for a sender that networks do not carry, CannotFlash.
    """
    if not spelling.fits(kind is SenderKind.NAME, sender):
        raise ValueError("not a sender")
    with transaction() as session:
        route = session.get_one(Route, route_id, with_for_update=True)
        route.name, route.sender_kind, route.sender = name, kind, sender
        detail = f"{name}, {kind} {sender}"
        if abilities is not None:
            _check_flash(route, abilities.flash)
            _free_types(session, route.id, abilities.rest_types)
            for ability, value in asdict(abilities).items():
                setattr(route, ability, value)
            detail = ", ".join(part for part in (detail, abilities.words) if part)
        audit_log.record(actor, "route.change", route.code, detail)


def make_default(route_id: int, actor: str) -> bool:
    """Make it the route of new campaigns and verification texts; False if it is already.

    False too for one of flash texts: every new gateway comes to this route, and not all can do it.
    """
    with transaction() as session:
        route = session.get_one(Route, route_id, with_for_update=True)
        if route.is_default or route.flash:
            return False
        session.execute(update(Route).where(Route.id != route_id).values(is_default=False))
        route.is_default = True
        audit_log.record(actor, "route.default", route.code)
        return True


def attach(route_id: int, gateway_id: int, actor: str) -> bool:
    """Add a gateway to a route, at the last position; False if the route has it already.

    Raises CannotFlash.
    """
    with transaction() as session:
        if session.get(RouteGateway, (route_id, gateway_id)) is not None:
            return False
        route = session.get_one(Route, route_id, with_for_update=True)
        if route.flash and not can_flash(session.get_one(Gateway, gateway_id)):
            raise CannotFlash
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


def _check_flash(route: Route, flash: bool) -> None:
    if flash and (route.is_default or not all(can_flash(b.gateway) for b in behind(route.id))):
        raise CannotFlash


def _free_types(session: Session, route_id: int, types: str) -> None:
    """Take types of PromoSMS REST 3.2 from the other routes: each belongs to one route."""
    moved = set(types.split(","))
    others = select(Route).where(Route.id != route_id, Route.rest_types != "")
    for other in session.scalars(others.with_for_update()):
        kept = [one for one in other.rest_types.split(",") if one not in moved]
        other.rest_types = ",".join(kept)


def _record(
    session: Session, actor: str, verb: str, route_id: int, gateway_id: int, detail: str = ""
) -> None:
    route, gateway = session.get_one(Route, route_id), session.get_one(Gateway, gateway_id)
    subject = f"{gateway.name}: {detail}" if detail else gateway.name
    audit_log.record(actor, f"route.{verb}", route.code, subject)
