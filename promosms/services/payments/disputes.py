"""Disputes: the payer's bank takes a card payment back until it is decided who is right.

The money leaves the balance as far as it is there, and the account cannot send meanwhile. An
inquiry (its status begins with "warning_") takes no money yet, so nothing is booked for it.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.documents import tax
from promosms.language import money
from promosms.models import Account, AccountStatus, LedgerEntry, Payment, PaymentKind, TopUp
from promosms.services.accounts import accounts
from promosms.services.audit import log as audit_log
from promosms.services.ledger import ledger
from promosms.services.mail import notify
from promosms.services.payments import emails as payment_emails
from promosms.services.payments import payments
from promosms.settings import currencies

WON = "won"
LOST = "lost"
INQUIRY = "warning_"


def book(payment: Payment, reference: str, amount: int, status: str) -> None:
    """Book the state of a dispute at Stripe, each step once; `amount` is gross in 1/10,000."""
    if status.startswith(INQUIRY):
        return
    with transaction() as session:
        receipt = session.get_one(Payment, payment.id)
        if receipt.top_up_id is None:
            _open(session, receipt, None, reference, amount)
            return
        top_up = payments.lock_top_up(session, receipt.top_up_id)
        account = payments.lock_account(session, top_up.account_id)
        dispute = _open(session, receipt, (top_up, account), reference, amount)
        if status == WON:
            _book_won(session, dispute, top_up, account)
        elif status == LOST:
            _record_lost(account, reference)


def not_won(account_id: int) -> list[str]:
    """Stripe's ids of the disputes of an account that are open or lost."""
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


def _open(
    session: Session,
    receipt: Payment,
    owner: tuple[TopUp, Account] | None,
    reference: str,
    amount: int,
) -> Payment:
    """The payment of the dispute, booked at the first call; `owner` is None after erasure."""
    dispute = payments.find(receipt.provider, reference, PaymentKind.DISPUTE)
    if dispute is not None:
        return dispute
    dispute = _movement(receipt, PaymentKind.DISPUTE, reference, -amount)
    session.add(dispute)
    session.flush()
    if owner is not None:
        _take_from_balance(*owner, dispute, amount)
    return dispute


def _take_from_balance(top_up: TopUp, account: Account, dispute: Payment, amount: int) -> None:
    overpaid = min(payments.overpayment(top_up), amount)
    top_up.paid -= amount
    smallest = currencies.smallest(top_up.currency)
    net = tax.split_gross(amount - overpaid, top_up.rate, smallest)[0]
    entry, why = f"dispute:{dispute.public_id}", reason(dispute.reference)
    taken = ledger.dispute(account.id, net, entry, why, dispute.id) if net else 0
    accounts.suspend(account.id, why, "system")
    subject, reference, missing = account.public_id, dispute.reference, net - taken
    audit_log.record("system", "dispute.open", subject, money(amount))
    notify.tell_admins(lambda: payment_emails.dispute_opened(subject, reference, amount, missing))


def _book_won(session: Session, dispute: Payment, top_up: TopUp, account: Account) -> None:
    if payments.find(dispute.provider, dispute.reference, PaymentKind.DISPUTE_WON) is not None:
        return
    won = _movement(dispute, PaymentKind.DISPUTE_WON, dispute.reference, -dispute.amount)
    session.add(won)
    top_up.paid += won.amount
    session.flush()
    query = select(func.sum(LedgerEntry.amount)).where(LedgerEntry.payment_id == dispute.id)
    taken = -(session.scalar(query) or 0)
    if taken:
        ledger.dispute(account.id, -taken, f"dispute-won:{won.public_id}", "", won.id)
    _lift_suspension(account, dispute.reference)
    subject, reference = account.public_id, dispute.reference
    audit_log.record("system", "dispute.won", subject, money(won.amount))
    notify.tell_admins(lambda: payment_emails.dispute_closed(subject, reference, won=True))


def _lift_suspension(account: Account, reference: str) -> None:
    """Lift only a suspension by this dispute, never one by an admin; another dispute keeps it."""
    by_dispute = account.suspended_reason == reason(reference)
    if account.status != AccountStatus.SUSPENDED or not by_dispute:
        return
    others = not_won(account.id)
    if others:
        account.suspended_reason = reason(others[0])
    else:
        accounts.unsuspend(account.id, "system")


def _record_lost(account: Account, reference: str) -> None:
    if audit_log.last("dispute.lost", reference) is not None:
        return
    subject = account.public_id
    audit_log.record("system", "dispute.lost", reference)
    notify.tell_admins(lambda: payment_emails.dispute_closed(subject, reference, won=False))


def _movement(payment: Payment, kind: PaymentKind, reference: str, amount: int) -> Payment:
    return payments.movement(
        payment, kind, payment.provider, reference, amount, actor=payments.STRIPE
    )
