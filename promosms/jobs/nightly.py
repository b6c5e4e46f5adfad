"""The jobs that run once every night in the worker. A new nightly job is a line here."""

from collections.abc import Callable
from functools import partial
from typing import Any

from promosms import logs, queue
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.services.abuse import receivers, sms_pumping
from promosms.services.audit import nightly as audit_nightly
from promosms.services.auth import backoff, known_browsers
from promosms.services.installation import nightly_jobs
from promosms.services.invoices import invoices
from promosms.services.ledger import campaign_costs, welcome_credits
from promosms.services.ledger import nightly as ledger_nightly
from promosms.services.privacy import departed, retention
from promosms.services.recipients import counts as recipient_counts
from promosms.services.sending import gateway_counts

log = logs.get(__name__)
Step = Callable[[dict[str, Any], time_slice.Over], dict[str, Any] | None]
"""Continues from a position until the time slice is over; returns the next, or None at the end."""


def whole(function: Callable[[], object]) -> Step:
    """The step of a nightly job that needs no time slices."""

    def step(_position: dict[str, Any], _over: time_slice.Over) -> None:
        function()

    return step


NIGHTLY: dict[str, Step] = {
    "campaign_costs": lambda _position, over: {} if campaign_costs.store(over) else None,
    ledger_nightly.NAME: ledger_nightly.step,
    audit_nightly.NAME: audit_nightly.step,
    "invoices": whole(invoices.purge),
    "backoffs": whole(backoff.forget_old),
    "known_browsers": whole(known_browsers.forget_old),
    "verification texts": whole(sms_pumping.purge),
    "erasures": whole(departed.tidy),
    "e-mail attempts": whole(receivers.forget_old),
    "welcome credits": whole(welcome_credits.forget_old),
    recipient_counts.NAME: recipient_counts.step,
    "gateway counts": whole(gateway_counts.forget_old),
    "retention": retention.step,  # the last one: at its end it waits for a quiet hour
}


def due() -> bool:
    """Is any nightly job due?"""
    return bool(nightly_jobs.due(NIGHTLY))


def run() -> None:
    """Run a time slice of the first nightly job that is due, and enqueue the rest.

    A job that fails does not stop the others, and is tried again after a pause.
    """
    for job in nightly_jobs.due(NIGHTLY):
        position = nightly_jobs.claim(job)
        if position is None:
            continue
        if _run_slice(job, position):
            break
    if due():
        queue.wake("work", "nightly.run")


def _run_slice(job: str, position: dict[str, Any]) -> bool:
    """Run a time slice of a nightly job; False if it failed. Its position holds its findings."""
    over = time_slice.begin(others_wait=partial(queue.others_wait, "work"))
    try:
        next_position = NIGHTLY[job](position, over)
    except Exception:
        db.session.rollback()
        log.exception("nightly_job.failed", extra={"job": job})
        nightly_jobs.fail(job)
        return False
    if next_position is None:
        nightly_jobs.finish(job, position.get("findings"))
    else:
        nightly_jobs.pause(job, next_position)
    return True
