"""The e-mail with an invoice: to the company's address, else to the owner."""

from sqlalchemy import select

from promosms.extensions import db
from promosms.language import force_locale, money
from promosms.models import Account, AccountStatus, Company, Invoice, InvoiceKind, Role, User
from promosms.services.mail import emails as account_emails
from promosms.services.mail.outbox import queue_email


def queue(invoice: Invoice) -> None:
    """Queue the e-mail in the caller's transaction; the next tick wakes the mail worker.

    None is sent for an account that is being erased.
    """
    account = db.session.get(Account, invoice.account_id) if invoice.account_id else None
    if account is None or account.status == AccountStatus.DELETING:
        return
    recipient = _recipient(account.id)
    if not recipient:
        return
    with force_locale(invoice.data["language"]):
        subject, body = _text(invoice)
    queue_email(recipient, subject, body, account.id, invoice_id=invoice.id)


def _text(invoice: Invoice) -> account_emails.EmailText:
    amount = money(abs(invoice.gross), currency=invoice.currency)
    if invoice.kind == InvoiceKind.INVOICE:
        return account_emails.invoice(invoice.label, amount)
    return account_emails.credit_note(invoice.label, invoice.data["original"]["label"], amount)


def _recipient(account_id: int) -> str:
    company = db.session.get(Company, account_id)
    if company is not None and company.email:
        return company.email
    owners = select(User.email).filter_by(account_id=account_id, role=Role.OWNER)
    return db.session.scalar(owners.order_by(User.id).limit(1)) or ""
