"""Erasure: every row, file and byte of the deleted account, and of no other."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy import text

from promosms.db import overwrite_files
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import erasure as job
from promosms.jobs import prepare
from promosms.models import (
    Account,
    AccountStatus,
    AuditEntry,
    Campaign,
    Consent,
    Email,
    Erasure,
    Gateway,
    GatewayInboxRow,
    InboxKind,
    Message,
    MessageStatus,
    Model,
    User,
    now,
)
from promosms.services.accounts import accounts
from promosms.services.campaigns import audience, launch
from promosms.services.gateways import simulated_phone
from promosms.services.imports import imports
from promosms.services.imports.imports import Target
from promosms.services.installation import defaults
from promosms.services.privacy import erase_rows, erasure, erasure_requests
from promosms.services.privacy.account_scope import rows_of, tables
from promosms.services.recipients.consent import Basis
from promosms.services.sending import claiming, opt_outs
from promosms.services.sending.claiming import Claim
from promosms.settings import settings_of
from tests.support import engine
from tests.support.byte_scan import Hit, Scanner, database_files, numbers
from tests.support.cast import PASSWORD, Cast, Person
from tests.support.pages import PageClient
from tests.support.snapshot import Snapshots

Settle = Callable[..., None]
LINK = "the secret of the owner"


class Business:
    """An account with recipients, files, texts, replies; everything in it is a canary."""

    def __init__(self, person: Person, mark: str, prefix: str) -> None:
        self.person, self.mark = person, mark
        self.phones = [f"{prefix}{n:03}" for n in range(100, 130)]
        kinds = "Name Family List Campaign Wording Basis Label Reply Refused Waiting Reason File"
        self.words = {kind: f"{kind}{mark}" for kind in kinds.split()}

    @property
    def canaries(self) -> list[str]:
        """Everything that must be found before and not after."""
        return [*(number for e164 in self.phones for number in numbers(e164)[:3]), *self.texts]

    @property
    def texts(self) -> list[str]:
        """The canaries that are not numbers."""
        return [*self.words.values(), self.person.email]

    def fill(self, settle: Settle) -> None:
        """Import, send, get answers, be adjusted: all by the real services."""
        with self.person.app.app_context():
            self.bring()
        settle()
        with self.person.app.app_context():
            self.send()
        settle()
        with self.person.app.app_context():
            self._after()
        settle()

    def _account(self) -> Account:
        return db.session.get_one(Account, self.person.account_id)

    def bring(self) -> None:
        word = self.words
        rows = [f"{e164},{word['Name']},{word['Family']}" for e164 in self.phones]
        lines = ["phone,first name,last name", *rows, f"12,{word['Refused']},x"]
        basis = Basis(Consent.GIVEN, word["Basis"], now().date())
        file = io.BytesIO("\n".join(lines).encode())
        done = imports.upload(self._account(), file, f"{word['File']}.csv")
        mapping = ["phone", "first_name", "last_name"]
        assert imports.start(done, mapping, True, Target(new_name=word["List"]), basis)
        left = io.BytesIO(f"phone,name\n{self.phones[0]},{word['Waiting']}\n".encode())
        imports.upload(self._account(), left, "waiting.csv")

    def send(self) -> None:
        with transaction() as session:
            self._account().field_labels = {"field1": self.words["Label"]}
            campaign = Campaign(
                account_id=self.person.account_id,
                route_id=defaults.default_route().id,
                name=self.words["Campaign"],
                text=f"{self.words['Wording']} {{first_name|you}}",
                everyone=True,
            )
            session.add(campaign)
            address = Email(recipient=self.person.email, subject="Confirm", body="Welcome")
            session.add(address)
        launch.launch(campaign, audience.estimate(campaign).total)

    def _after(self) -> None:
        sender = defaults.default_route().sender
        simulated_phone.reply(self.phones[1], sender, self.words["Reply"])
        simulated_phone.reply(self.phones[2], sender, "STOP")
        opt_outs.opt_out(self.person.account_id, self.phones[3], "hand")
        accounts.adjust(self.person.account_id, 100, self.words["Reason"], "admin", self.mark)


@pytest.fixture
def businesses(cast: Cast, settle: Settle, snapshots: Snapshots) -> tuple[Business, Business]:
    """The account that is deleted, and the one that stays."""
    leaving = Business(cast.owner, "Qzulowimek", "+48601211")
    staying = Business(cast.stranger, "Wipekozulm", "+48602322")

    def fill() -> None:
        leaving.fill(settle)
        staying.fill(settle)

    snapshots.begin_with("two businesses", fill)
    return leaving, staying


def look(app: Flask, folder: Path, business: Business) -> list[Hit]:
    """Scan the files of the instance, of SQLite, of Redis, and every table read by SQL."""
    dump = folder / "dump"
    dump.mkdir(exist_ok=True)
    server = redis.Redis.from_url(settings_of(app).redis_url)
    names = list(server.scan_iter())
    (dump / "redis").write_bytes(b"\n".join(key + (server.dump(key) or b"") for key in names))
    with app.app_context(), db.engine.connect() as connection:
        rows = [
            [str(value) for row in connection.execute(table.select()) for value in row]
            for table in Model.metadata.sorted_tables
        ]
        (dump / "tables").write_text(json.dumps(rows, ensure_ascii=False))
    spaced = [numbers(e164)[3] for e164 in business.phones]
    scanner = Scanner([*business.canaries, *spaced])
    with app.app_context():
        stored = database_files()
    hits = scanner.folder(dump) + scanner.folder(Path(app.instance_path))
    return hits + [hit for path in stored for hit in scanner.file(path)]


def canaries_in(hits: list[Hit]) -> set[str]:
    return {hit.canary for hit in hits}


def leave(app: Flask, business: Business, settle: Settle) -> None:
    with app.app_context():
        assert erasure.begin(business.person.account_id, "somebody", LINK)
    settle(until=lambda: _gone(app, business))
    assert _gone(app, business)


def _gone(app: Flask, business: Business) -> bool:
    with app.app_context():
        account = db.session.get(Account, business.person.account_id)
        db.session.remove()
        return account is None


def test_no_byte_is_left_and_other_accounts_keep_their_data(
    app: Flask, businesses: tuple[Business, Business], settle: Settle, tmp_path: Path
) -> None:
    leaving, staying = businesses
    before = canaries_in(look(app, tmp_path, leaving))
    assert before >= set(leaving.canaries), "the scan is blind"
    kept = canaries_in(look(app, tmp_path, staying))
    leave(app, leaving, settle)
    left = look(app, tmp_path, leaving)
    assert [(hit.canary, hit.path.name) for hit in left] == []
    assert canaries_in(look(app, tmp_path, staying)) == kept


def test_the_other_account_still_works(
    app: Flask, businesses: tuple[Business, Business], settle: Settle
) -> None:
    leaving, staying = businesses
    leave(app, leaving, settle)
    page = staying.person.browser().get_page("/billing")
    assert staying.words["Campaign"] in page.get_text()
    with app.app_context():
        campaigns = db.select(db.func.count(Message.campaign_id))  # without the answer to STOP
        assert db.session.scalar(campaigns) == len(staying.phones)


def test_the_audit_log_keeps_that_it_happened_and_no_reason(
    app: Flask, businesses: tuple[Business, Business], settle: Settle
) -> None:
    leaving, _staying = businesses
    subject = leaving.person.account_public_id
    leave(app, leaving, settle)
    with app.app_context():
        entries = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id)).all()
        assert subject not in {entry.subject for entry in entries}
        acts = [(entry.action, entry.detail) for entry in entries if entry.emptied]
        assert acts == [("account.adjust", ""), ("account.leave", "")]
        certificate = db.session.scalars(db.select(Erasure.public_id)).one()
    assert (entries[-1].action, entries[-1].subject) == ("erasure.finish", certificate)


def test_it_counts_every_deleted_row(
    app: Flask,
    businesses: tuple[Business, Business],
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("BATCH", "BATCH_ON_POSTGRESQL"):
        monkeypatch.setattr(erase_rows, name, 7)
    leaving, _staying = businesses
    with app.app_context():
        expected = {
            table.name: db.session.scalar(
                db.select(db.func.count())
                .select_from(table)
                .where(rows_of(table, leaving.person.account_id))
            )
            for table in tables()
        }
    leave(app, leaving, settle)
    with app.app_context():
        row = db.session.scalars(db.select(Erasure)).one()
        assert (row.counts, row.kept, row.total) == ({}, [], 0)
        counts = json.loads(erasure_requests.certificate(row, LINK))["certificate"]["erased"]
    # Some go at once when it is decided, and parts go with their messages.
    for name in ("sessions", "email_links", "emails", "message_parts"):
        expected.pop(name)
    assert counts == {name: number for name, number in expected.items() if number}


@pytest.mark.parametrize("state", ["running", "paused", "suspended", "unverified", "empty"])
def test_an_account_can_be_deleted_in_every_state(
    app: Flask, cast: Cast, settle: Settle, state: str
) -> None:
    business = Business(cast.owner, "Qzulowimek", "+48601211")
    with app.app_context():
        if state in ("running", "paused", "suspended"):
            business.bring()
    if state != "empty":
        settle()
    with app.app_context():
        if state in ("running", "paused", "suspended"):
            business.send()
            campaign = db.session.scalars(db.select(Campaign)).one()
        with transaction() as session:
            if state == "paused":
                campaign.status = "paused"
            if state == "suspended":
                session.get_one(Account, cast.owner.account_id).status = AccountStatus.SUSPENDED
            if state == "unverified":
                session.get_one(User, cast.owner.user_id).must_choose_password = True
        db.session.remove()
    leave(app, business, settle)
    with app.app_context():
        assert simulated_phone.texts() == []


def test_nothing_is_sent_after_the_deletion_has_begun(
    app: Flask, cast: Cast, settle: Settle
) -> None:
    business = Business(cast.owner, "Qzulowimek", "+48601211")
    with app.app_context():
        business.bring()
    settle()
    with app.app_context():
        business.send()
        prepare.run(db.session.scalars(db.select(Campaign.id)).one())
        with transaction() as session:
            gateway = session.scalars(db.select(Gateway.id)).one()
            account = cast.owner.account_id
            system = Message(
                account_id=account, gateway_id=gateway, phone="+48601299100", priority=0
            )
            session.add(system)
        waiting = db.select(db.func.count()).where(Message.status == MessageStatus.QUEUED)
        assert db.session.scalar(waiting) == 31
        erasure.begin(account, "x")
        assert claiming.take(Claim(gateway), 10) == []
    settle(until=lambda: _gone(app, business))
    with app.app_context():
        assert simulated_phone.texts() == []


def test_it_can_be_killed_and_run_again(
    app: Flask,
    businesses: tuple[Business, Business],
    settle: Settle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leaving, staying = businesses
    with app.app_context():
        erasure.begin(leaving.person.account_id, "x")
        for name in ("BATCH", "BATCH_ON_POSTGRESQL"):
            monkeypatch.setattr(erase_rows, name, 7)
        for _ in range(3):
            assert erasure.erase(leaving.person.account_id, seconds=0) is True
        monkeypatch.undo()
        engine.erase(leaving.person.account_id)
        job.run(leaving.person.account_id)
    assert look(app, tmp_path, leaving) == []


def test_the_erasure_is_not_complete_while_a_transaction_reads_old_rows(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overwrite_files, "PATIENCE", 0.3)
    monkeypatch.setattr(overwrite_files, "LOCK_MILLISECONDS", 300)
    account_id = cast.owner.account_id
    with app.app_context():
        erasure.begin(account_id, "x")
        with db.engine.connect() as reader:
            reader.execute(text("SELECT count(*) FROM users")).all()
            with pytest.raises(erasure.Unfinished):
                erasure.erase(account_id)
            job.run(account_id)
            assert erasure.stale_erasures() == [account_id]
        db.session.remove()
        engine.erase(account_id)
        assert erasure.stale_erasures() == []


def test_it_waits_for_texts_that_are_being_submitted(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "SECONDS", 0.2)
    with app.app_context():
        with transaction() as session:
            flying = Message(
                account_id=cast.owner.account_id,
                phone="+48601299100",
                status=MessageStatus.SENDING,
                submitted_at=now(),
                lease_until=now() + timedelta(minutes=1),
            )
            session.add(flying)
        erasure.begin(cast.owner.account_id, "x")
        with pytest.raises(erasure.Unfinished):
            erasure.erase(cast.owner.account_id)
        monkeypatch.setattr(erasure, "SUBMISSION", timedelta(0))
        assert erasure.erase(cast.owner.account_id) is False
        assert db.session.get(Account, cast.owner.account_id) is None


def test_an_active_account_is_never_erased(app: Flask, cast: Cast) -> None:
    with app.app_context():
        assert erasure.erase(cast.owner.account_id) is False
        assert db.session.get(Account, cast.owner.account_id) is not None
        assert erasure.erase(10**9) is False


def test_receipts_without_a_message_go_too(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with transaction() as session:
            gateway_id = session.scalars(db.select(Gateway.id)).one()
            message = Message(account_id=cast.owner.account_id, phone="+48601299100")
            session.add(message)
            session.flush()
            later = now() + timedelta(hours=1)
            for our_reference in (str(message.id), "999999"):
                session.add(
                    GatewayInboxRow(
                        gateway_id=gateway_id,
                        kind=InboxKind.RECEIPT,
                        our_reference=our_reference,
                        next_attempt_at=later,
                    )
                )
        erasure.begin(cast.owner.account_id, "x")
        erasure.erase(cast.owner.account_id)
        assert db.session.scalars(db.select(GatewayInboxRow.our_reference)).all() == ["999999"]


def test_the_page_starts_the_erasure(
    app: Flask, cast: Cast, owner: PageClient, settle: Settle
) -> None:
    owner.send("/settings/leave", {"password": PASSWORD, "confirmed": "y"})
    settle(until=lambda: _gone(app, Business(cast.owner, "x", "+48601211")))
    with app.app_context():
        assert db.session.get(Account, cast.owner.account_id) is None
        assert db.session.get(User, cast.colleague.user_id) is None
        assert db.session.get(User, cast.stranger.user_id) is not None
