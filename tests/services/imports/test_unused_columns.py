"""Only the number of a recipient is required; columns that were not chosen are not kept."""

import io
from pathlib import Path

import pytest
import redis
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Account, Consent, Import, ImportStatus, Model, Recipient, now
from promosms.services.imports import imports
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.recipients.consent import Basis
from tests.support.byte_scan import Scanner
from tests.support.cast import Cast

BASIS = Basis(Consent.GIVEN, "card", now())
OTHERS = [f"Canary{number:02d}Qzxw" for number in range(1, 20)]
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
    account: Account, app: Flask, redis_url: str
) -> None:
    headers = ["Telefon", *(f"Column {number}" for number in range(1, 20))]
    lines = [";".join(headers)]
    lines += [";".join([f"6012{row:05d}", *OTHERS]) for row in range(ROWS)]
    folder = Path(app.instance_path)
    scanner = Scanner(OTHERS)
    import_ = imports.upload(account, io.BytesIO(("\n".join(lines) + "\n").encode()), "people.csv")
    assert scanner.folder(folder), "the scanner is blind"
    assert imports.start(import_, ["phone", *[""] * 19], True, Target(), BASIS)
    while import_run.work(import_.id, 0.0):
        pass
    db.session.expire_all()
    assert (import_.status, import_.added) == (ImportStatus.FINISHED, ROWS)
    assert scanner.folder(folder) == []
    for table in Model.metadata.sorted_tables:
        assert not [row for row in db.session.execute(select(table)) if "Canary" in str(row)]
    assert _in_files_of_the_database(scanner) == []
    store = redis.Redis.from_url(redis_url)
    assert not [key for key in store.keys("*") if b"Canary" in (store.dump(key) or b"")]


def _in_files_of_the_database(scanner: Scanner) -> list[object]:
    """The SQLite file and its write-ahead log. On PostgreSQL the test reads the rows instead."""
    path = Path(str(db.engine.url.database))
    files = path.parent.glob(f"{path.name}*") if path.is_file() else ()
    return [hit for file in files for hit in scanner.file(file)]
