"""A person is found by number, by earlier numbers, and after the recipient was deleted."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    BadRow,
    Gateway,
    Guest,
    Import,
    InboundKind,
    InboundMessage,
    Message,
    MessageCount,
    MessageStatus,
    Recipient,
    Suppression,
    SuppressionSource,
    now,
    table_of,
)
from promosms.services.accounts import guests
from promosms.services.imports import imports
from promosms.services.inbox import unmatched
from promosms.services.inbox.concatenation import Reply
from promosms.services.ledger import audit as ledger_audit
from promosms.services.privacy import erase_recipient, erasure_journal, persons, reapply_erasures
from promosms.services.privacy import export as account_export
from promosms.services.recipients import recipients
from promosms.services.sending import opt_outs
from tests.services.privacy.two_shops import (
    AGREED,
    ANNA,
    NEW,
    OLA,
    OTHER,
    account,
    answer,
    change,
    delete,
    launched,
    left,
    queue_texts,
    recipient,
)
from tests.support.cast import Cast, Person
from tests.support.snapshot import Snapshots

Settle = Callable[..., None]


@pytest.fixture
def shops(app: Flask, cast: Cast, settle: Settle, snapshots: Snapshots) -> None:
    """Two shops have texted Anna and Ola, who have answered the second one; nothing is waiting."""

    def fill() -> None:
        for person in (cast.stranger, cast.owner):
            with app.app_context():
                for number in (ANNA, OLA):
                    recipients.add(account(person), {"phone": number}, AGREED)
                launched(person)
            settle()
        with app.app_context():
            answer(ANNA, "When do you open?")
            answer(OLA, "Thank you")
            db.session.remove()

    snapshots.begin_with("two shops with the same recipients", fill)


EACH = {ANNA: 3, OLA: 3}  # recipient, text, reply
STRANGERS = {ANNA: 2, OLA: 2}


def test_texts_and_replies_name_their_recipient(app: Flask, cast: Cast, shops: None) -> None:
    with app.app_context():
        ids = {number: recipient(cast.owner, number).public_id for number in (ANNA, OLA)}
        for model in (Message, InboundMessage):
            rows = db.session.execute(
                select(model.phone, model.recipient).where(
                    model.account_id == cast.owner.account_id
                )
            ).all()
            assert {row.phone: row.recipient for row in rows} == ids
        change(cast.owner, ANNA, NEW)
        answer(ANNA, "Still me")
        latest = select(InboundMessage.recipient).order_by(InboundMessage.id.desc()).limit(1)
        assert db.session.scalar(latest) == ids[ANNA]


Story = tuple[Callable[[Person], None], str, dict[str, int]]


def moved(person: Person) -> None:
    change(person, ANNA, NEW)


def moved_twice(person: Person) -> None:
    change(person, ANNA, NEW)
    change(person, NEW, OTHER)


def moved_and_deleted(person: Person) -> None:
    """The new number was never texted: nothing that is left names it."""
    change(person, ANNA, NEW)
    delete(person, NEW)


def moved_texted_and_deleted(person: Person) -> None:
    change(person, ANNA, NEW)
    queue_texts(person)
    delete(person, NEW)


def deleted(person: Person) -> None:
    delete(person, ANNA)


def deleted_and_added_again(person: Person) -> None:
    delete(person, ANNA)
    recipients.add(account(person), {"phone": ANNA}, AGREED)


def deleted_added_and_moved(person: Person) -> None:
    deleted_and_added_again(person)
    change(person, ANNA, NEW)


def swapped(person: Person) -> None:
    """Ola has Anna's number now, and has answered from it."""
    change(person, ANNA, NEW)
    change(person, OLA, ANNA)
    answer(ANNA, "My new number")


def unknown_before(person: Person) -> None:
    """The texts were stored before they named their recipient."""
    with transaction() as session:
        for model in (Message, InboundMessage):
            for row in session.scalars(select(model)):
                row.recipient = None
    change(person, ANNA, NEW)


def untouched(_person: Person) -> None:
    pass


@pytest.mark.parametrize(
    ("story", "number", "expected"),
    [
        (untouched, ANNA, {OLA: 3}),
        (untouched, OTHER, EACH),
        (moved, NEW, {OLA: 3}),
        # The texts to the old number go, the recipient with the new one stays.
        (moved, ANNA, {OLA: 3, NEW: 1}),
        (moved_twice, OTHER, {OLA: 3}),
        (moved_and_deleted, NEW, {ANNA: 2, OLA: 3}),
        (moved_texted_and_deleted, NEW, {OLA: 4}),
        (moved_and_deleted, ANNA, {OLA: 3}),
        (deleted, ANNA, {OLA: 3}),
        (deleted, OLA, {ANNA: 2}),
        (deleted_and_added_again, ANNA, {OLA: 3}),
        (deleted_added_and_moved, NEW, {OLA: 3}),
        (swapped, NEW, {ANNA: 2, OLA: 2}),
        (swapped, ANNA, {NEW: 1}),
        (unknown_before, NEW, {OLA: 3}),
    ],
)
def test_everything_of_the_person_goes_and_nothing_of_others(
    app: Flask,
    cast: Cast,
    shops: None,
    story: Callable[[Person], None],
    number: str,
    expected: dict[str, int],
) -> None:
    with app.app_context():
        story(cast.owner)
        before = left(cast.owner)
        erased = erase_recipient.erase_number(account(cast.owner), number, "me")
        assert (left(cast.owner), left(cast.stranger)) == (expected, STRANGERS)
        assert erased == (before != expected)
        assert list(ledger_audit.findings()) == []
        assert not erase_recipient.erase_number(account(cast.owner), number, "me"), "a second click"


def test_a_queued_text_is_not_sent_but_counted_and_its_money_released(
    app: Flask, cast: Cast, shops: None
) -> None:
    with app.app_context():
        owner = account(cast.owner)
        held = owner.held
        delete(cast.owner, ANNA)
        recipients.add(account(cast.owner), {"phone": NEW}, AGREED)
        campaign = queue_texts(cast.owner)
        text = db.session.scalars(select(Message).filter_by(phone=NEW)).one()
        price, public_id = text.price, recipient(cast.owner, NEW).public_id
        change(cast.owner, NEW, OTHER)
        assert erase_recipient.erase_number(account(cast.owner), OTHER, "me")
        assert (campaign.n_queued, campaign.n_skipped) == (1, 1)
        assert account(cast.owner).held == held + price
        assert list(ledger_audit.findings()) == []
        counted = select(MessageCount.status, MessageCount.reason, MessageCount.messages)
        counted = counted.where(MessageCount.campaign_id == campaign.id)
        assert db.session.execute(counted).all() == [("skipped", opt_outs.DELETED, 1)]
        named = select(func.count()).select_from(Message).filter_by(recipient=public_id)
        assert db.session.scalar(named) == 0


def test_a_deleted_recipient_gets_no_queued_text_at_an_earlier_number(
    app: Flask, cast: Cast, shops: None
) -> None:
    with app.app_context():
        campaign = queue_texts(cast.owner)
        change(cast.owner, ANNA, NEW)
        change(cast.owner, OLA, ANNA)
        delete(cast.owner, NEW)
        statuses = select(Message.phone, Message.status).where(Message.campaign_id == campaign.id)
        assert dict(db.session.execute(statuses).all()) == {ANNA: "skipped", OLA: "queued"}
        assert (campaign.n_queued, campaign.n_skipped) == (1, 1)
        assert list(ledger_audit.findings()) == []


def test_guests_refused_rows_and_exports_go_and_the_suppression_stays(
    app: Flask, cast: Cast, shops: None
) -> None:
    with app.app_context():
        opt_outs.opt_out(cast.owner.account_id, NEW, "hand")
        shown = Import(account_id=cast.owner.account_id, stored_as="x", status="finished")
        with transaction() as session:
            session.add(shown)
            session.add(Guest(account_id=cast.owner.account_id, phone=NEW, confirmed_at=now()))
            session.flush()
            contents = ("Jan,601 333 103,x", "Ewa,٦٠١٣٣٣١٠٣", "Ola,601333102")
            refused = {**dict.fromkeys(contents, ""), "Iga,60133310": "601333103"}
            for content, typed in refused.items():
                row = {"row": 1, "problem": "long_value", "content": content, "typed": typed}
                session.add(BadRow(account_id=shown.account_id, import_id=shown.id, **row))
        first = account_export.start(account(cast.owner), "me").public_id
        found = persons.count(persons.find(cast.owner.account_id, NEW))
        assert (found.guests, found.refused, found.opted_out, found.export) == (1, 3, True, True)
        assert (found.recipient, found.texts, found.replies, found.user) == (False, 0, 0, False)
        assert erase_recipient.erase_number(account(cast.owner), NEW, "me")
        assert not persons.count(persons.find(cast.owner.account_id, NEW)).anything
        assert db.session.scalars(select(BadRow.content)).all() == ["Ola,601333102"]
        (place,) = guests.of(cast.owner.account_id)
        assert place.removed_at is not None, "an erasure does not make room for another guest"
        again = account_export.of(cast.owner.account_id)
        assert again is not None
        assert again.public_id != first
        assert opt_outs.is_suppressed(cast.owner.account_id, NEW)


KEPT = {
    *("id", "public_id", "account_id", "phone", "source", "created_at", "confirmed_at"),
    *("received_at", "decided_by", "decided_at"),
}


def test_of_a_suppression_only_the_number_stays_and_when_and_how_it_came(
    app: Flask, cast: Cast, shops: None
) -> None:
    with app.app_context():
        answer(ANNA, "STOP")
        assert erase_recipient.erase_number(account(cast.owner), ANNA, "me")
        assert not persons.count(persons.find(cast.owner.account_id, ANNA)).anything
        columns = Suppression.__table__.columns
        (kept,) = db.session.execute(select(Suppression.__table__)).mappings()
        assert {column.name for column in columns if kept[column]} <= KEPT
        assert kept["phone"] == ANNA


def test_words_of_an_opt_out_are_found_where_nothing_else_is_left(
    app: Flask, cast: Cast, shops: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persons, "WORDS", [table_of(Suppression).c.source])
    with app.app_context():
        opt_outs.opt_out(cast.stranger.account_id, NEW, SuppressionSource.REPLY)
        assert not persons.count(persons.find(cast.owner.account_id, NEW)).anything
        opt_outs.opt_out(cast.owner.account_id, NEW, SuppressionSource.REPLY)
        assert persons.count(persons.find(cast.owner.account_id, NEW)).anything
        yesterday = persons.find(cast.owner.account_id, NEW, now() - timedelta(days=1))
        assert not persons.count(yesterday).evidence


def test_an_export_that_was_read_before_the_erasure_is_not_finished(
    app: Flask, cast: Cast, shops: None
) -> None:
    with app.app_context():
        export = account_export.start(account(cast.owner), "me")
        assert account_export.work(export.id, lambda: True), "one file only"
        file = account_export.file(export)
        assert file.exists()
        assert erase_recipient.erase_number(account(cast.owner), ANNA, "me")
        assert not account_export.work(export.id)
        assert not file.exists()


def test_it_waits_for_texts_and_imports_of_earlier_numbers_too(
    app: Flask, cast: Cast, shops: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("promosms.services.sending.opt_outs.PATIENCE", 0.05)

    def refuses(number: str) -> None:
        with pytest.raises(erase_recipient.StillActive):
            erase_recipient.erase_number(account(cast.owner), number, "me")

    with app.app_context():
        change(cast.owner, ANNA, NEW)
        with transaction() as session:
            own = {"account_id": cast.owner.account_id, "phone": ANNA}
            text = session.scalars(select(Message).filter_by(**own)).one()
            text.status = MessageStatus.SENDING
        refuses(NEW)  # the text is on its way to the earlier number
        with transaction() as session:
            text.status = MessageStatus.DELIVERED
        file = io.BytesIO(f"phone\n{ANNA}\n{OTHER}\n".encode())
        waiting = imports.upload(account(cast.owner), file, "again.csv")
        refuses(NEW)
        assert imports.cancel(waiting)
        assert erasure_journal.rows() == []
        assert left(cast.owner) == {ANNA: 2, NEW: 1, OLA: 3}


def test_a_restored_backup_is_erased_again_but_nothing_newer(
    app: Flask, cast: Cast, shops: None
) -> None:
    """What came back is what was there before: its times are those of the backup."""
    with app.app_context():
        rows = [
            *db.session.execute(select(Message.__table__).filter_by(phone=ANNA)).mappings(),
            *db.session.execute(select(InboundMessage.__table__).filter_by(phone=ANNA)).mappings(),
        ]
        delete(cast.owner, ANNA)
        assert erase_recipient.erase_number(account(cast.owner), ANNA, "me")
        journal = erasure_journal.file().read_text()
        assert " number " in journal
        assert ANNA[1:] not in journal
        assert reapply_erasures.begin() == (0, 0, 0)
        assert left(cast.stranger) == STRANGERS
        with transaction() as session:
            for row in rows:
                model = InboundMessage if "kind" in row else Message
                if row["account_id"] == cast.owner.account_id:
                    session.add(model(**row))
        recipients.add(account(cast.owner), {"phone": ANNA}, AGREED)  # has come back since
        assert left(cast.owner) == EACH
        assert reapply_erasures.begin() == (0, 1, 0)
        assert (left(cast.owner), left(cast.stranger)) == ({ANNA: 1, OLA: 3}, STRANGERS)
        assert reapply_erasures.begin() == (0, 0, 0)
        assert erase_recipient.erase_number(account(cast.owner), ANNA, "me")
        with transaction() as session:
            session.add(Recipient(account_id=cast.owner.account_id, phone=ANNA, country="PL"))
        assert left(cast.owner) == EACH | {ANNA: 1}
        assert reapply_erasures.begin() == (0, 0, 0)


def test_texts_of_a_deleted_recipient_at_an_earlier_number_are_erased_again(
    app: Flask, cast: Cast, shops: None
) -> None:
    with app.app_context():
        change(cast.owner, ANNA, NEW)
        rows = db.session.execute(
            select(Message.__table__).filter_by(phone=ANNA, account_id=cast.owner.account_id)
        )
        texts = [dict(row) for row in rows.mappings()]
        assert erase_recipient.erase(account(cast.owner), recipient(cast.owner, NEW), "me")
        change(cast.owner, OLA, ANNA)
        with transaction() as session:
            session.add_all(Message(**text) for text in texts)
        gateway = db.session.scalars(select(Gateway.id)).one()
        stop = Reply(gateway, "Shop", "", "STOP", "1", now(), address="Shop")
        unmatched.keep(stop, InboundKind.STOP)
        assert reapply_erasures.begin() == (0, 1, 0)
        assert left(cast.owner) == {ANNA: 1, OLA: 2}, "Ola has the number now"
        assert unmatched.count() == 1, "nobody knows whose it is"
        assert db.session.scalars(select(Suppression.phone)).all() == []


def test_a_wish_to_stop_from_an_earlier_number_counts_when_the_person_is_erased(
    app: Flask, cast: Cast, shops: None
) -> None:
    with app.app_context():
        change(cast.owner, ANNA, NEW)
        gateway = db.session.scalars(select(Gateway.id)).one()
        stop = Reply(gateway, ANNA, "", "STOP", "1", now(), address=f"00{ANNA[1:]}")
        unmatched.keep(stop, InboundKind.STOP)
        assert erase_recipient.erase_number(account(cast.owner), NEW, "me")
        suppressed = select(Suppression.phone).filter_by(account_id=cast.owner.account_id)
        assert db.session.scalars(suppressed).all() == [ANNA]
