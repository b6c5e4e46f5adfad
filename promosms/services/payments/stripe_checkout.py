"""Cards: what is asked of Stripe. Card numbers are typed in there and never reach us.

Stripe counts in cents. Every question has a time limit, and every wish a key by which Stripe knows
that it has heard it before; the library repeats both when the line fails. Nothing here runs inside
a transaction.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import stripe

from promosms.db.transactions import transaction, writing
from promosms.extensions import db
from promosms.language import gettext as _
from promosms.models import TopUp, TopUpStatus
from promosms.settings import settings
from promosms.urls import public_address

SECONDS = 15
RETRIES = 2
CENT = 100  # in 1/10,000 of the currency
# Currencies that Stripe counts in other units than hundredths.
NOT_IN_CENTS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV"]
    + ["XAF", "XOF", "XPF", "BHD", "JOD", "KWD", "OMR", "TND"]
)


class Unavailable(Exception):
    """Stripe cannot be asked at the moment; what was wished may or may not have happened."""


class NotPayable(Exception):
    """The order is paid or given up."""


@dataclass(frozen=True)
class _Order:
    """What is needed of an order after the transaction has ended."""

    id: int
    public_id: str
    gross: int
    currency: str
    language: str
    checkout: str


def available() -> bool:
    """Can people pay by card here?"""
    configured = settings.stripe_secret_key and settings.stripe_webhook_secret
    return bool(configured) and settings.currency not in NOT_IN_CENTS


@contextmanager
def api() -> Iterator[stripe.StripeClient]:
    """A line to Stripe; whatever is nobody's fault comes out as Unavailable."""
    if writing():
        raise RuntimeError("the network is never asked inside a transaction")
    db.session.rollback()  # nor with a snapshot open
    if not available():
        raise Unavailable("cards are not configured")
    http: Any = stripe.RequestsClient(timeout=SECONDS)
    address = settings.stripe_url
    try:
        yield stripe.StripeClient(
            settings.stripe_secret_key,
            base_addresses={"api": address} if address else {},
            http_client=http,
            max_network_retries=RETRIES,
        )
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        if error.http_status == 409:  # the same question is being answered to somebody else
            raise Unavailable("busy") from error
        raise
    except stripe.StripeError as error:
        raise Unavailable(type(error).__name__) from error
    finally:
        http.close()


def marks(thing: Any) -> dict[str, str]:
    """What we have written on something at Stripe."""
    return dict(thing.metadata.to_dict()) if thing.metadata else {}


def cents(amount: int) -> int:
    """An amount in 1/10,000, whole cents, as Stripe counts."""
    return amount // CENT


def units(amount: int) -> int:
    """An amount of Stripe in 1/10,000."""
    return amount * CENT


def start(top_up: TopUp, save_card: bool = False) -> str:
    """The address of Stripe's page for an order; the same one as long as that is open.

    Raises NotPayable, Unavailable.
    """
    if top_up.status != TopUpStatus.OPEN or top_up.automatic:
        raise NotPayable
    order = _Order(
        *(top_up.id, top_up.public_id, top_up.gross - top_up.paid, top_up.currency),
        *(top_up.language, top_up.checkout or ""),
    )
    with api() as stripe_api:
        if order.checkout and (url := _open_page(stripe_api, order, save_card)):
            return url
        wish = _wish(order, save_card)
        session = stripe_api.v1.checkout.sessions.create(
            wish, {"idempotency_key": _key(wish, order.checkout)}
        )
    _note(order, session.id)
    return str(session.url)


def _open_page(stripe_api: stripe.StripeClient, order: _Order, save_card: bool) -> str:
    """The page of the last time, if it is still the right one; else it is closed."""
    session = stripe_api.v1.checkout.sessions.retrieve(order.checkout)
    if session.status == "complete":
        raise NotPayable
    if session.status != "open":
        return ""
    same = session.amount_total == cents(order.gross)
    if same and marks(session).get("save_card") == str(save_card):
        return str(session.url)
    stripe_api.v1.checkout.sessions.expire(order.checkout)
    return ""


def _wish(order: _Order, save_card: bool) -> Any:
    mark = {"top_up": order.public_id, "save_card": str(save_card)}
    wish: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": order.public_id,
        "metadata": mark,
        "payment_method_types": ["card"],
        "locale": order.language if order.language in ("en", "pl") else "auto",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": order.currency.lower(),
                    "unit_amount": cents(order.gross),
                    "product_data": {"name": _("Balance for texts")},
                },
            }
        ],
        "payment_intent_data": {"metadata": mark},
        "success_url": public_address(f"/billing/card/{order.public_id}/back"),
        "cancel_url": public_address(f"/billing/top-ups/{order.public_id}"),
    }
    if save_card:
        wish["customer_creation"] = "always"
        wish["payment_intent_data"]["setup_future_usage"] = "off_session"
    return wish


def _key(wish: object, *more: str) -> str:
    """The same wish gets the same key, so that a repeated one makes nothing new."""
    text = json.dumps([wish, more], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _note(order: _Order, session_id: str) -> None:
    with transaction() as session:
        top_up = session.get(TopUp, order.id, with_for_update=True, populate_existing=True)
        if top_up is not None and top_up.status != TopUpStatus.PAID:
            top_up.checkout = session_id


def refund(intent: str, amount: int, key: str, actor: str, reason: str) -> str:
    """Send money of a payment back, `amount` in 1/10,000; what Stripe calls the refund.

    Raises Unavailable; stripe.InvalidRequestError when there is not so much left of the payment.
    """
    wish: Any = {
        "payment_intent": intent,
        "amount": cents(amount),
        "metadata": {"actor": actor, "reason": reason[:200], "key": key},
    }
    with api() as stripe_api:
        made = stripe_api.v1.refunds.create(wish, {"idempotency_key": f"refund-{key}"})
    return made.id
