"""Events: what Stripe calls out to us about cards. Only the signature makes one believable.

An event says no more here than which session or payment to ask Stripe about, so that it matters
neither in which order they come nor how often.
"""

import json
from dataclasses import dataclass
from typing import Any

import stripe

from promosms.services.payments import stripe_checkout, stripe_payments
from promosms.settings import settings

SECONDS = 300
"""How old an event may be: what somebody has copied on its way is worthless afterwards."""
SESSIONS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
)
PAYMENTS = ("payment_intent.succeeded",)
BACK = (
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
    """It is not from Stripe, too old, or not readable."""


@dataclass(frozen=True)
class Event:
    """What is told: `kind` of a thing at Stripe, by its names there."""

    kind: str
    id: str
    payment: str


def opened(body: bytes, signature: str) -> Event:
    """Check the signature over the body as it came, and read it; raises BadEvent."""
    secret = settings.stripe_webhook_secret
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, SECONDS)
        told: Any = json.loads(body)
        thing = told["data"]["object"]
        payment = thing.get("payment_intent") or ""
        if isinstance(payment, dict):
            payment = payment["id"]
        return Event(str(told["type"]), str(thing["id"]), str(payment))
    except (stripe.SignatureVerificationError, ValueError, LookupError, TypeError) as error:
        raise BadEvent from error
    except AttributeError as error:  # something else stands where a thing should
        raise BadEvent from error


def apply(event: Event) -> None:
    """Ask Stripe about it and book what is so; raises card.Unavailable: let it be told again."""
    if event.kind in SESSIONS:
        stripe_payments.look_at_session(event.id)
    elif event.kind in PAYMENTS:
        stripe_payments.look_at_payment(event.id)
    elif event.kind in BACK:
        payment = event.payment or _payment_of(event.id)
        if payment:
            stripe_payments.look_at_payment(payment, everything=True)


def _payment_of(name: str) -> str:
    """The payment of a refund or a charge that does not name it itself."""
    try:
        with stripe_checkout.api() as api:
            thing: Any = (
                api.v1.refunds.retrieve(name)
                if name.startswith("re_")
                else api.v1.charges.retrieve(name)
            )
            return str(thing.payment_intent or "")
    except stripe.InvalidRequestError:
        return ""
