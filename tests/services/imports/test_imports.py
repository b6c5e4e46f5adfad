"""Imports: each row is imported once, also after a kill, and an import can be undone."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from promosms.db.transactions import on_sqlite, transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    BadRow,
    Consent,
    Import,
    ImportStatus,
    ListRecipient,
    Recipient,
    SuppressionSource,
    now,
)
from promosms.services.imports import batch as import_batch
from promosms.services.imports import files as import_files
from promosms.services.imports import imports, refused_rows
from promosms.services.imports import rows as import_rows
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.recipients import lists, recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sending import opt_outs
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.consent import evidence

NAMES = ["Łukasz", "Małgorzata", "Śćibor", "Żaneta", "Grażyna", "Zdzisław"]
AGREED = Basis(Consent.GIVEN, "card", now().date())


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def table(count: int) -> str:
    lines = ["Telefon;Imię;Miasto"]
    lines += [f"6012{n:05d};{NAMES[n % len(NAMES)]};Łódź" for n in range(count)]
    return "\r\n".join(lines)


def begin(
    account: Account, content: str | bytes, list_name: str = "", basis: Basis = AGREED
) -> Import:
    raw = content.encode() if isinstance(content, str) else content
    import_ = imports.upload(account, io.BytesIO(raw), "C:\\my\\guests.csv")
    assert imports.start(
        import_, import_.mapping, import_.has_header, Target(new_name=list_name), basis
    )
    return import_


def run(import_: Import) -> None:
    for _ in range(100):
        if not import_run.work(import_.id, 0.0):
            break
    db.session.expire_all()


def figures(import_: Import) -> tuple[int, int, int, int]:
    return import_.added, import_.updated, import_.duplicates, import_.bad


def phones() -> list[str]:
    return list(db.session.scalars(select(Recipient.phone).order_by(Recipient.phone)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "utf-16", "utf-16-le"])
def test_it_imports_polish_tables(account: Account, encoding: str) -> None:
    import_ = begin(account, table(300).encode(encoding), "Guests")
    assert import_.filename == "guests.csv"
    run(import_)
    assert import_.status == ImportStatus.FINISHED
    assert figures(import_) == (300, 0, 0, 0)
    rows = list(db.session.scalars(select(Recipient).order_by(Recipient.phone)))
    assert {recipient.first_name for recipient in rows} == set(NAMES)
    assert rows[0].search == "  lukasz  lodz  48601200000"
    assert (rows[0].country, *evidence(rows[0])[:2]) == ("PL", "given", "card")
    target = imports.list_of(import_)
    assert target is not None
    assert target.size == 300


def test_the_file_is_deleted_afterwards(account: Account, app: Flask) -> None:
    import_ = begin(account, table(3))
    folder = Path(app.instance_path, "uploads")
    assert len(list(folder.iterdir())) == 1
    run(import_)
    assert list(folder.iterdir()) == []


def test_postgresql_knows_of_the_recipients_of_a_larger_import_at_once(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "MANY", 50)
    run(begin(account, table(120)))
    if not on_sqlite():
        known = text("SELECT reltuples FROM pg_class WHERE oid = 'recipients'::regclass")
        assert db.session.scalar(known) == len(phones()) == 120
        # Other tests look at plans of a server that knows nothing yet.
        db.session.execute(text("DELETE FROM pg_statistic WHERE starelid = 'recipients'::regclass"))
        db.session.commit()


def test_it_continues_after_a_kill(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_run, "BATCH", 50)
    content = table(500) + "\r\n601200007;Again;\r\n123;bad;\r\n"
    import_ = begin(account, content, "Guests")
    save, calls = import_batch.save, iter(range(100))

    def save_and_die(*args: object) -> bool:
        done = save(*args)
        if next(calls) == 3:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(import_batch, "save", save_and_die)
    with pytest.raises(KeyboardInterrupt):
        import_run.work(import_.id)
    db.session.rollback()
    assert (import_.status, import_.position) == (ImportStatus.RUNNING, 200)
    assert import_run.work(import_.id) is False, "another worker may still be alive"
    assert import_.position == 200
    _expire_claim(import_)
    assert imports.stale_imports() == [import_.id]
    run(import_)
    assert import_.status == ImportStatus.FINISHED
    assert figures(import_) == (500, 0, 1, 1)
    assert len(phones()) == 500
    assert imports.list_of(import_).size == 500


def test_a_kill_inside_a_batch_rolls_it_back(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_ = begin(account, table(30))
    with monkeypatch.context() as patch:
        patch.setattr(import_batch, "_count_suppressed", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            import_run.work(import_.id)
    db.session.rollback()
    assert phones() == []
    _expire_claim(import_)
    run(import_)
    assert figures(import_) == (30, 0, 0, 0)


def test_a_worker_whose_claim_was_lost_changes_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 10)
    import_ = begin(account, table(30))
    import_run.work(import_.id, 0.0)
    with transaction() as session:
        session.execute(update(Import).values(status=ImportStatus.RUNNING))
    batch = import_rows.read([(2, ["601999999"])], ["phone"], "PL")
    assert import_batch.save(import_.id, 0, 1, batch) is False
    assert len(phones()) == 10
    assert import_batch.save(import_.id, 10, 1, batch) is True
    assert len(phones()) == 11


def test_duplicates_merge_within_and_across_batches(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 2)
    import_ = begin(
        account,
        "telefon,imie,miasto\n601234567,Anna,\n+48 601 234 567,,Gdynia\n602345678,Ewa,\n"
        "48601234567,Hanna,\n602345678,,\n",
        "Guests",
    )
    run(import_)
    assert figures(import_) == (2, 0, 3, 0)
    first = recipients.by_phone(account.id, "+48601234567")
    assert first is not None
    assert (first.first_name, first.city) == ("Hanna", "Gdynia")


def test_it_updates_without_emptying(account: Account) -> None:
    values = {"phone": "601234567", "first_name": "Anna", "city": "Sopot"}
    old = recipients.add(account, values, Basis(Consent.GIVEN, "first", now().date()))
    public_id = old.public_id
    import_ = begin(account, "telefon,imie,miasto\n601234567,,Gdynia\n", "", Basis())
    run(import_)
    assert figures(import_) == (0, 1, 0, 0)
    recipient = recipients.by_phone(account.id, "+48601234567")
    assert recipient is not None
    assert (recipient.public_id, recipient.first_name, recipient.city) == (
        public_id,
        "Anna",
        "Gdynia",
    )
    assert evidence(recipient)[:2] == ("given", "first")
    assert recipient.search == "  anna  gdynia  48601234567"


def test_bad_rows_are_kept_with_number_and_reason(account: Account) -> None:
    import_ = begin(
        account,
        "telefon,imie\n601234567,Anna\n\n4.479E+11,Ewa\n22 621 00 00,Jan\n'+48602345678,Ola\n"
        f"604\u00a0567\u00a0890,NBSP\nabc,\n605678901,{'x' * 101}\n606789012,a,b,c,d\n",
    )
    run(import_)
    assert figures(import_) == (4, 0, 0, 4)
    rows = db.session.execute(select(BadRow.row, BadRow.problem).order_by(BadRow.id)).all()
    assert [tuple(row) for row in rows] == [
        (4, "damaged"), (5, "landline"), (8, "letters"), (9, "long_value"),
    ]  # fmt: skip


def test_of_a_file_of_bad_rows_only_the_first_are_kept(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batch, "MOST_REFUSED", 5)
    monkeypatch.setattr(import_run, "BATCH", 3)
    import_ = imports.paste(account, "\n".join("x" * 12), Target(), Basis())
    run(import_)
    db.session.refresh(import_)
    assert (import_.bad, import_.added) == (12, 0)
    assert [row.number for row in refused_rows.page(import_, "PL").rows] == [1, 2, 3, 4, 5]


def test_numbers_of_the_suppression_list_stay_suppressed(account: Account) -> None:
    opt_outs.opt_out(account.id, "+48601200001", SuppressionSource.REPLY)
    import_ = begin(account, table(3))
    run(import_)
    assert (import_.added, import_.suppressed) == (3, 1)
    assert opt_outs.is_suppressed(account.id, "+48601200001")


def test_numbers_suppressed_by_another_account_are_not_counted(
    account: Account, cast: Cast
) -> None:
    opt_outs.opt_out(cast.stranger.account_id, "+48601200001", SuppressionSource.REPLY)
    import_ = begin(account, table(3))
    run(import_)
    assert (import_.added, import_.suppressed) == (3, 0)


def test_cancelling_stops_between_batches(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 10)
    import_ = begin(account, table(100))
    assert import_run.work(import_.id, 0.0) is True
    assert imports.cancel(import_) is True
    assert imports.cancel(import_) is False
    run(import_)
    assert (import_.status, import_.position, len(phones())) == (ImportStatus.CANCELLED, 10, 10)


def test_undoing_deletes_only_added_recipients(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 10)
    recipients.add(account, {"phone": "601200001"}, Basis())
    import_ = begin(account, table(30), "Guests")
    run(import_)
    assert figures(import_) == (29, 1, 0, 0)
    assert imports.undo(import_) is True
    assert imports.undo(import_) is False
    run(import_)
    assert import_.status == ImportStatus.UNDONE
    assert phones() == ["+48601200001"]
    assert imports.list_of(import_).size == 0
    places = select(func.count()).select_from(ListRecipient)
    assert db.session.scalar(places) == 0


@pytest.mark.parametrize(("seconds", "possible"), [(-1, True), (0, False)])
def test_undoing_is_possible_for_a_day(
    account: Account, clock: Clock, seconds: int, possible: bool
) -> None:
    clock.stop()
    import_ = begin(account, table(3))
    run(import_)
    clock.move(hours=24, seconds=seconds)
    assert imports.may_undo(import_) is possible
    assert imports.undo(import_) is possible
    run(import_)
    assert len(phones()) == (0 if possible else 3)


def test_a_stopped_import_can_be_undone_for_a_day(account: Account, clock: Clock) -> None:
    import_ = begin(account, table(3))
    imports.cancel(import_)
    clock.move(hours=25)
    assert imports.undo(import_) is False


def test_an_import_survives_the_deletion_of_its_list(account: Account) -> None:
    import_ = begin(account, table(3), "Guests")
    target = imports.list_of(import_)
    assert target is not None
    lists.delete_list(target)
    run(import_)
    assert (import_.status, import_.added) == (ImportStatus.FINISHED, 3)


def test_a_lost_file_makes_the_import_fail(account: Account) -> None:
    import_ = begin(account, table(3))
    imports.forget_files(account.id)
    run(import_)
    assert (import_.status, import_.error) == (ImportStatus.FAILED, "file_missing")


def test_an_import_starts_only_once(account: Account) -> None:
    import_ = begin(account, table(3))
    assert imports.start(import_, ["phone", "", ""], True, Target(), Basis()) is False


def test_abandoned_uploads_are_discarded(account: Account) -> None:
    import_ = imports.upload(account, io.BytesIO(table(3).encode()), "x.csv")
    assert imports.discard_abandoned() == 0
    with transaction() as session:
        old = now() - timedelta(hours=25)
        session.execute(update(Import).where(Import.id == import_.id).values(created_at=old))
    assert imports.discard_abandoned() == 1
    assert import_.status == ImportStatus.CANCELLED


def test_a_file_without_an_import_is_discarded(account: Account) -> None:
    import_ = imports.upload(account, io.BytesIO(table(3).encode()), "x.csv")
    orphan = import_files.store(io.BytesIO(b"601234567\n"), "PL")
    for name in (import_.stored_as, orphan.name):
        os.utime(import_files.path(name), (0, 0))
    imports.discard_abandoned()
    assert import_files.path(import_.stored_as).exists()
    assert not import_files.path(orphan.name).exists()


@pytest.mark.parametrize("status", imports.ENDED)
def test_the_file_of_an_ended_import_is_discarded(account: Account, status: ImportStatus) -> None:
    import_ = imports.upload(account, io.BytesIO(table(3).encode()), "x.csv")
    with transaction() as session:
        session.execute(update(Import).values(status=status))
    os.utime(import_files.path(import_.stored_as), (0, 0))
    imports.discard_abandoned()
    assert not import_files.path(import_.stored_as).exists(), "killed before it deleted the file"


def test_a_failed_upload_leaves_no_file(account: Account, app: Flask) -> None:
    ghost = Account(id=0, region="PL", field_labels={})
    with pytest.raises(IntegrityError):
        imports.upload(ghost, io.BytesIO(table(3).encode()), "x.csv")
    assert list(Path(app.instance_path, "uploads").iterdir()) == []


def test_it_leaves_other_accounts_alone(account: Account, cast: Cast) -> None:
    other_account = db.session.get_one(Account, cast.stranger.account_id)
    recipients.add(other_account, {"phone": "601200001", "first_name": "Theirs"}, Basis())
    import_ = begin(account, table(3))
    run(import_)
    assert import_.added == 3
    recipient = recipients.by_phone(cast.stranger.account_id, "+48601200001")
    assert recipient is not None
    assert recipient.first_name == "Theirs"


def _expire_claim(import_: Import) -> None:
    """Move the worker's last sign of life a minute into the past."""
    with transaction() as session:
        session.execute(
            update(Import)
            .where(Import.id == import_.id)
            .values(touched_at=now() - timedelta(seconds=61))
        )
