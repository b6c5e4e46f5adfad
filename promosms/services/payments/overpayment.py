"""Overpayments: what was paid too much for one top-up is booked as another one."""

from datetime import timedelta

from promosms.db.transactions import transaction
from promosms.documents import tax
from promosms.language import money
from promosms.models import Account, PaymentKind, TopUp, TopUpStatus, now
from promosms.services.audit import log as audit_log
from promosms.services.payments import payment_references, payments
from promosms.settings import currencies, settings

# The provider of the two payments: one takes the money from the first top-up, one books it again.
OVERPAYMENT = "overpayment"


class NoOverpayment(Exception):
    """The top-up is not overpaid, or the overpayment was sent back already."""


def book(top_up: TopUp, actor: str) -> TopUp:
    """Book the overpayment as a paid top-up with its own invoice, in one transaction.

    Buyer and tax are those of the first top-up. Raises NoOverpayment and payments.AccountGone.
    """
    with transaction() as session:
        first = payments.lock_top_up(session, top_up.id)
        amount = payments.overpayment(first)
        net, vat = tax.split_gross(amount, first.rate, currencies.smallest(first.currency))
        if first.status != TopUpStatus.PAID or net <= 0:
            raise NoOverpayment
        second = _copy(first, net, vat, actor)
        session.add(second)
        session.add(
            payments.movement(
                first,
                PaymentKind.REFUND,
                OVERPAYMENT,
                second.reference,
                -amount,
                actor=actor,
            )
        )
        first.paid -= amount
        session.flush()
        payments.receive(
            second.id,
            OVERPAYMENT,
            second.reference,
            amount,
            actor=actor,
            paid_at=second.created_at,
        )
        paid = money(amount, currency=first.currency)
        account = session.get_one(Account, first.account_id).public_id
        audit_log.record(actor, "top_up.overpayment", account, paid)
        return second


def _copy(first: TopUp, net: int, vat: int, actor: str) -> TopUp:
    """It has no number: nobody is asked to pay it, so it needs no pro forma."""
    moment = now()
    return TopUp(
        account_id=first.account_id,
        method=first.method,
        currency=first.currency,
        net=net,
        tax=vat,
        gross=net + vat,
        paid=0,
        rate=first.rate,
        tax_case=first.tax_case,
        tax_check_id=first.tax_check_id,
        buyer=first.buyer,
        language=first.language,
        reference=payment_references.new(),
        actor=actor,
        created_at=moment,
        expires_at=moment + timedelta(days=settings.top_up_days),
    )
