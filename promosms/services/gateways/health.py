"""Health: the percentage of its weight that a gateway may use, from its last answers."""

from datetime import timedelta

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.gateways.connection import Measurements
from promosms.models import Gateway, now
from promosms.services.gateways import workers

FULL = 100
LEAST = 5  # some messages must be sent, or a recovery would not be noticed
GAIN = 20
ERRORS = 20  # percent
REFUSALS = 50  # percent, with the permanent ones: old lists have many dead numbers
FEW = 20  # with fewer answers the share of errors means nothing
SLOW_MS = 2_000
SLOWER = 4  # times as slow as usual
LOST = timedelta(seconds=30)
"""A gateway without a connection for this time gets no new messages."""


def judge(health: int, measured: Measurements, usual_ms: int) -> int:
    """The new health, in percent, after some ten seconds.

    It halves if many answers are errors or slow. It grows by 20 if all is well, also without any
    answer. Errors among few answers change nothing.
    """
    answers, errors, refusals, median_ms = measured
    failing = errors * 100 >= ERRORS * answers > 0
    failing = failing or (errors + refusals) * 100 >= REFUSALS * answers > 0
    if (failing and answers >= FEW) or slow(median_ms, usual_ms):
        return max(LEAST, health // 2)
    return health if failing else min(FULL, health + GAIN)


def slow(median_ms: int, usual_ms: int) -> bool:
    """Much slower than usual, and slow in itself."""
    return median_ms > SLOW_MS and median_ms > SLOWER * usual_ms > 0


def usual(median_ms: int, before_ms: int) -> int:
    """The usual time, moved towards the measured one; only a little while that is slow."""
    if not median_ms or not before_ms:
        return median_ms or before_ms
    share = 50 if slow(median_ms, before_ms) else 5
    return round(before_ms + (median_ms - before_ms) / share)


def effective(gateway: Gateway) -> int:
    """The health now: 0 without a connection.

    A gateway that never had a connection keeps its first health.
    """
    lost = gateway.seen_at is not None and gateway.seen_at < now() - LOST
    return 0 if lost else gateway.health


def record(gateway_id: int, measured: Measurements) -> None:
    """Note the answers on one connection of a gateway in the last ten seconds or so.

    One that has paused itself regains nothing by time: probes decide when it comes back.
    """
    answers, median_ms = measured.answers, measured.median_ms
    with transaction() as session:
        query = select(Gateway).where(Gateway.id == gateway_id).with_for_update()
        gateway = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if gateway is None or (gateway.paused_why and not answers):
            return
        health = judge(gateway.health, measured, gateway.answer_ms)
        if health > gateway.health:  # each connection adds its share
            health = gateway.health + max(1, (health - gateway.health) // gateway.connections)
        gateway.health = health
        gateway.answer_ms = usual(median_ms, gateway.answer_ms)
        bad = measured.errors + measured.refusals
        gateway.errors_percent = round(bad * 100 / answers) if answers else 0


def note_connection(gateway_id: int, connected: bool, error: str = "") -> None:
    """Note if a worker of a gateway is connected; `error` is one line of text for the operator.

    A gateway without a connection loses its weight (see LOST), until the first connection is
    open again. The error is shown until all connections are open.
    """
    with transaction() as session:
        gateway = session.get(Gateway, gateway_id, with_for_update=True)
        if gateway is None:
            return
        if error:
            gateway.error = error[:300]
        elif connected and workers.connected().issuperset(workers.names_of(gateway)):
            gateway.error = ""
        if connected:
            gateway.seen_at = now()
