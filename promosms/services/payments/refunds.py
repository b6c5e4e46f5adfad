"""Refunds: money goes back to the payer, with a credit note and out of the balance.

What came too much goes first: it is on no invoice and in no balance. The rest can only come from
what is not spent. Amounts are gross in 1/10,000, whole cents.
"""

import stripe
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import money
from promosms.models import Account, Invoice, Payment, PaymentKind, TopUp, now
from promosms.services.audit import log as audit_log
from promosms.services.invoices import invoices
from promosms.services.ledger import ledger
from promosms.services.mail import notify
from promosms.services.payments import emails as payment_emails
from promosms.services.payments import payments, stripe_checkout

FAILED = ":failed"


class RefundTooLarge(Exception):
    """More than can go back; `most` is what could, gross in 1/10,000."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class RefundRefused(Exception):
    """Stripe does not send this back, for a reason of its own."""


def refund(
    payment: Payment, amount: int, reason: str, actor: str, *, key: str, reference: str = ""
) -> Payment:
    """Send a part of a payment back; `key` is a random word of the form, so that it goes once.

    A card gets it from Stripe at once. For a transfer the admin says by this that he has sent it;
    `reference` is the line of the bank statement. What is repeated goes once.
    Raises RefundTooLarge, RefundRefused, card.Unavailable, payments.AccountGone.
    """
    if payment.kind != PaymentKind.RECEIPT or payment.top_up_id is None:
        raise ValueError("only what has come for an order can go back")
    if amount <= 0 or amount % stripe_checkout.CENT:
        raise ValueError("a refund is positive, in whole cents")
    payment_id, provider, intent = payment.id, payment.provider, payment.reference
    if provider != payments.STRIPE:
        return _book(payment_id, reference or f"refund-{key}", amount, reason, actor, strict=True)
    top_up = db.session.get_one(TopUp, payment.top_up_id)
    most = largest(top_up)
    if amount > most:
        raise RefundTooLarge(most)
    try:
        sent = stripe_checkout.refund(intent, amount, key, actor, reason)
    except stripe.InvalidRequestError as error:
        raise RefundRefused(error.user_message or "") from error
    return _book(payment_id, sent, amount, reason, actor, strict=False)


def largest(top_up: TopUp) -> int:
    """What can go back now: what came too much, and what of the invoice is not spent."""
    extra = payments.surplus(top_up)
    invoice = invoices.of_top_up(top_up.id)
    account = db.session.get(Account, top_up.account_id)
    if invoice is None or account is None:
        return extra
    return extra + min(_unspent(invoice, account.balance), max(0, top_up.paid - extra))


def book_card(
    payment: Payment, reference: str, amount: int, reason: str, actor: str, status: str
) -> None:
    """Book a refund as Stripe tells of it, once, wherever it was made.

    One that has failed afterwards brings the money back to us: it is then owed to the payer, and
    visible as what came too much.
    """
    if status in ("failed", "canceled"):
        _book_failure(payment.id, reference, amount)
    else:
        _book(payment.id, reference, amount, reason, actor, strict=False)


def _unspent(invoice: Invoice, balance: int) -> int:
    """The largest part of what is left of an invoice whose net share the balance still holds."""
    net, gross = invoices.credited(invoice.id)
    left = invoice.gross - gross
    cent = stripe_checkout.CENT
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
            return _book_for_nobody(session, receipt, reference, amount, actor)
        top_up = payments.locked(session, receipt.top_up_id)
        known = payments.find(receipt.provider, reference, PaymentKind.REFUND)
        if known is not None:
            return known
        account = payments.locked_account(session, top_up.account_id)
        most = largest(top_up)
        if strict and amount > most:
            raise RefundTooLarge(most)
        return _send_back(session, (receipt, top_up, account), reference, amount, reason, actor)


def _send_back(
    session: Session,
    of: tuple[Payment, TopUp, Account],
    reference: str,
    amount: int,
    reason: str,
    actor: str,
) -> Payment:
    receipt, top_up, account = of
    invoice = invoices.of_top_up(top_up.id)
    part = amount - min(amount, payments.surplus(top_up))
    part = min(part, invoices.left(invoice)) if invoice else 0
    credit_note = invoices.credit(invoice, part, reason, actor) if invoice and part else None
    owed = -credit_note.net if credit_note else 0
    taken = min(owed, account.balance)
    made = _payment(receipt, reference, -amount, actor, _short(reason, owed - taken))
    made.invoice_id = credit_note.id if credit_note else None
    session.add(made)
    top_up.paid -= amount
    session.flush()
    if taken:
        name = f"refund:{made.public_id}"
        ledger.refund(account.id, taken, name, reason, actor, made.id)
    audit_log.record(actor, "payment.refund", account.public_id, money(amount))
    if owed > taken:
        _tell_short(account.public_id, amount, owed - taken)
    return made


def _tell_short(account: str, amount: int, missing: int) -> None:
    audit_log.record("system", "refund.short", account, money(missing))
    notify.tell_admins(lambda: payment_emails.refund_short(account, amount, missing))


def _short(reason: str, missing: int) -> str:
    """What the row says to admins: why, and how much of it was spent already."""
    return f"{reason} ({money(missing)} was spent already)" if missing else reason


def _payment(receipt: Payment, reference: str, amount: int, actor: str, note: str) -> Payment:
    return Payment(
        account_id=receipt.account_id,
        top_up_id=receipt.top_up_id,
        kind=PaymentKind.REFUND,
        provider=receipt.provider,
        reference=reference,
        currency=receipt.currency,
        amount=amount,
        actor=actor,
        note=note[:300],
        paid_at=now(),
    )


def _book_for_nobody(
    session: Session, receipt: Payment, reference: str, amount: int, actor: str
) -> Payment:
    """The account has left: only the money and the document are left to be corrected."""
    known = payments.find(receipt.provider, reference, PaymentKind.REFUND)
    if known is not None:
        return known
    made = _payment(receipt, reference, -amount, actor, "")
    invoice = session.get(Invoice, receipt.invoice_id) if receipt.invoice_id else None
    part = min(amount, invoices.left(invoice)) if invoice else 0
    if invoice and part:
        made.invoice_id = invoices.credit(invoice, part, "", actor).id
    session.add(made)
    session.flush()
    return made


def _book_failure(payment_id: int, reference: str, amount: int) -> None:
    with transaction() as session:
        receipt = session.get_one(Payment, payment_id)
        top_up = payments.locked(session, receipt.top_up_id) if receipt.top_up_id else None
        account = session.get(Account, top_up.account_id) if top_up else None
        booked = payments.find(receipt.provider, reference, PaymentKind.REFUND)
        back = payments.find(receipt.provider, reference + FAILED, PaymentKind.REFUND)
        if booked is None or back is not None:
            return
        session.add(_payment(receipt, reference + FAILED, amount, "stripe", booked.note))
        if top_up is not None:
            top_up.paid += amount
        subject = account.public_id if account else receipt.public_id
        audit_log.record("system", "refund.failed", subject, money(amount))
        notify.tell_admins(lambda: payment_emails.refund_failed(subject, reference, amount))
