"""Bank transfers: admins book what the bank statement shows. Each act is audited."""

from datetime import datetime

from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.language import money
from promosms.models import Account, TopUp
from promosms.services.audit import log as audit_log
from promosms.services.payments import payments, top_up_search
from promosms.services.payments.top_up_search import TopUpRow
from promosms.settings import settings


class ReferenceBooked(Exception):
    """This bank reference is booked already, for `row`; None if that account has left."""

    def __init__(self, row: TopUpRow | None) -> None:
        super().__init__()
        self.row = row


def bank_reference(typed: str) -> str:
    """The bank reference as it is stored: without spaces, in capital letters."""
    return "".join(typed.split()).upper()


def receive(top_up: TopUp, typed: str, amount: int, paid_at: datetime, actor: str) -> bool:
    """Book a transfer by its bank reference; False if exactly this was booked before.

    Raises ReferenceBooked when the reference was booked for another top-up or with another
    amount, payments.WrongCurrency, and payments.AccountGone.
    """
    top_up_id, reference = top_up.id, bank_reference(typed)
    try:
        with transaction() as session:
            booked_before = payments.find(payments.TRANSFER, reference) is not None
            payments.receive(
                top_up_id,
                payments.TRANSFER,
                reference,
                amount,
                actor=actor,
                paid_at=paid_at,
                currency=settings.currency,
            )
            if not booked_before:
                _record(session, top_up_id, actor, "top_up.receive", amount)
            return not booked_before
    except payments.ReferenceTaken as error:
        raise ReferenceBooked(_top_up_of(reference)) from error


def settle_short(top_up: TopUp, actor: str) -> None:
    """Accept the amount received so far; raises payments.NothingToSettle and AccountGone."""
    with transaction() as session:
        settled = payments.settle_short(top_up.id, actor)
        _record(session, settled.id, actor, "top_up.settle", settled.gross)


def _record(session: Session, top_up_id: int, actor: str, act: str, amount: int) -> None:
    account_id = session.get_one(TopUp, top_up_id).account_id
    audit_log.record(actor, act, session.get_one(Account, account_id).public_id, money(amount))


def _top_up_of(reference: str) -> TopUpRow | None:
    payment = payments.find(payments.TRANSFER, reference)
    if payment is None or payment.top_up_id is None:
        return None
    return top_up_search.by_id(payment.top_up_id)
