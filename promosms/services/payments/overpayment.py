"""A surplus becomes another top-up: what came too much is booked from one order to a new one."""

from datetime import timedelta

from promosms.db.transactions import transaction
from promosms.documents import tax
from promosms.language import money
from promosms.models import Account, Payment, PaymentKind, TopUp, TopUpStatus, now
from promosms.services.audit import log as audit_log
from promosms.services.payments import payment_references, payments
from promosms.settings import settings

# The provider of the two movements that take it out of one order and into the other.
SURPLUS = "surplus"


class NoSurplus(Exception):
    """Nothing came too much, or it has gone back already."""


def book(top_up: TopUp, actor: str) -> TopUp:
    """Make a paid order of what came too much, with an invoice of its own, in one transaction.

    The buyer and the tax are those of the first order. Raises NoSurplus and payments.AccountGone.
    """
    with transaction() as session:
        old = payments.locked(session, top_up.id)
        amount = payments.surplus(old)
        net, vat = tax.split_gross(amount, old.rate)
        if old.status != TopUpStatus.PAID or net <= 0:
            raise NoSurplus
        made = _like(old, net, vat, actor)
        session.add(made)
        session.add(_out(old, made, amount, actor))
        old.paid -= amount
        session.flush()
        payments.receive(
            made.id, SURPLUS, made.reference, amount, actor=actor, paid_at=made.created_at
        )
        subject = session.get_one(Account, old.account_id).public_id
        audit_log.record(actor, "top_up.surplus", subject, money(amount))
        return made


def _like(old: TopUp, net: int, vat: int, actor: str) -> TopUp:
    """It has no pro forma and so no number: nobody is asked to pay it."""
    moment = now()
    return TopUp(
        account_id=old.account_id,
        method=old.method,
        currency=old.currency,
        net=net,
        tax=vat,
        gross=net + vat,
        paid=0,
        rate=old.rate,
        tax_case=old.tax_case,
        tax_check_id=old.tax_check_id,
        buyer=old.buyer,
        language=old.language,
        reference=payment_references.new(),
        actor=actor,
        created_at=moment,
        expires_at=moment + timedelta(days=settings.top_up_days),
    )


def _out(old: TopUp, made: TopUp, amount: int, actor: str) -> Payment:
    return Payment(
        account_id=old.account_id,
        top_up_id=old.id,
        kind=PaymentKind.REFUND,
        provider=SURPLUS,
        reference=made.reference,
        currency=old.currency,
        amount=-amount,
        actor=actor,
        paid_at=now(),
    )
