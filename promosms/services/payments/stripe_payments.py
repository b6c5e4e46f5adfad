"""Card payments: what Stripe says is so is booked here, in whatever order it is heard.

Webhooks, the way back from the payment page and the sweep bring nothing but the name of a session
or a payment. What became of it is asked of Stripe anew each time and compared with the order; so
it does not matter which of them comes first, twice, late or never.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
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
ASKED_AFTER = timedelta(minutes=5)
ASKED_AT_ONCE = 20
LISTED = 100


@row_security.bypass("what was paid is booked for whoever Stripe says has paid it")
def look_at_session(session_id: str) -> None:
    """Ask what became of a visit to the payment page; raises card.Unavailable."""
    try:
        with stripe_checkout.api() as api:
            session = api.v1.checkout.sessions.retrieve(session_id)
            intent = setup = ""
            if session.mode == "setup" and session.status == "complete":
                setup = str(session.setup_intent)
            elif session.payment_status == "paid":
                intent = str(session.payment_intent)
    except stripe.InvalidRequestError:
        log.warning("card.session_unknown")
        return
    if setup:
        saved_cards.remember_setup(setup)
    elif intent:
        look_at_payment(intent)
    elif session.status == "expired":
        _forget_session(session_id)


def look_at_payment(intent_id: str, *, everything: bool = False) -> None:
    """Book a payment, and what went back of it, as Stripe has it now; raises card.Unavailable.

    `everything` asks for refunds and disputes even where the charge mentions none: one that has
    failed or is decided is not mentioned any more.
    """
    try:
        with stripe_checkout.api() as api:
            intent = api.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})
            charge: Any = intent.latest_charge
            back = everything or bool(charge and (charge.amount_refunded or charge.disputed))
            listed: Any = {"payment_intent": intent_id, "limit": LISTED}
            sent_back = list(api.v1.refunds.list(listed).data) if back else []
            disputed = list(api.v1.disputes.list(listed).data) if back else []
    except stripe.InvalidRequestError:
        log.warning("card.payment_unknown")
        return
    if intent.status == "succeeded" and _receive(intent, charge):
        saved_cards.remember_payment(intent)
    _book_back(intent_id, sent_back, disputed)


def sweep() -> int:
    """Ask about card orders whose webhook may be lost, some of them at random; how many.

    An order that was given up is asked about too: its page may still be open. Raises
    card.Unavailable at the first question that finds nobody.
    """
    if not stripe_checkout.available():
        return 0
    query = select(TopUp.checkout).where(
        TopUp.checkout.is_not(None),
        TopUp.automatic.is_(False),
        TopUp.status != TopUpStatus.PAID,
        TopUp.created_at < now() - ASKED_AFTER,
    )
    asked = list(db.session.scalars(query.order_by(func.random()).limit(ASKED_AT_ONCE)))
    for session_id in asked:
        if session_id:
            look_at_session(session_id)
    return len(asked)


def sweep_back() -> None:
    """Ask for the latest refunds and disputes, those of the dashboard too."""
    if not stripe_checkout.available():
        return
    with stripe_checkout.api() as api:
        latest: Any = {"limit": LISTED}
        sent_back: list[Any] = list(api.v1.refunds.list(latest).data)
        disputed: list[Any] = list(api.v1.disputes.list(latest).data)
    for intent in {str(one.payment_intent) for one in sent_back + disputed}:
        _book_back(
            intent,
            [one for one in sent_back if one.payment_intent == intent],
            [one for one in disputed if one.payment_intent == intent],
        )


def _receive(intent: Any, charge: Any) -> bool:
    """Book the money for its order; False if it is none of ours, or cannot be booked."""
    public_id = stripe_checkout.marks(intent).get("top_up")
    if not public_id:
        return False  # somebody else uses the same account at Stripe
    if payments.find(payments.STRIPE, intent.id) is not None:
        return True
    top_up_id = db.session.scalar(select(TopUp.id).where(TopUp.public_id == public_id))
    if top_up_id is None:
        _unclear(intent.id, lambda: _("Its order is gone: the account was deleted."))
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
        _unclear(intent.id, lambda: _("It is in another currency than the order."))
        return False
    except payments.AccountGone:
        _unclear(intent.id, lambda: _("Its order is gone: the account was deleted."))
        return False
    return True


def _book_back(intent_id: str, sent_back: list[Any], disputed: list[Any]) -> None:
    for one in sent_back:
        payment = payments.find(payments.STRIPE, intent_id)
        if payment is not None:
            said = stripe_checkout.marks(one)
            refunds.book_card(
                payment,
                one.id,
                stripe_checkout.units(one.amount),
                said.get("reason") or str(_("Refund by card")),
                said.get("actor") or payments.STRIPE,
                one.status,
            )
    for one in disputed:
        payment = payments.find(payments.STRIPE, intent_id)
        if payment is not None:
            disputes.book(payment, one.id, stripe_checkout.units(one.amount), one.status)


def _unclear(intent_id: str, why: Callable[[], str]) -> None:
    """Tell the admins once that money has come which nobody can book."""
    with transaction():
        if audit_log.last("payment.unclear", intent_id) is not None:
            return
        audit_log.record("system", "payment.unclear", intent_id)
        notify.tell_admins(lambda: payment_emails.payment_unclear(intent_id, why()))


def _forget_session(session_id: str) -> None:
    with transaction() as session:
        session.execute(update(TopUp).where(TopUp.checkout == session_id).values(checkout=None))
