"""Saved cards: Stripe's ids of the customer and the card, and a label for the owner.

Only Stripe knows the number of the card. Forgetting a card empties our row at once; the deletion
of the customer at Stripe is repeated until it succeeds.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AccountStatus, AutomaticTopUp, CardDeletion, TopUp, now
from promosms.services.audit import log as audit_log
from promosms.services.payments import stripe_checkout
from promosms.urls import public_address

RETRY_AFTER = timedelta(minutes=10)
BATCH = 10


def setup_url(account: Account) -> str:
    """The address of the page at Stripe where an owner enters a card to be saved.

    Raises stripe_checkout.Unavailable.
    """
    account_id, public_id = account.id, account.public_id
    params: Any = {
        "mode": "setup",
        "payment_method_types": ["card"],
        "customer": _customer(account_id, public_id),
        "metadata": {"account": public_id},
        "setup_intent_data": {"metadata": {"account": public_id}},
        "success_url": public_address("/billing/automatic/back?session={CHECKOUT_SESSION_ID}"),
        "cancel_url": public_address("/billing/automatic"),
    }
    with stripe_checkout.api() as api:
        session = api.v1.checkout.sessions.create(params)
    return str(session.url)


def save_from_setup(setup_intent: str) -> None:
    """Save the card of a setup intent; raises stripe_checkout.Unavailable."""
    with stripe_checkout.api() as api:
        intent = api.v1.setup_intents.retrieve(setup_intent)
    if intent.status == "succeeded":
        public_id = stripe_checkout.metadata(intent).get("account", "")
        account_id = _account_id(public_id)
        if account_id is not None and intent.customer and intent.payment_method:
            _save(account_id, str(intent.customer), str(intent.payment_method))


def save_from_payment(intent: Any) -> None:
    """Save the card of a payment intent if the payer chose that; raises Unavailable."""
    metadata = stripe_checkout.metadata(intent)
    if metadata.get("save_card") != "True" or not (intent.customer and intent.payment_method):
        return
    account_id = _account_of_top_up(metadata.get("top_up", ""))
    if account_id is not None:
        _save(account_id, str(intent.customer), str(intent.payment_method))


def forget(account_id: int) -> bool:
    """Forget the card and switch the automatic top-up off; False if there was no card.

    `delete_forgotten` deletes it at Stripe. Joins the transaction that erases an account.
    """
    with transaction() as session:
        automatic = session.get(
            AutomaticTopUp, account_id, with_for_update=True, populate_existing=True
        )
        if automatic is None or not automatic.customer:
            return False
        _delete_later(session, automatic.customer)
        automatic.customer = automatic.card = automatic.card_label = ""
        automatic.active, automatic.updated_at = False, now()
        return True


def to_delete() -> bool:
    """Is there a customer to delete at Stripe?"""
    return db.session.scalar(_due().limit(1)) is not None


def delete_forgotten() -> int:
    """Delete the customers of forgotten cards at Stripe; returns how many."""
    import stripe

    customers = list(db.session.scalars(_due().order_by(CardDeletion.created_at).limit(BATCH)))
    with transaction() as session:
        tried = update(CardDeletion).where(CardDeletion.customer.in_(customers))
        session.execute(tried.values(tried_at=now()))
    for customer in customers:
        try:
            with stripe_checkout.api() as api:
                api.v1.customers.delete(customer)
        except stripe.InvalidRequestError as error:
            if error.http_status != 404:
                raise
        with transaction() as session:
            session.execute(delete(CardDeletion).where(CardDeletion.customer == customer))
    return len(customers)


def _due() -> Any:
    waited = or_(CardDeletion.tried_at.is_(None), CardDeletion.tried_at < now() - RETRY_AFTER)
    return select(CardDeletion.customer).where(waited)


def _customer(account_id: int, public_id: str) -> str:
    """Stripe's id of the customer, created without name and e-mail address."""
    automatic = db.session.get(AutomaticTopUp, account_id)
    if automatic is not None and automatic.customer:
        return automatic.customer
    stamp = automatic.updated_at.isoformat() if automatic else ""
    params: Any = {"metadata": {"account": public_id}}
    options: Any = {"idempotency_key": f"customer-{public_id}-{stamp}"}
    with stripe_checkout.api() as api:
        return str(api.v1.customers.create(params, options).id)


def _account_id(public_id: str) -> int | None:
    return db.session.scalar(select(Account.id).where(Account.public_id == public_id))


def _account_of_top_up(public_id: str) -> int | None:
    return db.session.scalar(select(TopUp.account_id).where(TopUp.public_id == public_id))


def _save(account_id: int, customer: str, payment_method: str) -> None:
    """Store the card once; the customer of a card that it replaces is deleted later."""
    label = _label(payment_method)
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
        if account is None or account.status == AccountStatus.DELETING:
            _delete_later(session, customer)
            return
        automatic = session.get(AutomaticTopUp, account_id) or AutomaticTopUp(account_id=account_id)
        if automatic.card == payment_method:
            return
        if automatic.customer and automatic.customer != customer:
            _delete_later(session, automatic.customer)
        automatic.customer, automatic.card = customer, payment_method
        automatic.card_label = label
        automatic.stopped_why, automatic.updated_at = "", now()
        session.add(automatic)
        audit_log.record("system", "card.save", account.public_id)


def _label(payment_method: str) -> str:
    with stripe_checkout.api() as api:
        card: Any = api.v1.payment_methods.retrieve(payment_method).card
    return f"{str(card.brand).title()} •••• {card.last4}"[:60] if card else ""


def _delete_later(session: Session, customer: str) -> None:
    if session.get(CardDeletion, customer) is None:
        # Only the day: the moment would lead from the customer to the account that leaves.
        day = now().replace(hour=0, minute=0, second=0, microsecond=0)
        session.add(CardDeletion(customer=customer, created_at=day))
        session.flush()
