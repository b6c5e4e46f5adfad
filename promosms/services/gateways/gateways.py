"""Gateways: add, change, pause and resume them. Each change is audited."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Gateway, GatewayStatus, RouteGateway
from promosms.services.audit import log as audit_log
from promosms.services.gateways import alerts, credentials, webhooks
from promosms.services.installation import defaults

SIMULATOR = "simulator"
WORKER = "worker"


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
        gateway = _locked(session, Gateway.name == name)
        if gateway is None or gateway.status == status:
            return None
        _switch(gateway, status, actor)
        return gateway


def pause_itself(gateway_id: int, why: str) -> bool:
    """Pause a gateway whose provider refuses all texts, and tell the admins; False if it was.

    `why` is a reason code such as "credentials". Its queue stays as it is.
    """
    with transaction() as session:
        gateway = _locked(session, Gateway.id == gateway_id)
        if gateway is None or gateway.status == GatewayStatus.PAUSED:
            return False
        _switch(gateway, GatewayStatus.PAUSED, WORKER, why)
        alerts.tell_admins(gateway)
        return True


def change(name: str, rate: int, window: int, connections: int, actor: str) -> bool:
    """Change the rate of a gateway; its workers read it when they are started again.

    `rate` is parts per second of all connections, `window` texts in flight on each.
    """
    with transaction() as session:
        gateway = _locked(session, Gateway.name == name)
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
    rate: int,
    window: int,
    actor: str,
    connections: int = 1,
) -> Gateway:
    """Add a gateway, at the end of the default route; raises NameTaken.

    It gets texts as soon as its worker has connected. With the first real gateway the simulated
    network is paused, so that no campaign ends there.
    """
    route_id = defaults.default_route().id
    with transaction() as session:
        if session.scalar(select(Gateway.id).where(Gateway.name == name)) is not None:
            raise NameTaken(name)
        if kind != SIMULATOR and defaults.simulator_only():
            _pause_simulators(session, actor)
        gateway = Gateway(
            name=name,
            kind=kind,
            settings=credentials.encrypted({**settings, **webhooks.new_settings(kind)}),
            rate=rate,
            window=window,
            connections=connections,
            health=0,
        )
        session.add(gateway)
        session.flush()
        last = select(func.max(RouteGateway.position)).where(RouteGateway.route_id == route_id)
        position = session.scalar(last)
        position = 0 if position is None else position + 1
        session.add(RouteGateway(route_id=route_id, gateway_id=gateway.id, position=position))
        audit_log.record(actor, "gateway.add", name)
        return gateway


def _pause_simulators(session: Session, actor: str) -> None:
    active = Gateway.status == GatewayStatus.ACTIVE
    for gateway in session.scalars(select(Gateway).where(active).with_for_update()):
        _switch(gateway, GatewayStatus.PAUSED, actor)


def _locked(session: Session, condition: ColumnElement[bool]) -> Gateway | None:
    query = select(Gateway).where(condition).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _switch(gateway: Gateway, status: GatewayStatus, actor: str, why: str = "") -> None:
    gateway.status, gateway.paused_why = status, why[:40]
    verb = "pause" if status == GatewayStatus.PAUSED else "resume"
    audit_log.record(actor, f"gateway.{verb}", gateway.name, why)
