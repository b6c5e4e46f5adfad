"""The tick: every few seconds it sweeps, and rings for whatever waits."""

import signal
import threading
from types import FrameType

from flask import Flask

from promosms import bell, logs
from promosms.config import setting
from promosms.extensions import db
from promosms.jobs import cards, nightly
from promosms.jobs import sweep as sweep_list
from promosms.services import (
    account_export,
    balance_alerts,
    emails,
    erasure,
    imports,
    invoice_files,
    preparation,
    spendings,
    sweep,
    top_ups,
    workers,
)

log = logs.get(__name__)


def run(app: Flask) -> None:
    """Tick until SIGTERM or SIGINT."""
    logs.take_over()
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while not stop.is_set():
        with app.app_context():
            try:
                tick()
            except Exception:
                log.exception("tick.failed")
            finally:
                db.session.remove()
            seconds = setting("TICK_SECONDS")
        stop.wait(seconds)


def tick() -> None:
    """One round. Whatever fails is tried again in the next one."""
    workers.beat(workers.TICK)
    sweep_list.run()
    imports.discard_abandoned()
    top_ups.expire()
    for account_id in balance_alerts.due():
        balance_alerts.check(account_id)
    ring()


def ring() -> None:
    """Ring for every queue that has something to do."""
    for campaign_id in preparation.waiting():
        bell.ring("work", "prepare.run", campaign_id)
    for gateway_id in sweep.gateways_with_work():
        bell.ring(bell.gateway_queue(gateway_id), "send.run", gateway_id)
    if sweep.events_due():
        bell.ring("receive", "receive.run")
    for import_id in imports.stale_imports():
        bell.ring("work", "imports.run", import_id)
    for account_id in erasure.stale_erasures():
        bell.ring("work", "erasure.run", account_id)
    for export_id in account_export.waiting():
        bell.ring("work", "exports.run", export_id)
    if invoice_files.missing():
        bell.ring("work", "invoices.run")
    if spendings.due():
        bell.ring("work", "spendings.run")
    if nightly.due():
        bell.ring("work", "nightly.run")
    cards.ring()
    if emails.waiting():
        bell.ring("mail", "mail.run")
