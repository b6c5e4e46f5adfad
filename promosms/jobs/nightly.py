"""What is done once every night, in the worker. A new chore is a line here."""

from collections.abc import Callable
from functools import partial
from typing import Any

from promosms import logs, queue
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.services.abuse import sms_pumping
from promosms.services.audit import nightly as audit_nightly
from promosms.services.auth import backoff, known_browsers
from promosms.services.installation import nightly_jobs
from promosms.services.invoices import invoices
from promosms.services.ledger import campaign_costs
from promosms.services.ledger import nightly as ledger_nightly
from promosms.services.privacy import erasure_requests, retention

log = logs.get(__name__)
Step = Callable[[dict[str, Any], time_slice.Over], dict[str, Any] | None]
"""Goes on from a place until the slice is over: the next place, or None when all is done."""


def whole(function: Callable[[], object]) -> Step:
    """A chore that is done at once."""

    def step(_place: dict[str, Any], _over: time_slice.Over) -> None:
        function()

    return step


NIGHTLY: dict[str, Step] = {
    "campaign_costs": lambda _place, over: {} if campaign_costs.store(over) else None,
    ledger_nightly.NAME: ledger_nightly.step,
    audit_nightly.NAME: audit_nightly.step,
    "invoices": whole(invoices.purge),
    "backoffs": whole(backoff.forget_old),
    "known_browsers": whole(known_browsers.forget_old),
    "system texts": whole(sms_pumping.purge),
    "erasures": whole(erasure_requests.forget_old),
    "retention": retention.step,  # the last: in the end it waits for a calm hour
}


def due() -> bool:
    """Is there something to do tonight?"""
    return bool(nightly_jobs.due(NIGHTLY))


def run() -> None:
    """A slice of the first chore that is due; the bell is rung for the rest.

    One that fails does not keep the others from their turn, and is tried again after a rest.
    """
    for name in nightly_jobs.due(NIGHTLY):
        place = nightly_jobs.claim(name)
        if place is None:
            continue
        if _do(name, place):
            break
    if due():
        queue.wake("work", "nightly.run")


def _do(name: str, place: dict[str, Any]) -> bool:
    """A slice of a chore; False if it went wrong. What it has found stands in its place."""
    over = time_slice.begin(others_wait=partial(queue.others_wait, "work"))
    try:
        further = NIGHTLY[name](place, over)
    except Exception:
        db.session.rollback()
        log.exception("chore.failed", extra={"job": name})
        nightly_jobs.fail(name)
        return False
    if further is None:
        nightly_jobs.finish(name, place.get("findings"))
    else:
        nightly_jobs.pause(name, further)
    return True
