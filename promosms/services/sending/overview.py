"""What admins see of gateways, queues and workers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignStatus,
    Gateway,
    Message,
    MessageStatus,
    Route,
    RouteGateway,
    Worker,
    now,
)
from promosms.services.gateways import health, workers
from promosms.services.sending import cursors

MOST = 10_000  # counting stops here, because a page must not read a million rows


@dataclass(frozen=True)
class GatewayState:
    """A gateway, its health now, its open connections, and its queued and sending messages,
    counted up to MOST + 1.

    If it has paused itself: `probing` while a worker sends probes, `probe_due` when they wait for
    texts."""

    gateway: Gateway
    health: int
    connected: int
    waiting: int
    sending: int
    probing: bool
    probe_due: bool


@dataclass(frozen=True)
class Sign:
    """The last sign of life of a worker; None if there never was one."""

    name: str
    seen_at: datetime | None
    alive: bool


def gateway_states(*, counted: bool = True) -> list[GatewayState]:
    """All gateways; their messages are read only to be `counted`."""
    gateways = db.session.scalars(select(Gateway).order_by(Gateway.name))
    return [gateway_state(gateway, counted=counted) for gateway in gateways]


def gateway_state(gateway: Gateway, *, counted: bool = True) -> GatewayState:
    """One gateway."""
    moment = now()
    probing = gateway.probing_until is not None and gateway.probing_until > moment
    return GatewayState(
        gateway,
        health.effective(gateway),
        len(workers.connected().intersection(workers.names_of(gateway))),
        _count(cursors.queued(gateway.id)) if counted else 0,
        _count(cursors.sending(gateway_id=gateway.id)) if counted else 0,
        probing and gateway.probe_at is not None,
        gateway.probe_at is not None and gateway.probe_at <= moment,
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
    return [(route, codes.split(",") if codes else []) for route, codes in rows]


def worker_states() -> list[Sign]:
    """When the workers and the tick were last seen, and whether they are missing."""
    missing = set(workers.missing())
    seen = {row.name: row.seen_at for row in db.session.scalars(select(Worker))}
    return [Sign(name, seen.get(name), name not in missing) for name in workers.expected()]


def oldest_waiting() -> datetime | None:
    """Since when the text waits that has waited longest to be sent; None if none waits.

    Those of a campaign wait since its launch; paused and blocked campaigns wait on purpose.
    """
    single = select(func.min(Message.created_at)).where(
        Message.attention_status == MessageStatus.QUEUED, Message.campaign_id.is_(None)
    )
    campaign = select(func.min(Campaign.launched_at)).where(
        Campaign.status == CampaignStatus.SENDING, Campaign.n_queued > 0
    )
    moments = (db.session.scalar(query) for query in (single, campaign))
    return min((moment for moment in moments if moment is not None), default=None)


def _count(conditions: Iterable[ColumnElement[bool]]) -> int:
    number = 0
    for where in conditions:
        some = select(Message.id).where(where).limit(MOST + 1 - number).subquery()
        number += db.session.scalar(select(func.count()).select_from(some)) or 0
    return number
