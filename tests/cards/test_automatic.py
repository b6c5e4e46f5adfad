"""Automatic top-ups: when they are due, how often, and what stops them."""

import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from promosms.db import transactions
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AutomaticTopUp, CardDeletion, Email, TopUp, TopUpStatus, now
from promosms.services.ledger import ledger
from promosms.services.payments import (
    automatic_attempts,
    automatic_top_ups,
    payments,
    refunds,
    saved_cards,
    stripe_checkout,
    stripe_payments,
)
from promosms.services.privacy import erasure
from tests.cards.conftest import Shop
from tests.support.pages import PageClient

DECLINED = "4000000000000341"
ASKS = "4000002760003184"
WISHES = {"below": "20", "amount": "50", "monthly_cap": "100", "agreed": "y"}


def run(shop: Shop) -> bool:
    return automatic_attempts.run(shop.account_id)


def spend(shop: Shop, left: int) -> None:
    ledger.pay(shop.account_id, shop.balance() - left, f"spent:{left}:{shop.balance()}")


def orders() -> list[str]:
    db.session.rollback()
    return [top_up.status for top_up in db.session.query(TopUp).order_by(TopUp.id)]


def row(shop: Shop) -> AutomaticTopUp:
    db.session.rollback()
    return db.session.get_one(AutomaticTopUp, shop.account_id, populate_existing=True)


def subjects() -> list[str]:
    query = db.session.query(Email).filter_by(recipient="owner@example.com")
    return [email.subject for email in query if "switched off" in email.subject]


def killed(work: Callable[[], object], when: Callable[[], None]) -> None:
    """Run something in a child process, and kill it at a given moment."""
    db.session.rollback()
    child = os.fork()
    if child == 0:
        transactions.dispose()
        work()
        os._exit(0)
    try:
        when()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_a_low_balance_is_topped_up_once(shop: Shop) -> None:
    shop.saved_card()
    assert automatic_top_ups.due() == [shop.account_id]
    assert run(shop)
    assert shop.balance() == 600_000
    assert automatic_top_ups.due() == []
    assert not run(shop)
    assert orders() == [TopUpStatus.PAID]
    assert len(shop.stripe.listed("payment_intents")) == 1


def test_the_balance_is_topped_up_again_until_the_monthly_cap(shop: Shop) -> None:
    shop.saved_card()
    run(shop)
    spend(shop, 0)
    assert run(shop)
    spend(shop, 0)
    assert automatic_top_ups.due() == []
    assert not run(shop)
    assert orders() == [TopUpStatus.PAID] * 2


def test_many_processes_at_once_pay_once(shop: Shop) -> None:
    shop.saved_card()
    db.session.remove()

    def work() -> None:
        with shop.app.app_context():
            try:
                run(shop)
            except stripe_checkout.Unavailable:
                pass
            finally:
                db.session.remove()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert orders() == [TopUpStatus.PAID]
    assert shop.entries() == [("credit", 500_000)]


@pytest.mark.parametrize(("number", "why"), [(DECLINED, "declined"), (ASKS, "confirm each")])
def test_a_refused_card_stops_it_and_the_owner_is_told(shop: Shop, number: str, why: str) -> None:
    shop.saved_card(number)
    assert not run(shop)
    assert not row(shop).active
    assert why in automatic_top_ups.why(row(shop).stopped_why)
    assert orders() == [TopUpStatus.CANCELLED]
    assert subjects() == ["The automatic top-up is switched off"]
    assert not run(shop)
    assert orders() == [TopUpStatus.CANCELLED]
    assert [intent["status"] for intent in shop.stripe.listed("payment_intents")] != [
        "requires_action"
    ]
    assert shop.balance() == 100_000


def test_while_stripe_is_away_the_same_attempt_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_checkout, "RETRIES", 0)
    shop.saved_card()
    shop.stripe.do("switch", down=True)
    for _ in range(2):
        with pytest.raises(stripe_checkout.Unavailable):
            run(shop)
    shop.stripe.do("switch", down=False)
    monkeypatch.setattr(automatic_top_ups, "POLL_AFTER", timedelta(0))
    assert automatic_top_ups.due() == [shop.account_id]
    assert run(shop)
    assert orders() == [TopUpStatus.PAID]


def test_a_process_killed_before_the_answer_pays_once(shop: Shop) -> None:
    shop.saved_card()
    shop.stripe.do("switch", hold="POST /v1/payment_intents")
    killed(lambda: run(shop), shop.stripe.wait_until_holding)
    shop.stripe.do("switch", hold="")
    assert orders() == [TopUpStatus.OPEN]
    assert run(shop)
    assert orders() == [TopUpStatus.PAID]
    assert len(shop.stripe.listed("payment_intents")) == 1
    assert shop.entries() == [("credit", 500_000)]


@pytest.mark.parametrize("trouble", ["key forgotten", "card forgotten", "card replaced"])
def test_an_attempt_without_an_answer_is_found_by_its_top_up(shop: Shop, trouble: str) -> None:
    shop.saved_card()
    shop.stripe.do("switch", hold="POST /v1/payment_intents")
    killed(lambda: run(shop), shop.stripe.wait_until_holding)
    shop.stripe.do("switch", hold="")
    if trouble == "key forgotten":
        with transaction() as session:
            session.query(TopUp).update({"created_at": now() - timedelta(hours=21)})
            session.query(AutomaticTopUp).update({"tried_at": now() - timedelta(hours=21)})
        shop.stripe.do("age", hours=21)
    elif trouble == "card forgotten":
        saved_cards.forget(shop.account_id)
    else:
        card_ids = shop.stripe.do("cards")
        with transaction() as session:
            session.query(AutomaticTopUp).update(card_ids)
    assert run(shop)
    assert len(shop.stripe.listed("payment_intents")) == 1
    assert shop.entries() == [("credit", 500_000)]


@pytest.mark.parametrize(("hours", "status"), [(19, TopUpStatus.PAID), (21, TopUpStatus.CANCELLED)])
def test_an_attempt_that_never_reached_stripe_ends_with_its_key(
    shop: Shop, hours: int, status: str
) -> None:
    shop.saved_card()
    shop.order(500_000, automatic=True)
    with transaction() as session:
        session.query(TopUp).update({"created_at": now() - timedelta(hours=hours)})
    assert run(shop) is (status == TopUpStatus.PAID)
    assert orders() == [status]
    assert row(shop).active


@pytest.mark.parametrize(
    ("status", "seconds", "is_due"),
    [
        (TopUpStatus.CANCELLED, 59 * 60, False),
        (TopUpStatus.CANCELLED, 61 * 60, True),
        (TopUpStatus.OPEN, 50, False),
        (TopUpStatus.OPEN, 70, True),
    ],
)
def test_after_an_attempt_the_next_one_waits(
    shop: Shop, status: str, seconds: int, is_due: bool
) -> None:
    shop.saved_card()
    shop.order(500_000, automatic=True)
    with transaction() as session:
        session.query(TopUp).update({"status": status})
        session.query(AutomaticTopUp).update({"tried_at": now() - timedelta(seconds=seconds)})
    assert automatic_top_ups.due() == ([shop.account_id] if is_due else [])


def test_the_webhook_books_a_payment_when_the_process_was_killed(shop: Shop) -> None:
    shop.saved_card()
    shop.stripe.do("switch", hold="GET /v1/payment_intents")
    killed(lambda: run(shop), shop.stripe.wait_until_holding)
    shop.stripe.do("switch", hold="")
    shop.tell("payment_intent.succeeded")
    assert orders() == [TopUpStatus.PAID]
    assert not run(shop)
    assert shop.entries() == [("credit", 500_000)]


def test_a_checkout_that_was_killed_while_booking_is_booked_by_the_sweep(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_payments, "SWEEP_AFTER", timedelta(0))
    top_up = shop.order()
    session = shop.visit(top_up)
    shop.stripe.do(f"pay/{session}")
    shop.stripe.do("switch", hold="GET /v1/payment_intents")
    killed(lambda: stripe_payments.sync_session(session), shop.stripe.wait_until_holding)
    shop.stripe.do("switch", hold="")
    assert shop.again(top_up).status == TopUpStatus.OPEN
    stripe_payments.sync_unpaid()
    stripe_payments.sync_unpaid()
    assert shop.entries() == [("credit", top_up.net)]


def test_a_refund_that_was_killed_while_booking_is_booked_by_the_sweep(shop: Shop) -> None:
    top_up = shop.paid()
    (receipt,) = payments.of_top_up(top_up.id)
    shop.stripe.do("switch", hold="POST /v1/refunds")
    killed(
        lambda: refunds.refund(receipt, 500_000, "Not needed", "boss", key="a" * 20),
        shop.stripe.wait_until_holding,
    )
    shop.stripe.do("switch", hold="")
    assert len(shop.payments()) == 1
    stripe_payments.sync_reversals()
    assert shop.payments()[1:] == [("refund", -500_000)]
    refund = payments.of_top_up(top_up.id)[-1]
    assert (refund.actor, refund.note) == ("boss", "Not needed")


def test_nothing_happens_while_it_is_off_or_without_card(shop: Shop) -> None:
    shop.saved_card()
    automatic_top_ups.switch_off(shop.account(), "")
    assert automatic_top_ups.due() == []
    assert not run(shop)
    with transaction() as session:
        session.query(AutomaticTopUp).update({"active": True, "card": ""})
    assert automatic_top_ups.due() == []


def test_an_owner_saves_a_card_and_switches_it_on(shop: Shop) -> None:
    page = shop.post("/billing/automatic", **WISHES)
    assert "Now add a card" in page.text
    session = shop.get("/billing/automatic/card").location.rsplit("/", 1)[1]
    shop.stripe.do(f"pay/{session}")
    shop.get(f"/billing/automatic/back?session={session}")
    shop.tell("checkout.session.completed")
    settings = row(shop)
    assert (settings.active, settings.card_label) == (True, "Visa •••• 4242")
    assert (settings.below, settings.amount, settings.monthly_cap) == (200_000, 500_000, 1_000_000)
    assert run(shop)
    assert shop.balance() == 600_000


def test_a_card_can_be_saved_with_a_payment(shop: Shop) -> None:
    top_up = shop.order()
    session = stripe_checkout.payment_url(top_up, save_card=True).rsplit("/", 1)[1]
    shop.stripe.do(f"pay/{session}")
    shop.tell("checkout.session.completed")
    assert row(shop).card_label == "Visa •••• 4242"
    assert not row(shop).active


def test_the_page_refuses_invalid_amounts(shop: Shop) -> None:
    for wrong in (
        {"agreed": ""},
        {"below": "-1"},
        {"amount": "1"},
        {"amount": "19", "below": "20"},
        {"monthly_cap": "49"},
        {"below": "1.001"},
        {"below": "many"},
    ):
        shop.post("/billing/automatic", 422, **{**WISHES, **wrong})
    assert automatic_top_ups.of(shop.account_id) is None


def test_switching_off_and_forgetting_take_effect_at_once(shop: Shop) -> None:
    shop.saved_card()
    shop.post("/billing/automatic/off")
    assert not row(shop).active
    shop.post("/billing/automatic/forget")
    assert (row(shop).card, row(shop).customer, row(shop).card_label) == ("", "", "")
    assert saved_cards.delete_forgotten() == 1
    assert shop.stripe.listed("customers") == []
    assert db.session.query(CardDeletion).count() == 0


def test_leaving_deletes_the_customer_at_stripe_without_waiting_for_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe_checkout, "RETRIES", 0)
    monkeypatch.setattr(saved_cards, "RETRY_AFTER", timedelta(0))
    shop.saved_card()
    shop.stripe.do("switch", down=True)
    erasure.begin(shop.account_id, "")
    with pytest.raises(stripe_checkout.Unavailable):
        saved_cards.delete_forgotten()
    while erasure.erase(shop.account_id):
        pass
    shop.stripe.do("switch", down=False)
    assert saved_cards.to_delete()
    saved_cards.delete_forgotten()
    assert shop.stripe.listed("customers") == []
    assert not saved_cards.to_delete()


def test_the_card_of_another_account_cannot_be_used(shop: Shop, stranger: PageClient) -> None:
    session = shop.get("/billing/automatic/card").location.rsplit("/", 1)[1]
    shop.stripe.do(f"pay/{session}")
    shop.get("/billing")
    stranger.get(f"/billing/automatic/back?session={session}")
    assert db.session.query(AutomaticTopUp).one().account_id == shop.account_id


def test_only_the_owner_sees_the_page(shop: Shop, colleague: PageClient) -> None:
    assert colleague.get("/billing/automatic").status_code == 403
