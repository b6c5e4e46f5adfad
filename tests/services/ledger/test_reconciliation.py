"""The figures of one month agree three ways: invoices, payments, ledger."""

from datetime import date

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    LedgerEntry,
    LedgerTotal,
    Payment,
    PaymentKind,
    TopUp,
    now,
)
from promosms.services.invoices import invoices, seller_days
from promosms.services.ledger import audit as ledger_audit
from promosms.services.ledger import ledger, reconciliation
from promosms.services.ledger import totals as ledger_totals
from promosms.services.ledger.reconciliation import Month
from promosms.services.privacy import erase_rows, erasure
from tests.support import top_ups
from tests.support.cast import Cast


def month() -> Month:
    """The figures of this month."""
    db.session.rollback()
    return reconciliation.month(seller_days.day_of(now()))


def kinds(figures: Month) -> list[str]:
    """The kinds of its differences; each has a sentence."""
    both = [*figures.gross, *figures.net]
    assert all(reconciliation.sentence(difference) for difference in both)
    return [difference.kind for difference in both]


def send_back(top_up: TopUp, gross: int, taken: int) -> None:
    """A refund; `taken` is the part that was still on the balance."""
    invoice = invoices.of_top_up(top_up.id)
    assert invoice is not None
    with transaction() as session:
        note = invoices.credit(invoice, gross, "Not used", "an-admin")
        row = _movement(session, top_up, PaymentKind.REFUND, -gross)
        row.invoice_id = note.id
        session.flush()
        ledger.refund(top_up.account_id, taken, f"refund:{row.id}", "Not used", "admin", row.id)


def _movement(session: Session, top_up: TopUp, kind: PaymentKind, amount: int) -> Payment:
    row = Payment(
        account_id=top_up.account_id,
        top_up_id=top_up.id,
        kind=kind,
        provider="transfer",
        reference=f"{kind} {top_up.id}",
        currency="EUR",
        amount=amount,
        paid_at=now(),
    )
    session.get_one(TopUp, top_up.id).paid += amount
    session.add(row)
    session.flush()
    return row


def test_invoices_payments_and_ledger_of_a_month_agree(context: None, cast: Cast) -> None:
    first, second = top_ups.paid(cast.owner), top_ups.paid(cast.stranger)
    send_back(second, 119_000, 100_000)
    figures = month()
    assert (figures.paid, figures.invoiced_gross) == (2 * 1_190_000 - 119_000,) * 2
    assert (figures.credited, figures.invoiced_net) == (2 * 1_000_000 - 100_000,) * 2
    assert (kinds(figures), figures.agrees) == ([], True)
    assert first.account_id != second.account_id
    assert ledger_audit.audit() == []
    before = reconciliation.month(date(2020, 1, 1))
    assert (before.paid, before.credited, before.agrees) == (0, 0, True)


def test_erasing_an_account_changes_no_figure_of_the_month(context: None, cast: Cast) -> None:
    send_back(top_ups.paid(cast.owner), 119_000, 100_000)
    top_ups.paid(cast.stranger)
    before = month()
    erasure.begin(cast.owner.account_id, "somebody")
    assert erasure.erase(cast.owner.account_id) is False
    after = month()
    assert db.session.get(Account, cast.owner.account_id) is None
    assert after == before
    assert after.agrees
    assert ledger_totals.of_month(f"{after.first:%Y-%m}") == {
        "credit": 100_000,  # what the cast begins with is a gift
        "top_up": 1_000_000,
        "refund": -100_000,
    }


def test_known_differences_are_listed(context: None, cast: Cast) -> None:
    top_ups.paid(cast.owner, 1_000_000)  # 19.00 are missing
    too_much = top_ups.paid(cast.owner, 1_200_000)
    ledger.pay(cast.owner.account_id, 1_050_000, "charge:message:1")
    send_back(too_much, 119_000, 50_000)  # the other half was spent
    with transaction() as session:
        row = _movement(session, too_much, PaymentKind.DISPUTE, -238_000)
        ledger.credit(cast.owner.account_id, 5, "gift")
        assert ledger.dispute(cast.owner.account_id, 200_000, "dispute:1", "", row.id) == 5
    figures = month()
    assert figures.agrees
    assert [(difference.kind, difference.amount) for difference in figures.gross] == [
        ("paid", 10_000),
        ("not_invoiced", 1_000_000),
        ("not_invoiced", -238_000),
    ]
    assert [(difference.kind, difference.amount) for difference in figures.net] == [
        ("credited", 50_000),
        ("dispute", -5),
    ]
    assert kinds(figures)


@pytest.mark.parametrize("stops", [0, 1, 2])
def test_erasure_counts_no_entry_twice_after_a_kill(
    context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch, stops: int
) -> None:
    account = cast.owner.account_id
    for number in range(8):
        ledger.credit(account, 1_000 + number, f"credit:{number}")
    ledger.pay(account, 500, "charge:message:1")
    expected = _sums(account)
    monkeypatch.setattr(erase_rows, "BATCH", 3)
    monkeypatch.setattr(erase_rows, "BATCH_ON_POSTGRESQL", 3)
    real, calls = ledger_totals._add, 0

    def killed(session: Session, month: str, kind: str, amount: int, held: int) -> None:
        nonlocal calls
        calls += 1
        real(session, month, kind, amount, held)
        if calls == stops + 1:
            raise KeyboardInterrupt  # after the sums were written, before they are committed

    monkeypatch.setattr(ledger_totals, "_add", killed)
    erasure.begin(account, "somebody")
    with pytest.raises(KeyboardInterrupt):
        erasure.erase(account)
    db.session.rollback()
    left, totals = _sums(account), _totals()
    assert {kind: left.get(kind, 0) + totals.get(kind, 0) for kind in expected} == expected
    assert erasure.erase(account) is False
    assert _totals() == expected


def _sums(account_id: int) -> dict[str, int]:
    figures: dict[str, int] = {}
    query = select(LedgerEntry.kind, LedgerEntry.amount)
    for kind, amount in db.session.execute(query.where(LedgerEntry.account_id == account_id)):
        figures[kind] = figures.get(kind, 0) + amount
    return figures


def _totals() -> dict[str, int]:
    query = select(LedgerTotal.kind, LedgerTotal.amount)
    return {row.kind: row.amount for row in db.session.execute(query)}


def test_the_totals_of_several_accounts_add_up(context: None, cast: Cast) -> None:
    for person in (cast.owner, cast.stranger):
        erasure.begin(person.account_id, "somebody")
        with transaction() as session:
            entries = delete(LedgerEntry).where(LedgerEntry.account_id == person.account_id)
            assert ledger_totals.keep(session, entries) == 1
    assert _totals() == {"credit": 200_000}
