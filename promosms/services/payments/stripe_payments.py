"""Stripe payments: the state that Stripe reports is booked here.

Webhooks, the return from the payment page and the sweep only bring the id of a session or a
payment intent. Its state is then read from Stripe and compared with the top-up. So they may come
in any order, twice, late or never.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from promosms import logs
from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import gettext as _
from promosms.models import TopUp, TopUpStatus, now
from promosms.services.audit import log as audit_log
from promosms.services.mail import notify
from promosms.services.payments import disputes, payments, refunds, saved_cards, stripe_checkout
from promosms.services.payments import emails as payment_emails

log = logs.get(__name__)
SWEEP_AFTER = timedelta(minutes=5)
SWEEP_BATCH = 20
LIST_LIMIT = 100


@row_security.bypass("a payment is booked for the account that it names at Stripe")
def sync_session(session_id: str) -> None:
    """Book the outcome of a Checkout session; raises stripe_checkout.Unavailable."""
    import stripe

    try:
        with stripe_checkout.api() as api:
            session = api.v1.checkout.sessions.retrieve(session_id)
            intent = setup = ""
            if session.mode == "setup" and session.status == "complete":
                setup = str(session.setup_intent)
            elif session.payment_status == "paid":
                intent = str(session.payment_intent)
    except stripe.InvalidRequestError:
        log.warning("card.session_unknown", exc_info=True)
        return
    if setup:
        saved_cards.save_from_setup(setup)
    elif intent:
        sync_payment(intent)
    elif session.status == "expired":
        _forget_session(session_id)


def sync_payment(intent_id: str, *, reversals: bool = False) -> None:
    """Book a payment with its refunds and disputes; raises stripe_checkout.Unavailable.

    `reversals` asks for refunds and disputes even when the charge mentions none: Stripe stops
    mentioning a refund that has failed and a dispute that is closed.
    """
    import stripe

    try:
        with stripe_checkout.api() as api:
            intent = api.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})
            charge: Any = intent.latest_charge
            ask = reversals or bool(charge and (charge.amount_refunded or charge.disputed))
            params: Any = {"payment_intent": intent_id, "limit": LIST_LIMIT}
            refund_list = list(api.v1.refunds.list(params).data) if ask else []
            dispute_list = list(api.v1.disputes.list(params).data) if ask else []
    except stripe.InvalidRequestError:
        log.warning("card.payment_unknown", exc_info=True)
        return
    if intent.status == "succeeded" and _receive(intent, charge):
        saved_cards.save_from_payment(intent)
    _book_reversals(intent_id, refund_list, dispute_list)


def sync_unpaid() -> int:
    """Check some unpaid top-ups whose webhook may be lost, chosen at random; returns how many.

    Cancelled ones are checked too: their payment page may still be open. Raises
    stripe_checkout.Unavailable when a request fails.
    """
    if not stripe_checkout.available():
        return 0
    query = select(TopUp.checkout).where(
        TopUp.checkout.is_not(None),
        TopUp.automatic.is_(False),
        TopUp.status != TopUpStatus.PAID,
        TopUp.created_at < now() - SWEEP_AFTER,
    )
    session_ids = list(db.session.scalars(query.order_by(func.random()).limit(SWEEP_BATCH)))
    for session_id in session_ids:
        if session_id:
            sync_session(session_id)
    return len(session_ids)


def sync_reversals() -> None:
    """Book the latest refunds and disputes, also those made in Stripe's dashboard."""
    if not stripe_checkout.available():
        return
    with stripe_checkout.api() as api:
        params: Any = {"limit": LIST_LIMIT}
        refund_list: list[Any] = list(api.v1.refunds.list(params).data)
        dispute_list: list[Any] = list(api.v1.disputes.list(params).data)
    for intent in {str(item.payment_intent) for item in refund_list + dispute_list}:
        _book_reversals(
            intent,
            [refund for refund in refund_list if refund.payment_intent == intent],
            [dispute for dispute in dispute_list if dispute.payment_intent == intent],
        )


def _receive(intent: Any, charge: Any) -> bool:
    """Book the money for its top-up; False if there is none of ours, or it cannot be booked."""
    public_id = stripe_checkout.metadata(intent).get("top_up")
    if not public_id:
        return False  # another program uses the same account at Stripe
    if payments.find(payments.STRIPE, intent.id) is not None:
        return True
    top_up_id = db.session.scalar(select(TopUp.id).where(TopUp.public_id == public_id))
    if top_up_id is None:
        _report_unclear(intent.id, lambda: _("Its order is gone: the account was deleted."))
        return False
    try:
        payments.receive(
            top_up_id,
            payments.STRIPE,
            intent.id,
            stripe_checkout.units(intent.amount_received),
            actor=payments.STRIPE,
            paid_at=datetime.fromtimestamp(charge.created if charge else intent.created, UTC),
            currency=intent.currency,
        )
    except payments.WrongCurrency:
        _report_unclear(intent.id, lambda: _("It is in another currency than the order."))
        return False
    except payments.AccountGone:
        _report_unclear(intent.id, lambda: _("Its order is gone: the account was deleted."))
        return False
    return True


def _book_reversals(intent_id: str, refund_list: list[Any], dispute_list: list[Any]) -> None:
    for refund in refund_list:
        payment = payments.find(payments.STRIPE, intent_id)
        if payment is not None:
            metadata = stripe_checkout.metadata(refund)
            refunds.book_card(
                payment,
                refund.id,
                stripe_checkout.units(refund.amount),
                metadata.get("reason") or str(_("Refund by card")),
                metadata.get("actor") or payments.STRIPE,
                refund.status,
            )
    for dispute in dispute_list:
        payment = payments.find(payments.STRIPE, intent_id)
        if payment is not None:
            amount = stripe_checkout.units(dispute.amount)
            disputes.book(payment, dispute.id, amount, dispute.status)


def _report_unclear(intent_id: str, why: Callable[[], str]) -> None:
    """Tell the admins once about a payment that cannot be booked."""
    with transaction():
        if audit_log.last("payment.unclear", intent_id) is not None:
            return
        audit_log.record("system", "payment.unclear", intent_id)
        notify.tell_admins(lambda: payment_emails.payment_unclear(intent_id, why()))


def _forget_session(session_id: str) -> None:
    with transaction() as session:
        session.execute(update(TopUp).where(TopUp.checkout == session_id).values(checkout=None))
