"""Stripe webhooks: only events with a valid signature count.

An event only names the session or payment that is then read from Stripe. So events may come in
any order and more than once.
"""

import json
from dataclasses import dataclass
from typing import Any

from promosms.services.payments import stripe_checkout, stripe_payments
from promosms.settings import settings

# Against replays: an event that somebody has recorded is refused later.
MAX_AGE_SECONDS = 300
SESSION_EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
)
PAYMENT_EVENTS = ("payment_intent.succeeded",)
REVERSAL_EVENTS = (
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)


class BadEvent(Exception):
    """The event is not from Stripe, too old, or not readable."""


@dataclass(frozen=True)
class Event:
    """`kind` is Stripe's event type, `id` the object, `payment` its payment intent or ""."""

    kind: str
    id: str
    payment: str


def verify(body: bytes, signature: str) -> Event:
    """Check the signature of the raw body, and read it; raises BadEvent."""
    import stripe

    secret = settings.stripe_webhook_secret
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, MAX_AGE_SECONDS)
        event: Any = json.loads(body)
        stripe_object = event["data"]["object"]
        payment = stripe_object.get("payment_intent") or ""
        if isinstance(payment, dict):
            payment = payment["id"]
        return Event(str(event["type"]), str(stripe_object["id"]), str(payment))
    except (stripe.SignatureVerificationError, ValueError, LookupError, TypeError) as error:
        raise BadEvent from error
    except AttributeError as error:  # `object` is no object
        raise BadEvent from error


def handle(event: Event) -> None:
    """Book what Stripe reports about the object of an event.

    Raises stripe_checkout.Unavailable; Stripe then delivers the event again.
    """
    if event.kind in SESSION_EVENTS:
        stripe_payments.sync_session(event.id)
    elif event.kind in PAYMENT_EVENTS:
        stripe_payments.sync_payment(event.id)
    elif event.kind in REVERSAL_EVENTS:
        payment = event.payment or _payment_of(event.id)
        if payment:
            stripe_payments.sync_payment(payment, reversals=True)


def _payment_of(object_id: str) -> str:
    """The payment intent of a refund or charge whose event does not name it."""
    import stripe

    try:
        with stripe_checkout.api() as api:
            stripe_object: Any = (
                api.v1.refunds.retrieve(object_id)
                if object_id.startswith("re_")
                else api.v1.charges.retrieve(object_id)
            )
            return str(stripe_object.payment_intent or "")
    except stripe.InvalidRequestError:
        return ""
