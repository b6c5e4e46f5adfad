"""Payments: money received for a top-up is booked here, once for each payment of a provider.

One transaction holds the payment and the amount received; when the top-up is paid in full, also
the credit of the ledger, the end of the trial and the invoice. Amounts are gross in 1/10,000.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.documents import tax
from promosms.extensions import db
from promosms.lib.keyed_hash import keyed_hash
from promosms.models import (
    Account,
    AccountStatus,
    Invoice,
    InvoiceKind,
    Payment,
    PaymentKind,
    TopUp,
    TopUpStatus,
    now,
)
from promosms.services.invoices import invoices, seller_days
from promosms.services.ledger import ledger
from promosms.services.payments import balance_alerts
from promosms.settings import currencies

TRANSFER = "transfer"
STRIPE = "stripe"
GONE = "gone:"
"""The beginning of a bank reference that was emptied; a typed one has capital letters only."""


class WrongCurrency(Exception):
    """The payment is in another currency than the top-up; nothing is booked."""


class ReferenceTaken(Exception):
    """This reference of the provider belongs to another payment; nothing is booked."""


class AccountGone(Exception):
    """The account is being erased or was erased with its top-ups: nobody can be credited."""


class NothingToSettle(Exception):
    """The top-up is paid already, or no money has been received for it."""


def receive(
    top_up_id: int,
    provider: str,
    reference: str,
    amount: int,
    *,
    actor: str,
    paid_at: datetime | None = None,
    note: str = "",
    currency: str | None = None,
) -> Payment:
    """Book a payment once for each (provider, reference); later calls return the first one.

    A top-up that was cancelled or has expired is paid as well. Raises WrongCurrency,
    ReferenceTaken, AccountGone.
    """
    if amount <= 0:
        raise ValueError("a received amount is positive")
    try:
        with transaction() as session:
            top_up = lock_top_up(session, top_up_id)
            if currency is not None and currency.upper() != top_up.currency:
                raise WrongCurrency(currency)
            if existing := find(provider, reference):
                return _same(existing, top_up_id, amount)
            payment = Payment(
                account_id=top_up.account_id,
                top_up_id=top_up.id,
                provider=provider,
                reference=reference,
                currency=top_up.currency,
                amount=amount,
                actor=actor,
                note=note[:300],
                paid_at=paid_at or now(),
            )
            return _book(session, top_up, payment)
    except IntegrityError as error:
        # Another transaction has booked the same reference for another top-up at this moment.
        if find(provider, reference) is None:
            raise
        raise ReferenceTaken from error


def settle_short(top_up_id: int, actor: str) -> TopUp:
    """Reduce a partly paid top-up to the amount received; raises NothingToSettle."""
    with transaction() as session:
        top_up = lock_top_up(session, top_up_id)
        net, vat = tax.split_gross(top_up.paid, top_up.rate, currencies.smallest(top_up.currency))
        if top_up.status == TopUpStatus.PAID or not 0 < top_up.paid < top_up.gross or net <= 0:
            raise NothingToSettle
        top_up.net, top_up.tax, top_up.gross = net, vat, top_up.paid
        session.flush()
        query = select(Payment).where(
            Payment.top_up_id == top_up_id, Payment.kind == PaymentKind.RECEIPT
        )
        last = session.scalars(query.order_by(Payment.id.desc())).first()
        assert last is not None
        _settle(session, top_up, last, actor)
        return top_up


def due(top_up: TopUp) -> int:
    """What is still missing until the top-up is paid."""
    return 0 if top_up.status == TopUpStatus.PAID else max(0, top_up.gross - top_up.paid)


def overpayment(top_up: TopUp) -> int:
    """What was received and is on no invoice: paid twice or too much, or all of it while unpaid."""
    if top_up.status != TopUpStatus.PAID:
        return top_up.paid
    return max(0, top_up.paid - top_up.gross + credited_back(top_up))


def credited_back(top_up: TopUp) -> int:
    """The gross sum of its credit notes, as a positive number."""
    query = select(func.sum(Invoice.gross)).where(
        Invoice.top_up_id == top_up.id, Invoice.kind == InvoiceKind.CREDIT_NOTE
    )
    return -(db.session.scalar(query) or 0)


def find(provider: str, reference: str, kind: PaymentKind = PaymentKind.RECEIPT) -> Payment | None:
    """The payment with this reference of a provider, also when its account has left."""
    either = (reference, reference_without_account(provider, reference))
    query = select(Payment).where(Payment.reference.in_(either))
    return db.session.scalar(query.filter_by(provider=provider, kind=kind))


def reference_without_account(provider: str, reference: str) -> str:
    """The reference as it is kept after its account has left.

    A bank reference was typed by hand and may say anything: its keyed hash says nothing, and still
    finds a transfer that is booked a second time. The references of Stripe and of overpayments are
    random, and later refunds and disputes need them.
    """
    if provider != TRANSFER or reference.startswith(GONE):
        return reference
    return GONE + keyed_hash("bank reference", reference)


def of_top_up(top_up_id: int) -> list[Payment]:
    """All payments of a top-up, the oldest first."""
    query = select(Payment).where(Payment.top_up_id == top_up_id).order_by(Payment.id)
    return list(db.session.scalars(query))


def movement(
    source: TopUp | Payment,
    kind: PaymentKind,
    provider: str,
    reference: str,
    amount: int,
    *,
    actor: str,
    note: str = "",
) -> Payment:
    """A further payment for the same top-up, dated now; not added to the session yet.

    When the account has left it is dated with the day only, so that no time leads to it.
    """
    moment = now() if source.account_id is not None else seller_days.start_of(now())
    return Payment(
        account_id=source.account_id,
        top_up_id=source.id if isinstance(source, TopUp) else source.top_up_id,
        kind=kind,
        provider=provider,
        reference=reference,
        currency=source.currency,
        amount=amount,
        actor=actor,
        note=note[:300],
        paid_at=moment,
        created_at=moment,
    )


def lock_top_up(session: Session, top_up_id: int) -> TopUp:
    """The top-up, locked until the transaction ends; raises AccountGone if it was erased."""
    top_up = session.get(TopUp, top_up_id, with_for_update=True, populate_existing=True)
    if top_up is None:
        raise AccountGone
    return top_up


def lock_account(session: Session, account_id: int) -> Account:
    """The account, locked after its top-up; raises AccountGone when it is being erased."""
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None or account.status == AccountStatus.DELETING:
        raise AccountGone
    return account


def _same(payment: Payment, top_up_id: int, amount: int) -> Payment:
    if (payment.top_up_id, payment.amount) != (top_up_id, amount):
        raise ReferenceTaken
    return payment


def _book(session: Session, top_up: TopUp, payment: Payment) -> Payment:
    lock_account(session, top_up.account_id)
    session.add(payment)
    top_up.paid += payment.amount
    session.flush()
    if top_up.status != TopUpStatus.PAID and top_up.paid >= top_up.gross:
        _settle(session, top_up, payment, payment.actor)
    return payment


def _settle(session: Session, top_up: TopUp, payment: Payment, actor: str) -> None:
    account = lock_account(session, top_up.account_id)
    if account.approved_at is None:
        account.approved_at = now()
    top_up.status, top_up.paid_at = TopUpStatus.PAID, payment.paid_at
    session.flush()
    ledger.credit(account.id, top_up.net, f"top-up:{top_up.id}", actor=actor, payment_id=payment.id)
    invoices.issue(top_up, payment)
    balance_alerts.credited(account.id, top_up.net)


def income(since: datetime) -> dict[str, int]:
    """What was paid since a moment, less what went back, gross in 1/10,000 by currency."""
    query = select(Payment.currency, func.sum(Payment.amount)).where(Payment.paid_at >= since)
    rows = db.session.execute(query.group_by(Payment.currency).order_by(Payment.currency))
    return {currency: int(amount) for currency, amount in rows}
