"""Cards in the worker: automatic top-ups, lost webhooks, cards to forget. All of it asks Stripe."""

import time

from promosms import bell, logs
from promosms.services import (
    automatic_attempts,
    automatic_top_ups,
    card,
    card_payments,
    emails,
    saved_cards,
)

log = logs.get(__name__)
EVERY = 300.0  # seconds between two sweeps
_swept: float | None = None


def ring() -> None:
    """Ring for what is due; called by the tick."""
    global _swept
    if not card.available():
        return
    ring_top_ups()
    if saved_cards.to_delete():
        bell.ring("work", "cards.forget")
    if _swept is None or time.monotonic() - _swept >= EVERY:
        _swept = time.monotonic()
        bell.ring("work", "cards.sweep")


def ring_top_ups() -> None:
    """Ring for the accounts whose balance has fallen low; called where it may just have."""
    for account_id in automatic_top_ups.due():
        bell.ring("work", "cards.top_up", account_id)


def top_up(account_id: int) -> None:
    """One automatic top-up; what could not be asked is asked again by the tick."""
    try:
        if automatic_attempts.run(account_id):
            bell.ring("work", "invoices.run")
    except card.Unavailable:
        log.warning("card.unavailable")
    if emails.waiting():
        bell.ring("mail", "mail.run")


def sweep() -> None:
    """Ask Stripe about what we may not have heard of."""
    try:
        asked = card_payments.sweep()
        card_payments.sweep_back()
    except card.Unavailable:
        log.warning("card.unavailable")
        return
    if asked:
        bell.ring("work", "invoices.run")


def forget() -> None:
    """Have Stripe delete the cards that nobody has here any more."""
    try:
        saved_cards.delete_forgotten()
    except card.Unavailable:
        log.warning("card.unavailable")
