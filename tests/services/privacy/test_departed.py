"""After an account has left, nothing leads from what the law keeps to the account: all joins.

Everything that is stored then is read: every row of every table, the journal, the logs, Redis. The
legal records of the account are compared with all of it: each value that belongs to them alone with
each value of the others, each time with each other time.
"""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import invoices as invoice_job
from promosms.lib import pseudonyms, time_slice
from promosms.models import (
    Account,
    AuditEntry,
    AutomaticTopUp,
    Email,
    Erasure,
    Invoice,
    NightlyJob,
    Payment,
    PayMethod,
    TopUp,
    User,
    now,
)
from promosms.services.accounts import accounts, adjustments
from promosms.services.audit import chain
from promosms.services.audit import log as audit_log
from promosms.services.invoices import companies, invoices, seller_days
from promosms.services.ledger import nightly as ledger_nightly
from promosms.services.mail import notify
from promosms.services.payments import bank_transfers, disputes, overpayment, payments, top_ups
from promosms.services.payments import emails as payment_emails
from promosms.services.privacy import certificates, departed, erasure_requests
from tests.support import engine
from tests.support.cast import PASSWORD, Cast, Person
from tests.support.clock import Clock
from tests.support.joins import LEGAL, Business, equal, everything, moments, named, near, split
from tests.support.pages import PageClient
from tests.support.snapshot import Snapshots
from tests.support.top_ups import DAY


def trade(person: Person, admin: Person, amount: int, mark: str) -> None:
    """Pay in every way, and have trouble: by the real services."""
    account = db.session.get_one(Account, person.account_id)
    user, staff = db.session.get_one(User, person.user_id), admin_id(admin)
    name = f"{mark} Printing"
    companies.save(
        account.id, companies.Details(name, f"{mark} Street 5", "10115", mark, "DE"), user.public_id
    )

    def order(net: int) -> TopUp:
        return top_ups.order(account, user, net, PayMethod.TRANSFER)

    first = order(amount)
    typed = f"{mark} for {account.public_id}"
    bank_transfers.receive(first, typed, first.gross + 200_000, now(), staff)
    overpayment.book(db.session.get_one(TopUp, first.id), staff)
    by_card = order(amount + 70_000)
    with transaction():  # as for a payment that could not be booked at first
        audit_log.record("system", "payment.unclear", f"pi_{mark}")
        notify.tell_admins(lambda: payment_emails.payment_unclear(f"pi_{mark}", "Why"))
    card = payments.receive(
        by_card.id, payments.STRIPE, f"pi_{mark}", by_card.gross, actor="stripe", paid_at=now()
    )
    disputes.book(card, f"dp_{mark}", 119_000 + amount, "needs_response")
    disputes.book(card, f"dp_{mark}", 119_000 + amount, "lost")
    cancelled = order(amount + 30_000)
    top_ups.cancel(cancelled, user.public_id)
    issued = db.session.scalars(select(Invoice).where(Invoice.account_id == account.id)).first()
    assert issued is not None
    invoices.credit(issued, 20_000, "Not used", staff)
    accounts.suspend(account.id, f"Complaints of {mark}", staff)
    adjustments.adjust(account.id, 2_000_000, f"Goodwill for {mark}", staff, mark)
    with transaction() as session:
        card_saved = AutomaticTopUp(account_id=account.id, customer=f"cus_{mark}", card="pm")
        session.add(card_saved)
        finding = ["balance", account.public_id, amount, 7]
        job = session.get(NightlyJob, ledger_nightly.NAME)
        findings = [*(job.findings if job else []), finding]
        session.merge(NightlyJob(name=ledger_nightly.NAME, place={}, findings=findings))


def admin_id(admin: Person) -> str:
    return db.session.get_one(User, admin.user_id).public_id


@pytest.fixture
def business(app: Flask, context: None, cast: Cast, snapshots: Snapshots) -> Business:
    """Two businesses have traded; the owner's is still there."""

    def both() -> None:
        trade(cast.owner, cast.admin, 1_000_000, "Qzulowimek")
        trade(cast.stranger, cast.admin, 3_330_000, "Wipekozulm")
        invoice_job.run()
        db.session.remove()

    snapshots.begin_with("two businesses that have paid in every way", both)
    account = db.session.get_one(Account, cast.owner.account_id)
    own = {"account_id": account.id}
    names = {
        "account": account.public_id,
        **{f"user {user.id}": user.public_id for user in db.session.query(User).filter_by(**own)},
        **{f"order {row.id}": row.public_id for row in db.session.query(TopUp).filter_by(**own)},
        "card": "cus_Qzulowimek",
    }
    return Business(
        names,
        pseudonyms.of(account.id),
        {
            "invoices": set(db.session.scalars(select(Invoice.id).filter_by(**own))),
            "payments": set(db.session.scalars(select(Payment.id).filter_by(**own))),
        },
    )


@pytest.fixture
def gone(app: Flask, cast: Cast, business: Business, clock: Clock) -> Business:
    """The owner has deleted the account on its page, weeks after the last payment."""
    clock.move(days=40)
    owner = cast.owner.browser()
    db.session.remove()
    answer = owner.send("/settings/leave", {"password": PASSWORD, "confirmed": "y"})
    assert answer.status_code == 303
    business.link = answer.location.rsplit("/", 1)[1]
    db.session.remove()
    engine.erase(cast.owner.account_id)
    owner.get_page(answer.location)
    return business


def test_it_finds_the_joins_while_the_account_is_there(app: Flask, business: Business) -> None:
    """A search that finds nothing proves nothing."""
    assert {(one, other) for one, other, _ in equal(app, business)} >= {
        ("payments.reference", "audit_entries.subject"),
        ("payments.amount", "top_ups.gross"),
        ("invoices.data", "top_ups.reference"),
        ("invoices.data", "companies.name"),
    }
    assert ("payments.created_at", "audit_entries.created_at") in near(app, business)
    assert ("invoice_documents.created_at", "audit_entries.created_at") in near(app, business)
    where = {place for place, what in named(app, business) if what == "account"}
    assert where >= {"accounts", "audit_entries", "emails", "nightly_jobs", "payments"}


def test_no_equal_value_leads_from_a_legal_record_to_anything_else(
    app: Flask, gone: Business
) -> None:
    legal, _others = split(app, gone)
    assert {row.place for row in legal} == set(LEGAL)
    assert equal(app, gone) == set()


def test_no_time_leads_from_a_legal_record_to_anything_else(app: Flask, gone: Business) -> None:
    legal, others = split(app, gone)
    assert [found for row in legal for found in moments(row)] == []
    assert [found for row in others for found in moments(row)], "the test is blind"
    assert near(app, gone) == set()


def test_only_the_journal_names_the_account(app: Flask, cast: Cast, gone: Business) -> None:
    """It erases it again after the restore of a backup, and knows the day only."""
    left = named(app, gone) - {("card_deletions", "card")}  # until Stripe has forgotten it
    assert left == {("journal", "account")}
    journal = next(row for row in everything(app) if row.place == "journal")
    assert list(moments(journal)) == []
    # Logs have a name that was made with a key of the account: it is gone, and so is the way back.
    places = {row.place.partition("-")[0] for row in everything(app) if gone.pseudonym in row.texts}
    assert places <= {"security", "requests"}
    assert pseudonyms.of(cast.owner.account_id) == pseudonyms.GONE
    assert [row.texts for row in everything(app) if row.place == "card_deletions"]


def test_an_erasure_says_nothing_of_the_account_but_in_its_sealed_certificate(
    app: Flask, cast: Cast, gone: Business
) -> None:
    row = db.session.scalars(select(Erasure)).one()
    assert (row.account, row.counts, row.kept, row.total) == (row.public_id, {}, [], 0)
    assert "certificate" not in row.certificate
    document = erasure_requests.certificate(row, gone.link)
    content = certificates.read(document.encode())
    assert content["account"] == gone.names["account"]
    assert content["erased"]["top_ups"] == 4
    assert sum(part["count"] for part in content["kept"]) == len(gone.legal["invoices"])
    page = PageClient(app).get_page(f"/gone/{gone.link}").get_text()
    assert "invoices or credit notes until" in page
    with pytest.raises(InvalidTag):
        erasure_requests.certificate(row, "another link")


def test_the_figures_the_documents_and_the_other_account_stay(
    app: Flask, cast: Cast, gone: Business
) -> None:
    chain.verify({}, time_slice.nobody)
    kept = db.session.scalars(select(Payment).where(Payment.id.in_(gone.legal["payments"]))).all()
    assert {row.account_id for row in kept} == {None}
    day = seller_days.start_of(now() - timedelta(days=40))
    assert {(row.paid_at, row.created_at) for row in kept} == {(day, day)}
    references = sorted(row.reference.split(":")[0] for row in kept)
    assert [name for name in references if name[:3] in ("gon", "pi_", "dp_")] == [
        *("dp_Qzulowimek", "gone", "pi_Qzulowimek"),
    ]
    other = db.session.scalars(select(Payment).filter_by(account_id=cast.stranger.account_id)).all()
    assert {row.paid_at == seller_days.start_of(row.paid_at) for row in other} == {False}
    assert any("WIPEKOZULM" in row.reference for row in other)
    subjects = set(db.session.scalars(select(AuditEntry.subject)))
    assert cast.stranger.account_public_id in subjects
    told = db.session.scalars(select(Email.body)).all()
    assert any(cast.stranger.account_public_id in body for body in told)


def test_a_transfer_of_an_account_that_has_left_is_not_booked_again(
    cast: Cast, gone: Business
) -> None:
    account = db.session.get_one(Account, cast.stranger.account_id)
    user = db.session.get_one(User, cast.stranger.user_id)
    order = top_ups.order(account, user, 1_000_000, PayMethod.TRANSFER)
    typed = f"qzulowimek for {gone.names['account']}"
    with pytest.raises(bank_transfers.ReferenceBooked) as error:
        bank_transfers.receive(order, typed, order.gross, DAY, admin_id(cast.admin))
    assert error.value.row is None


def test_what_earlier_accounts_have_left_goes_in_the_night(
    app: Flask, context: None, cast: Cast
) -> None:
    """As they were stored when times and names still stayed."""
    moment = datetime(2026, 3, 2, 23, 30, 5, tzinfo=UTC)
    with transaction() as session:
        record = Payment(
            provider="transfer",
            reference="FROM ANNA",
            currency="EUR",
            amount=5,
            paid_at=moment,
            created_at=moment,
        )
        session.add(record)
    for actor, action in (
        ("o" * 20, "company.save"),
        (admin_id(cast.admin), "top_up.receive"),
        ("o" * 20, "account.leave"),
        ("system", "account.erase"),
    ):
        audit_log.record(actor, action, "a" * 20, "€5.00")
    audit_log.record("o" * 20, "top_up.cancel", "t" * 20)
    audit_log.record(admin_id(cast.admin), "account.suspend", cast.owner.account_public_id, "Why")
    for _ in range(2):
        departed.tidy()
    record = db.session.get_one(Payment, record.id)
    assert record.paid_at == record.created_at == seller_days.start_of(moment)
    assert record.reference.startswith("gone:")
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(row.actor[:1], row.subject, row.detail) for row in rows[:5]] == [
        *(("", "", ""), (admin_id(cast.admin)[:1], "", ""), ("", "", "")),
        *(("s", "", ""), ("", "", "")),
    ]
    assert [(row.action, row.detail) for row in rows[5:]] == [
        ("account.suspend", "Why"),
        ("audit.forget", "5"),
    ]
    chain.verify({}, time_slice.nobody)
