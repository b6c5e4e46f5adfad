"""The chain of the audit log: our own work keeps it whole, and changes from outside break it."""

import hashlib
import json
import threading
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.exc import IntegrityError

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.jobs import nightly
from promosms.lib import time_slice
from promosms.models import AuditEntry, AuditHead, Email, NightlyJob, now
from promosms.services.audit import chain as audit_chain
from promosms.services.audit import log as audit_log
from promosms.services.audit import nightly as audit_nightly
from promosms.services.privacy import erasure
from tests.support import commands
from tests.support.cast import Cast
from tests.support.pages import PageClient

COLUMNS = (
    *("actor", "action", "subject", "detail", "salt"),
    *("actor_digest", "detail_digest", "previous", "digest"),
)
LATER = 1_000_000
"""An id after all others."""


def broken() -> int | None:
    """The first entry that breaks the chain; None if it holds."""
    try:
        audit_chain.verify({}, time_slice.nobody)
    except audit_chain.Broken as found:
        return found.entry
    finally:
        db.session.rollback()
    return None


def change(statement: str, **values: Any) -> None:
    with transaction() as session:
        session.execute(text(statement), values)


def night() -> None:
    with transaction() as session:
        session.execute(update(NightlyJob).values(ran_on=None))
    while nightly.due():
        nightly.run()


@pytest.fixture
def ids(context: None) -> list[int]:
    """Five entries."""
    for n in range(5):
        audit_log.record("admin-1", "account.suspend", f"account-{n}", f"Reason {n}")
    entry_ids = list(db.session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)))
    assert broken() is None
    return entry_ids


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_letter_is_found(ids: list[int], column: str) -> None:
    for where in (ids[0], ids[2], ids[4]):
        was = db.session.scalar(text(f"SELECT {column} FROM audit_entries WHERE id = {where}"))
        for place in range(len(was)):
            flipped = was[:place] + chr(ord(was[place]) ^ 1) + was[place + 1 :]
            change(f"UPDATE audit_entries SET {column} = :it WHERE id = :id", it=flipped, id=where)
            assert broken() == where
            if place == 3:
                break
        change(f"UPDATE audit_entries SET {column} = '' WHERE id = :id", id=where)
        if was:
            assert broken() == where
        change(f"UPDATE audit_entries SET {column} = :it WHERE id = :id", it=was, id=where)
    assert broken() is None


def test_a_changed_time_is_found(ids: list[int]) -> None:
    change(
        "UPDATE audit_entries SET created_at = (SELECT min(created_at) FROM audit_entries) "
        "WHERE id = :id",
        id=ids[3],
    )
    assert broken() == ids[3]


def test_a_removed_entry_is_found(ids: list[int]) -> None:
    change("DELETE FROM audit_entries WHERE id = :id", id=ids[4])
    assert broken() == 0
    change("DELETE FROM audit_entries WHERE id = :id", id=ids[1])
    assert broken() == ids[2]
    change("DELETE FROM audit_entries WHERE id = :id", id=ids[0])
    assert broken() == ids[2]
    change("DELETE FROM audit_entries")
    assert broken() == 0


def test_swapped_entries_are_found(ids: list[int]) -> None:
    for before, after in ((ids[1], LATER), (ids[2], ids[1]), (LATER, ids[2])):
        change("UPDATE audit_entries SET id = :new WHERE id = :old", new=after, old=before)
    assert broken() == ids[1]


def test_an_inserted_entry_is_found(ids: list[int]) -> None:
    with transaction() as session:
        session.add(AuditEntry(id=LATER, actor="admin-1", action="account.adjust"))
    assert broken() == LATER
    last = db.session.get_one(AuditEntry, ids[4])
    with transaction() as session:
        forged = session.get_one(AuditEntry, LATER)
        forged.salt, forged.previous = "a", last.digest
        forged.actor_digest = audit_chain.actor_digest(audit_chain.actor_salt("a"), "admin-1")
        forged.detail_digest = audit_chain.detail_digest(forged)
        forged.digest = audit_chain.digest(last.digest, forged)
    assert broken() == LATER


def test_an_entry_that_is_emptied_by_hand_is_found(ids: list[int]) -> None:
    change("UPDATE audit_entries SET detail = '', salt = '' WHERE id = :id", id=ids[3])
    assert broken() == ids[3]
    empty(ids[3])
    assert broken() == ids[3]
    empty(ids[1])
    assert broken() == ids[3]


def empty(entry_id: int) -> None:
    """As the log does it, but without an entry that says so."""
    change(
        "UPDATE audit_entries SET actor = '', subject = '', detail = '', salt = '', "
        "created_at = '2026-11-01 00:00:00.000000' WHERE id = :id",
        id=entry_id,
    )


def test_an_account_is_forgotten_and_the_chain_holds(ids: list[int]) -> None:
    audit_log.record("owner-1", "company.save", "account-1")
    audit_log.record("owner-1", "top_up.cancel", "top-up-1")
    about = AuditEntry.subject == "account-1", AuditEntry.actor == "owner-1"
    for _ in range(2):
        with transaction() as session:
            audit_log.forget(session, or_(*about), ["owner-1"])
    assert broken() is None
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    shown = [(row.actor, row.action, row.subject, row.detail) for row in rows if row.emptied]
    assert shown == [
        ("admin-1", "account.suspend", "", ""),
        ("", "company.save", "", ""),
        ("", "top_up.cancel", "", ""),
    ]
    assert (rows[-1].actor, rows[-1].action, rows[-1].detail) == ("system", "audit.forget", "3")
    assert rows[0].subject == "account-0"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("actor", "admin-2"), ("actor", ""), ("action", "account.praise"), ("subject", "x")),
        *(("detail", "x"), ("salt", ""), ("created_at", "2026-11-01 00:00:01.000000")),
    ],
)
def test_a_changed_letter_of_an_emptied_entry_is_found(
    ids: list[int], column: str, value: str
) -> None:
    with transaction() as session:
        audit_log.forget(session, AuditEntry.subject == "account-1", [])
    assert broken() is None
    change(f"UPDATE audit_entries SET {column} = :it WHERE id = :id", it=value, id=ids[1])
    assert broken() == ids[1]


def test_no_entry_more_than_was_said_is_emptied(ids: list[int]) -> None:
    with transaction() as session:
        audit_log.forget(session, AuditEntry.subject == "account-1", [])
    empty(ids[4])
    assert broken() == ids[4]


def older(previous: str, subject: str, detail: str) -> AuditEntry:
    """An entry as it was written before actors had a digest."""
    salt, moment = "ab" * 16, now()
    entry = AuditEntry(actor="admin-1", action="account.suspend", subject=subject, detail=detail)
    entry.salt, entry.previous, entry.created_at = salt, previous, moment
    entry.detail_digest = hashlib.sha256(f"{salt}:{detail}".encode()).hexdigest()
    with transaction() as session:
        session.add(entry)
        session.flush()
        fields = [previous, entry.id, "admin-1", "account.suspend", subject, entry.detail_digest]
        words = json.dumps([*fields, moment.isoformat()])
        entry.digest = hashlib.sha256(words.encode()).hexdigest()
        head = session.get(AuditHead, 1) or AuditHead(id=1)
        head.entry_id, head.digest = entry.id, entry.digest
        session.add(head)
    return entry


def test_older_entries_hold_and_can_be_forgotten(context: None) -> None:
    first = older("", "account-1", "Reason 1")
    second = older(first.digest, "account-2", "Reason 2")
    audit_log.record("admin-1", "account.suspend", "account-1", "Reason 3")
    assert broken() is None
    with transaction() as session:
        assert audit_log.forget(session, AuditEntry.subject == "account-1", []) == 2
    assert broken() is None
    change("UPDATE audit_entries SET detail = 'x' WHERE id = :id", id=second.id)
    assert broken() == second.id


def test_a_chain_without_its_head_is_found(ids: list[int]) -> None:
    with transaction() as session:
        session.execute(delete(AuditHead))
    assert broken() == ids[0]


def test_entries_from_before_the_chain_may_precede_it(context: None) -> None:
    with transaction() as session:
        session.add_all([AuditEntry(actor="system", action=f"old.{n}") for n in range(3)])
    assert broken() is None
    audit_log.record("admin-1", "account.suspend")
    assert broken() is None
    change(
        "UPDATE audit_entries SET digest = '', previous = '', detail_digest = '', actor_digest = ''"
    )
    assert broken() == 0


def test_the_chain_holds_when_an_account_is_erased(context: None, cast: Cast) -> None:
    name = cast.owner.account_public_id
    audit_log.record("admin-1", "account.suspend", name, "Complaints of Ms Kowalska")
    audit_log.record("admin-1", "account.unsuspend", name)
    erasure.begin(cast.owner.account_id, "owner")
    while erasure.erase(cast.owner.account_id):
        pass
    rows = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert name not in {row.subject for row in rows}
    assert {row.detail for row in rows if row.action == "account.suspend"} == {""}
    assert [row.actor for row in rows if row.action == "account.suspend"] == ["admin-1"]
    assert broken() is None


def test_a_rollback_leaves_no_entry(context: None) -> None:
    audit_log.record("admin-1", "first")
    with suppress(ZeroDivisionError), transaction():
        audit_log.record("admin-1", "undone")
        raise ZeroDivisionError
    with transaction() as session:
        audit_log.record("admin-1", "second")
        with suppress(ZeroDivisionError), session.begin_nested():
            audit_log.record("admin-1", "undone in part")
            raise ZeroDivisionError
        with suppress(IntegrityError), session.begin_nested():
            audit_log.record("admin-1", "refused by the database")
            session.add(AuditHead(id=1))
            session.flush()
        with session.begin_nested():
            audit_log.record("admin-1", "third")
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
    assert list(actions) == ["first", "second", "third"]
    assert broken() is None


def test_eight_concurrent_writers_make_one_chain(app: Flask) -> None:
    ready = threading.Barrier(8)

    def write(name: str) -> None:
        with app.app_context():
            ready.wait()
            for n in range(10):
                audit_log.record(name, f"act.{n}", "account-1", "Because")
            db.session.remove()

    threads = [threading.Thread(target=write, args=(f"admin-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        entries = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
        assert len(entries) == 80
        assert [entry.previous for entry in entries] == [
            "",
            *(entry.digest for entry in entries[:-1]),
        ]
        assert broken() is None


def test_it_continues_where_it_stopped(ids: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_chain, "BATCH", 2)
    place: dict[str, Any] | None = {}
    rounds = 0
    while (further := audit_chain.verify(place or {}, lambda: True)) is not None:
        place, rounds = further, rounds + 1
    assert rounds == 2


def test_the_command_says_where_the_chain_is_broken(app: Flask, ids: list[int]) -> None:
    good = commands.run(app, "audit", "verify")
    assert good.exit_code == 0
    assert "Entries: 5" in good.output
    change("UPDATE audit_entries SET actor = 'somebody' WHERE id = :id", id=ids[2])
    bad = commands.run(app, "audit", "verify")
    assert bad.exit_code == 1
    assert f"number {ids[2]}." in bad.output


def test_the_admins_get_an_email_in_the_morning(
    context: None, cast: Cast, ids: list[int], admin: PageClient
) -> None:
    assert audit_nightly.NAME in nightly.NIGHTLY
    night()
    assert "not as it was written" not in admin.get_page("/admin/audit").get_text()
    change("UPDATE audit_entries SET actor = 'somebody' WHERE id = :id", id=ids[2])
    for _ in range(2):
        night()
    emails = list(db.session.scalars(select(Email).where(Email.subject.contains("audit log"))))
    assert [email.recipient for email in emails] == [cast.admin.email]
    assert f"number {ids[2]}." in emails[0].body
    assert "not as it was written" in admin.get_page("/admin/audit").get_text()
