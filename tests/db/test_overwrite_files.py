"""Scrubbing: after it the files of the database do not hold what was deleted."""

import pytest
from flask import Flask
from sqlalchemy import delete, text

from promosms.db import overwrite_files
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Suppression
from promosms.services.sending import opt_outs
from tests.support.byte_scan import Scanner, database_files
from tests.support.cast import Cast
from tests.support.two_transactions import connection

NUMBERS = [f"+486033441{n:02}" for n in range(60)]


def test_not_even_the_statistics_of_an_emptied_table_remember(app: Flask, cast: Cast) -> None:
    scanner = Scanner(NUMBERS)

    def seen() -> set[str]:
        return {hit.canary for path in database_files() for hit in scanner.file(path)}

    with app.app_context():
        for number in NUMBERS:
            opt_outs.opt_out(cast.owner.account_id, number, "hand")
        with transaction() as session:
            session.execute(text("ANALYZE suppressions"))
        assert seen() == set(NUMBERS)
        with transaction() as session:
            session.execute(delete(Suppression))
        db.session.remove()
        assert overwrite_files.overwrite(["suppressions", "recipients", "lists"])
        assert seen() == set()
        # Whoever writes to it afterwards finds it as it was.
        opt_outs.opt_out(cast.owner.account_id, NUMBERS[0], "hand")
        assert seen() == {NUMBERS[0]}


@pytest.mark.only("postgresql")
def test_it_waits_for_whoever_may_still_see_what_was_deleted(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overwrite_files, "PATIENCE", 0)
    scanner, table = Scanner(NUMBERS[:1]), ["suppressions"]

    def is_left() -> bool:
        return any(True for path in database_files() for _hit in scanner.file(path))

    with app.app_context(), connection() as reader:
        opt_outs.opt_out(cast.owner.account_id, NUMBERS[0], "hand")
        db.session.remove()
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM lists")  # a snapshot from before
        with transaction() as session:
            session.execute(delete(Suppression))
        db.session.remove()
        assert not overwrite_files.overwrite(table)
        assert is_left()
        reader.rollback()
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM lists")  # one from afterwards sees nobody
        assert overwrite_files.overwrite(table)
        assert not is_left()
