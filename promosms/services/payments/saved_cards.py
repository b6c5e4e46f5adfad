"""Saved cards: what Stripe calls the customer and the card, and what the owner recognises.

The number of the card is at Stripe only. Forgetting empties our row at once; Stripe is asked to
delete its customer until it has said yes.
"""

from datetime import timedelta
from typing import Any

import stripe
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AccountStatus, AutomaticTopUp, CardDeletion, TopUp, now
from promosms.services.audit import log as audit_log
from promosms.services.payments import stripe_checkout
from promosms.urls import public_address

AGAIN = timedelta(minutes=10)
AT_ONCE = 10


def ask(account: Account) -> str:
    """The address of the page at Stripe on which an owner types in a card to be saved.

    Raises card.Unavailable.
    """
    account_id, public_id = account.id, account.public_id
    wish: Any = {
        "mode": "setup",
        "payment_method_types": ["card"],
        "customer": _customer(account_id, public_id),
        "metadata": {"account": public_id},
        "setup_intent_data": {"metadata": {"account": public_id}},
        "success_url": public_address("/billing/automatic/back?session={CHECKOUT_SESSION_ID}"),
        "cancel_url": public_address("/billing/automatic"),
    }
    with stripe_checkout.api() as api:
        session = api.v1.checkout.sessions.create(wish)
    return str(session.url)


def remember_setup(setup_intent: str) -> None:
    """Keep the card that an owner has typed in at Stripe; raises card.Unavailable."""
    with stripe_checkout.api() as api:
        intent = api.v1.setup_intents.retrieve(setup_intent)
    if intent.status == "succeeded":
        public_id = stripe_checkout.marks(intent).get("account", "")
        account_id = _account_id(public_id)
        if account_id is not None and intent.customer and intent.payment_method:
            _keep(account_id, str(intent.customer), str(intent.payment_method))


def remember_payment(intent: Any) -> None:
    """Keep the card of a payment whose payer wished so; raises card.Unavailable."""
    said = stripe_checkout.marks(intent)
    if said.get("save_card") != "True" or not (intent.customer and intent.payment_method):
        return
    account_id = _account_of_order(said.get("top_up", ""))
    if account_id is not None:
        _keep(account_id, str(intent.customer), str(intent.payment_method))


def forget(account_id: int) -> bool:
    """Forget the card and switch the automatic top-up off; False if there was none.

    `delete_forgotten` tells Stripe. Joins the transaction that shuts an account.
    """
    with transaction() as session:
        wishes = session.get(
            AutomaticTopUp, account_id, with_for_update=True, populate_existing=True
        )
        if wishes is None or not wishes.customer:
            return False
        _delete_later(session, wishes.customer)
        wishes.customer = wishes.card = wishes.card_label = ""
        wishes.active, wishes.updated_at = False, now()
        return True


def to_delete() -> bool:
    """Is there a customer that Stripe is still to delete?"""
    return db.session.scalar(_due().limit(1)) is not None


def delete_forgotten() -> int:
    """Have Stripe delete the customers that nobody has here any more; how many it has deleted."""
    names = list(db.session.scalars(_due().order_by(CardDeletion.created_at).limit(AT_ONCE)))
    with transaction() as session:
        tried = update(CardDeletion).where(CardDeletion.customer.in_(names))
        session.execute(tried.values(tried_at=now()))
    for customer in names:
        try:
            with stripe_checkout.api() as api:
                api.v1.customers.delete(customer)
        except stripe.InvalidRequestError as error:
            if error.http_status != 404:
                raise
        with transaction() as session:
            session.execute(delete(CardDeletion).where(CardDeletion.customer == customer))
    return len(names)


def _due() -> Any:
    waited = or_(CardDeletion.tried_at.is_(None), CardDeletion.tried_at < now() - AGAIN)
    return select(CardDeletion.customer).where(waited)


def _customer(account_id: int, public_id: str) -> str:
    """The customer at Stripe; made without name or e-mail address, which it need not know."""
    wishes = db.session.get(AutomaticTopUp, account_id)
    if wishes is not None and wishes.customer:
        return wishes.customer
    stamp = wishes.updated_at.isoformat() if wishes else ""
    made: Any = {"metadata": {"account": public_id}}
    with stripe_checkout.api() as api:
        return str(
            api.v1.customers.create(made, {"idempotency_key": f"customer-{public_id}-{stamp}"}).id
        )


def _account_id(public_id: str) -> int | None:
    return db.session.scalar(select(Account.id).where(Account.public_id == public_id))


def _account_of_order(public_id: str) -> int | None:
    return db.session.scalar(select(TopUp.account_id).where(TopUp.public_id == public_id))


def _keep(account_id: int, customer: str, payment_method: str) -> None:
    """Write the card down, once; a card that it replaces is forgotten with its customer."""
    label = _label(payment_method)
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
        if account is None or account.status == AccountStatus.DELETING:
            _delete_later(session, customer)
            return
        wishes = session.get(AutomaticTopUp, account_id) or AutomaticTopUp(account_id=account_id)
        if wishes.card == payment_method:
            return
        if wishes.customer and wishes.customer != customer:
            _delete_later(session, wishes.customer)
        wishes.customer, wishes.card, wishes.card_label = customer, payment_method, label
        wishes.stopped_why, wishes.updated_at = "", now()
        session.add(wishes)
        audit_log.record("system", "card.save", account.public_id)


def _label(payment_method: str) -> str:
    with stripe_checkout.api() as api:
        found = api.v1.payment_methods.retrieve(payment_method)
    kept: Any = found.card
    return f"{str(kept.brand).title()} •••• {kept.last4}"[:60] if kept else ""


def _delete_later(session: Session, customer: str) -> None:
    if session.get(CardDeletion, customer) is None:
        session.add(CardDeletion(customer=customer))
        session.flush()
