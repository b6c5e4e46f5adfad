"""Refunds by card, by transfer and in the dashboard of Stripe; and disputes."""

import pytest

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AccountStatus, Email, Invoice, InvoiceKind, Payment, TopUp
from promosms.services.accounts import accounts
from promosms.services.ledger import ledger
from promosms.services.payments import disputes, payments, refunds, stripe_checkout, stripe_payments
from promosms.services.privacy import legal_records
from tests.cards.conftest import Shop

KEY = "0123456789abcdef0123"
BACK = "charge.refunded"


def receipt(top_up: TopUp) -> Payment:
    return payments.of_top_up(top_up.id)[0]


def give_back(top_up: TopUp, amount: int, key: str = KEY) -> Payment:
    return refunds.refund(receipt(top_up), amount, "Not needed", "boss", key=key)


def spend(shop: Shop, left: int) -> None:
    ledger.pay(shop.account_id, shop.balance() - left, "spent")


def notes() -> list[int]:
    query = db.session.query(Invoice).filter_by(kind=InvoiceKind.CREDIT_NOTE)
    return [note.gross for note in query.order_by(Invoice.id)]


def test_a_whole_refund_takes_everything_back_once(shop: Shop) -> None:
    top_up = shop.paid()
    refund = give_back(top_up, top_up.gross)
    assert shop.payments() == [("receipt", top_up.gross), ("refund", -top_up.gross)]
    assert shop.entries() == [("credit", top_up.net), ("refund", -top_up.net)]
    assert notes() == [-top_up.gross]
    assert shop.again(top_up).paid == 0
    (sent,) = shop.stripe.listed("refunds")
    assert (sent["id"], sent["amount"]) == (refund.reference, top_up.gross // 100)
    stripe_payments.sync_payment(receipt(top_up).reference, reversals=True)
    stripe_payments.sync_reversals()
    assert len(shop.payments()) == 2


def test_partial_refunds_add_up_to_the_payment(shop: Shop) -> None:
    top_up = shop.paid(1_000_100)
    for number, amount in enumerate([333_300, 333_300, top_up.gross - 666_600]):
        give_back(shop.again(top_up), amount, f"{number:020}")
    assert shop.balance() == 100_000
    assert sum(notes()) == -top_up.gross
    with pytest.raises(refunds.RefundTooLarge):
        give_back(shop.again(top_up), 100, "f" * 20)


def test_a_refund_larger_than_the_balance_is_refused_before_stripe_is_asked(shop: Shop) -> None:
    top_up = shop.paid()
    spend(shop, 300_000)
    with pytest.raises(refunds.RefundTooLarge) as refused:
        give_back(top_up, top_up.gross)
    assert shop.stripe.listed("refunds") == []
    most = refused.value.most
    give_back(top_up, most)
    assert shop.balance() < 100
    with pytest.raises(refunds.RefundTooLarge):
        give_back(shop.again(top_up), 100_000, "a" * 20)


def test_more_than_was_paid_is_not_refunded(shop: Shop) -> None:
    top_up = shop.paid()
    ledger.credit(shop.account_id, 9_000_000, "gift")
    with pytest.raises(refunds.RefundTooLarge) as refused:
        give_back(top_up, top_up.gross + 100)
    assert refused.value.most == top_up.gross


def test_the_same_refund_is_sent_once(shop: Shop) -> None:
    top_up = shop.paid()
    assert give_back(top_up, 10_000).id == give_back(shop.again(top_up), 10_000).id
    assert len(shop.stripe.listed("refunds")) == 1


def test_an_overpayment_is_refunded_without_credit_note(shop: Shop) -> None:
    top_up = shop.paid()
    payments.receive(top_up.id, "transfer", "LINE 7", top_up.gross, actor="boss")
    spend(shop, 0)
    twice = payments.of_top_up(top_up.id)[1]
    refunds.refund(twice, top_up.gross, "Paid twice", "boss", key=KEY, reference="OUT 1")
    assert payments.overpayment(shop.again(top_up)) == 0
    assert notes() == []
    assert shop.payments()[-1] == ("refund", -top_up.gross)


def test_a_refund_of_the_dashboard_is_booked_once(shop: Shop) -> None:
    top_up = shop.paid()
    shop.stripe.do("refunds", payment_intent=receipt(top_up).reference, amount=5000)
    assert shop.tell(BACK) == [200]
    shop.tell(BACK)
    stripe_payments.sync_reversals()
    assert shop.payments()[1:] == [("refund", -500_000)]
    assert notes() == [-500_000]


def test_a_refund_event_before_the_payment_event_books_both(shop: Shop) -> None:
    top_up = shop.order()
    shop.stripe.do(f"pay/{shop.visit(top_up)}")
    (intent,) = shop.stripe.listed("payment_intents")
    shop.stripe.do("refunds", payment_intent=intent["id"], amount=100)
    shop.tell(BACK)
    assert shop.payments() == [("receipt", top_up.gross), ("refund", -10_000)]


def test_a_refund_of_spent_money_takes_the_balance_and_tells_admins(shop: Shop) -> None:
    top_up = shop.paid()
    spend(shop, 200_000)
    shop.stripe.do("refunds", payment_intent=receipt(top_up).reference)
    shop.tell(BACK)
    assert shop.balance() == 0
    assert shop.payments()[-1] == ("refund", -top_up.gross)
    refund = payments.of_top_up(top_up.id)[-1]
    assert "was spent already" in refund.note
    emails = db.session.query(Email).filter_by(recipient="admin@example.com").all()
    assert [email.subject for email in emails] == ["A refund was larger than the balance"]


def test_a_refund_that_fails_afterwards_is_owed_to_the_payer(shop: Shop) -> None:
    top_up = shop.paid()
    refund = give_back(top_up, 500_000)
    shop.stripe.do(f"refunds/{refund.reference}", status="failed")
    shop.tell("refund.updated")
    shop.tell("refund.updated")
    assert [kind for kind, _ in shop.payments()] == ["receipt", "refund", "refund"]
    assert payments.overpayment(shop.again(top_up)) == 500_000
    assert refunds.largest(shop.again(top_up)) == top_up.gross


def test_stripe_refusing_books_nothing(shop: Shop) -> None:
    top_up = shop.paid()
    ledger.credit(shop.account_id, 9_000_000, "gift")
    payments.receive(top_up.id, "transfer", "LINE 7", top_up.gross, actor="boss")
    with pytest.raises(refunds.RefundRefused):
        give_back(shop.again(top_up), top_up.gross + 100)
    assert [kind for kind, _ in shop.payments()] == ["receipt", "receipt"]


def test_a_dispute_takes_at_most_the_balance_and_suspends(shop: Shop) -> None:
    top_up = shop.paid()
    spend(shop, 200_000)
    shop.stripe.do("disputes", payment_intent=receipt(top_up).reference)
    shop.tell("charge.dispute.created")
    shop.tell("charge.dispute.created")
    assert shop.balance() == 0
    assert shop.entries()[-1] == ("dispute", -200_000)
    assert shop.account().status == AccountStatus.SUSPENDED
    emails = db.session.query(Email).filter_by(recipient="admin@example.com").all()
    assert [email.subject for email in emails] == ["A card payment is disputed"]


def test_a_dispute_that_is_won_comes_back_and_lifts_the_suspension(shop: Shop) -> None:
    top_up = shop.paid()
    spend(shop, 200_000)
    dispute = shop.stripe.do("disputes", payment_intent=receipt(top_up).reference)
    shop.tell("charge.dispute.created")
    shop.stripe.do(f"disputes/{dispute['id']}", status="won")
    shop.tell("charge.dispute.closed")
    shop.tell("charge.dispute.closed")
    shop.tell("charge.dispute.created")
    assert shop.balance() == 200_000
    assert shop.account().status == AccountStatus.ACTIVE
    assert [kind for kind, _ in shop.payments()] == ["receipt", "dispute", "dispute_won"]
    assert shop.again(top_up).paid == top_up.gross


def test_a_dispute_that_is_lost_leaves_the_account_suspended(shop: Shop) -> None:
    top_up = shop.paid()
    dispute = shop.stripe.do("disputes", payment_intent=receipt(top_up).reference)
    shop.stripe.do(f"disputes/{dispute['id']}", status="lost")
    shop.tell("charge.dispute.closed")
    shop.tell("charge.dispute.closed")
    assert shop.account().status == AccountStatus.SUSPENDED
    assert shop.balance() == 100_000
    emails = db.session.query(Email).filter_by(recipient="admin@example.com").all()
    assert [email.subject for email in emails] == [
        "A card payment is disputed",
        "A dispute is lost",
    ]


def test_a_won_dispute_does_not_lift_a_suspension_by_an_admin(shop: Shop) -> None:
    top_up = shop.paid()
    accounts.suspend(shop.account_id, "Complaints", "boss")
    dispute = shop.stripe.do("disputes", payment_intent=receipt(top_up).reference)
    shop.tell("charge.dispute.created")
    shop.stripe.do(f"disputes/{dispute['id']}", status="won")
    shop.tell("charge.dispute.closed")
    assert shop.account().suspended_reason == "Complaints"


def test_a_second_dispute_keeps_the_account_suspended(shop: Shop) -> None:
    first, second = shop.paid(), shop.paid()
    dispute_ids = [
        shop.stripe.do("disputes", payment_intent=receipt(top_up).reference)["id"]
        for top_up in (first, second)
    ]
    shop.tell("charge.dispute.created")
    shop.stripe.do(f"disputes/{dispute_ids[0]}", status="won")
    shop.tell("charge.dispute.closed")
    assert shop.account().suspended_reason == disputes.reason(dispute_ids[1])


def test_an_inquiry_takes_nothing(shop: Shop) -> None:
    top_up = shop.paid()
    intent = receipt(top_up).reference
    shop.stripe.do("disputes", payment_intent=intent, status="warning_needs_response")
    shop.tell("charge.dispute.created")
    assert shop.account().status == AccountStatus.ACTIVE
    assert len(shop.payments()) == 1


def test_a_refund_after_erasure_is_booked_without_an_account(shop: Shop) -> None:
    top_up = shop.paid()
    intent, gross = receipt(top_up).reference, top_up.gross
    with transaction() as session:
        legal_records.unlink(session, shop.account_id)
    shop.stripe.do("refunds", payment_intent=intent)
    shop.tell(BACK)
    refund = db.session.query(Payment).filter_by(kind="refund").one()
    assert (refund.account_id, refund.amount) == (None, -gross)
    assert notes() == [-gross]


def test_while_stripe_is_away_no_refund_is_booked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_checkout, "RETRIES", 0)
    top_up = shop.paid()
    shop.stripe.do("switch", down=True)
    with pytest.raises(stripe_checkout.Unavailable):
        give_back(top_up, 10_000)
    shop.stripe.do("switch", down=False)
    assert len(shop.payments()) == 1
