"""Disputes: the payer's bank has taken a card payment back, until it is decided who is right.

The balance loses what is there of it, and the account sends nothing until then. An inquiry (its
status begins with "warning_") takes no money yet, so nothing is booked for it.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.documents import tax
from promosms.language import money
from promosms.models import (
    Account,
    AccountStatus,
    LedgerEntry,
    Payment,
    PaymentKind,
    TopUp,
    now,
)
from promosms.services.accounts import accounts
from promosms.services.audit import log as audit_log
from promosms.services.ledger import ledger
from promosms.services.mail import notify
from promosms.services.payments import emails as payment_emails
from promosms.services.payments import payments

WON = "won"
LOST = "lost"
INQUIRY = "warning_"


def book(payment: Payment, reference: str, amount: int, status: str) -> None:
    """Book what Stripe tells of a dispute over a payment, each step once; gross in 1/10,000."""
    if status.startswith(INQUIRY):
        return
    with transaction() as session:
        receipt = session.get_one(Payment, payment.id)
        if receipt.top_up_id is None:
            _take(session, receipt, None, reference, amount)
            return
        top_up = payments.locked(session, receipt.top_up_id)
        account = payments.locked_account(session, top_up.account_id)
        taken = _take(session, receipt, (top_up, account), reference, amount)
        if status == WON:
            _bring_back(session, taken, top_up, account)
        elif status == LOST:
            _note_lost(account, reference)


def open_ones(account_id: int) -> list[str]:
    """What Stripe calls the disputes of an account that are not won."""
    won = select(Payment.reference).where(
        Payment.account_id == account_id, Payment.kind == PaymentKind.DISPUTE_WON
    )
    query = select(Payment.reference).where(
        Payment.account_id == account_id,
        Payment.kind == PaymentKind.DISPUTE,
        Payment.reference.not_in(won),
    )
    with transaction() as session:
        return list(session.scalars(query.order_by(Payment.id)))


def reason(reference: str) -> str:
    """Why the account is suspended, as its owner reads it."""
    return f"A card payment is disputed ({reference})."


def _take(
    session: Session,
    receipt: Payment,
    of: tuple[TopUp, Account] | None,
    reference: str,
    amount: int,
) -> Payment:
    known = payments.find(receipt.provider, reference, PaymentKind.DISPUTE)
    if known is not None:
        return known
    made = _movement(receipt, PaymentKind.DISPUTE, reference, -amount)
    session.add(made)
    session.flush()
    if of is not None:
        _take_from(of, made, amount)
    return made


def _take_from(of: tuple[TopUp, Account], made: Payment, amount: int) -> None:
    top_up, account = of
    extra = min(payments.surplus(top_up), amount)
    top_up.paid -= amount
    net = tax.split_gross(amount - extra, top_up.rate)[0]
    name = f"dispute:{made.public_id}"
    taken = ledger.dispute(account.id, net, name, reason(made.reference), made.id) if net else 0
    accounts.suspend(account.id, reason(made.reference), "system")
    subject, reference, missing = account.public_id, made.reference, net - taken
    audit_log.record("system", "dispute.open", subject, money(amount))
    notify.tell_admins(lambda: payment_emails.dispute_opened(subject, reference, amount, missing))


def _bring_back(session: Session, taken: Payment, top_up: TopUp, account: Account) -> None:
    if payments.find(taken.provider, taken.reference, PaymentKind.DISPUTE_WON) is not None:
        return
    made = _movement(taken, PaymentKind.DISPUTE_WON, taken.reference, -taken.amount)
    session.add(made)
    top_up.paid += made.amount
    session.flush()
    query = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.payment_id == taken.id)
    back = -(session.scalar(query) or 0)
    if back:
        name = f"dispute-won:{made.public_id}"
        ledger.dispute(account.id, -back, name, "", made.id)
    _lift(account, taken.reference)
    subject, reference = account.public_id, taken.reference
    audit_log.record("system", "dispute.won", subject, money(made.amount))
    notify.tell_admins(lambda: payment_emails.dispute_closed(subject, reference, won=True))


def _lift(account: Account, reference: str) -> None:
    """Lift our own suspension, unless there is another dispute; never one by an admin."""
    ours = account.status == AccountStatus.SUSPENDED and account.suspended_reason == reason(
        reference
    )
    if not ours:
        return
    others = open_ones(account.id)
    if others:
        account.suspended_reason = reason(others[0])
    else:
        accounts.unsuspend(account.id, "system")


def _note_lost(account: Account, reference: str) -> None:
    if audit_log.last("dispute.lost", reference) is not None:
        return
    subject = account.public_id
    audit_log.record("system", "dispute.lost", reference)
    notify.tell_admins(lambda: payment_emails.dispute_closed(subject, reference, won=False))


def _movement(of: Payment, kind: PaymentKind, reference: str, amount: int) -> Payment:
    return Payment(
        account_id=of.account_id,
        top_up_id=of.top_up_id,
        kind=kind,
        provider=of.provider,
        reference=reference,
        currency=of.currency,
        amount=amount,
        actor=payments.STRIPE,
        paid_at=now(),
    )
