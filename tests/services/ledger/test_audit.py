"""The audit: it finds nothing in correct books, and every kind of error in others."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Campaign,
    CampaignStatus,
    Email,
    Hold,
    Message,
    MessagePart,
    MessageStatus,
    PayMethod,
    TopUp,
    TopUpStatus,
    guards,
    now,
)
from promosms.services.installation import defaults, nightly_jobs
from promosms.services.ledger import audit as ledger_audit
from promosms.services.ledger import campaign_costs, ledger
from promosms.services.ledger import nightly as ledger_nightly
from tests.support import commands
from tests.support.aging import night
from tests.support.cast import Cast
from tests.support.pages import PageClient, words

PRICES = {"delivered": 300, "sent": 300, "failed": 450, "unknown": 200, "skipped": 0}


@pytest.fixture
def campaign(context: None, cast: Cast) -> Campaign:
    """An ended campaign: 600 charged, 450 given back, 200 still held for an unknown text."""
    with transaction() as session:
        campaign = Campaign(
            account_id=cast.owner.account_id,
            route_id=defaults.default_route().id,
            status=CampaignStatus.FINISHED,
            finished_at=now(),
        )
        session.add(campaign)
        session.flush()
        for number, (status, price) in enumerate(PRICES.items()):
            session.add(
                Message(
                    account_id=campaign.account_id,
                    campaign_id=campaign.id,
                    phone=f"+4860100010{number}",
                    country="PL",
                    price=price,
                    status=status,
                )
            )
    ledger.hold(campaign.account_id, campaign.id, 1_250)
    ledger.settle(campaign.id, 600, 450, "1")
    return campaign


@pytest.fixture
def unguarded(context: None) -> Iterator[None]:
    """A database without its guards."""
    dialect = "sqlite" if on_sqlite() else "postgresql"
    _run(guards.drops, dialect)
    yield
    db.session.rollback()
    _run(guards.statements, dialect)


def _run(of: Callable[[str, str], list[str]], dialect: str) -> None:
    with transaction() as session:
        for table in guards.GUARDED:
            for statement in of(table, dialect):
                session.connection().exec_driver_sql(statement)


def kinds_found() -> list[str]:
    """The kinds of what the audit finds."""
    return sorted({finding.kind for finding in ledger_audit.audit()})


def test_it_finds_nothing_if_all_figures_agree(campaign: Campaign) -> None:
    assert ledger_audit.audit() == []
    ledger.release(campaign.id, 200, f"release:{campaign.id}:unsettled")
    assert ledger_audit.audit() == []


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("UPDATE accounts SET balance = balance + 1", ["balance"]),
        ("UPDATE accounts SET held = held + 1", ["held", "holds"]),
        ("UPDATE holds SET remaining = remaining - 1", ["holds", "remaining"]),
        ("UPDATE holds SET amount = amount + 1", ["hold", "remaining"]),
        ("UPDATE holds SET closed_at = created_at", ["closed"]),
        ("UPDATE messages SET price = 301 WHERE status = 'sent'", ["charged"]),
        ("UPDATE messages SET status = 'failed' WHERE status = 'sent'", ["charged"]),
        ("UPDATE messages SET status = 'delivered' WHERE status = 'unknown'", ["charged"]),
        ("DELETE FROM holds", ["holds", "no_hold"]),
        ("DELETE FROM ledger_entries WHERE kind = 'credit'", ["balance"]),
        ("DELETE FROM ledger_entries WHERE kind = 'hold'", ["balance", "held", "hold"]),
        ("DELETE FROM ledger_entries WHERE kind = 'charge'", ["charged", "held", "remaining"]),
        ("UPDATE ledger_entries SET amount = 450 + 1, held = -451 WHERE kind = 'release'",
         ["balance", "held", "remaining"]),
        ("UPDATE ledger_entries SET payment_id = 2000000000 WHERE kind = 'credit'", ["no_payment"]),
    ],
)  # fmt: skip
def test_it_finds_what_does_not_add_up(
    campaign: Campaign, unguarded: None, statement: str, kinds: list[str]
) -> None:
    with transaction() as session:
        session.execute(text(statement))
    assert kinds_found() == kinds
    sentences = [ledger_audit.sentence(finding) for finding in ledger_audit.audit()]
    assert all("%(" not in sentence and sentence.endswith(".") for sentence in sentences)


def test_a_text_confirmed_after_its_release_costs_nothing(campaign: Campaign) -> None:
    ledger.release(campaign.id, 200, f"release:{campaign.id}:unsettled")
    with transaction() as session:
        late = update(Message).where(Message.status == MessageStatus.UNKNOWN)
        session.execute(late.values(status=MessageStatus.DELIVERED))
    assert ledger_audit.audit() == []


def test_a_partly_accepted_text_is_partly_charged(campaign: Campaign) -> None:
    query = select(Message).where(Message.status == MessageStatus.FAILED)
    with transaction() as session:
        failed = session.scalars(query).one()
        failed.parts = 3
        part = MessagePart(number=1, account_id=1, gateway_id=1, reference="r")
        part.message_id = failed.id
        session.add(part)
    assert [
        (finding.kind, finding.found, finding.expected) for finding in ledger_audit.audit()
    ] == [("charged", 600, 600 + 450 // 3)]


def test_stored_costs_replace_purged_texts(campaign: Campaign, unguarded: None) -> None:
    ledger.release(campaign.id, 200, f"release:{campaign.id}:rest")
    campaign_costs.store()
    with transaction() as session:
        session.execute(text("DELETE FROM messages"))
    assert kinds_found() == []
    with transaction() as session:
        session.execute(text("UPDATE campaign_costs SET charged = charged + 1 WHERE price = 300"))
    assert kinds_found() == ["charged"]


def _paid(cast: Cast, **changes: object) -> None:
    values: dict[str, object] = {
        "account_id": cast.owner.account_id,
        "method": PayMethod.TRANSFER,
        "status": TopUpStatus.PAID,
        "currency": "EUR",
        "net": 100_000,
        "tax": 23_000,
        "gross": 123_000,
        "rate": 2_300,
        "tax_case": "domestic",
        "buyer": {},
        "reference": "PS-1",
        "expires_at": now(),
    }
    with transaction() as session:
        session.add(TopUp(**{**values, **changes}))


def test_it_finds_an_order_that_is_paid_and_neither_credited_nor_invoiced(
    context: None, cast: Cast
) -> None:
    _paid(cast, paid=123_000)
    assert kinds_found() == ["credit", "invoice", "paid"]


def test_an_account_under_erasure_is_not_checked(campaign: Campaign, unguarded: None) -> None:
    with transaction() as session:
        session.execute(text("UPDATE accounts SET balance = 1"))
        session.execute(update(Account).values(status=AccountStatus.DELETING))
    assert kinds_found() == []


def test_it_reads_many_accounts_a_page_at_a_time(context: None, cast: Cast) -> None:
    with transaction() as session:
        session.add_all([Account(region="PL") for _ in range(450)])
        session.add(Account(region="PL", balance=5))
    place: dict[str, Any] = {}
    slices = 0
    while ledger_audit.go_on(place, lambda: True) is not None:
        slices += 1
    assert slices >= 3
    assert [kind for kind, *_ in place["findings"]] == ["balance"]


def test_the_command_fails_when_something_does_not_add_up(app: Flask, cast: Cast) -> None:
    fine = commands.run(app, "ledger", "audit")
    assert (fine.exit_code, fine.output) == (0, "The books add up.\n")
    with app.app_context(), transaction() as session:
        session.execute(update(Account).values(balance=5))
    wrong = commands.run(app, "ledger", "audit")
    assert wrong.exit_code == 1
    assert "the balance is €0.0005, its entries say €10.00" in wrong.output
    assert "owner@example.com" not in wrong.output


def test_the_admins_get_one_email_a_night(app: Flask, cast: Cast, admin: PageClient) -> None:
    with app.app_context():
        with transaction() as session:
            session.execute(update(Account).values(balance=5))
        night()
        assert len(ledger_nightly.last_findings()) == 2
        assert _emails() == 1
        night()
        assert _emails() == 1  # nothing new
    assert "The books do not add up in 2 places" in words(admin.get_page("/admin").get_text(" "))
    with app.app_context():
        with transaction() as session:
            session.execute(update(Account).values(balance=100_000))
        night()
    assert "do not add up" not in admin.get_page("/admin").get_text()


def _emails() -> int:
    db.session.rollback()
    mails = list(db.session.scalars(select(Email).where(Email.recipient == "admin@example.com")))
    assert all("ledger audit" in mail.body for mail in mails)
    return len(mails)


def test_holds_of_campaigns_are_closed_when_nothing_is_left(campaign: Campaign) -> None:
    ledger.release(campaign.id, 200, "release:rest")
    assert db.session.get_one(Hold, campaign.id, populate_existing=True).closed_at is not None
    assert nightly_jobs.findings(ledger_nightly.NAME) == []
