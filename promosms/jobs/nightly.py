"""What is done once every night, in the worker. A new chore is a line here."""

from collections.abc import Callable
from functools import partial
from typing import Any

from promosms import bell, logs
from promosms.extensions import db
from promosms.services import (
    audit_watch,
    chores,
    erasures,
    invoices,
    known_browsers,
    ledger_watch,
    pumping,
    retention,
    slices,
    spendings,
    throttling,
)

log = logs.get(__name__)
Step = Callable[[dict[str, Any], slices.Over], dict[str, Any] | None]
"""Goes on from a place until the slice is over: the next place, or None when all is done."""


def whole(function: Callable[[], object]) -> Step:
    """A chore that is done at once."""

    def step(_place: dict[str, Any], _over: slices.Over) -> None:
        function()

    return step


NIGHTLY: dict[str, Step] = {
    "spendings": lambda _place, over: {} if spendings.store(over) else None,
    ledger_watch.NAME: ledger_watch.step,
    audit_watch.NAME: audit_watch.step,
    "invoices": whole(invoices.purge),
    "throttles": whole(throttling.forget_old),
    "known_browsers": whole(known_browsers.forget_old),
    "system texts": whole(pumping.purge),
    "erasures": whole(erasures.forget_old),
    "retention": retention.step,  # the last: in the end it waits for a calm hour
}


def due() -> bool:
    """Is there something to do tonight?"""
    return bool(chores.due(NIGHTLY))


def run() -> None:
    """A slice of the first chore that is due; the bell is rung for the rest.

    One that fails does not keep the others from their turn, and is tried again after a rest.
    """
    for name in chores.due(NIGHTLY):
        place = chores.claim(name)
        if place is None:
            continue
        if _do(name, place):
            break
    if due():
        bell.ring("work", "nightly.run")


def _do(name: str, place: dict[str, Any]) -> bool:
    """A slice of a chore; False if it went wrong. What it has found stands in its place."""
    over = slices.begin(others_wait=partial(bell.others_wait, "work"))
    try:
        further = NIGHTLY[name](place, over)
    except Exception:
        db.session.rollback()
        log.exception("chore.failed", extra={"job": name})
        chores.fail(name)
        return False
    if further is None:
        chores.finish(name, place.get("findings"))
    else:
        chores.pause(name, further)
    return True
