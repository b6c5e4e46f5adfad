"""Recipient counts when two transactions change the same account at once, on PostgreSQL."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from flask import Flask

from promosms.extensions import db
from promosms.models import Account, Consent, Recipient
from promosms.services.recipients import counts, lists, recipients
from promosms.services.recipients.consent import Basis
from tests.services.recipients.test_counts import right
from tests.support.cast import Cast

pytestmark = pytest.mark.only("postgresql")
PHONE, OTHER = "+48601200000", "+48601200001"
PATIENCE = 20
ADD = (
    "INSERT INTO recipients (public_id, account_id, phone, country, consent, {empty}, created_at, "
    "updated_at) VALUES ('{phone}', {account}, '{phone}', 'PL', 'none', {blank}, now(), now())"
)
PUT = (
    "INSERT INTO list_recipients (list_id, recipient_id, account_id) "
    "VALUES ({list}, {id}, {account})"
)
TAKE_OFF = "DELETE FROM list_recipients WHERE recipient_id = {id}"
AGREE = "UPDATE recipients SET consent = 'given' WHERE id = {id}"
SUPPRESS = (
    "INSERT INTO suppressions (public_id, account_id, phone, source, text, inbound_number, "
    "decided_by, created_at) VALUES ('s', {account}, '{phone}', 'hand', '', '', '', now())"
)


@pytest.fixture
def account(context: None, cast: Cast) -> Account:
    return db.session.get_one(Account, cast.owner.account_id)


@contextmanager
def connection(app: Flask) -> Iterator[psycopg.Connection]:
    url = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as live:
        yield live


def waits(watch: psycopg.Connection, pid: int, thread: threading.Thread) -> bool:
    """Does the other transaction wait for a lock? False if it has ended without waiting."""
    end = time.monotonic() + PATIENCE
    query = "SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = %s"
    while time.monotonic() < end:
        row = watch.execute(query, (pid,)).fetchone()
        watch.rollback()
        if row and row[0]:
            return True
        if not thread.is_alive():
            return False
    raise AssertionError("it neither waits nor ends")


def at_once(app: Flask, first: str, second: str) -> bool:
    """Run the second statement while the first is not committed yet; did the second wait?"""
    with connection(app) as one, connection(app) as two, connection(app) as watch:
        one.execute(first)

        def run() -> None:
            two.execute(second)
            two.commit()

        thread = threading.Thread(target=run)
        thread.start()
        waited = waits(watch, two.info.backend_pid, thread)
        one.commit()
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return waited


def columns(phone: str) -> dict[str, str]:
    empty = [
        column.name
        for column in Recipient.__table__.columns
        if not column.nullable
        and column.name
        not in ("id", "public_id", "account_id", "phone", "country", "consent", "created_at")
        and column.name != "updated_at"
    ]
    return {"empty": ", ".join(empty), "blank": ", ".join(["''"] * len(empty)), "phone": phone}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("one", "other"),
    [(ADD, SUPPRESS), (PUT, AGREE), (TAKE_OFF, AGREE), (PUT, SUPPRESS), (AGREE, SUPPRESS)],
    ids=["add-suppress", "put-agree", "take-off-agree", "put-suppress", "agree-suppress"],
)
def test_neither_counts_what_the_other_is_changing(
    app: Flask, account: Account, one: str, other: str, turned: bool
) -> None:
    target = lists.create(account.id, "Guests")
    kept = recipients.add(account, {"phone": OTHER}, Basis(), [target.id])
    moved = recipients.add(account, {"phone": PHONE}, Basis()) if one != ADD else kept
    if one == TAKE_OFF:
        lists.put(target, [moved.id])
    values = {"account": account.id, "list": target.id, "id": moved.id, **columns(PHONE)}
    statements = [statement.format_map(values) for statement in (one, other)]
    db.session.remove()
    assert at_once(app, *reversed(statements) if turned else statements)
    assert right()
    counts.fold()
    assert right()


def test_two_imports_of_an_account_do_not_wait_for_each_other(app: Flask, account: Account) -> None:
    account_id = account.id
    db.session.remove()
    first, second = (
        ADD.format_map({"account": account_id, **columns(phone)}) for phone in (PHONE, OTHER)
    )
    assert not at_once(app, first, second)
    assert right()
    assert counts.of(account_id) == [("PL", "none", "", 2)]


def test_a_sweep_folds_what_others_are_not_writing(app: Flask, account: Account) -> None:
    account_id = account.id
    recipients.add(account, {"phone": PHONE}, Basis(Consent.GIVEN, "card"))
    db.session.remove()
    add = ADD.format_map({"account": account_id, **columns(OTHER)})
    with connection(app) as live:
        live.execute(add)
        assert counts.fold() == 1
        live.commit()
    assert right()
    assert counts.fold() == 1
    assert sorted(counts.of(account_id)) == [("PL", "given", "", 1), ("PL", "none", "", 1)]
    assert right()
