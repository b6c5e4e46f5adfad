"""Gateways as admins see them: state, what waits, pause and resume."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from promosms.database import transaction
from promosms.extensions import db
from promosms.models import (
    Gateway,
    GatewayStatus,
    Message,
    MessageStatus,
    RouteGateway,
    Worker,
    now,
)
from promosms.services import audit, installation, webhooks, workers

MOST = 10_000  # counting stops here: an admin page must not read a million rows


@dataclass(frozen=True)
class Line:
    """A gateway and how many of its messages wait or are on their way, up to MOST + 1."""

    gateway: Gateway
    waiting: int
    sending: int

    @property
    def connected(self) -> bool:
        """Connected, and said so lately: a killed worker cannot say that it is gone."""
        seen = self.gateway.seen_at
        return self.gateway.connected and seen is not None and now() - seen < workers.SILENT


@dataclass(frozen=True)
class Sign:
    """The last sign of life of a worker; None if there never was one."""

    name: str
    seen_at: datetime | None
    alive: bool


def lines() -> list[Line]:
    """All gateways."""
    return [
        Line(
            gateway,
            _count(gateway.id, MessageStatus.QUEUED),
            _count(gateway.id, MessageStatus.SENDING),
        )
        for gateway in db.session.scalars(select(Gateway).order_by(Gateway.name))
    ]


def signs_of_life() -> list[Sign]:
    """The workers that there should be, and the tick."""
    silent = set(workers.missing())
    seen = {row.name: row.seen_at for row in db.session.scalars(select(Worker))}
    return [Sign(name, seen.get(name), name not in silent) for name in workers.expected()]


def note_state(gateway_id: int, connected: bool, error: str = "") -> None:
    """What the worker of a gateway says of its connection, every few seconds."""
    with transaction() as session:
        session.execute(
            update(Gateway)
            .where(Gateway.id == gateway_id)
            .values(connected=connected, error=error[:300], seen_at=now())
            .execution_options(synchronize_session=False)
        )


def switch(name: str, status: GatewayStatus, actor: str) -> Gateway | None:
    """Pause or resume a gateway; None if there is none of that name or nothing to change."""
    with transaction() as session:
        query = select(Gateway).where(Gateway.name == name).with_for_update()
        gateway = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if gateway is None or gateway.status == status:
            return None
        gateway.status = status
        verb = "pause" if status == GatewayStatus.PAUSED else "resume"
        audit.record(actor, f"gateway.{verb}", name[:40])
        return gateway


class NameTaken(Exception):
    """There is a gateway of that name."""


def add(
    name: str, kind: str, settings: Mapping[str, str], rate: int, window: int, actor: str
) -> Gateway:
    """Connect a gateway and put it at the end of the default route; raises NameTaken."""
    route_id = installation.default_route().id
    with transaction() as session:
        if session.scalar(select(Gateway.id).where(Gateway.name == name)) is not None:
            raise NameTaken(name)
        own = webhooks.new_settings(kind)
        gateway = Gateway(
            name=name, kind=kind, settings={**settings, **own}, rate=rate, window=window
        )
        session.add(gateway)
        session.flush()
        last = select(func.max(RouteGateway.position)).where(RouteGateway.route_id == route_id)
        position = session.scalar(last)
        position = 0 if position is None else position + 1
        session.add(RouteGateway(route_id=route_id, gateway_id=gateway.id, position=position))
        audit.record(actor, "gateway.add", name)
        return gateway


def everything() -> list[Gateway]:
    """All gateways by name."""
    return list(db.session.scalars(select(Gateway).order_by(Gateway.name)))


def _count(gateway_id: int, status: MessageStatus) -> int:
    some = (
        select(Message.id)
        .where(Message.gateway_id == gateway_id, Message.status == status)
        .limit(MOST + 1)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(some)) or 0
