"""Attempts of automatic top-ups: the saved card pays a new order.

The order is made before Stripe is asked, and its public id is the key by which Stripe knows a
repeated question. So a process that is killed at any point is followed by one that asks again and
hears what came of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import stripe
from sqlalchemy import select, update

from promosms import logs
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import pseudonyms
from promosms.models import (
    Account,
    AutomaticTopUp,
    PayMethod,
    Role,
    TopUp,
    TopUpStatus,
    User,
    now,
)
from promosms.services.audit import log as audit_log
from promosms.services.mail import notify
from promosms.services.payments import automatic_top_ups, stripe_payments, top_ups
from promosms.services.payments import emails as payment_emails
from promosms.services.payments import stripe_checkout as card

log = logs.get(__name__)
# Stripe forgets keys after a day or later: from then on it is asked what there is, not to pay.
KEYS_LAST = timedelta(hours=20)
SLACK = timedelta(minutes=5)  # between our clock and Stripe's


@dataclass(frozen=True)
class _Attempt:
    """What Stripe is to be asked for."""

    top_up_id: int
    public_id: str
    account_id: int
    gross: int
    currency: str
    customer: str
    card: str
    checkout: str
    created_at: datetime


def run(account_id: int) -> bool:
    """Top an account up, or learn what came of the last attempt; True if money has come.

    Raises card.Unavailable, after which the same attempt goes on.
    """
    attempt = _open_attempt(account_id) or _begin(account_id)
    if attempt is None:
        return False
    try:
        intent = _ask(attempt)
    except stripe.CardError as error:
        _stop(attempt, error.code or "card_declined")
        return False
    except stripe.InvalidRequestError as error:
        log.warning("automatic.refused", extra={"code": error.code or ""})
        _stop(attempt, "card_gone")
        return False
    if intent is None:
        _end(attempt)
        return False
    return _settle(attempt, intent)


def _begin(account_id: int) -> _Attempt | None:
    """Make the order of a new attempt, unless another process has been faster."""
    if account_id not in automatic_top_ups.due():
        return None
    try:
        top_ups.confirm(account_id)
        with transaction() as session:
            row = session.get(
                AutomaticTopUp, account_id, with_for_update=True, populate_existing=True
            )
            account = session.get(Account, account_id, populate_existing=True)
            if row is None or account is None or automatic_top_ups.why_not(row, account):
                return None
            query = select(User).where(User.account_id == account_id, User.role == Role.OWNER)
            owner = session.scalars(query.order_by(User.id)).first()
            if owner is None:
                return None
            top_up = top_ups.order(account, owner, row.amount, PayMethod.CARD, automatic=True)
            row.tried_at = now()
            session.flush()
            return _attempt(top_up, row)
    except (top_ups.NotForSale, top_ups.BadAmount) as error:
        known = {"account": pseudonyms.of(account_id), "code": error.why}
        log.warning("automatic.not_for_sale", extra=known)
        with transaction() as session:
            gone = update(AutomaticTopUp).where(AutomaticTopUp.account_id == account_id)
            session.execute(gone.values(tried_at=now()))
        return None


def _open_attempt(account_id: int) -> _Attempt | None:
    query = select(TopUp).where(
        TopUp.account_id == account_id, TopUp.automatic, TopUp.status == TopUpStatus.OPEN
    )
    top_up = db.session.scalars(query.order_by(TopUp.id)).first()
    row = automatic_top_ups.of(account_id)
    return _attempt(top_up, row) if top_up is not None and row is not None else None


def _attempt(top_up: TopUp, row: AutomaticTopUp) -> _Attempt:
    return _Attempt(
        *(top_up.id, top_up.public_id, top_up.account_id, top_up.gross, top_up.currency),
        *(row.customer, row.card, top_up.checkout or "", top_up.created_at),
    )


def _ask(attempt: _Attempt) -> Any:
    """The payment at Stripe: made now, or as it was made before; None if there is none."""
    with card.api() as api:
        if attempt.checkout:
            return api.v1.payment_intents.retrieve(attempt.checkout)
        if not attempt.card or attempt.created_at < now() - KEYS_LAST:
            return _made_before(api, attempt)
        try:
            key: Any = {"idempotency_key": f"automatic-{attempt.public_id}"}
            return api.v1.payment_intents.create(_wish(attempt), key)
        except stripe.IdempotencyError:  # another card was saved since the first question
            return _made_before(api, attempt)


def _wish(attempt: _Attempt) -> Any:
    return {
        "amount": card.cents(attempt.gross),
        "currency": attempt.currency.lower(),
        "customer": attempt.customer,
        "payment_method": attempt.card,
        "payment_method_types": ["card"],
        "confirm": True,
        "off_session": True,
        "metadata": {"top_up": attempt.public_id},
    }


def _made_before(api: stripe.StripeClient, attempt: _Attempt) -> Any:
    """The payment that an earlier question has made, found by the order that it names."""
    first = int((attempt.created_at - SLACK).timestamp())
    last = int((attempt.created_at + KEYS_LAST + SLACK).timestamp())
    wish: Any = {"created": {"gte": first, "lte": last}, "limit": 100}
    for intent in api.v1.payment_intents.list(wish).auto_paging_iter():
        if card.marks(intent).get("top_up") == attempt.public_id:
            return intent
    return None


def _settle(attempt: _Attempt, intent: Any) -> bool:
    with transaction() as session:
        noted = update(TopUp).where(TopUp.id == attempt.top_up_id)
        session.execute(noted.values(checkout=intent.id))
    if intent.status == "succeeded":
        stripe_payments.look_at_payment(intent.id)
        return True
    if intent.status != "processing":
        _give_up(intent)
        error = intent.last_payment_error
        asks = intent.status == "requires_action"
        _stop(attempt, "authentication_required" if asks else (error and error.code) or "")
    return False


def _give_up(intent: Any) -> None:
    """Let nobody finish it later: he would pay for what is called off."""
    if intent.status != "canceled":
        with card.api() as api:
            api.v1.payment_intents.cancel(intent.id)


def _stop(attempt: _Attempt, code: str) -> None:
    """Call the order off and try nothing more with this card; the owner is told."""
    with transaction() as session:
        row = session.get(
            AutomaticTopUp, attempt.account_id, with_for_update=True, populate_existing=True
        )
        account = session.get_one(Account, attempt.account_id)
        if not _end(attempt) or row is None or row.card != attempt.card:
            return
        row.active, row.stopped_why = False, (code or "card_declined")[:120]
        audit_log.record("system", "automatic.stop", account.public_id, row.stopped_why)
        notify.tell_owner(
            account.id,
            lambda: payment_emails.automatic_stopped(automatic_top_ups.why(code)),
        )


def _end(attempt: _Attempt) -> bool:
    """Call the order off; False if it is not open any more."""
    fits = TopUp.id == attempt.top_up_id, TopUp.status == TopUpStatus.OPEN
    with transaction() as session:
        ended = update(TopUp).where(*fits).values(status=TopUpStatus.CANCELLED)
        return session.scalar(ended.returning(TopUp.id)) is not None
