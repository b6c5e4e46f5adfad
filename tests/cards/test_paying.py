"""Paying by card: the payment page of Stripe, the return from it, and webhooks."""

import json
import threading
import time
from datetime import timedelta

import pytest

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Email, Invoice, TopUp, TopUpStatus, now
from promosms.services.payments import payments, stripe_checkout, stripe_payments, top_ups
from tests.cards.conftest import SECRET, Shop, signed
from tests.support.pages import PageClient
from tests.support.settings import override

COMPLETED = "checkout.session.completed"


def test_paying_on_the_page_of_stripe_credits_the_net_sum(shop: Shop) -> None:
    top_up = shop.order()
    session = shop.visit(top_up)
    shop.stripe.do(f"pay/{session}")
    answer = shop.get(f"/billing/card/{top_up.public_id}/back")
    assert answer.status_code == 303
    assert shop.again(top_up).status == TopUpStatus.PAID
    assert shop.balance() == 100_000 + top_up.net
    assert shop.payments() == [("receipt", top_up.gross)]
    assert shop.account().approved_at is not None


def test_stripe_is_asked_for_the_gross_sum_in_cents(shop: Shop) -> None:
    top_up = shop.order(1_234_500)
    session = shop.visit(top_up)
    shop.stripe.do(f"pay/{session}")
    (intent,) = shop.stripe.listed("payment_intents")
    assert (intent["amount"], intent["currency"]) == (top_up.gross // 100, "eur")


@pytest.mark.parametrize("first", ["call", "way back", "sweep"])
def test_the_order_of_webhook_return_and_sweep_does_not_matter(
    shop: Shop, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_payments, "SWEEP_AFTER", -stripe_payments.SWEEP_AFTER)
    top_up = shop.order()
    shop.stripe.do(f"pay/{shop.visit(top_up)}")
    ways = {
        "call": lambda: shop.tell(COMPLETED),
        "way back": lambda: shop.get(f"/billing/card/{top_up.public_id}/back"),
        "sweep": stripe_payments.sync_unpaid,
    }
    ways.pop(first)()
    assert shop.again(top_up).status == TopUpStatus.PAID
    for way in ways.values():
        way()
        way()
    assert shop.entries() == [("credit", top_up.net)]
    assert shop.payments() == [("receipt", top_up.gross)]
    assert db.session.query(Invoice).count() == 1


def test_concurrent_deliveries_of_an_event_book_once(shop: Shop) -> None:
    top_up = shop.order()
    shop.stripe.do(f"pay/{shop.visit(top_up)}")
    (body,) = shop.stripe.events(COMPLETED)
    answers: list[int] = []

    def call() -> None:
        with shop.app.app_context():
            answers.append(shop.call(body))

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert answers == [200] * 4
    assert shop.entries() == [("credit", top_up.net)]


def test_a_forged_event_is_refused(shop: Shop) -> None:
    top_up = shop.order()
    shop.stripe.do(f"pay/{shop.visit(top_up)}")
    (body,) = shop.stripe.events(COMPLETED)
    forged = {
        "unsigned": {},
        "wrong": {"Stripe-Signature": "t=1,v1=00"},
        "unreadable": {"Stripe-Signature": "nonsense"},
        "another secret": signed(body, "whsec_other"),
        "old": signed(body, SECRET, time.time() - 301),
        "of another call": signed(body + b" "),
    }
    assert {name: shop.call(body, headers) for name, headers in forged.items()} == dict.fromkeys(
        forged, 400
    )
    assert shop.again(top_up).status == TopUpStatus.OPEN


def test_an_event_may_be_nearly_five_minutes_late(shop: Shop) -> None:
    top_up = shop.order()
    shop.stripe.do(f"pay/{shop.visit(top_up)}")
    (body,) = shop.stripe.events(COMPLETED)
    assert shop.call(body, signed(body, SECRET, time.time() - 290)) == 200
    assert shop.again(top_up).status == TopUpStatus.PAID


@pytest.mark.parametrize(("minutes", "number"), [(4, 0), (6, 1)])
def test_stripe_is_asked_about_an_unpaid_top_up_after_five_minutes(
    shop: Shop, minutes: int, number: int
) -> None:
    top_up = shop.order()
    shop.visit(top_up)
    with transaction() as session:
        made = now() - timedelta(minutes=minutes)
        session.get_one(TopUp, top_up.id).created_at = made
    assert stripe_payments.sync_unpaid() == number


def test_a_signed_event_that_cannot_be_read_is_refused(shop: Shop) -> None:
    for body in (b"", b"[]", b"{", b'"x"', b'{"data": {"object": 1}}', b"\xff"):
        assert shop.call(body, signed(body)) == 400
    long = b"x" * (256 * 1024 + 1)
    assert shop.call(long, signed(long)) == 413


def test_a_signed_event_with_a_wrong_amount_changes_nothing(shop: Shop) -> None:
    top_up = shop.order()
    session = shop.visit(top_up)
    lie = {"id": session, "payment_status": "paid", "amount_total": top_up.gross // 100}
    body = json.dumps({"type": COMPLETED, "data": {"object": lie}}).encode()
    assert shop.call(body) == 200
    assert shop.again(top_up).status == TopUpStatus.OPEN


def test_an_event_for_an_unknown_top_up_is_ignored(shop: Shop) -> None:
    session = {"id": "cs_unknown", "payment_intent": "pi_unknown"}
    for kind in (COMPLETED, "charge.refunded", "payment_intent.succeeded", "customer.created"):
        body = json.dumps({"type": kind, "data": {"object": session}}).encode()
        assert shop.call(body) == 200
    assert shop.payments() == []


def test_too_little_money_is_a_partial_payment(shop: Shop) -> None:
    top_up = shop.order()
    shop.stripe.do(f"pay/{shop.visit(top_up)}", amount=5000)
    shop.tell(COMPLETED)
    top_up_now = shop.again(top_up)
    assert (top_up_now.status, top_up_now.paid) == (TopUpStatus.OPEN, 500_000)
    assert payments.due(top_up_now) == top_up.gross - 500_000
    assert shop.balance() == 100_000


def test_admins_are_told_of_an_unclear_payment_found_on_return(shop: Shop) -> None:
    top_up = shop.order()
    shop.stripe.do(f"pay/{shop.visit(top_up)}", currency="huf")
    assert shop.get(f"/billing/card/{top_up.public_id}/back").status_code == 303
    assert db.session.query(Email).filter_by(recipient="admin@example.com").count() == 1


def test_another_currency_is_not_booked_and_admins_are_told_once(shop: Shop) -> None:
    top_up = shop.order()
    shop.stripe.do(f"pay/{shop.visit(top_up)}", currency="huf")
    assert shop.tell(COMPLETED) == [200]
    assert shop.tell(COMPLETED) == [200]
    assert shop.payments() == []
    assert shop.again(top_up).status == TopUpStatus.OPEN
    emails = db.session.query(Email).filter_by(recipient="admin@example.com").all()
    assert [email.subject for email in emails] == ["A card payment could not be booked"]


@pytest.mark.parametrize("end", [TopUpStatus.CANCELLED, TopUpStatus.EXPIRED])
def test_a_payment_for_a_cancelled_top_up_counts(shop: Shop, end: str) -> None:
    top_up = shop.order()
    session = shop.visit(top_up)
    top_ups.cancel(top_up, "")
    db.session.query(TopUp).update({"status": end})
    db.session.commit()
    shop.stripe.do(f"pay/{session}")
    shop.tell(COMPLETED)
    assert shop.again(top_up).status == TopUpStatus.PAID
    assert shop.balance() == 100_000 + top_up.net


def test_paying_twice_is_visible_and_credits_once(shop: Shop) -> None:
    top_up = shop.paid()
    payments.receive(top_up.id, "transfer", "LINE 7", top_up.gross, actor="admin")
    top_up_now = shop.again(top_up)
    assert payments.overpayment(top_up_now) == top_up.gross
    assert shop.entries() == [("credit", top_up.net)]


def test_an_open_page_is_used_again(shop: Shop) -> None:
    top_up = shop.order()
    assert shop.visit(top_up) == shop.visit(top_up)


def test_another_choice_expires_the_open_page(shop: Shop) -> None:
    top_up = shop.order()
    first = stripe_checkout.payment_url(top_up)
    second = stripe_checkout.payment_url(shop.again(top_up), save_card=True)
    assert first != second
    shop.tell("checkout.session.expired")
    assert shop.visit(shop.again(top_up))


def test_an_expired_page_is_replaced(shop: Shop) -> None:
    top_up = shop.order()
    first = shop.visit(top_up)
    shop.stripe.line.post(f"{shop.stripe.url}/v1/checkout/sessions/{first}/expire")
    assert shop.visit(shop.again(top_up)) != first


def test_a_paid_order_leads_back_instead_of_to_stripe(shop: Shop) -> None:
    top_up = shop.paid()
    answer = shop.get(f"/billing/card/{top_up.public_id}")
    assert answer.location.endswith(f"/billing/top-ups/{top_up.public_id}")


def test_a_pending_payment_is_not_booked(shop: Shop) -> None:
    top_up = shop.order()
    session = shop.visit(top_up)
    shop.stripe.do(f"later/{session}")
    shop.tell(COMPLETED)
    shop.get(f"/billing/card/{top_up.public_id}/back")
    assert shop.again(top_up).status == TopUpStatus.OPEN
    shop.stripe.do(f"later/{session}", failed=True)
    assert shop.tell("checkout.session.async_payment_failed") == [200]
    assert shop.again(top_up).status == TopUpStatus.OPEN
    shop.stripe.do(f"later/{session}")
    shop.tell("checkout.session.async_payment_succeeded")
    assert shop.again(top_up).status == TopUpStatus.PAID


def test_while_stripe_is_away_nothing_is_lost(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stripe_checkout, "RETRIES", 0)
    top_up = shop.order()
    session = shop.visit(top_up)
    shop.stripe.do(f"pay/{session}")
    (body,) = shop.stripe.events(COMPLETED)
    shop.stripe.do("switch", down=True)
    assert shop.call(body) == 503
    answer = shop.get(f"/billing/card/{top_up.public_id}/back")
    assert answer.status_code == 303
    shop.stripe.do("switch", down=False)
    assert shop.call(body) == 200
    assert shop.entries() == [("credit", top_up.net)]


def test_without_a_key_there_are_no_cards(shop: Shop) -> None:
    top_up = shop.order()
    override(shop.app, stripe_secret_key="")
    answer = shop.get(f"/billing/card/{top_up.public_id}")
    assert answer.location.endswith(f"/billing/top-ups/{top_up.public_id}")
    assert shop.call(b"{}") == 404


def test_currencies_without_hundredths_have_no_cards(shop: Shop) -> None:
    override(shop.app, currency="JPY")
    assert not stripe_checkout.available()


def test_nobody_pays_the_top_up_of_another_account(shop: Shop, stranger: PageClient) -> None:
    top_up = shop.order()
    assert stranger.get(f"/billing/card/{top_up.public_id}").status_code == 404
    assert stranger.get(f"/billing/card/{top_up.public_id}/back").status_code == 404


def test_stripe_is_never_asked_inside_a_transaction(shop: Shop) -> None:
    top_up = shop.order()
    with pytest.raises(RuntimeError), transaction():
        stripe_checkout.payment_url(top_up)
