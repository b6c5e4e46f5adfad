"""Who withdraws a consent gets no promotion that waits, however the consent was withdrawn."""

import io
import time
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    CampaignStatus,
    Consent,
    ConsentChange,
    Gateway,
    Import,
    InboundKind,
    InboundMessage,
    Message,
    Recipient,
    Suppression,
    SuppressionSource,
    new_public_id,
    now,
)
from promosms.services.campaigns import preparation
from promosms.services.imports import imports, run
from promosms.services.imports.imports import Target
from promosms.services.inbox import direct_texts
from promosms.services.ledger import ledger
from promosms.services.recipients import consent_history, recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sending import claiming, opt_outs
from promosms.services.sending.claiming import Claim
from tests.services.sending.conftest import MakeCampaign, check_books, statuses
from tests.services.sending.test_who_is_skipped import reasons
from tests.support.cast import Cast

pytestmark = pytest.mark.usefixtures("context")
PHONES = ["+48601200001", "+48601200002", "+48601200003"]


@pytest.fixture
def campaign_id(make_campaign: MakeCampaign, cast: Cast) -> int:
    ledger.credit(cast.owner.account_id, 1_000_000, "topup:1")
    return make_campaign(PHONES)


def claimed() -> list[str]:
    gateway_id = db.session.scalars(select(Gateway.id)).one()
    return sorted(message.phone for message in claiming.take(Claim(gateway_id), 10))


@pytest.fixture
def submissions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Submissions end as soon as somebody waits for them; the consents to them at that moment."""
    consents: list[str] = []

    def end(_seconds: float) -> None:
        with transaction() as session:
            begun = update(Message).where(Message.submitted_at.is_not(None))
            phones = session.scalars(begun.values(submitted_at=None).returning(Message.phone)).all()
            query = select(Recipient.consent).where(Recipient.phone.in_(phones))
            consents.extend(session.scalars(query))

    monkeypatch.setattr(opt_outs, "time", SimpleNamespace(sleep=end, monotonic=time.monotonic))
    return consents


def ola() -> Recipient:
    return db.session.scalars(select(Recipient).where(Recipient.phone == PHONES[2])).one()


def test_a_withdrawal_by_hand_skips_what_waits_and_releases_it(
    campaign_id: int, cast: Cast
) -> None:
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    anna = recipients.by_phone(cast.owner.account_id, PHONES[0])
    assert anna is not None
    recipients.change(anna, "PL", {"phone": PHONES[0]}, Basis(), [], "user1")
    assert reasons(campaign_id)[PHONES[0]] == "no_consent"
    assert statuses(campaign_id) == {"skipped": 1, "queued": 2}
    assert db.session.get_one(Account, cast.owner.account_id).held == 600
    assert claimed() == PHONES[1:]
    check_books(cast.owner.account_id)


def test_a_withdrawal_by_hand_waits_for_a_submission_that_has_begun(
    campaign_id: int, cast: Cast, submissions: list[str]
) -> None:
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert claimed() == PHONES
    recipients.change(ola(), "PL", {"phone": PHONES[2]}, Basis(), [], "user1")
    assert submissions == [Consent.GIVEN] * 3, "all three, and nothing was written before"
    assert ola().consent == Consent.NONE


def test_a_claim_looks_again_at_consent_and_opt_out(campaign_id: int, cast: Cast) -> None:
    """As when they come while the campaign is prepared: the text is queued after that."""
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    with transaction() as session:
        theirs = update(Recipient).where(Recipient.phone == PHONES[1])
        anew = {"public_id": new_public_id(), "consent": Consent.NONE}  # deleted, and added again
        session.execute(theirs.values(**anew))
        opted_out = {"phone": PHONES[2], "source": SuppressionSource.HAND}
        session.add(Suppression(account_id=cast.owner.account_id, **opted_out))
    assert claimed() == PHONES[:1]
    assert reasons(campaign_id) == dict(zip(PHONES, ("", "no_consent", "opted_out"), strict=True))
    assert statuses(campaign_id) == {"skipped": 2, "sending": 1}
    check_books(cast.owner.account_id)


def test_a_claim_looks_at_whoever_has_the_number_now(campaign_id: int, cast: Cast) -> None:
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    account = db.session.get_one(Account, cast.owner.account_id)
    with transaction() as session:
        anna = recipients.by_phone(account.id, PHONES[0])
        assert anna is not None
        session.execute(
            update(Recipient).where(Recipient.id == anna.id).values(phone="+48601299999")
        )
        session.expire_all()
    recipients.add(account, {"phone": PHONES[0]}, Basis())
    assert claimed() == PHONES[1:]
    assert reasons(campaign_id)[PHONES[0]] == "no_consent"


@pytest.mark.parametrize("number", [PHONES[0], "+48601200009"])
def test_a_withdrawal_while_a_page_is_prepared_counts_also_with_another_number(
    campaign_id: int, cast: Cast, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    insert = preparation._insert_page

    def late(*args: Any, **options: Any) -> Any:
        anna = recipients.by_phone(cast.owner.account_id, PHONES[0])
        if anna is not None and anna.consent == Consent.GIVEN:
            recipients.change(anna, "PL", {"phone": number}, Basis(), [], "user1")
        return insert(*args, **options)

    monkeypatch.setattr(preparation, "_insert_page", late)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert claimed() == PHONES[1:]
    assert reasons(campaign_id)[PHONES[0]] == "no_consent"
    check_books(cast.owner.account_id)


def test_undoing_an_import_takes_its_consent_and_what_waits_for_it(
    campaign_id: int, cast: Cast, submissions: list[str]
) -> None:
    account = db.session.get_one(Account, cast.owner.account_id)
    imported = import_of_ola(account)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert statuses(campaign_id) == {"queued": 3}
    undo(imported)
    assert submissions == [], "nothing was being submitted"
    assert reasons(campaign_id)[PHONES[2]] == "no_consent"
    assert [said.import_ is not None for said in consent_history.of(ola())] == [True]
    assert claimed() == PHONES[:2]
    assert len(db.session.scalars(select(ConsentChange)).all()) == 1, "it stays in the history"
    check_books(account.id)


def test_undoing_an_import_waits_for_a_submission_to_whom_it_takes_the_consent(
    campaign_id: int, cast: Cast, submissions: list[str]
) -> None:
    imported = import_of_ola(db.session.get_one(Account, cast.owner.account_id))
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert claimed() == PHONES
    undo(imported)
    assert submissions == [Consent.GIVEN] * 3, "all three, and nothing was written before"
    assert ola().consent == Consent.NONE


def test_a_direct_text_needs_the_consent_until_it_leaves_unless_it_is_an_answer(
    campaign_id: int, cast: Cast, submissions: list[str]
) -> None:
    """The first wrote too long ago, the second only an opt-out that was lifted."""
    account = db.session.get_one(Account, cast.owner.account_id)
    wrote(account.id, PHONES[0], 31)
    wrote(account.id, PHONES[1], 1, kind=InboundKind.STOP)
    texts = [direct_text(account, phone) for phone in PHONES]
    wrote(account.id, PHONES[2], 31)
    with transaction() as session:  # to her it waits since two days: it was an answer then
        hers = update(Message).where(Message.id == texts[2])
        session.execute(hers.values(created_at=now() - timedelta(days=2)))
        session.execute(update(Recipient).values(consent=Consent.NONE))
    assert claimed() == [PHONES[2]]
    skipped, given = ("skipped", "no_consent"), Consent.GIVEN
    assert [outcome(text) for text in texts] == [skipped, skipped, ("sending", "")]
    assert db.session.get_one(Account, account.id).held == 300, "of hers"
    with transaction() as session:
        session.execute(update(Recipient).values(consent=given))
    again = [direct_text(account, phone) for phone in (PHONES[0], PHONES[2])]
    for phone in (PHONES[0], PHONES[2]):
        person = recipients.by_phone(account.id, phone)
        assert person is not None
        wrote(account.id, PHONES[2], 1)
        recipients.change(person, "PL", {"phone": phone}, Basis(), [], "user1")
    assert [outcome(text) for text in again] == [skipped, ("queued", "")]
    assert db.session.get_one(Account, account.id).held == 600
    check_books(account.id)
    assert submissions == [given], "what had left to her was waited for"


def wrote(account_id: int, phone: str, days: int, kind: InboundKind = InboundKind.REPLY) -> None:
    """Somebody has written so many days ago."""
    at = now() - timedelta(days=days)
    text = InboundMessage(account_id=account_id, phone=phone, kind=kind, text="", received_at=at)
    with transaction() as session:
        session.add(text)


def direct_text(account: Account, phone: str) -> int:
    key = new_public_id()
    return direct_texts.send(account, phone, "Come in", key=key, agreed_price=300).id


def outcome(message_id: int) -> tuple[str, str]:
    message = db.session.get_one(Message, message_id, populate_existing=True)
    return message.status, message.reason


def import_of_ola(account: Account) -> int:
    """Import her consent; she had none before the first time."""
    with transaction() as session:
        theirs = update(Recipient).where(
            Recipient.phone == PHONES[2], Recipient.consent_id.is_(None)
        )
        session.execute(theirs.values(consent=Consent.NONE))
    file = io.BytesIO(f"phone;first_name\n{PHONES[2]};Ola\n".encode())
    import_ = imports.upload(account, file, "people.csv")
    basis = Basis(Consent.GIVEN, "card", date(2026, 3, 4))
    assert imports.start(import_, import_.mapping, True, Target(), basis)
    import_id = import_.id
    while run.work(import_id):
        pass
    assert ola().consent == Consent.GIVEN
    return import_id


def undo(import_id: int) -> None:
    assert imports.undo(db.session.get_one(Import, import_id))
    while run.work(import_id):
        pass
