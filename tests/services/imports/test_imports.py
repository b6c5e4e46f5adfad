"""Imports: rows become recipients once, whatever is killed, and can be undone."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from promosms.db.transactions import transaction
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
from promosms.services.imports import imports
from promosms.services.imports import rows as import_rows
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.recipients import lists, recipients
from promosms.services.recipients.consent import Basis
from promosms.services.sending import opt_outs
from tests.support.cast import Cast

NAMES = ["Łukasz", "Małgorzata", "Śćibor", "Żaneta", "Grażyna", "Zdzisław"]
AGREED = Basis(Consent.GIVEN, "card", now())


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
    which = imports.upload(account, io.BytesIO(raw), "C:\\my\\guests.csv")
    assert imports.start(which, which.mapping, which.has_header, Target(new_name=list_name), basis)
    return which


def run(which: Import) -> None:
    for _ in range(100):
        if not import_run.work(which.id, 0.0):
            break
    db.session.expire_all()


def figures(which: Import) -> tuple[int, int, int, int]:
    return which.added, which.updated, which.duplicates, which.bad


def phones() -> list[str]:
    return list(db.session.scalars(select(Recipient.phone).order_by(Recipient.phone)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "utf-16", "utf-16-le"])
def test_it_imports_polish_tables(account: Account, encoding: str) -> None:
    which = begin(account, table(300).encode(encoding), "Guests")
    assert which.filename == "guests.csv"
    run(which)
    assert which.status == ImportStatus.FINISHED
    assert figures(which) == (300, 0, 0, 0)
    found = list(db.session.scalars(select(Recipient).order_by(Recipient.phone)))
    assert {each.first_name for each in found} == set(NAMES)
    assert found[0].search == "łukasz łódź 48601200000"
    assert (found[0].country, found[0].consent, found[0].consent_source) == ("PL", "given", "card")
    target = imports.list_of(which)
    assert target is not None
    assert target.size == 300


def test_the_file_is_deleted_afterwards(account: Account, app: Flask) -> None:
    which = begin(account, table(3))
    folder = Path(app.instance_path, "uploads")
    assert len(list(folder.iterdir())) == 1
    run(which)
    assert list(folder.iterdir()) == []


def test_it_goes_on_after_a_kill(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_run, "BATCH", 50)
    content = table(500) + "\r\n601200007;Again;\r\n123;bad;\r\n"
    which = begin(account, content, "Guests")
    save, calls = import_batch.save, iter(range(100))

    def dies(*args: object) -> bool:
        done = save(*args)
        if next(calls) == 3:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(import_batch, "save", dies)
    with pytest.raises(KeyboardInterrupt):
        import_run.work(which.id)
    db.session.rollback()
    assert (which.status, which.position) == (ImportStatus.RUNNING, 200)
    assert import_run.work(which.id) is False, "another worker may still be alive"
    assert which.position == 200
    _forget(which)
    assert imports.stale_imports() == [which.id]
    run(which)
    assert which.status == ImportStatus.FINISHED
    assert figures(which) == (500, 0, 1, 1)
    assert len(phones()) == 500
    assert imports.list_of(which).size == 500


def test_a_kill_inside_a_batch_leaves_nothing_of_it(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    which = begin(account, table(30))
    with monkeypatch.context() as patch:
        patch.setattr(import_batch, "_count_suppressed", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            import_run.work(which.id)
    db.session.rollback()
    assert phones() == []
    _forget(which)
    run(which)
    assert figures(which) == (30, 0, 0, 0)


def test_a_worker_that_woke_up_late_changes_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 10)
    which = begin(account, table(30))
    import_run.work(which.id, 0.0)
    with transaction() as session:
        session.execute(update(Import).values(status=ImportStatus.RUNNING))
    batch = import_rows.read([(2, ["601999999"])], ["phone"], "PL")
    assert import_batch.save(which.id, 0, 1, batch) is False
    assert len(phones()) == 10
    assert import_batch.save(which.id, 10, 1, batch) is True
    assert len(phones()) == 11


def test_duplicates_merge_within_and_across_batches(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 2)
    which = begin(
        account,
        "telefon,imie,miasto\n601234567,Anna,\n+48 601 234 567,,Gdynia\n602345678,Ewa,\n"
        "48601234567,Hanna,\n602345678,,\n",
        "Guests",
    )
    run(which)
    assert figures(which) == (2, 0, 3, 0)
    first = recipients.by_phone(account.id, "+48601234567")
    assert first is not None
    assert (first.first_name, first.city) == ("Hanna", "Gdynia")


def test_it_updates_without_emptying(account: Account) -> None:
    values = {"phone": "601234567", "first_name": "Anna", "city": "Sopot"}
    old = recipients.add(account, values, Basis(Consent.GIVEN, "first", now()))
    public_id = old.public_id
    which = begin(account, "telefon,imie,miasto\n601234567,,Gdynia\n", "", Basis())
    run(which)
    assert figures(which) == (0, 1, 0, 0)
    found = recipients.by_phone(account.id, "+48601234567")
    assert found is not None
    assert (found.public_id, found.first_name, found.city) == (public_id, "Anna", "Gdynia")
    assert (found.consent, found.consent_source) == ("given", "first")
    assert found.search == "anna gdynia 48601234567"


def test_bad_rows_are_kept_with_number_and_reason(account: Account) -> None:
    which = begin(
        account,
        "telefon,imie\n601234567,Anna\n\n4.479E+11,Ewa\n22 621 00 00,Jan\n'+48602345678,Ola\n"
        f"604\u00a0567\u00a0890,NBSP\nabc,\n605678901,{'x' * 101}\n606789012,a,b,c,d\n",
    )
    run(which)
    assert figures(which) == (4, 0, 0, 4)
    rows = db.session.execute(select(BadRow.row, BadRow.problem).order_by(BadRow.id)).all()
    assert [tuple(row) for row in rows] == [
        (4, "damaged"), (5, "landline"), (8, "letters"), (9, "long_value"),
    ]  # fmt: skip


def test_numbers_of_the_suppression_list_stay_suppressed(account: Account) -> None:
    opt_outs.opt_out(account.id, "+48601200001", SuppressionSource.REPLY)
    which = begin(account, table(3))
    run(which)
    assert (which.added, which.suppressed) == (3, 1)
    assert opt_outs.is_suppressed(account.id, "+48601200001")


def test_cancelling_stops_between_batches(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 10)
    which = begin(account, table(100))
    assert import_run.work(which.id, 0.0) is True
    assert imports.cancel(which) is True
    assert imports.cancel(which) is False
    run(which)
    assert (which.status, which.position, len(phones())) == (ImportStatus.CANCELLED, 10, 10)


def test_undoing_deletes_only_what_was_added(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_run, "BATCH", 10)
    recipients.add(account, {"phone": "601200001"}, Basis())
    which = begin(account, table(30), "Guests")
    run(which)
    assert figures(which) == (29, 1, 0, 0)
    assert imports.undo(which) is True
    assert imports.undo(which) is False
    run(which)
    assert which.status == ImportStatus.UNDONE
    assert phones() == ["+48601200001"]
    assert imports.list_of(which).size == 1
    places = select(func.count()).select_from(ListRecipient)
    assert db.session.scalar(places) == 1


def test_a_list_deleted_meanwhile_does_not_stop_it(account: Account) -> None:
    which = begin(account, table(3), "Guests")
    target = imports.list_of(which)
    assert target is not None
    lists.delete_list(target)
    run(which)
    assert (which.status, which.added) == (ImportStatus.FINISHED, 3)


def test_a_lost_file_is_said(account: Account) -> None:
    which = begin(account, table(3))
    imports.forget_files(account.id)
    run(which)
    assert (which.status, which.error) == (ImportStatus.FAILED, "file_missing")


def test_it_starts_once(account: Account) -> None:
    which = begin(account, table(3))
    assert imports.start(which, ["phone", "", ""], True, Target(), Basis()) is False


def test_abandoned_uploads_are_discarded(account: Account) -> None:
    which = imports.upload(account, io.BytesIO(table(3).encode()), "x.csv")
    assert imports.discard_abandoned() == 0
    with transaction() as session:
        old = now() - timedelta(hours=25)
        session.execute(update(Import).where(Import.id == which.id).values(created_at=old))
    assert imports.discard_abandoned() == 1
    assert which.status == ImportStatus.CANCELLED


def test_a_file_without_an_import_is_discarded(account: Account) -> None:
    which = imports.upload(account, io.BytesIO(table(3).encode()), "x.csv")
    orphan = import_files.store(io.BytesIO(b"601234567\n"), "PL")
    for name in (which.stored_as, orphan.name):
        os.utime(import_files.path(name), (0, 0))
    imports.discard_abandoned()
    assert import_files.path(which.stored_as).exists()
    assert not import_files.path(orphan.name).exists()


def test_a_failed_upload_leaves_no_file(account: Account, app: Flask) -> None:
    ghost = Account(id=0, region="PL", field_labels={})
    with pytest.raises(IntegrityError):
        imports.upload(ghost, io.BytesIO(table(3).encode()), "x.csv")
    assert list(Path(app.instance_path, "uploads").iterdir()) == []


def test_accounts_do_not_meet(account: Account, cast: Cast) -> None:
    other = db.session.get_one(Account, cast.stranger.account_id)
    recipients.add(other, {"phone": "601200001", "first_name": "Theirs"}, Basis())
    which = begin(account, table(3))
    run(which)
    assert which.added == 3
    theirs = recipients.by_phone(cast.stranger.account_id, "+48601200001")
    assert theirs is not None
    assert theirs.first_name == "Theirs"


def _forget(which: Import) -> None:
    """As if a minute had passed since the worker was last seen."""
    with transaction() as session:
        session.execute(
            update(Import)
            .where(Import.id == which.id)
            .values(touched_at=now() - timedelta(seconds=61))
        )
