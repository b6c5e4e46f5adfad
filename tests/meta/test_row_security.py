"""In PostgreSQL a query without an account filter returns only rows of the own account."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Response, stream_with_context
from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from promosms.db import row_security
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Inbound
from promosms.models import (
    Account,
    AuditEntry,
    AuditHead,
    Email,
    Gateway,
    Model,
    Recipient,
    RecipientList,
    Role,
    Suppression,
    TextBlock,
    User,
)
from promosms.models import row_security as row_policies
from promosms.services.abuse import blocks, sms_pumping
from promosms.services.audit import chain as audit_chain
from promosms.services.audit import log as audit_log
from promosms.services.auth.rights import Right
from promosms.services.inbox import gateway_inbox
from promosms.services.privacy import erase_recipient
from promosms.services.privacy.account_scope import rows_of
from promosms.services.recipients import recipients
from promosms.services.recipients.consent import Basis
from promosms.web.access import Access, allow, my_account
from tests.meta.stage import Stage
from tests.services.sending import inbox
from tests.services.sending.inbox import NUMBER, PHONE
from tests.support.cast import Person

pytestmark = pytest.mark.only("postgresql")  # SQLite has no row security
Ask = Callable[..., Any]
WITH_POLICY = [table for table in Model.metadata.sorted_tables if row_policies.rule(table)]
REFUSED = "violates row-level security policy"


@pytest.fixture
def ask(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Run an action inside a request of the stranger or of another person."""

    def ask(
        action: Callable[[], Any], person: Person = stage.cast.stranger, path: str = "/lists"
    ) -> Any:
        results: list[Any] = []
        errors: list[DBAPIError] = []

        def view() -> str:
            try:
                results.append(action())
            except DBAPIError as error:
                errors.append(error)
                raise
            return "done"

        endpoint = {"/lists": "lists.index", "/admin/audit": "admin.audit"}[path]
        access = Access.ADMIN if path.startswith("/admin") else Right.LOOK
        monkeypatch.setitem(stage.app.view_functions, endpoint, allow(access)(view))
        status = person.browser().get(path).status_code
        for error in errors:
            raise error
        assert status == 200
        return results[0]

    return ask


def count_rows(table: Table, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def counts_by_table() -> dict[str, int]:
    return {table.name: count_rows(table) for table in WITH_POLICY}


def test_rows_of_other_accounts_are_not_visible(stage: Stage, ask: Ask) -> None:
    seen = ask(counts_by_table)
    with stage.app.app_context():
        stored = counts_by_table()
        own_rows = {
            table.name: count_rows(table, rows_of(table, stage.cast.stranger.account_id))
            for table in WITH_POLICY
            if "account_id" in table.c or "user_id" in table.c
        }
    assert {name for name in own_rows if seen[name] > own_rows[name]} == set()
    assert seen["accounts"] == 1
    assert seen["users"] == 1
    filled = {name for name, rows in stored.items() if rows}
    assert len(filled) > 25
    assert {name for name in filled if seen[name] == stored[name]} == set()


def test_rows_of_other_accounts_are_not_changed(stage: Stage, ask: Ask) -> None:
    before = stage.rows()

    def change() -> list[int]:
        with transaction() as session:
            changed = session.execute(update(Recipient).values(note="seen")).rowcount
            return [changed, session.execute(update(Account).values(region="GB")).rowcount]

    assert ask(change) == [0, 1]
    after = stage.rows()
    assert after["recipients"] == before["recipients"]
    assert len(set(after["accounts"]) & set(before["accounts"])) == len(before["accounts"]) - 1


def test_rows_of_other_accounts_are_not_deleted(stage: Stage, ask: Ask) -> None:
    before = stage.rows()

    def delete_rows() -> list[int]:
        tables = ("list_recipients", "suppressions", "inbound_messages", "sessions")
        with transaction() as session:
            gone = [session.execute(delete(Model.metadata.tables[name])) for name in tables]
            return [result.rowcount for result in gone]

    assert ask(delete_rows)[:3] == [0, 0, 0]
    after = stage.rows()
    assert after["list_recipients"] == before["list_recipients"]
    assert set(after["sessions"]) == set(before["sessions"])


def test_no_row_is_inserted_into_another_account(stage: Stage, ask: Ask) -> None:
    owner = stage.cast.owner
    row = {"account_id": owner.account_id, "phone": "+48601222555", "source": "hand"}
    with pytest.raises(DBAPIError, match=REFUSED):
        ask(lambda: db.session.execute(insert(Suppression).values(row)))
    row = {"account_id": owner.account_id, "name": "Theirs"}
    with pytest.raises(DBAPIError, match=REFUSED):
        ask(lambda: db.session.execute(insert(RecipientList).values(row)))


def test_no_row_is_moved_to_another_account(stage: Stage, ask: Ask) -> None:
    statement = update(User).values(account_id=stage.cast.owner.account_id)
    with pytest.raises(DBAPIError, match=REFUSED):
        ask(lambda: db.session.execute(statement))


FORBIDDEN = (
    *("DELETE FROM audit_entries", "UPDATE audit_entries SET detail = 'x'"),
    *("SELECT 1 FROM audit_entries", "DELETE FROM audit_head", "TRUNCATE audit_entries"),
    *("UPDATE prices SET amount = 0", "INSERT INTO prices DEFAULT VALUES", "DELETE FROM prices"),
    *("UPDATE routes SET name = 'x'", "SELECT 1 FROM routes FOR UPDATE", "DELETE FROM routes"),
    *("UPDATE gateways SET status = 'x'", "DELETE FROM route_gateways", "DELETE FROM workers"),
    *("DELETE FROM ledger_entries", "UPDATE ledger_entries SET amount = 1"),
    *("INSERT INTO payments DEFAULT VALUES", "UPDATE payments SET amount = 1"),
    *("UPDATE invoices SET gross = 1", "DELETE FROM invoices", "DELETE FROM invoice_documents"),
    *("INSERT INTO holds DEFAULT VALUES", "UPDATE adjustments SET status = 'x'"),
    *("DELETE FROM top_ups", "DELETE FROM tax_checks", "DELETE FROM invoice_series"),
    *("DELETE FROM accounts", "INSERT INTO users DEFAULT VALUES", "DELETE FROM erasures"),
    *("SELECT 1 FROM welcome_credits", "SELECT 1 FROM cookie_choices", "DELETE FROM text_blocks"),
    *("DELETE FROM text_attempts", "DELETE FROM spent_proofs", "DELETE FROM email_attempts"),
)


def test_requests_of_customers_may_do_only_what_pages_need(stage: Stage, ask: Ask) -> None:
    def attempts() -> dict[str, str]:
        results = {}
        for statement in FORBIDDEN:
            nested = db.session.begin_nested()
            try:
                db.session.execute(text(statement))
                results[statement] = "allowed"
            except DBAPIError as error:
                results[statement] = str(error.orig)
            nested.rollback()
        return results

    for statement, result in ask(attempts).items():
        assert "permission denied" in result, statement


def test_a_customer_is_recorded_in_the_audit_and_waits_for_the_lock_of_texts(
    stage: Stage, ask: Ask
) -> None:
    def act() -> None:
        with transaction():
            sms_pumping.lock()
            audit_log.record("a-user", "account.export", "a-subject")
            audit_log.record("a-user", "account.rename", "a-subject")

    for existing in (True, False):  # the first entry makes the head
        if not existing:
            with stage.app.app_context(), transaction() as session:
                session.execute(delete(AuditHead))
                session.execute(delete(AuditEntry))
        ask(act)
        with stage.app.app_context():
            assert audit_chain.verify({}, lambda: False) is None
            query = select(func.count()).where(AuditEntry.subject == "a-subject")
            assert db.session.scalar(query) == 2


def current_role() -> tuple[str, str]:
    query = "SELECT current_user, coalesce(current_setting('promosms.account', true), '')"
    role, account = db.session.execute(text(query)).one()
    return ("bound" if role == row_policies.ROLE else "free"), account


def test_every_transaction_of_a_request_is_restricted(stage: Stage, ask: Ask) -> None:
    def run() -> list[tuple[str, str]]:
        states = [current_role()]
        db.session.commit()
        states.append(current_role())
        db.session.rollback()
        states.append(current_role())
        db.session.remove()
        states.append(current_role())
        with transaction():
            states.append(current_role())
        return states

    assert set(ask(run)) == {("bound", str(stage.cast.stranger.account_id))}


def test_it_stays_restricted_after_an_error_and_in_savepoints(stage: Stage, ask: Ask) -> None:
    def run() -> list[tuple[str, str]]:
        session, states = db.session(), []
        session.commit()
        for step in ("SELECT 1", "SELECT 1 / 0"):
            try:
                with session.begin_nested():
                    states.append(current_role())
                    with session.begin_nested():
                        session.execute(text(step))
            except DBAPIError:
                pass
            states.append(current_role())
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT 1 / 0"))
        session.rollback()
        return [*states, current_role()]

    assert set(ask(run)) == {("bound", str(stage.cast.stranger.account_id))}


def test_after_a_bypass_the_restriction_is_back(stage: Stage, ask: Ask) -> None:
    def run() -> list[str]:
        states = []
        with row_security.bypass("a test"):
            states.append(current_role()[0])
            with row_security.bypass("another one within it"):
                states.append(current_role()[0])
            states.append(current_role()[0])
        states.append(current_role()[0])
        with row_security.bypass("a test"):
            db.session.commit()
            states.append(current_role()[0])
        db.session.commit()
        return [*states, current_role()[0]]

    assert ask(run) == [*["free"] * 3, "bound", "free", "bound"]


@pytest.mark.parametrize("rolled_back", [True, False])
def test_after_a_failed_bypass_the_restriction_is_back(
    stage: Stage, ask: Ask, rolled_back: bool
) -> None:
    def fail() -> None:
        with row_security.bypass("a test"):
            db.session.execute(text("SELECT 1"))
            try:
                db.session.execute(text("SELECT 1 / 0"))
            except DBAPIError:
                if rolled_back:
                    db.session.rollback()
                raise

    def run() -> str:
        nested = db.session.begin_nested()
        with pytest.raises(DBAPIError, match="division by zero"):
            fail()
        if not rolled_back:
            nested.rollback()
        return current_role()[0]

    assert ask(run) == "bound"


def test_rows_are_written_before_a_bypass_ends(stage: Stage, ask: Ask) -> None:
    owner = stage.cast.owner.account_id

    def write() -> None:
        with transaction() as session, row_security.bypass("a test"):
            session.add(RecipientList(account_id=owner, name="From outside"))
        with transaction() as session:
            session.add(RecipientList(account_id=owner, name="From within"))
            with row_security.bypass("a test"):
                pass

    with pytest.raises(DBAPIError, match=REFUSED):
        ask(write)
    names = select(RecipientList.name).where(RecipientList.name.startswith("From"))
    with stage.app.app_context():
        assert list(db.session.scalars(names)) == ["From outside"]


def test_a_pooled_connection_does_not_keep_the_restriction(stage: Stage, ask: Ask) -> None:
    def crash() -> None:
        db.session.execute(text("SELECT 1 / 0"))

    with stage.app.app_context():
        db.session.remove()
        db.engine.dispose()
    ask(current_role)
    with pytest.raises(DBAPIError):
        ask(crash)
    with stage.app.app_context(), db.engine.connect() as connection:
        assert db.engine.pool.checkedin() <= 1  # the same connection
        assert connection.execute(text("SELECT current_user")).scalar() != row_policies.ROLE
        db.session.remove()
        assert current_role() == ("free", "")


def test_admins_and_jobs_are_not_restricted(stage: Stage, ask: Ask) -> None:
    assert ask(current_role, stage.cast.admin, "/admin/audit") == ("free", "")
    with stage.app.app_context():
        assert current_role() == ("free", "")


def test_a_streamed_file_is_restricted(stage: Stage, ask: Ask, monkeypatch: Any) -> None:
    states = []

    def lines() -> Iterator[str]:
        states.append(current_role())
        yield "first"
        db.session.commit()
        states.append(current_role())
        yield "last"

    view = allow(Right.LOOK)(lambda: Response(stream_with_context(lines())))
    monkeypatch.setitem(stage.app.view_functions, "lists.index", view)
    assert stage.cast.stranger.browser().get("/lists").text == "firstlast"
    assert states == [("bound", str(stage.cast.stranger.account_id))] * 2


def test_admins_get_emails_caused_by_a_customer(stage: Stage, ask: Ask) -> None:
    with stage.app.app_context(), transaction() as session:
        session.execute(delete(TextBlock))
        session.execute(delete(Email))
    ask(lambda: blocks.block("+4850001", 10))
    with stage.app.app_context():
        admins = db.session.scalars(select(User.email).where(User.role == Role.ADMIN))
        assert sorted(db.session.scalars(select(Email.recipient))) == sorted(admins)


def test_a_waiting_stop_is_applied_before_its_recipient_is_erased(
    stage: Stage, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it is applied it belongs to no account, so row security hides it from customers."""
    with stage.app.app_context():
        simulator = db.session.query(Gateway.id).filter_by(name="Simulator").scalar()
        monkeypatch.setattr(inbox, "gateway_id", lambda: simulator)
        inbox.texted(stage.cast.stranger.account_id)
        gateway_inbox.store(simulator, [Inbound("r1", PHONE, NUMBER, "STOP")])
        account = db.session.get_one(Account, stage.cast.stranger.account_id)
        name = recipients.add(account, {"phone": PHONE}, Basis()).public_id

    def erase() -> None:
        recipient = db.session.scalars(select(Recipient).filter_by(public_id=name)).one()
        erase_recipient.erase(my_account(), recipient, "test")

    ask(erase)
    with stage.app.app_context():
        assert inbox.waiting() == 0
        assert inbox.stopped() == [stage.cast.stranger.account_id]
