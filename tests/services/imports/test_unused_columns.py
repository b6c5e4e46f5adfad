"""Only the number of a recipient is required; columns that were not chosen are not kept."""

import io
import tempfile
from importlib import import_module
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, BadRow, Consent, Import, ImportStatus, Model, Recipient, now
from promosms.services.imports import imports
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.recipients.consent import Basis
from tests.support.byte_scan import Scanner
from tests.support.cast import Cast

BASIS = Basis(Consent.GIVEN, "card", now().date())
OTHERS = [f"Canary{number:02d}Qzxw" for number in range(20)]
ROWS = 300


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


def imported(account: Account, content: str, mapping: list[str]) -> Import:
    """A file that was imported completely."""
    import_ = imports.upload(account, io.BytesIO(content.encode()), "people.csv")
    assert imports.start(import_, mapping, import_.has_header, Target(), BASIS)
    while import_run.work(import_.id, 0.0):
        pass
    db.session.expire_all()
    assert import_.status == ImportStatus.FINISHED
    assert import_.added == content.count("\n") - 1
    return import_


def test_a_file_with_numbers_alone_is_enough(account: Account) -> None:
    imported(account, "Telefon\n601200001\n601200002\n", ["phone"])
    stored = list(db.session.scalars(select(Recipient)))
    assert [recipient.phone for recipient in stored] == ["+48601200001", "+48601200002"]
    assert not [
        recipient
        for recipient in stored
        if recipient.first_name or recipient.email or recipient.note
    ]


def test_columns_that_were_not_chosen_are_stored_nowhere(
    account: Account,
    app: Flask,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    headers = ["Column 0", "Telefon", *(f"Column {number}" for number in range(1, 20))]
    lines = [";".join(headers)]
    numbers = [f"6012{row:05d}" for row in range(ROWS)]
    refused = ["", "4.479E+11", "226210000", "800100100", "x" * 300, "601234567 602345678", "abc"]
    lines += [";".join([OTHERS[0], number, *OTHERS[1:]]) for number in numbers + refused]
    folder = Path(app.instance_path)
    scanner = Scanner(OTHERS)
    import_ = imports.upload(account, io.BytesIO(("\n".join(lines) + "\n").encode()), "people.csv")
    assert scanner.folder(folder), "the scanner is blind"
    assert imports.start(import_, ["", "phone", *[""] * 19], True, Target(), BASIS)
    while import_run.work(import_.id, 0.0):
        pass
    db.session.expire_all()
    assert (import_.status, import_.added) == (ImportStatus.FINISHED, ROWS)
    assert import_.bad == len(refused)
    kept = db.session.scalars(select(BadRow.content).order_by(BadRow.id))
    assert list(kept)[:3] == ['""', "4.479E+11", "226210000"]
    assert scanner.folder(folder) == []
    assert scanner.folder(temporary) == []
    for table in Model.metadata.sorted_tables:
        assert not [row for row in db.session.execute(select(table)) if "Canary" in str(row)]
    assert _in_files_of_the_database(scanner) == []
    store = redis.Redis.from_url(redis_url)
    assert not [key for key in store.keys("*") if b"Canary" in (store.dump(key) or b"")]


def test_refused_rows_of_an_earlier_version_lose_what_was_not_chosen(account: Account) -> None:
    import_ = Import(account_id=account.id, stored_as="x", mapping=["", "phone", "", "note"])
    db.session.add(import_)
    db.session.flush()
    old = ['Canary,12,Canary,"a, ""b""",Canary', "Canary", '""', '12345,"7\n8"']
    for row, content in enumerate(old, 1):
        kept = {"account_id": account.id, "import_id": import_.id, "row": row, "problem": "x"}
        db.session.add(BadRow(**kept, content=content))
    db.session.flush()
    migration = import_module("promosms.migrations.versions.0002_evidence")
    migration.keep_chosen_columns(db.session.connection())
    db.session.expire_all()
    contents = db.session.scalars(select(BadRow.content).order_by(BadRow.id))
    assert list(contents) == ['12,"a, ""b"""', ",", ",", '"7\n8",']
    db.session.rollback()


def _in_files_of_the_database(scanner: Scanner) -> list[object]:
    """The SQLite file and its write-ahead log. On PostgreSQL the test reads the rows instead."""
    path = Path(str(db.engine.url.database))
    files = path.parent.glob(f"{path.name}*") if path.is_file() else ()
    return [hit for file in files for hit in scanner.file(file)]
