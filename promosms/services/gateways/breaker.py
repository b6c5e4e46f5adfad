"""The circuit breaker of gateways: an ill one pauses itself, and probes decide when it comes back.

`gateways/breaker.py` says when it has to open. The state stands in the row of the gateway, for all
its workers: closed is `active`; open is `paused` with a reason; half open is a worker that sends a
few texts as probes, one after the other, while the gateway is still paused for everything else.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from promosms import logs
from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Gateway, GatewayStatus, now
from promosms.services.gateways import alerts, gateways, health

log = logs.get(__name__)
WORKER = "worker"
WAITS = tuple(timedelta(seconds=s) for s in (30, 60, 120, 300, 600))
"""Before the next probes, by the number of those that failed."""
PROBES = 3
"""Texts that have to be taken, one after the other, before more are refused than were taken."""
PROBING = timedelta(seconds=60)
"""So long a worker may take for them; then it counts as dead."""
AGAIN = timedelta(minutes=10)
"""A gateway that pauses itself so soon again was not well: it waits longer, without an e-mail."""


def trip(gateway_id: int, why: str) -> bool:
    """Open: pause a gateway that is ill, and tell the admins; False if it is paused.

    `why` is a reason code such as "credentials". What may move of its queue does
    (`services/sending/failover.py`). No probes if the provider does not know us: some lock an
    account after many tries.
    """
    with transaction() as session:
        gateway = gateways.locked(session, Gateway.id == gateway_id)
        if gateway is None or gateway.status == GatewayStatus.PAUSED:
            return False
        again = gateway.probing_until is not None and gateway.probing_until > now() - AGAIN
        failed = gateway.probes_failed + 1 if again else 0
        gateways.change_status(gateway, GatewayStatus.PAUSED, WORKER, why)
        gateway.health = health.LEAST
        gateway.probes_failed = failed
        gateway.probe_at = None if why in alerts.CREDENTIALS else now() + _wait(failed)
        if not again:
            alerts.tell_admins(gateway)
        log.warning("gateway.paused", extra={"gateway": gateway_id, "code": why})
        return True


def due() -> list[int]:
    """Gateways that wait for probes."""
    return list(db.session.scalars(select(Gateway.id).where(*_due(now())).order_by(Gateway.id)))


def begin_probes(gateway_id: int) -> bool:
    """Half open: may this worker send probes now? Only one of the gateway's workers may."""
    moment = now()
    condition = (Gateway.id == gateway_id, *_due(moment))
    if db.session.scalar(select(Gateway.id).where(*condition)) is None:
        return False
    with transaction() as session:
        statement = update_rows(Gateway).where(*condition).values(probing_until=moment + PROBING)
        return session.scalar(statement.returning(Gateway.id)) is not None


def end_probes(gateway_id: int) -> None:
    """There was no text to probe with: the next worker may try."""
    with transaction() as session:
        gateway = gateways.locked(session, Gateway.id == gateway_id)
        if gateway is not None and gateway.probe_at is not None:
            gateway.probing_until = None


def probe_failed(gateway_id: int) -> None:
    """Open again, for longer."""
    with transaction() as session:
        gateway = gateways.locked(session, Gateway.id == gateway_id)
        if gateway is not None and gateway.probe_at is not None:
            gateway.probes_failed += 1
            gateway.probe_at = now() + _wait(gateway.probes_failed)
            gateway.probing_until = None


def close(gateway_id: int) -> bool:
    """Close: the probes were taken. False if an admin has paused or resumed it meanwhile."""
    with transaction() as session:
        gateway = gateways.locked(session, Gateway.id == gateway_id)
        if gateway is None or gateway.probe_at is None:
            return False
        failed = gateway.probes_failed
        gateways.change_status(gateway, GatewayStatus.ACTIVE, WORKER)
        gateway.probes_failed, gateway.probing_until = failed, now()
        return True


def _due(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(Gateway.probing_until.is_(None), Gateway.probing_until <= moment)
    return Gateway.status == GatewayStatus.PAUSED, Gateway.probe_at <= moment, free


def _wait(failed: int) -> timedelta:
    return WAITS[min(failed, len(WAITS) - 1)]
