"""Refunds: money goes back to the payer, with a credit note and out of the balance.

An overpayment is refunded first: it is on no invoice and in no balance. The rest is limited to what
is not spent. Amounts are gross in 1/10,000, whole cents.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import money
from promosms.models import Account, Invoice, LedgerEntry, Payment, PaymentKind, TopUp
from promosms.services.audit import log as audit_log
from promosms.services.invoices import invoices
from promosms.services.ledger import ledger
from promosms.services.mail import notify
from promosms.services.payments import emails as payment_emails
from promosms.services.payments import payments, stripe_checkout
from promosms.settings import currencies

FAILED = ":failed"


class RefundTooLarge(Exception):
    """More than can be refunded; `most` is the limit, gross in 1/10,000."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class RefundRefused(Exception):
    """Stripe refuses this refund; the text is its reason."""


def refund(
    payment: Payment, amount: int, reason: str, actor: str, *, key: str, reference: str = ""
) -> Payment:
    """Refund a part of a payment; repeated calls with the same random `key` refund it once.

    Stripe sends the money to a card at once. For a transfer this only books what the admin has
    sent; `reference` is the bank reference.
    Raises RefundTooLarge, RefundRefused, stripe_checkout.Unavailable, payments.AccountGone.
    """
    import stripe

    if payment.kind != PaymentKind.RECEIPT or payment.top_up_id is None:
        raise ValueError("only a payment received for a top-up can be refunded")
    if amount <= 0 or amount % currencies.smallest(payment.currency):
        raise ValueError("a refund is a positive amount in whole cents")
    payment_id, provider, intent = payment.id, payment.provider, payment.reference
    if provider != payments.STRIPE:
        return _book(payment_id, reference or f"refund-{key}", amount, reason, actor, strict=True)
    top_up = db.session.get_one(TopUp, payment.top_up_id)
    most = largest(top_up)
    if amount > most:
        raise RefundTooLarge(most)
    try:
        refund_id = stripe_checkout.create_refund(intent, amount, key, actor, reason)
    except stripe.InvalidRequestError as error:
        raise RefundRefused(error.user_message or "") from error
    return _book(payment_id, refund_id, amount, reason, actor, strict=False)


def largest(top_up: TopUp) -> int:
    """What can be refunded now: the overpayment, and what of the invoice is not spent."""
    overpaid = payments.overpayment(top_up)
    invoice = invoices.of_top_up(top_up.id)
    account = db.session.get(Account, top_up.account_id)
    if invoice is None or account is None:
        return overpaid
    return overpaid + min(_unspent(invoice, account.balance), max(0, top_up.paid - overpaid))


def paid_balance(account: Account) -> int:
    """What of the balance was paid for, net: gifts count as spent first."""
    of_payments = select(func.coalesce(func.sum(LedgerEntry.amount), 0)).where(
        LedgerEntry.account_id == account.id, LedgerEntry.payment_id.is_not(None)
    )
    paid = int(db.session.scalar(of_payments) or 0)
    return max(0, min(paid, account.balance + account.held))


def book_card(
    payment: Payment, reference: str, amount: int, reason: str, actor: str, status: str
) -> None:
    """Book a refund that exists at Stripe, once, also one that was made in its dashboard.

    If it fails later, Stripe returns the money to us. It is then owed to the payer, and shown as
    an overpayment.
    """
    if status in ("failed", "canceled"):
        _book_failure(payment.id, reference, amount)
    else:
        _book(payment.id, reference, amount, reason, actor, strict=False)


def _unspent(invoice: Invoice, balance: int) -> int:
    """The largest gross part of an invoice whose net share is still in the balance."""
    net, gross = invoices.credited(invoice.id)
    left = invoice.gross - gross
    cent = currencies.smallest(invoice.currency)
    part = min(left, (balance + cent) * invoice.gross // invoice.net // cent * cent)
    while part > 0 and invoices.share(invoice, gross + part) - net > balance:
        part -= cent
    return part


def _book(
    payment_id: int, reference: str, amount: int, reason: str, actor: str, *, strict: bool
) -> Payment:
    with transaction() as session:
        receipt = session.get_one(Payment, payment_id)
        if receipt.top_up_id is None:
            return _book_after_erasure(session, receipt, reference, amount, actor)
        top_up = payments.lock_top_up(session, receipt.top_up_id)
        booked = payments.find(receipt.provider, reference, PaymentKind.REFUND)
        if booked is not None:
            return booked
        account = payments.lock_account(session, top_up.account_id)
        most = largest(top_up)
        if strict and amount > most:
            raise RefundTooLarge(most)
        return _book_refund(session, (receipt, top_up, account), reference, amount, reason, actor)


def _book_refund(
    session: Session,
    refunded: tuple[Payment, TopUp, Account],
    reference: str,
    amount: int,
    reason: str,
    actor: str,
) -> Payment:
    receipt, top_up, account = refunded
    invoice = invoices.of_top_up(top_up.id)
    part = amount - min(amount, payments.overpayment(top_up))
    part = min(part, invoices.left(invoice)) if invoice else 0
    credit_note = invoices.credit(invoice, part, reason, actor) if invoice and part else None
    owed = -credit_note.net if credit_note else 0
    taken = min(owed, account.balance)
    note = _note(reason, spent=owed - taken)
    payment = _movement(receipt, reference, -amount, actor, note)
    payment.invoice_id = credit_note.id if credit_note else None
    session.add(payment)
    top_up.paid -= amount
    session.flush()
    if taken:
        entry = f"refund:{payment.public_id}"
        ledger.refund(account.id, taken, entry, reason, actor, payment.id)
    audit_log.record(actor, "payment.refund", account.public_id, money(amount))
    if owed > taken:
        _report_short(account.public_id, amount, owed - taken)
    return payment


def _report_short(account: str, amount: int, missing: int) -> None:
    audit_log.record("system", "refund.short", account, money(missing))
    notify.tell_admins(lambda: payment_emails.refund_short(account, amount, missing))


def _note(reason: str, *, spent: int) -> str:
    """What admins read: the reason, and how much of the refunded money was spent already."""
    return f"{reason} ({money(spent)} was spent already)" if spent else reason


def _movement(receipt: Payment, reference: str, amount: int, actor: str, note: str) -> Payment:
    return payments.movement(
        receipt, PaymentKind.REFUND, receipt.provider, reference, amount, actor=actor, note=note
    )


def _book_after_erasure(
    session: Session, receipt: Payment, reference: str, amount: int, actor: str
) -> Payment:
    """The account is erased, so there is no balance: only payment and credit note are booked."""
    booked = payments.find(receipt.provider, reference, PaymentKind.REFUND)
    if booked is not None:
        return booked
    payment = _movement(receipt, reference, -amount, actor, "")
    invoice = session.get(Invoice, receipt.invoice_id) if receipt.invoice_id else None
    part = min(amount, invoices.left(invoice)) if invoice else 0
    if invoice and part:
        payment.invoice_id = invoices.credit(invoice, part, "", actor).id
    session.add(payment)
    session.flush()
    return payment


def _book_failure(payment_id: int, reference: str, amount: int) -> None:
    with transaction() as session:
        receipt = session.get_one(Payment, payment_id)
        top_up = payments.lock_top_up(session, receipt.top_up_id) if receipt.top_up_id else None
        account = session.get(Account, top_up.account_id) if top_up else None
        booked = payments.find(receipt.provider, reference, PaymentKind.REFUND)
        failure = payments.find(receipt.provider, reference + FAILED, PaymentKind.REFUND)
        if booked is None or failure is not None:
            return
        session.add(_movement(receipt, reference + FAILED, amount, payments.STRIPE, booked.note))
        if top_up is not None:
            top_up.paid += amount
        subject = account.public_id if account else receipt.public_id
        audit_log.record("system", "refund.failed", subject, money(amount))
        notify.tell_admins(lambda: payment_emails.refund_failed(subject, reference, amount))
