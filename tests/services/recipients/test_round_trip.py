"""What leaves as a file comes back into an empty account as it was.

With ROUND_TRIP=10000 the long version runs: docs/reliability.md says how.
"""

import io
import os
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.language import force_locale
from promosms.lib import csv_files, xlsx_files
from promosms.lib.tables import Table
from promosms.models import Account, Consent, Import, ImportStatus
from promosms.services.imports import imports
from promosms.services.imports import run as import_run
from promosms.services.imports.imports import Target
from promosms.services.recipients import exports, fields
from promosms.services.recipients.consent import Basis
from promosms.settings import instance_file
from tests.support import round_trip
from tests.support.cast import Cast
from tests.support.round_trip import Person

PEOPLE = int(os.environ.get("ROUND_TRIP", "500"))
ZONE = ZoneInfo("Europe/Warsaw")


def written(table: Table, form: str) -> tuple[bytes, str]:
    if form == "xlsx":
        target, folder = io.BytesIO(), instance_file("exports", "any").parent
        with xlsx_files.Writer(target, table, ZONE, folder) as writer:
            for block in table.blocks:
                writer.write(block)
        return target.getvalue(), "recipients.xlsx"
    style = {"commas": csv_files.COMMAS, "semicolons": csv_files.SEMICOLONS}[form]
    return "".join(csv_files.blocks(table, style, ZONE)).encode(), "recipients.csv"


def brought_in(account: Account, content: bytes, name: str) -> Import:
    import_ = imports.upload(account, io.BytesIO(content), name)
    mapping = list(import_.mapping)
    imports.start(import_, mapping, True, Target(), Basis(Consent.NONE))
    while import_run.work(import_.id):
        pass
    db.session.expire_all()
    assert import_.status == ImportStatus.FINISHED
    return import_


def differences(
    found: dict[str, Person], expected: dict[str, Person]
) -> list[tuple[str, object, object]]:
    pairs = [(found[phone], person) for phone, person in expected.items()]
    fields_ = [
        (name, one, value)
        for came, person in pairs
        for (name, one), (_, value) in zip(came.fields, person.fields, strict=True)
        if one != value
    ]
    others = [("person", came, person) for came, person in pairs if came != person]
    return fields_ or others


@pytest.mark.parametrize(
    ("language", "region", "form"),
    [
        ("en", "GB", "commas"),
        ("pl", "PL", "semicolons"),
        ("pl", "PL", "xlsx"),
        ("en", "DE", "xlsx"),
    ],
)
def test_everything_comes_back(
    app: Flask, cast: Cast, language: str, region: str, form: str
) -> None:
    those = round_trip.people(PEOPLE, seed=len(language + region + form))
    with app.test_request_context(), force_locale(language):
        ours, theirs = (
            db.session.get_one(Account, person.account_id) for person in (cast.owner, cast.stranger)
        )
        with transaction():
            ours.region = theirs.region = region
        round_trip.fill(ours, those)
        round_trip.settle(theirs)
        expected = {person.phone: person for person in those}
        assert round_trip.stored(ours.id) == expected
        table = exports.recipients_table(ours, fields.labels(ours))
        content, name = written(table, form)
        import_ = brought_in(theirs, content, name)
        assert (import_.added, import_.bad, import_.duplicates) == (len(those), 0, 0)
        found = round_trip.stored(theirs.id)
        assert found.keys() == expected.keys()
        assert differences(found, expected) == []
