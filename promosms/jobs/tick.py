"""The tick: every few seconds it sweeps, and enqueues jobs for waiting work."""

import signal
import threading
from types import FrameType

from flask import Flask

from promosms import logs, queue
from promosms.extensions import db
from promosms.jobs import nightly, stripe
from promosms.jobs import sweep as sweep_list
from promosms.jobs.time_limit import end_after, time_limit
from promosms.jobs.webhooks import waking
from promosms.lib import sign_of_life
from promosms.services.automations import run as automation_run
from promosms.services.bulk_actions import actions
from promosms.services.campaigns import breakdown, preparation
from promosms.services.gateways import workers
from promosms.services.imports import imports
from promosms.services.invoices import files as invoice_files
from promosms.services.ledger import campaign_costs
from promosms.services.mail import outbox
from promosms.services.payments import balance_alerts, top_ups
from promosms.services.privacy import erasure
from promosms.services.privacy import export as account_export
from promosms.services.recipients import activity
from promosms.services.sending import sweep
from promosms.services.workbooks import workbooks
from promosms.settings import settings

log = logs.get(__name__)

LEAVING = 10.0  # seconds that a round may still take after SIGTERM


def run(app: Flask) -> None:
    """Tick until SIGTERM or SIGINT. A round that takes too long ends the process."""
    logs.take_over()
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()
        end_after(LEAVING)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while not stop.is_set():
        sign_of_life.give(app.instance_path, workers.TICK)
        with app.app_context():
            seconds = settings.tick_seconds
            with time_limit(settings.tick_limit_seconds):
                try:
                    tick()
                except Exception:
                    log.exception("tick.failed")
                finally:
                    db.session.remove()
        stop.wait(seconds)


def tick() -> None:
    """One round. Work that fails is tried again in the next round."""
    workers.beat(workers.TICK)
    sweep_list.run()
    imports.discard_abandoned()
    top_ups.expire()
    for account_id in balance_alerts.due():
        balance_alerts.check(account_id)
    wake()


def wake() -> None:
    """Enqueue jobs for all work that waits."""
    for automation_id in automation_run.due():
        queue.wake("work", "automations.run", automation_id)
    for campaign_id in preparation.waiting():
        queue.wake("work", "prepare.run", campaign_id)
    for gateway_id in sweep.gateways_with_work():
        queue.wake(queue.gateway_queue(gateway_id), "send.run", gateway_id)
    if sweep.inbox_due():
        queue.wake("receive", "receive.run")
    for import_id in imports.stale_imports():
        queue.wake("work", "imports.run", import_id)
    for action_id in actions.stale():
        queue.wake("work", "bulk_actions.run", action_id)
    for account_id in erasure.stale_erasures():
        queue.wake("work", "erasure.run", account_id)
    for workbook_id in workbooks.waiting():
        queue.wake("work", "workbooks.run", workbook_id)
    for export_id in account_export.waiting():
        queue.wake("work", "exports.run", export_id)
    if invoice_files.missing():
        queue.wake("work", "invoices.run")
    if campaign_costs.due():
        queue.wake("work", "campaign_costs.run")
    if activity.due():
        queue.wake("work", "activity.run")
    if breakdown.due():
        queue.wake("work", "breakdowns.run")
    if nightly.due():
        queue.wake("work", "nightly.run")
    stripe.wake()
    waking.wake()
    if outbox.waiting():
        queue.wake("mail", "mail.run")
