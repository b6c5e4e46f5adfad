"""The export of an account: complete, safe in a spreadsheet, the owner's only, gone in 48 hours."""

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountExport,
    Consent,
    ConsentHow,
    ExportStatus,
    ListRecipient,
    Model,
    Privacy,
    Recipient,
    User,
    now,
)
from promosms.services.auth import passwords
from promosms.services.imports import columns as import_columns
from promosms.services.imports import files as import_files
from promosms.services.imports import rows as import_rows
from promosms.services.privacy import export as account_export
from promosms.services.privacy import export_files
from promosms.services.privacy.export_tables import NEVER, left_out, parts
from promosms.services.recipients import consents, lists
from promosms.services.recipients.consent import Basis
from tests.meta.sample_account import Stage
from tests.support.cast import Cast
from tests.support.pages import PageClient
from tests.support.snapshot import Snapshots

SECRET_WORDS = ("hash", "token", "encrypted", "secret", "key", "counter")


def test_every_table_of_an_account_is_in_it_or_has_a_reason_why_not() -> None:
    named = {part.model.__tablename__ for part in parts()} | set(left_out())
    for mapper in Model.registry.mappers:
        name = mapper.class_.__tablename__
        personal = mapper.class_.privacy in (Privacy.COLLECTED, Privacy.ACCOUNT)
        if personal or "account_id" in mapper.local_table.columns:
            assert name in named, f"{name} is neither exported nor is it said why not"
    assert named <= set(Model.metadata.tables)


def test_every_column_is_explained_and_none_is_a_key() -> None:
    for part in parts():
        assert set(part.export.without) <= {column.name for column in part.table.columns}
        for column in part.columns:
            assert part.words[column.name], f"{part.file}: {column.name}"
            # A word to text; the number of a key, which says nothing.
            plain = column.name.replace("keyword", "").removesuffix("key_id")
            assert not any(word in plain for word in SECRET_WORDS), column.name
            assert column.name not in NEVER


def test_it_holds_everything_of_the_account_and_nothing_of_another(
    app: Flask, cast: Cast, filled: int
) -> None:
    with app.app_context():
        archive = _archive(filled)
        names = set(archive.namelist())
        assert names >= {f"{part.file}.{form}" for part in parts() for form in ("csv", "json")}
        assert {"README.txt", "CZYTAJ.txt"} <= names
        files = {name for name in names if name.startswith("invoices/")}
        assert {name[-4:] for name in files} == {".pdf", ".xml"}
        assert archive.testzip() is None
        content = b"".join(archive.read(name) for name in sorted(names))
        stranger = db.session.get_one(User, cast.stranger.user_id)
        for foreign in (stranger.email, stranger.phone, cast.stranger.account_public_id):
            assert foreign.encode() not in content
        user = db.session.get_one(User, cast.owner.user_id)
        assert user.email.encode() in content
        assert passwords.hash_password("x")[:9].encode() not in content
        for part in parts():
            rows = json.loads(archive.read(f"{part.file}.json"))
            table = list(
                csv.reader(io.StringIO(archive.read(f"{part.file}.csv").decode("utf-8-sig")))
            )
            assert len(table) == len(rows) + 1, part.file
        assert json.loads(archive.read("account.json"))[0]["balance"] == "34.91"


def test_cells_are_safe_in_a_spreadsheet_and_numbers_readable(
    app: Flask, cast: Cast, filled: int
) -> None:
    with app.app_context():
        archive = _archive(filled)
        head, *rows = csv.reader(
            io.StringIO(archive.read("recipients.csv").decode("utf-8-sig"), newline="")
        )
        evil = next(row for row in rows if row[head.index("phone")] == "'+48601777001")
        assert evil[head.index("note")] == "'=HYPERLINK(1)"
        stored = json.loads(archive.read("recipients.json"))
        evil_stored = next(row for row in stored if row["phone"] == "+48601777001")
        assert evil_stored["note"] == "=HYPERLINK(1)"
        acts = json.loads(archive.read("consents.json"))
        (act,) = (act for act in acts if act["public_id"] == evil_stored["consent_id"])
        assert act["source"] == "Card at the till"


def test_its_numbers_can_be_imported_in_any_country(app: Flask, cast: Cast, filled: int) -> None:
    with app.app_context():
        archive = _archive(filled)
        for file in ("recipients", "opt-outs", "guests", "messages", "replies", "users"):
            numbers = [row["phone"] for row in json.loads(archive.read(f"{file}.json"))]
            stored = {phone for phone in numbers if phone}  # a colleague may have none
            again = import_files.store(io.BytesIO(archive.read(f"{file}.csv")), "PL")
            rows = list(import_files.read(again.name))
            fields, has_header = import_columns.guess(rows, "DE", {})
            batch = import_rows.read(rows[has_header:], fields, "DE")
            assert set(batch.entries) == stored, file
            assert len(batch.refused) == numbers.count(""), file
            assert stored, file


def test_a_large_table_is_split_into_files_and_no_row_is_lost(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_files, "PAGE", 4)
    monkeypatch.setattr(account_export, "PAGE", 4)
    monkeypatch.setattr(account_export, "FILE_ROWS", 8)
    with app.app_context():
        phones = _many(cast.owner.account_id, 50)
        export = _started(cast)
        slices = 0
        while account_export.work(export.id, lambda: True):
            slices += 1
        assert slices > 10
        archive = _archive(export.id)
        for file, number in (("recipients", 50), ("list-recipients", 100)):
            rows: list[dict[str, str]] = []
            for name in archive.namelist():
                if name.startswith(file) and name.endswith(".json"):
                    rows += json.loads(archive.read(name))
            assert len(rows) == number
            assert len({json.dumps(row) for row in rows}) == number
            if file == "recipients":
                assert {row["phone"] for row in rows} == phones


@pytest.mark.parametrize("after", [1, 7, 20])
def test_a_killed_export_is_restarted_and_finishes(app: Flask, cast: Cast, after: int) -> None:
    with app.app_context():
        _many(cast.owner.account_id, 10)
        export = _started(cast)
        for _ in range(after):
            account_export.work(export.id, lambda: True)
        path = account_export.file(export)
        with path.open("ab") as file:  # the next file was being written
            file.write(b"half of a file")
        _expire_claim(export.id)
        assert not account_export.work(export.id)
        db.session.expire_all()
        assert export.status == ExportStatus.READY
        archive = _archive(export.id)
        assert len(json.loads(archive.read("recipients.json"))) == 10
        assert len(archive.namelist()) == len(set(archive.namelist()))


def test_one_that_begins_again_is_not_taken_for_the_one_before(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        _many(cast.owner.account_id, 10)
        account_id, first = cast.owner.account_id, _started(cast)
        first_id, write = first.id, account_export._next_file

        def begin_again(*args: Any) -> int | None:
            monkeypatch.setattr(account_export, "_next_file", write)
            account_export.begin_again(account_id, "somebody")
            return write(*args)

        monkeypatch.setattr(account_export, "_next_file", begin_again)
        assert not account_export.work(first_id), "the worker stops: its export is gone"
        db.session.expire_all()
        again = account_export.of(account_id)
        assert again is not None
        assert (again.status, again.done) == (ExportStatus.QUEUED, 0)
        assert not account_export.work(again.id)
        assert len(json.loads(_archive(again.id).read("recipients.json"))) == 10


def test_an_account_has_one_at_a_time(app: Flask, cast: Cast) -> None:
    with app.app_context():
        first = _started(cast)
        with pytest.raises(account_export.AlreadyRunning):
            _started(cast)
        account_export.work(first.id)
        old = account_export.file(first)
        assert old.exists()
        second = _started(cast)
        assert not old.exists()
        export = account_export.of(cast.owner.account_id)
        assert getattr(export, "id", None) == second.id


def test_a_full_disk_is_reported_clearly(
    app: Flask, cast: Cast, owner: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Path("/dev/full")
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *_, **__: full.open("r+b"))
    with app.app_context():
        export = _started(cast)
        assert not account_export.work(export.id)
        assert _reload(export.id).error == "disk_full"
        assert not list(account_export.file(export).parent.glob("*.zip"))
    assert "no room for it on our disk" in owner.get_page("/settings/data").get_text(" ")


def test_only_the_owner_may_download_it_and_it_is_not_cached(
    app: Flask, cast: Cast, filled: int, owner: PageClient, stranger: PageClient
) -> None:
    with app.app_context():
        address = f"/settings/data/export/{_reload(filled).public_id}/file"
    answer = owner.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert zipfile.ZipFile(io.BytesIO(answer.data)).testzip() is None
    answer.close()
    assert stranger.get(address).status_code == 404
    assert cast.colleague.browser().get(address).status_code == 403


def test_it_is_deleted_after_48_hours(app: Flask, filled: int) -> None:
    with app.app_context():
        export = _reload(filled)
        path = account_export.file(export)
        assert export.expires_at is not None
        assert export.expires_at - now() > timedelta(hours=47)
        account_export.forget_expired()
        assert path.exists()
        with transaction() as session:
            session.execute(update(AccountExport).values(expires_at=now() - timedelta(seconds=1)))
        account_export.forget_expired()
        assert not path.exists()
        assert account_export.of(export.account_id) is None


def test_an_owner_makes_it_in_the_background(
    app: Flask, owner: PageClient, settle: Callable[..., None], cast: Cast
) -> None:
    owner.post_page("/settings/data/export")
    assert "You can leave this page" in owner.get_page("/settings/data").get_text(" ")
    settle()
    assert "Your file is ready" in owner.get_page("/settings/data").get_text(" ")
    with app.app_context():
        export = account_export.of(cast.owner.account_id)
        assert export is not None
        name = export.public_id
    owner.post_page(f"/settings/data/export/{name}/delete")
    assert "Make the file" in owner.get_page("/settings/data").get_text(" ")


@pytest.fixture
def filled(app: Flask, cast: Cast, snapshots: Snapshots) -> int:
    """The export of an account with one of everything."""

    def fill() -> int:
        stage = Stage(app, cast)
        stage.set()
        with app.app_context():
            _add(cast.owner.account_id, "+48601777001", note="=HYPERLINK(1)", consent=Consent.GIVEN)
            export = _started(cast)
            number = export.id
            assert not account_export.work(number)
            db.session.remove()
        return number

    return snapshots.begin_with("an export", fill)


def _add(account_id: int, phone: str, **values: object) -> None:
    with transaction() as session:
        columns = {"account_id": account_id, "phone": phone, "country": "PL"}
        basis = Basis(Consent.GIVEN, "Card at the till")
        act_id = consents.make(session, account_id, basis, ConsentHow.HAND)
        session.add(Recipient(**columns, consent_id=act_id, **values))


def _many(account_id: int, number: int) -> set[str]:
    groups = [lists.create(account_id, name).id for name in ("Regulars", "Others")]
    phones = {f"+486017{n:05}" for n in range(number)}
    with transaction() as session:
        columns = {"account_id": account_id, "country": "PL", "note": "x" * 900}
        people = [Recipient(phone=phone, **columns) for phone in sorted(phones)]
        session.add_all(people)
        session.flush()
        session.add_all(
            ListRecipient(account_id=account_id, list_id=group, recipient_id=person.id)
            for group in groups
            for person in people
        )
    return phones


def _started(cast: Cast) -> AccountExport:
    return account_export.start(db.session.get_one(Account, cast.owner.account_id), "test")


def _reload(export_id: int) -> AccountExport:
    return db.session.get_one(AccountExport, export_id)


def _archive(export_id: int) -> zipfile.ZipFile:
    return zipfile.ZipFile(account_export.file(_reload(export_id)))


def _expire_claim(export_id: int) -> None:
    with transaction() as session:
        session.execute(
            update(AccountExport).where(AccountExport.id == export_id).values(touched_at=None)
        )
