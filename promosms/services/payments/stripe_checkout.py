"""Stripe Checkout: payment pages and refunds. Card numbers are typed in at Stripe, never here.

Stripe counts in cents. Each request has a time limit, and each that creates something an
idempotency key: the library repeats requests when the connection fails. No request is made inside
a transaction.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from promosms.db.transactions import transaction, writing
from promosms.extensions import db
from promosms.language import gettext as _
from promosms.models import TopUp, TopUpStatus
from promosms.settings import settings
from promosms.urls import public_address

if TYPE_CHECKING:
    # Imported where it is used, here and in the other modules: loading it costs every process a
    # third of a second and 15 MB, and few take cards.
    import stripe

TIMEOUT_SECONDS = 15
RETRIES = 2
CENT = 100  # in 1/10,000 of the currency
# Currencies whose smallest unit at Stripe is not a hundredth.
NOT_IN_CENTS = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV"]
    + ["XAF", "XOF", "XPF", "BHD", "JOD", "KWD", "OMR", "TND"]
)


class Unavailable(Exception):
    """Stripe cannot be reached at the moment; the request may or may not have taken effect."""


class NotPayable(Exception):
    """The top-up is paid, or not open any more."""


@dataclass(frozen=True)
class _Payable:
    """The values of a top-up that are needed after the transaction has ended."""

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
def api() -> "Iterator[stripe.StripeClient]":
    """A client of Stripe's API; temporary failures are raised as Unavailable."""
    import stripe

    if writing():
        raise RuntimeError("no network request is made inside a transaction")
    db.session.rollback()  # a read snapshot would stay open during the request
    if not available():
        raise Unavailable("cards are not configured")
    http: Any = stripe.RequestsClient(timeout=TIMEOUT_SECONDS)
    address = settings.stripe_url
    try:
        yield stripe.StripeClient(
            settings.stripe_secret_key,
            base_addresses={"api": address} if address else {},
            http_client=http,
            max_network_retries=RETRIES,
        )
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        if error.http_status == 409:  # another process makes a request with the same key
            raise Unavailable("busy") from error
        raise
    except stripe.StripeError as error:
        raise Unavailable(type(error).__name__) from error
    finally:
        http.close()


def metadata(stripe_object: Any) -> dict[str, str]:
    """The metadata that we have stored with an object at Stripe."""
    return dict(stripe_object.metadata.to_dict()) if stripe_object.metadata else {}


def cents(amount: int) -> int:
    """An amount in 1/10,000, whole cents, as Stripe counts."""
    return amount // CENT


def units(amount: int) -> int:
    """An amount of Stripe in 1/10,000."""
    return amount * CENT


def payment_url(top_up: TopUp, save_card: bool = False) -> str:
    """The address of Stripe's payment page for a top-up; an open page is used again.

    Raises NotPayable, Unavailable.
    """
    if top_up.status != TopUpStatus.OPEN or top_up.automatic:
        raise NotPayable
    payable = _Payable(
        *(top_up.id, top_up.public_id, top_up.gross - top_up.paid, top_up.currency),
        *(top_up.language, top_up.checkout or ""),
    )
    with api() as stripe_api:
        if payable.checkout and (url := _open_session_url(stripe_api, payable, save_card)):
            return url
        params = _params(payable, save_card)
        session = stripe_api.v1.checkout.sessions.create(
            params, {"idempotency_key": _idempotency_key(params, payable.checkout)}
        )
    _store_session(payable, session.id)
    return str(session.url)


def _open_session_url(stripe_api: "stripe.StripeClient", payable: _Payable, save_card: bool) -> str:
    """The page of the last session if amount and choice are the same; else it is expired."""
    session = stripe_api.v1.checkout.sessions.retrieve(payable.checkout)
    if session.status == "complete":
        raise NotPayable
    if session.status != "open":
        return ""
    same_amount = session.amount_total == cents(payable.gross)
    if same_amount and metadata(session).get("save_card") == str(save_card):
        return str(session.url)
    stripe_api.v1.checkout.sessions.expire(payable.checkout)
    return ""


def _params(payable: _Payable, save_card: bool) -> Any:
    metadata = {"top_up": payable.public_id, "save_card": str(save_card)}
    params: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": payable.public_id,
        "metadata": metadata,
        "payment_method_types": ["card"],
        "locale": payable.language if payable.language in ("en", "pl") else "auto",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": payable.currency.lower(),
                    "unit_amount": cents(payable.gross),
                    "product_data": {"name": _("Balance for texts")},
                },
            }
        ],
        "payment_intent_data": {"metadata": metadata},
        "success_url": public_address(f"/billing/card/{payable.public_id}/back"),
        "cancel_url": public_address(f"/billing/top-ups/{payable.public_id}"),
    }
    if save_card:
        params["customer_creation"] = "always"
        params["payment_intent_data"]["setup_future_usage"] = "off_session"
    return params


def _idempotency_key(params: object, last_session: str) -> str:
    """Equal requests after the same session have equal keys, so a repeated one creates nothing."""
    text = json.dumps([params, [last_session]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _store_session(payable: _Payable, session_id: str) -> None:
    with transaction() as session:
        top_up = session.get(TopUp, payable.id, with_for_update=True, populate_existing=True)
        if top_up is not None and top_up.status != TopUpStatus.PAID:
            top_up.checkout = session_id


def create_refund(intent: str, amount: int, key: str, actor: str, reason: str) -> str:
    """Refund a part of a payment, `amount` in 1/10,000; returns Stripe's id of the refund.

    Raises Unavailable, and stripe.InvalidRequestError when less is left of the payment.
    """
    params: Any = {
        "payment_intent": intent,
        "amount": cents(amount),
        "metadata": {"actor": actor, "reason": reason[:200], "key": key},
    }
    with api() as stripe_api:
        refund = stripe_api.v1.refunds.create(params, {"idempotency_key": f"refund-{key}"})
    return refund.id
