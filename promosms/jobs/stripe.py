"""What the worker does at Stripe: automatic top-ups, lost webhooks, cards to delete."""

import time

from promosms import logs, queue
from promosms.services.mail import outbox
from promosms.services.payments import (
    automatic_attempts,
    automatic_top_ups,
    saved_cards,
    stripe_checkout,
    stripe_payments,
)

log = logs.get(__name__)
SWEEP_INTERVAL = 300.0  # seconds
_swept: float | None = None


def wake() -> None:
    """Queue the jobs that are due; called by the tick."""
    global _swept
    if not stripe_checkout.available():
        return
    wake_top_ups()
    if saved_cards.to_delete():
        queue.wake("work", "stripe.forget")
    if _swept is None or time.monotonic() - _swept >= SWEEP_INTERVAL:
        _swept = time.monotonic()
        queue.wake("work", "stripe.sweep")


def wake_top_ups() -> None:
    """Queue the automatic top-ups that are due; also called where a balance may have fallen."""
    for account_id in automatic_top_ups.due():
        queue.wake("work", "stripe.top_up", account_id)


def top_up(account_id: int) -> None:
    """Make one automatic top-up; if Stripe cannot be reached, the tick queues it again."""
    try:
        if automatic_attempts.run(account_id):
            queue.wake("work", "invoices.run")
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable", exc_info=True)
    if outbox.waiting():
        queue.wake("mail", "mail.run")


def sweep() -> None:
    """Book payments, refunds and disputes whose webhooks may be lost."""
    try:
        checked = stripe_payments.sync_unpaid()
        stripe_payments.sync_reversals()
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable", exc_info=True)
        return
    if checked:
        queue.wake("work", "invoices.run")


def forget() -> None:
    """Delete forgotten cards at Stripe."""
    try:
        saved_cards.delete_forgotten()
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable", exc_info=True)
