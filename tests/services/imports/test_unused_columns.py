"""Of a recipient only the number is needed; what was not chosen from a file is kept nowhere."""

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


def brought(account: Account, content: str, mapping: list[str]) -> Import:
    """A file that has been imported to its end."""
    which = imports.upload(account, io.BytesIO(content.encode()), "people.csv")
    assert imports.start(which, mapping, which.has_header, Target(), BASIS)
    while import_run.work(which.id, 0.0):
        pass
    db.session.expire_all()
    assert which.status == ImportStatus.FINISHED
    assert which.added == content.count("\n") - 1
    return which


def test_a_file_with_numbers_alone_is_enough(account: Account) -> None:
    brought(account, "Telefon\n601200001\n601200002\n", ["phone"])
    found = list(db.session.scalars(select(Recipient)))
    assert [each.phone for each in found] == ["+48601200001", "+48601200002"]
    assert not [each for each in found if each.first_name or each.email or each.note]


def test_columns_that_nobody_chose_are_nowhere_afterwards(
    account: Account, app: Flask, redis_url: str
) -> None:
    heads = ["Telefon", *(f"Column {number}" for number in range(1, 20))]
    lines = [";".join(heads)]
    lines += [";".join([f"6012{row:05d}", *OTHERS]) for row in range(ROWS)]
    folder = Path(app.instance_path)
    scanner = Scanner(OTHERS)
    which = imports.upload(account, io.BytesIO(("\n".join(lines) + "\n").encode()), "people.csv")
    assert scanner.folder(folder), "the scanner is blind"
    assert imports.start(which, ["phone", *[""] * 19], True, Target(), BASIS)
    while import_run.work(which.id, 0.0):
        pass
    db.session.expire_all()
    assert (which.status, which.added) == (ImportStatus.FINISHED, ROWS)
    assert scanner.folder(folder) == []
    for table in Model.metadata.sorted_tables:
        assert not [row for row in db.session.execute(select(table)) if "Canary" in str(row)]
    assert _in_files_of_the_database(scanner) == []
    store = redis.Redis.from_url(redis_url)
    assert not [key for key in store.keys("*") if b"Canary" in (store.dump(key) or b"")]


def _in_files_of_the_database(scanner: Scanner) -> list[object]:
    """SQLite: its file, and the write-ahead log beside it. PostgreSQL: asked for its rows above."""
    path = Path(str(db.engine.url.database))
    files = path.parent.glob(f"{path.name}*") if path.is_file() else ()
    return [hit for file in files for hit in scanner.file(file)]
