"""Gateways: add, change, pause and resume them. Each change is audited."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import RATE, WINDOW
from promosms.models import Gateway, GatewayStatus, RouteGateway, now
from promosms.services.audit import log as audit_log
from promosms.services.gateways import credentials, health, webhooks
from promosms.services.installation import defaults

SIMULATOR = "simulator"


class NameTaken(Exception):
    """There is a gateway of that name."""


def everything() -> list[Gateway]:
    """All gateways by name."""
    return list(db.session.scalars(select(Gateway).order_by(Gateway.name)))


def find(name: str) -> Gateway | None:
    """The gateway of that name."""
    return db.session.scalar(select(Gateway).where(Gateway.name == name))


def switch(name: str, status: GatewayStatus, actor: str) -> Gateway | None:
    """Pause or resume a gateway; None if there is none of that name or nothing to change."""
    with transaction() as session:
        gateway = locked(session, Gateway.name == name)
        if gateway is None or gateway.status == status:
            return None
        change_status(gateway, status, actor)
        return gateway


def change(name: str, rate: int, window: int, connections: int, actor: str) -> bool:
    """Change the rate of a gateway; its workers read it when they are started again.

    `rate` is parts per second of all connections, `window` texts under way on each.
    """
    with transaction() as session:
        gateway = locked(session, Gateway.name == name)
        if gateway is None:
            return False
        gateway.rate, gateway.window, gateway.connections = rate, window, connections
        detail = f"rate {rate}, window {window}, connections {connections}"
        audit_log.record(actor, "gateway.change", gateway.name, detail)
        return True


def add(
    name: str,
    kind: str,
    settings: Mapping[str, str],
    actor: str,
    *,
    rate: int = RATE,
    window: int = WINDOW,
    connections: int = 1,
) -> Gateway:
    """Add a gateway, at the end of the default route; raises NameTaken.

    It gets texts as soon as its worker has connected. With the first real gateway the simulated
    network is paused, so that no campaign ends there.
    """
    gateway = Gateway(
        name=name,
        kind=kind,
        settings=credentials.encrypted({**settings, **webhooks.new_settings(kind)}),
        rate=rate,
        window=window,
        connections=connections,
        health=0,
    )
    try:
        with transaction() as session:
            _store(session, gateway, actor)
    except IntegrityError as error:  # the button was pressed twice at the same time
        raise NameTaken(name) from error
    return gateway


def _store(session: Session, gateway: Gateway, actor: str) -> None:
    route_id = defaults.default_route().id
    if session.scalar(select(Gateway.id).where(Gateway.name == gateway.name)) is not None:
        raise NameTaken(gateway.name)
    if gateway.kind != SIMULATOR and defaults.simulator_only():
        _pause_simulators(session, actor)
    session.add(gateway)
    session.flush()
    last = select(func.max(RouteGateway.position)).where(RouteGateway.route_id == route_id)
    position = session.scalar(last)
    position = 0 if position is None else position + 1
    session.add(RouteGateway(route_id=route_id, gateway_id=gateway.id, position=position))
    audit_log.record(actor, "gateway.add", gateway.name)


def is_same(name: str, kind: str, settings: Mapping[str, str]) -> bool:
    """Was this very gateway added before, and not another one of that name?"""
    gateway = find(name)
    if gateway is None or gateway.kind != kind:
        return False
    try:
        stored = credentials.decrypted(gateway)
    except credentials.KeyChanged:
        return False
    return {**stored, webhooks.TOKEN: ""} == {**settings, webhooks.TOKEN: ""}


def _pause_simulators(session: Session, actor: str) -> None:
    active = Gateway.status == GatewayStatus.ACTIVE
    for gateway in session.scalars(select(Gateway).where(active).with_for_update()):
        change_status(gateway, GatewayStatus.PAUSED, actor)


def locked(session: Session, condition: ColumnElement[bool]) -> Gateway | None:
    """A gateway, locked and as it stands now."""
    query = select(Gateway).where(condition).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def change_status(gateway: Gateway, status: GatewayStatus, actor: str, why: str = "") -> None:
    """Pause or resume a locked gateway, and forget what its circuit breaker has seen.

    After a pause that it made itself, its health begins low: good answers restore it.
    """
    paused = status == GatewayStatus.PAUSED
    if gateway.paused_why and not paused:
        gateway.health = health.LEAST + health.GAIN
    gateway.status, gateway.paused_why = status, why[:40]
    gateway.paused_at = now() if paused else None
    gateway.probe_at = gateway.probing_until = None
    gateway.probes_failed = 0
    verb = "pause" if paused else "resume"
    audit_log.record(actor, f"gateway.{verb}", gateway.name, why)
