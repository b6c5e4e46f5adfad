"""A query that forgets whose rows it wants gets only those of the own account, in PostgreSQL."""

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
    Email,
    Gateway,
    Model,
    Recipient,
    RecipientList,
    Suppression,
    TextBlock,
    User,
)
from promosms.models import row_security as row_policies
from promosms.services.abuse import blocks
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
    """Do something inside a page that the stranger, or somebody else, has opened."""

    def ask(
        what: Callable[[], Any], who: Person = stage.cast.stranger, path: str = "/lists"
    ) -> Any:
        found: list[Any] = []
        errors: list[DBAPIError] = []

        def view() -> str:
            try:
                found.append(what())
            except DBAPIError as error:
                errors.append(error)
                raise
            return "done"

        endpoint = {"/lists": "lists.index", "/admin/audit": "admin.audit"}[path]
        access = Access.ADMIN if path.startswith("/admin") else Access.MEMBER
        monkeypatch.setitem(stage.app.view_functions, endpoint, allow(access)(view))
        status = who.browser().get(path).status_code
        for error in errors:
            raise error
        assert status == 200
        return found[0]

    return ask


def number(table: Table, *which: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(*which)) or 0


def everywhere() -> dict[str, int]:
    return {table.name: number(table) for table in WITH_POLICY}


def test_nothing_of_others_is_seen(stage: Stage, ask: Ask) -> None:
    seen = ask(everywhere)
    with stage.app.app_context():
        there = everywhere()
        own = {
            table.name: number(table, rows_of(table, stage.cast.stranger.account_id))
            for table in WITH_POLICY
            if "account_id" in table.c or "user_id" in table.c
        }
    assert {name for name in own if seen[name] > own[name]} == set()
    assert seen["accounts"] == 1
    assert seen["users"] == 1
    filled = {name for name, rows in there.items() if rows}
    assert len(filled) > 25
    assert {name for name in filled if seen[name] == there[name]} == set()


def test_nothing_of_others_is_changed(stage: Stage, ask: Ask) -> None:
    before = stage.rows()

    def change() -> list[int]:
        with transaction() as session:
            changed = session.execute(update(Recipient).values(note="seen")).rowcount
            return [changed, session.execute(update(Account).values(region="GB")).rowcount]

    assert ask(change) == [0, 1]
    after = stage.rows()
    assert after["recipients"] == before["recipients"]
    assert len(set(after["accounts"]) & set(before["accounts"])) == len(before["accounts"]) - 1


def test_nothing_of_others_is_deleted(stage: Stage, ask: Ask) -> None:
    before = stage.rows()

    def forget() -> list[int]:
        tables = ("list_recipients", "suppressions", "inbound_messages", "sessions")
        with transaction() as session:
            gone = [session.execute(delete(Model.metadata.tables[name])) for name in tables]
            return [result.rowcount for result in gone]

    assert ask(forget)[:3] == [0, 0, 0]
    after = stage.rows()
    assert after["list_recipients"] == before["list_recipients"]
    assert set(after["sessions"]) == set(before["sessions"])


def test_nothing_is_put_into_another_account(stage: Stage, ask: Ask) -> None:
    owner = stage.cast.owner
    row = {"account_id": owner.account_id, "phone": "+48601222555", "source": "hand"}
    with pytest.raises(DBAPIError, match=REFUSED):
        ask(lambda: db.session.execute(insert(Suppression).values(row)))
    row = {"account_id": owner.account_id, "name": "Theirs"}
    with pytest.raises(DBAPIError, match=REFUSED):
        ask(lambda: db.session.execute(insert(RecipientList).values(row)))


def test_nothing_is_given_to_another_account(stage: Stage, ask: Ask) -> None:
    given = update(User).values(account_id=stage.cast.owner.account_id)
    with pytest.raises(DBAPIError, match=REFUSED):
        ask(lambda: db.session.execute(given))


def who() -> tuple[str, str]:
    asked = "SELECT current_user, coalesce(current_setting('promosms.account', true), '')"
    role, account = db.session.execute(text(asked)).one()
    return ("bound" if role == row_policies.ROLE else "free"), account


def test_every_transaction_of_the_page_is_bound(stage: Stage, ask: Ask) -> None:
    def walk() -> list[tuple[str, str]]:
        found = [who()]
        db.session.commit()
        found.append(who())
        db.session.rollback()
        found.append(who())
        db.session.remove()
        found.append(who())
        with transaction():
            found.append(who())
        return found

    assert set(ask(walk)) == {("bound", str(stage.cast.stranger.account_id))}


def test_it_stays_bound_after_an_error_and_in_savepoints(stage: Stage, ask: Ask) -> None:
    def walk() -> list[tuple[str, str]]:
        session, found = db.session(), []
        session.commit()
        for step in ("SELECT 1", "SELECT 1 / 0"):
            try:
                with session.begin_nested():
                    found.append(who())
                    with session.begin_nested():
                        session.execute(text(step))
            except DBAPIError:
                pass
            found.append(who())
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT 1 / 0"))
        session.rollback()
        return [*found, who()]

    assert set(ask(walk)) == {("bound", str(stage.cast.stranger.account_id))}


def test_after_a_bypass_the_restriction_is_back(stage: Stage, ask: Ask) -> None:
    def walk() -> list[str]:
        found = []
        with row_security.bypass("a test"):
            found.append(who()[0])
            with row_security.bypass("another one within it"):
                found.append(who()[0])
            found.append(who()[0])
        found.append(who()[0])
        with row_security.bypass("a test"):
            db.session.commit()
            found.append(who()[0])
        db.session.commit()
        return [*found, who()[0]]

    assert ask(walk) == [*["free"] * 3, "bound", "free", "bound"]


@pytest.mark.parametrize("rolled_back", [True, False])
def test_after_a_failed_bypass_the_restriction_is_back(
    stage: Stage, ask: Ask, rolled_back: bool
) -> None:
    def fall() -> None:
        with row_security.bypass("a test"):
            db.session.execute(text("SELECT 1"))
            try:
                db.session.execute(text("SELECT 1 / 0"))
            except DBAPIError:
                if rolled_back:
                    db.session.rollback()
                raise

    def walk() -> str:
        nested = db.session.begin_nested()
        with pytest.raises(DBAPIError, match="division by zero"):
            fall()
        if not rolled_back:
            nested.rollback()
        return who()[0]

    assert ask(walk) == "bound"


def test_what_is_written_outside_is_written_there(stage: Stage, ask: Ask) -> None:
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


def test_a_connection_takes_nothing_along(stage: Stage, ask: Ask) -> None:
    def crash() -> None:
        db.session.execute(text("SELECT 1 / 0"))

    with stage.app.app_context():
        db.session.remove()
        db.engine.dispose()
    ask(who)
    with pytest.raises(DBAPIError):
        ask(crash)
    with stage.app.app_context(), db.engine.connect() as connection:
        assert db.engine.pool.checkedin() <= 1  # it is the same one
        assert connection.execute(text("SELECT current_user")).scalar() != row_policies.ROLE
        db.session.remove()
        assert who() == ("free", "")


def test_admins_and_jobs_are_not_bound(stage: Stage, ask: Ask) -> None:
    assert ask(who, stage.cast.admin, "/admin/audit") == ("free", "")
    with stage.app.app_context():
        assert who() == ("free", "")


def test_a_file_that_is_streamed_is_bound(stage: Stage, ask: Ask, monkeypatch: Any) -> None:
    found = []

    def lines() -> Iterator[str]:
        found.append(who())
        yield "first"
        db.session.commit()
        found.append(who())
        yield "last"

    view = allow(Access.MEMBER)(lambda: Response(stream_with_context(lines())))
    monkeypatch.setitem(stage.app.view_functions, "lists.index", view)
    assert stage.cast.stranger.browser().get("/lists").text == "firstlast"
    assert found == [("bound", str(stage.cast.stranger.account_id))] * 2


def test_admins_get_emails_that_a_customer_causes(stage: Stage, ask: Ask) -> None:
    with stage.app.app_context(), transaction() as session:
        session.execute(delete(TextBlock))
        session.execute(delete(Email))
    ask(lambda: blocks.block("+4850001", 10))
    with stage.app.app_context():
        assert list(db.session.scalars(select(Email.recipient))) == [stage.cast.admin.email]


def test_a_stop_that_waits_is_heard_before_its_person_is_erased(
    stage: Stage, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it is applied it belongs to no account: nobody under a policy sees it."""
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
