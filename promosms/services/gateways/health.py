"""Health: what part of its weight a gateway may use, from how it has answered lately."""

from datetime import timedelta

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.models import Gateway, now
from promosms.services.gateways import workers

FULL = 100
LEAST = 5  # so much goes on, or nobody would see that it has recovered
GAIN = 20
ERRORS = 20  # percent
FEW = 20  # answers of which the share of errors says nothing
SLOW_MS = 2_000
SLOWER = 4  # times as slow as usual
LOST = timedelta(seconds=30)
"""A gateway that has had no connection for so long gets nothing new."""


def judge(health: int, answers: int, errors: int, median_ms: int, usual_ms: int) -> int:
    """The health after a while of some ten seconds, both in percent.

    It halves while many answers are errors, or come late; it grows by a fifth of the whole when
    all is well, also if there was nothing to do. Errors among a few answers change nothing.
    """
    failing = errors * 100 >= ERRORS * answers > 0
    if (failing and answers >= FEW) or slow(median_ms, usual_ms):
        return max(LEAST, health // 2)
    return health if failing else min(FULL, health + GAIN)


def slow(median_ms: int, usual_ms: int) -> bool:
    """Much slower than usual, and slow in itself."""
    return median_ms > SLOW_MS and median_ms > SLOWER * usual_ms > 0


def usual(median_ms: int, before_ms: int) -> int:
    """The usual time follows what is measured; while that is slow, only slowly."""
    if not median_ms or not before_ms:
        return median_ms or before_ms
    share = 50 if slow(median_ms, before_ms) else 5
    return round(before_ms + (median_ms - before_ms) / share)


def effective(gateway: Gateway) -> int:
    """The health of now: nothing without a connection.

    A gateway that never had any has the health that it began with.
    """
    lost = gateway.seen_at is not None and gateway.seen_at < now() - LOST
    return 0 if lost else gateway.health


def record(gateway_id: int, answers: int, errors: int, median_ms: int) -> None:
    """Note how one connection of a gateway has answered in the last ten seconds or so.

    `errors` are those answers that tell of the gateway, not of a text or a number.
    """
    with transaction() as session:
        query = select(Gateway).where(Gateway.id == gateway_id).with_for_update()
        gateway = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
        if gateway is None:
            return
        health = judge(gateway.health, answers, errors, median_ms, gateway.answer_ms)
        if health > gateway.health:  # each of its connections tells that all is well
            health = gateway.health + max(1, (health - gateway.health) // gateway.connections)
        gateway.health = health
        gateway.answer_ms = usual(median_ms, gateway.answer_ms)
        gateway.errors_percent = round(errors * 100 / answers) if answers else 0


def note_connection(gateway_id: int, connected: bool, error: str = "") -> None:
    """What a worker of a gateway says of its line; `error` is one line for the operator.

    A gateway that nobody says to be connected loses its weight (see LOST), and has it
    back with the first connection. Its error stands until all of its connections are open.
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
