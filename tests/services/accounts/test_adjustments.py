"""Adjustments: small ones at once, large ones by two admins, each exactly once."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Adjustment,
    AdjustmentStatus,
    AuditEntry,
    Email,
    EntryKind,
    LedgerEntry,
    now,
)
from promosms.services.accounts import accounts, adjustments
from promosms.services.accounts.adjustments import NotWaiting, NotYours
from promosms.services.ledger import ledger
from tests.support.cast import Cast
from tests.support.clock import Clock

ANNA, BEN, CLEO = "a" * 20, "b" * 20, "c" * 20
LIMIT = 1_000_000


@pytest.fixture
def account(context: None, cast: Cast) -> int:
    """The id of the owner's account; its balance is 10.00."""
    return cast.owner.account_id


def balance(account_id: int) -> int:
    db.session.rollback()
    return db.session.get_one(Account, account_id).balance


def asked() -> Adjustment:
    db.session.rollback()
    return db.session.scalars(db.select(Adjustment)).one()


def acts() -> list[tuple[str, str]]:
    entries = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.actor, entry.action) for entry in entries]


def large(account_id: int, amount: int = LIMIT + 1, reference: str = "large") -> Adjustment:
    assert not adjustments.adjust(account_id, amount, "Goodwill", ANNA, reference)
    return asked()


def test_up_to_the_limit_it_is_booked_at_once(account: int) -> None:
    assert adjustments.adjust(account, LIMIT, "Goodwill", ANNA, "one")
    assert balance(account) == 100_000 + LIMIT
    assert db.session.scalars(db.select(Adjustment)).all() == []
    assert acts() == [(ANNA, "account.adjust")]


def test_above_the_limit_it_waits_and_the_other_admins_get_an_email(
    account: int, cast: Cast
) -> None:
    adjustment = large(account)
    assert (adjustment.status, adjustment.asked_by, balance(account)) == ("waiting", ANNA, 100_000)
    assert acts() == [(ANNA, "adjustment.ask")]
    email = db.session.scalars(db.select(Email)).one()
    assert email.recipient == "admin@example.com"
    assert cast.owner.account_public_id in email.body
    assert "100.0001" in email.body


def test_the_requesting_admin_gets_no_email(account: int, cast: Cast) -> None:
    from promosms.models import User

    admin_id = db.session.get_one(User, cast.admin.user_id).public_id
    adjustments.adjust(account, LIMIT + 1, "Goodwill", admin_id, "one")
    assert db.session.scalars(db.select(Email)).all() == []


@pytest.mark.parametrize("second", [600_000, -600_000])
def test_split_adjustments_count_together(account: int, second: int) -> None:
    assert adjustments.adjust(account, 600_000, "One", ANNA, "one")
    assert not adjustments.adjust(account, second, "Two", ANNA, "two")
    assert adjustments.adjust(account, 400_000, "Three", ANNA, "three")
    assert not adjustments.adjust(account, 1, "Four", ANNA, "four")


@pytest.mark.parametrize(("hours", "booked"), [(23, False), (25, True)])
def test_what_was_booked_counts_for_a_day(
    account: int, clock: Clock, hours: int, booked: bool
) -> None:
    assert adjustments.adjust(account, LIMIT, "One", ANNA, "one")
    clock.move(hours=hours)
    assert adjustments.adjust(account, 1, "Two", ANNA, "two") is booked


def test_another_admin_account_or_day_counts_separately(account: int, cast: Cast) -> None:
    early = now() - timedelta(hours=24)
    with transaction() as session:
        session.add(
            LedgerEntry(
                account_id=account,
                kind=EntryKind.ADJUSTMENT,
                amount=LIMIT,
                reference="adjust:early",
                note="Long ago",
                actor=ANNA,
                created_at=early,
            )
        )
    assert adjustments.adjust(account, LIMIT, "One", ANNA, "one")
    assert adjustments.adjust(account, LIMIT, "Two", BEN, "two")
    assert adjustments.adjust(cast.stranger.account_id, LIMIT, "Three", ANNA, "three")


def test_adjustments_that_a_second_admin_agreed_to_do_not_count(account: int) -> None:
    adjustments.agree(large(account), BEN)
    assert adjustments.adjust(account, LIMIT, "Small", ANNA, "one")
    assert adjustments.adjust(account, LIMIT, "Small", BEN, "two")


def test_a_second_admin_carries_it_out(account: int) -> None:
    adjustments.agree(large(account), BEN)
    adjustment = asked()
    assert balance(account) == 100_000 + LIMIT + 1
    assert (adjustment.status, adjustment.asked_by, adjustment.decided_by) == (
        AdjustmentStatus.DONE,
        ANNA,
        BEN,
    )
    assert adjustment.decided_at is not None
    assert acts() == [(ANNA, "adjustment.ask"), (BEN, "adjustment.agree")]
    entry = db.session.scalars(db.select(LedgerEntry).order_by(LedgerEntry.id.desc())).first()
    assert entry is not None
    assert (entry.kind, entry.note, entry.actor) == (EntryKind.ADJUSTMENT, "Goodwill", ANNA)


def test_the_requesting_admin_can_neither_agree_nor_refuse(account: int) -> None:
    adjustment = large(account)
    for decide in (adjustments.agree, adjustments.refuse):
        with pytest.raises(NotYours):
            decide(adjustment, ANNA)
    assert (asked().status, balance(account)) == ("waiting", 100_000)


def test_only_the_requesting_admin_withdraws(account: int) -> None:
    with pytest.raises(NotYours):
        adjustments.withdraw(large(account), BEN)
    adjustments.withdraw(asked(), ANNA)
    assert (asked().status, balance(account)) == ("withdrawn", 100_000)


def test_a_refused_adjustment_books_nothing(account: int) -> None:
    adjustments.refuse(large(account), BEN)
    assert (asked().status, asked().decided_by, balance(account)) == ("refused", BEN, 100_000)


@pytest.mark.parametrize("first", [adjustments.agree, adjustments.refuse])
def test_a_decision_is_final(account: int, first: Callable[[Adjustment, str], None]) -> None:
    first(large(account), BEN)
    before = balance(account), len(acts())
    for decide, actor in (
        (adjustments.agree, CLEO),
        (adjustments.refuse, CLEO),
        (adjustments.withdraw, ANNA),
    ):
        with pytest.raises(NotWaiting):
            decide(asked(), actor)
    assert (balance(account), len(acts())) == before


def test_the_balance_is_checked_when_it_is_carried_out(account: int) -> None:
    with pytest.raises(ledger.InsufficientBalance):
        adjustments.adjust(account, -LIMIT - 1, "Too much", ANNA, "never")
    ledger.credit(account, 2 * LIMIT, "more")
    adjustment = large(account, -LIMIT - 1)
    ledger.pay(account, 2 * LIMIT, "spent")
    with pytest.raises(ledger.InsufficientBalance) as error:
        adjustments.agree(adjustment, BEN)
    assert error.value.missing == LIMIT + 1 - 100_000
    assert (asked().status, asked().decided_by) == ("waiting", "")
    assert acts() == [(ANNA, "adjustment.ask")]
    ledger.credit(account, LIMIT, "again")
    adjustments.agree(asked(), BEN)
    assert balance(account) == 99_999


def test_the_same_form_sent_twice_is_one_adjustment(account: int) -> None:
    large(account)
    with pytest.raises(accounts.AlreadyBooked):
        adjustments.adjust(account, LIMIT + 1, "Goodwill", ANNA, "large")
    adjustments.adjust(account, LIMIT, "Small", ANNA, "small")
    with pytest.raises(accounts.AlreadyBooked):
        adjustments.adjust(account, LIMIT, "Small", ANNA, "small")
    adjustments.agree(asked(), BEN)
    with pytest.raises(accounts.AlreadyBooked):
        adjustments.adjust(account, LIMIT + 1, "Goodwill", ANNA, "large")
    assert balance(account) == 100_000 + 2 * LIMIT + 1


def test_two_concurrent_agreements_book_it_once(app: Flask, account: int) -> None:
    large(account)
    results = at_once(app, [BEN, CLEO], lambda actor: adjustments.agree(asked(), actor))
    assert sorted(results) == ["NotWaiting", "done"]
    assert balance(account) == 100_000 + LIMIT + 1


def test_small_concurrent_adjustments_do_not_exceed_the_limit_together(
    app: Flask, account: int
) -> None:
    def small(reference: str) -> str:
        return str(adjustments.adjust(account, 600_000, "Small", ANNA, reference))

    assert sorted(at_once(app, ["one", "two", "three"], small)) == ["False", "False", "True"]
    assert balance(account) == 700_000


def at_once(app: Flask, arguments: list[str], act: Callable[[str], object]) -> list[str]:
    """Call it with each argument in its own thread; returns the results."""
    begin, results = threading.Barrier(len(arguments)), []

    def run(argument: str) -> None:
        with app.app_context():
            begin.wait(5)
            try:
                results.append(str(act(argument) or "done"))
            except (NotWaiting, NotYours) as error:
                results.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(argument,)) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results
