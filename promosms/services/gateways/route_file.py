"""A file of routes: reads it as a whole, then makes or changes what differs.

TOML; `docs/samples/routes.toml` explains the format. Money in 1/10,000.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.language import money
from promosms.lib import countries
from promosms.models import REST_TYPES, Gateway, Route, RouteGateway, SenderKind
from promosms.services.audit import log as audit_log
from promosms.services.gateways import routes
from promosms.services.gateways.routes import Abilities
from promosms.services.installation import defaults
from promosms.services.prices import cells, entries, prices
from promosms.services.prices.cells import BadCell, NewPrice
from promosms.sms.senders import spelling

CODE = re.compile(r"[a-z0-9-]{1,20}")
KEYS = {"name", "sender", "prices", "gateways", *asdict(Abilities())}


class BadRouteFile(ValueError):
    """The file cannot be used; the text is one line for the operator."""


@dataclass(frozen=True)
class WantedRoute:
    """A route as the file says; `gateways` None for those of the default route, or as they are."""

    code: str
    name: str
    kind: SenderKind
    sender: str
    abilities: Abilities
    amounts: Mapping[str, int] = field(default_factory=dict)
    gateways: tuple[str, ...] | None = None


def read(text: str) -> list[WantedRoute]:
    """The routes in a file; raises BadRouteFile."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRouteFile(str(error)) from error
    return [_read_route(code, table) for code, table in tables.items()]


def apply(wanted: list[WantedRoute], actor: str) -> list[str]:
    """Make the routes, in one transaction; returns what has changed, a line each.

    Raises BadRouteFile for a gateway that does not exist or cannot send flash texts.
    """
    lines: list[str] = []
    with transaction() as session:
        for route in wanted:
            try:
                lines += _apply(session, route, actor)
            except routes.CannotFlash as error:
                raise BadRouteFile(
                    f"{route.code}: flash needs gateways that can send it, and is not for the "
                    "default route"
                ) from error
    return lines


def _read_route(code: str, table: Any) -> WantedRoute:
    if not CODE.fullmatch(code) or not isinstance(table, dict):
        raise BadRouteFile(f"{code}: a route is a table, with a code of small letters and digits")
    if unknown := sorted(set(table) - KEYS):
        raise BadRouteFile(f"{code}: unknown: {', '.join(unknown)}")
    name, sender = table.get("name"), table.get("sender")
    if not isinstance(name, str) or not 0 < len(name.strip()) <= 40:
        raise BadRouteFile(f"{code}: name: 1 to 40 characters")
    kind = SenderKind.NUMBER if spelling.number(str(sender)) else SenderKind.NAME
    sender = spelling.number(str(sender)) or str(sender)
    if not spelling.fits(kind is SenderKind.NAME, sender):
        raise BadRouteFile(f"{code}: sender: a number such as +48732000001, or a name")
    given = {key: table[key] for key in asdict(Abilities()) if key in table}
    if "rest_types" in given:
        given["rest_types"] = _types(code, given["rest_types"])
    for key, value in given.items():
        if type(value) is not type(getattr(Abilities(), key)) or len(str(value)) > 200:
            raise BadRouteFile(f"{code}: {key}: true or false, or a sentence for description")
    listed = table.get("gateways")
    if listed is not None and not (listed and all(isinstance(g, str) for g in listed)):
        raise BadRouteFile(f"{code}: gateways: a list of names")
    return WantedRoute(
        *(code, name.strip(), kind, sender, Abilities(**given)),
        amounts=_amounts(code, table.get("prices", {})),
        gateways=None if listed is None else tuple(listed),
    )


def _types(code: str, listed: Any) -> str:
    """The types of PromoSMS REST 3.2, in order, as they are stored."""
    if not isinstance(listed, list) or not all(
        type(one) is int and one in REST_TYPES for one in listed
    ):
        raise BadRouteFile(f"{code}: rest_types: a list of {', '.join(map(str, REST_TYPES))}")
    return ",".join(map(str, sorted(set(listed))))


def _amounts(code: str, table: Any) -> dict[str, int]:
    if not isinstance(table, dict):
        raise BadRouteFile(f"{code}: prices: a table of countries")
    amounts = {}
    for country, price in table.items():
        if not countries.exists(country):
            raise BadRouteFile(f"{code}: prices: there is no country {country}")
        try:
            amount = cells.amount(price) if isinstance(price, str) else None
        except BadCell:
            amount = None
        if amount is None:
            raise BadRouteFile(f'{code}: prices: {country}: an amount such as "0.03"')
        amounts[country] = amount
    return amounts


def _apply(session: Session, wanted: WantedRoute, actor: str) -> list[str]:
    route = session.scalar(select(Route).where(Route.code == wanted.code))
    lines = []
    if route is None:
        route = _make(session, wanted, actor)
        lines.append(f"{wanted.code}: made")
    elif _differs(route, wanted):
        named = wanted.name, wanted.kind, wanted.sender
        routes.change(route.id, *named, actor, wanted.abilities)
        shown = ", ".join(part for part in (wanted.sender, wanted.abilities.words) if part)
        lines.append(f"{wanted.code}: changed to {shown}")
    lines += _gateways(session, route, wanted, actor)
    before = prices.price_list(route.id).countries()
    for country, amount in wanted.amounts.items():
        if before.get(country) != amount:
            entries.put(route.id, NewPrice(country, "", 0, None, amount), actor)
            lines.append(f"{wanted.code}: {country} costs {money(amount)}")
    return lines


def _make(session: Session, wanted: WantedRoute, actor: str) -> Route:
    """A new route, with the gateways of the default one unless the file names others."""
    route = Route(code=wanted.code, name=wanted.name, sender_kind=wanted.kind, sender=wanted.sender)
    session.add(route)
    session.flush()
    audit_log.record(actor, "route.add", route.code, wanted.name)
    if wanted.gateways is None:
        for each in routes.behind(defaults.default_route().id):
            session.add(
                RouteGateway(
                    route_id=route.id,
                    gateway_id=each.gateway.id,
                    position=each.position,
                    weight=each.weight,
                    countries=",".join(each.countries),
                )
            )
        session.flush()
    named = wanted.name, wanted.kind, wanted.sender
    routes.change(route.id, *named, actor, wanted.abilities)
    return route


def _differs(route: Route, wanted: WantedRoute) -> bool:
    named = route.name, route.sender_kind, route.sender
    has = {key: getattr(route, key) for key in asdict(wanted.abilities)}
    return named != (wanted.name, wanted.kind, wanted.sender) or has != asdict(wanted.abilities)


def _gateways(session: Session, route: Route, wanted: WantedRoute, actor: str) -> list[str]:
    """Add the gateways that are named and not behind the route yet."""
    lines = []
    there = {each.gateway.name for each in routes.behind(route.id)}
    for name in wanted.gateways or ():
        gateway_id = session.scalar(
            select(Gateway.id).where(func.lower(Gateway.name) == name.lower())
        )
        if gateway_id is None:
            raise BadRouteFile(f"{wanted.code}: there is no gateway {name}")
        if name not in there and routes.attach(route.id, gateway_id, actor):
            lines.append(f"{wanted.code}: goes by {name}")
    return lines
