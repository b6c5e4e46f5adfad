"""Booking payments of any provider: once, in parts, too much, too late."""

import threading

import pytest

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, AccountStatus, Invoice, TopUp, TopUpStatus
from promosms.services.invoices import invoices
from promosms.services.payments import payments, top_ups
from tests.cards.conftest import Shop


def come(top_up: TopUp, amount: int, reference: str = "LINE 1", **more: str) -> None:
    payments.receive(top_up.id, "transfer", reference, amount, actor="boss", **more)


def test_partial_payments_credit_when_they_are_enough(shop: Shop) -> None:
    top_up = shop.order()
    come(top_up, 400_000)
    assert payments.due(shop.again(top_up)) == top_up.gross - 400_000
    assert shop.entries() == []
    come(top_up, top_up.gross - 400_000, "LINE 2")
    assert payments.due(shop.again(top_up)) == 0
    assert shop.entries() == [("credit", top_up.net)]
    invoice = invoices.of_top_up(top_up.id)
    assert invoice is not None
    assert {payment.invoice_id for payment in payments.of_top_up(top_up.id)} == {invoice.id}


def test_the_same_reference_is_booked_once(shop: Shop) -> None:
    top_up = shop.order()
    for _ in range(3):
        come(top_up, top_up.gross)
    assert shop.payments() == [("receipt", top_up.gross)]


def test_a_reference_of_another_payment_is_refused(shop: Shop) -> None:
    first, second = shop.order(), shop.order()
    come(first, 100)
    with pytest.raises(payments.ReferenceTaken):
        come(second, 100)
    with pytest.raises(payments.ReferenceTaken):
        come(first, 200)
    assert shop.payments() == [("receipt", 100)]


def test_a_reference_for_two_top_ups_at_once_is_booked_for_one(shop: Shop) -> None:
    ids = [shop.order().id for _ in range(4)]
    db.session.remove()
    ends: list[str] = []

    def work(top_up_id: int) -> None:
        with shop.app.app_context():
            try:
                payments.receive(top_up_id, "transfer", "LINE 1", 100, actor="boss")
                ends.append("booked")
            except payments.ReferenceTaken:
                ends.append("taken")
            finally:
                db.session.remove()

    workers = [threading.Thread(target=work, args=(top_up_id,)) for top_up_id in ids]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(ends) == ["booked", "taken", "taken", "taken"]


def test_concurrent_partial_payments_are_all_counted(shop: Shop) -> None:
    top_up = shop.order()
    top_up_id, part = top_up.id, top_up.gross // 400 * 100
    db.session.remove()

    def work(number: int) -> None:
        with shop.app.app_context():
            payments.receive(top_up_id, "transfer", f"LINE {number}", part, actor="boss")
            db.session.remove()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    top_up_now = db.session.get_one(TopUp, top_up_id)
    assert top_up_now.paid == 6 * part
    assert payments.overpayment(top_up_now) == 6 * part - top_up_now.gross
    assert shop.entries() == [("credit", top_up_now.net)]
    assert db.session.query(Invoice).count() == 1


def test_another_currency_is_refused(shop: Shop) -> None:
    top_up = shop.order()
    with pytest.raises(payments.WrongCurrency):
        come(top_up, top_up.gross, currency="PLN")
    assert shop.payments() == []


@pytest.mark.parametrize("amount", [0, -100])
def test_an_amount_has_to_be_positive(shop: Shop, amount: int) -> None:
    with pytest.raises(ValueError, match="positive"):
        come(shop.order(), amount)


def test_a_top_up_can_be_settled_with_the_received_amount(shop: Shop) -> None:
    top_up = shop.order()
    come(top_up, 500_000)
    payments.settle_short(top_up.id, "boss")
    top_up_now = shop.again(top_up)
    assert (top_up_now.status, top_up_now.gross, top_up_now.net + top_up_now.tax) == (
        TopUpStatus.PAID,
        500_000,
        500_000,
    )
    assert shop.entries() == [("credit", top_up_now.net)]
    invoice = invoices.of_top_up(top_up.id)
    assert invoice is not None
    assert (invoice.gross, invoice.net) == (500_000, top_up_now.net)
    with pytest.raises(payments.NothingToSettle):
        payments.settle_short(top_up.id, "boss")


def test_nothing_is_settled_before_a_payment(shop: Shop) -> None:
    top_up = shop.order()
    with pytest.raises(payments.NothingToSettle):
        payments.settle_short(top_up.id, "boss")


def test_a_cancelled_order_that_is_paid_late_is_paid(shop: Shop) -> None:
    top_up = shop.order()
    assert top_ups.cancel(top_up, "")
    come(top_up, top_up.gross)
    assert shop.again(top_up).status == TopUpStatus.PAID


def test_an_account_under_erasure_is_not_credited(shop: Shop) -> None:
    top_up = shop.order()
    shop.account().status = AccountStatus.DELETING
    db.session.commit()
    with pytest.raises(payments.AccountGone):
        come(top_up, top_up.gross)
    with pytest.raises(payments.AccountGone):
        payments.receive(10**9, "transfer", "LINE 1", 100, actor="boss")


def test_the_first_paid_top_up_ends_the_trial_and_keeps_that_day(shop: Shop) -> None:
    with transaction() as session:
        session.get_one(Account, shop.account_id).approved_at = None
    first, second = shop.order(), shop.order()
    come(first, first.gross)
    approved = shop.account().approved_at
    assert approved is not None
    come(second, second.gross, "LINE 2")
    assert shop.account().approved_at == approved
