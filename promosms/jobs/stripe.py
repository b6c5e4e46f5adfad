"""Cards in the worker: automatic top-ups, lost webhooks, cards to forget. All of it asks Stripe."""

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
EVERY = 300.0  # seconds between two sweeps
_swept: float | None = None


def wake() -> None:
    """Ring for what is due; called by the tick."""
    global _swept
    if not stripe_checkout.available():
        return
    wake_top_ups()
    if saved_cards.to_delete():
        queue.wake("work", "stripe.forget")
    if _swept is None or time.monotonic() - _swept >= EVERY:
        _swept = time.monotonic()
        queue.wake("work", "stripe.sweep")


def wake_top_ups() -> None:
    """Ring for the accounts whose balance has fallen low; called where it may just have."""
    for account_id in automatic_top_ups.due():
        queue.wake("work", "stripe.top_up", account_id)


def top_up(account_id: int) -> None:
    """One automatic top-up; what could not be asked is asked again by the tick."""
    try:
        if automatic_attempts.run(account_id):
            queue.wake("work", "invoices.run")
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable")
    if outbox.waiting():
        queue.wake("mail", "mail.run")


def sweep() -> None:
    """Ask Stripe about what we may not have heard of."""
    try:
        asked = stripe_payments.sweep()
        stripe_payments.sweep_back()
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable")
        return
    if asked:
        queue.wake("work", "invoices.run")


def forget() -> None:
    """Have Stripe delete the cards that nobody has here any more."""
    try:
        saved_cards.delete_forgotten()
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable")
