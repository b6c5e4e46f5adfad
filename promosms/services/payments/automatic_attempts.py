"""Attempts of automatic top-ups: the saved card pays a new top-up.

The top-up is stored before Stripe is asked, and its public id is the idempotency key. So after a
process was killed at any point, the next one repeats the request and learns its outcome.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

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
from promosms.services.payments import (
    automatic_top_ups,
    stripe_checkout,
    stripe_payments,
    top_ups,
)
from promosms.services.payments import emails as payment_emails

if TYPE_CHECKING:
    import stripe

log = logs.get(__name__)
# Stripe keeps idempotency keys for at least a day. After this time an attempt is only looked up:
# a repeated request could charge the card a second time.
KEYS_LAST = timedelta(hours=20)
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class _Attempt:
    """What a request to Stripe needs, without an open transaction."""

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
    """Top an account up, or learn the outcome of the last attempt; True if it was paid.

    Raises stripe_checkout.Unavailable; the next call continues the same attempt.
    """
    import stripe

    attempt = _open_attempt(account_id) or _begin(account_id)
    if attempt is None:
        return False
    try:
        intent = _payment_intent(attempt)
    except stripe.CardError as error:
        _stop(attempt, error.code or "card_declined")
        return False
    except stripe.InvalidRequestError as error:
        log.warning("automatic.refused", extra={"code": error.code or ""})
        _stop(attempt, "card_gone")
        return False
    if intent is None:
        _cancel(attempt)
        return False
    return _settle(attempt, intent)


def _begin(account_id: int) -> _Attempt | None:
    """Order the top-up of a new attempt, unless another process was faster."""
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
        extra = {"account": pseudonyms.of(account_id), "code": error.why}
        log.warning("automatic.not_for_sale", extra=extra)
        with transaction() as session:
            of_account = update(AutomaticTopUp).where(AutomaticTopUp.account_id == account_id)
            session.execute(of_account.values(tried_at=now()))
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


def _payment_intent(attempt: _Attempt) -> Any:
    """The payment intent at Stripe, created now or before; None if there is none."""
    import stripe

    with stripe_checkout.api() as api:
        if attempt.checkout:
            return api.v1.payment_intents.retrieve(attempt.checkout)
        if not attempt.card or attempt.created_at < now() - KEYS_LAST:
            return _look_up(api, attempt)
        try:
            options: Any = {"idempotency_key": f"automatic-{attempt.public_id}"}
            return api.v1.payment_intents.create(_params(attempt), options)
        except stripe.IdempotencyError:  # another card was saved after the first request
            return _look_up(api, attempt)


def _params(attempt: _Attempt) -> Any:
    return {
        "amount": stripe_checkout.cents(attempt.gross),
        "currency": attempt.currency.lower(),
        "customer": attempt.customer,
        "payment_method": attempt.card,
        "payment_method_types": ["card"],
        "confirm": True,
        "off_session": True,
        "metadata": {"top_up": attempt.public_id},
    }


def _look_up(api: "stripe.StripeClient", attempt: _Attempt) -> Any:
    """The payment intent that an earlier request has created, found by its metadata."""
    first = int((attempt.created_at - CLOCK_SKEW).timestamp())
    last = int((attempt.created_at + KEYS_LAST + CLOCK_SKEW).timestamp())
    params: Any = {"created": {"gte": first, "lte": last}, "limit": 100}
    for intent in api.v1.payment_intents.list(params).auto_paging_iter():
        if stripe_checkout.metadata(intent).get("top_up") == attempt.public_id:
            return intent
    return None


def _settle(attempt: _Attempt, intent: Any) -> bool:
    with transaction() as session:
        of_attempt = update(TopUp).where(TopUp.id == attempt.top_up_id)
        session.execute(of_attempt.values(checkout=intent.id))
    if intent.status == "succeeded":
        stripe_payments.sync_payment(intent.id)
        return True
    if intent.status != "processing":
        _cancel_intent(intent)
        error = intent.last_payment_error
        needs_action = intent.status == "requires_action"
        _stop(attempt, "authentication_required" if needs_action else (error and error.code) or "")
    return False


def _cancel_intent(intent: Any) -> None:
    """Without this, the owner could still confirm it and pay for a cancelled top-up."""
    if intent.status != "canceled":
        with stripe_checkout.api() as api:
            api.v1.payment_intents.cancel(intent.id)


def _stop(attempt: _Attempt, code: str) -> None:
    """Cancel the top-up, switch automatic top-ups off, and tell the owner."""
    with transaction() as session:
        row = session.get(
            AutomaticTopUp, attempt.account_id, with_for_update=True, populate_existing=True
        )
        account = session.get_one(Account, attempt.account_id)
        if not _cancel(attempt) or row is None or row.card != attempt.card:
            return
        row.active, row.stopped_why = False, (code or "card_declined")[:120]
        audit_log.record("system", "automatic.stop", account.public_id, row.stopped_why)
        notify.tell_owner(
            account.id,
            lambda: payment_emails.automatic_stopped(automatic_top_ups.why(code)),
        )


def _cancel(attempt: _Attempt) -> bool:
    """Cancel the top-up; False if it is not open any more."""
    is_open = TopUp.id == attempt.top_up_id, TopUp.status == TopUpStatus.OPEN
    with transaction() as session:
        cancel = update(TopUp).where(*is_open).values(status=TopUpStatus.CANCELLED)
        return session.scalar(cancel.returning(TopUp.id)) is not None
