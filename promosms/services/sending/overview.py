"""What admins see of gateways, queues and workers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from promosms.extensions import db
from promosms.models import Gateway, Message, Route, RouteGateway, Worker
from promosms.services.gateways import health, workers
from promosms.services.sending import cursors

MOST = 10_000  # counting stops here: an admin page must not read a million rows


@dataclass(frozen=True)
class Line:
    """A gateway, its health of now, how many of its connections are open, and how many messages
    wait or are on their way, up to MOST + 1."""

    gateway: Gateway
    health: int
    connected: int
    waiting: int
    sending: int


@dataclass(frozen=True)
class Sign:
    """The last sign of life of a worker; None if there never was one."""

    name: str
    seen_at: datetime | None
    alive: bool


def lines() -> list[Line]:
    """All gateways."""
    gateways = db.session.scalars(select(Gateway).order_by(Gateway.name))
    return [line(gateway) for gateway in gateways]


def line(gateway: Gateway) -> Line:
    """One gateway."""
    return Line(
        gateway,
        health.effective(gateway),
        len(workers.connected().intersection(workers.names_of(gateway))),
        _count(cursors.waiting(gateway.id)),
        _count(cursors.under_way(gateway_id=gateway.id)),
    )


def countries(gateway_id: int) -> list[tuple[Route, list[str]]]:
    """The routes of a gateway, and the countries to which it carries texts there; empty is all."""
    query = (
        select(Route, RouteGateway.countries)
        .join(RouteGateway, RouteGateway.route_id == Route.id)
        .where(RouteGateway.gateway_id == gateway_id)
        .order_by(Route.id)
    )
    rows = db.session.execute(query)
    return [(route, found.split(",") if found else []) for route, found in rows]


def signs_of_life() -> list[Sign]:
    """The workers that there should be, and the tick."""
    silent = set(workers.missing())
    seen = {row.name: row.seen_at for row in db.session.scalars(select(Worker))}
    return [Sign(name, seen.get(name), name not in silent) for name in workers.expected()]


def _count(places: Iterable[ColumnElement[bool]]) -> int:
    number = 0
    for where in places:
        some = select(Message.id).where(where).limit(MOST + 1 - number).subquery()
        number += db.session.scalar(select(func.count()).select_from(some)) or 0
    return number
