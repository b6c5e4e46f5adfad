"""Erasing one person: no byte of the number is left but in the suppression; figures stay."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import erasure as job
from promosms.models import (
    Account,
    Campaign,
    Consent,
    ConsentAct,
    ConsentHow,
    InboundMessage,
    Message,
    MessageCount,
    MessageStatus,
    Recipient,
    Suppression,
)
from promosms.services.imports import imports
from promosms.services.ledger import audit as ledger_audit
from promosms.services.privacy import erase_recipient, erasure_journal
from promosms.services.recipients import consents, recipients
from promosms.services.recipients.consent import Basis
from tests.services.privacy.test_erasure import Business
from tests.support.byte_scan import Scanner, database_files, numbers
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.snapshot import Snapshots

Settle = Callable[..., None]


@pytest.fixture
def business(cast: Cast, settle: Settle, snapshots: Snapshots) -> Business:
    """A shop that has sent a campaign, with an answer, an opt-out and a refused row."""
    shop = Business(cast.owner, "Qzulowimek", "+48601211")

    def fill() -> None:
        shop.fill(settle)
        with cast.owner.app.app_context():
            for waiting in db.session.scalars(select(imports.Import)).all():
                imports.cancel(waiting)
            db.session.remove()

    snapshots.begin_with("a business", fill)
    return shop


def account_and_recipient(shop: Business, place: int) -> tuple[Account, Recipient]:
    account = db.session.get_one(Account, shop.person.account_id)
    recipient = recipients.by_phone(account.id, shop.phones[place])
    assert recipient is not None
    return account, recipient


def left(app: Flask, number: str) -> list[str]:
    """The files in which the number stands."""
    with app.app_context():
        job.tidy()
        stored = database_files()
        db.session.remove()
    scanner = Scanner(numbers(number))
    hits = [hit for path in stored for hit in scanner.file(path)]
    return [hit.path.name for hit in hits + scanner.folder(Path(app.instance_path))]


def test_no_byte_of_the_number_is_left_and_the_sums_agree(app: Flask, business: Business) -> None:
    """The number is the one to which the texts went; the recipient has another one by now."""
    number = business.phones[1]  # who has answered
    assert left(app, number), "the scan is blind"
    with app.app_context():
        account, recipient = account_and_recipient(business, 1)
        recipients.change(recipient, "PL", {"phone": "+48601211998"}, Basis(), [])
        before = _figures(account.id)
        erase_recipient.erase(account, recipient, "me")
        assert _figures(account.id) == before
        assert list(ledger_audit.findings()) == []
        assert db.session.scalar(select(func.count()).select_from(InboundMessage)) == 1
    assert left(app, number) == []
    assert left(app, business.phones[5])


def test_the_suppression_stays(app: Flask, business: Business) -> None:
    with app.app_context():
        account, recipient = account_and_recipient(business, 3)
        erase_recipient.erase(account, recipient, "me")
        kept = select(Suppression.phone).where(Suppression.phone == business.phones[3])
        assert db.session.scalars(kept).all() == [business.phones[3]]
        others = select(func.count()).select_from(Message)
        assert db.session.scalar(others.where(Message.phone == business.phones[3])) == 0


def test_what_a_file_has_said_of_this_person_alone_goes(app: Flask, business: Business) -> None:
    with app.app_context():
        account, recipient = account_and_recipient(business, 3)
        _account, other = account_and_recipient(business, 5)
        with transaction() as session:
            alone, shared = (
                consents.make(session, account.id, Basis(Consent.GIVEN, words), ConsentHow.IMPORT)
                for words in ("said so to Ewa", "card")
            )
            recipient.consent_id = shared
            session.flush()
            recipient.consent_id, other.consent_id = alone, shared
        erase_recipient.erase(account, recipient, "me")
        left = select(ConsentAct.id).where(ConsentAct.id.in_([alone, shared]))
        assert db.session.scalars(left).all() == [shared]


def test_an_unconfirmed_text_loses_the_number_and_keeps_its_hold(
    app: Flask, business: Business
) -> None:
    with app.app_context():
        account, recipient = account_and_recipient(business, 4)
        with transaction() as session:
            row = session.scalars(select(Message).filter_by(phone=recipient.phone)).one()
            row.status, price = MessageStatus.UNKNOWN, row.price
        erase_recipient.erase(account, recipient, "me")
        kept = db.session.scalars(select(Message).filter_by(status=MessageStatus.UNKNOWN)).one()
        assert (kept.phone[0], kept.text, kept.price) == ("x", "", price)


def test_it_waits_for_a_text_that_is_being_sent_and_for_an_import(
    app: Flask, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("promosms.services.sending.opt_outs.PATIENCE", 0.05)
    with app.app_context():
        account, recipient = account_and_recipient(business, 4)
        with transaction() as session:
            row = session.scalars(select(Message).filter_by(phone=recipient.phone)).one()
            row.status = MessageStatus.SENDING
        with pytest.raises(erase_recipient.StillActive):
            erase_recipient.erase(account, recipient, "me")
        file = io.BytesIO(f"phone\n{business.phones[6]}\n+48601999111\n".encode())
        imports.upload(account, file, "again.csv")
        account, recipient = account_and_recipient(business, 6)
        with pytest.raises(erase_recipient.StillActive):
            erase_recipient.erase(account, recipient, "me")
        assert erasure_journal.rows() == []


def test_the_journal_does_not_name_the_person(app: Flask, business: Business) -> None:
    with app.app_context():
        account, recipient = account_and_recipient(business, 1)
        identifiers = (recipient.public_id, account.public_id, recipient.phone[1:])
        erase_recipient.erase(account, recipient, "me")
        text = erasure_journal.file().read_text()
    assert " recipient " in text
    assert not any(identifier in text for identifier in identifiers)


def test_the_page_says_what_goes_and_what_stays(
    app: Flask, business: Business, owner: PageClient, stranger: PageClient
) -> None:
    with app.app_context():
        public_id = account_and_recipient(business, 1)[1].public_id
    assert owner.get_page(f"/recipients/{public_id}").select(f'a[href$="{public_id}/erase"]')
    assert "what they cost" in owner.get_page(f"/recipients/{public_id}/erase").get_text()
    stranger.post_page(f"/recipients/{public_id}/erase", status=404)
    page = owner.post_page(f"/recipients/{public_id}/erase")
    assert "erased everywhere" in page.get_text()
    owner.get_page(f"/recipients/{public_id}", 404)


def _figures(account_id: int) -> tuple[object, ...]:
    campaign = db.session.scalars(select(Campaign).filter_by(account_id=account_id)).one()
    counts = {name: getattr(campaign, f"n_{name}") for name in MessageStatus}
    rows = select(func.count()).select_from(Message).filter_by(campaign_id=campaign.id)
    gone = select(func.coalesce(func.sum(MessageCount.messages), 0))
    gone = gone.where(MessageCount.campaign_id == campaign.id)
    total = (db.session.scalar(rows) or 0) + (db.session.scalar(gone) or 0)
    return counts, campaign.total_price, total
