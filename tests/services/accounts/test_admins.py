"""Admins: the right of one ends at once, and one who can do the work always stays."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    AccountStatus,
    Adjustment,
    AuditEntry,
    Email,
    EmailLink,
    EmailLinkKind,
    Role,
    Session,
    User,
)
from promosms.services.accounts import accounts, adjustments, admins
from promosms.services.accounts.admins import LastAdmin, NotAdmin
from promosms.services.audit import chain
from promosms.services.auth import email_links, sessions
from tests.support import commands
from tests.support.cast import Cast
from tests.support.settings import override

LARGE = 2_000_000


def add(email: str, **values: object) -> User:
    with transaction() as session:
        user = User(
            **{"role": Role.ADMIN, "email": email, "password_hash": "x", "language": "pl"} | values
        )
        session.add(user)
    return user


@pytest.fixture
def anna(context: None, cast: Cast) -> User:
    """The admin of the cast."""
    return db.session.get_one(User, cast.admin.user_id)


def emails() -> dict[str, str]:
    return {row.recipient: row.body for row in db.session.scalars(select(Email).order_by(Email.id))}


def last_act() -> tuple[str, str, str, str]:
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    return entry.actor, entry.action, entry.subject, entry.detail


def names() -> set[str]:
    db.session.rollback()
    return {user.email for user in admins.admins()}


def test_another_admin_takes_the_right_away_and_everybody_is_told(anna: User) -> None:
    ben, me = add("ben@example.com"), anna.public_id
    add("cleo@example.com")
    token = sessions.open_session(ben, "")
    email_links.new_link(EmailLinkKind.EMAIL, "new@example.com", user=ben)
    gone = ben.public_id
    admins.revoke(gone, me, "Left the company")
    assert names() == {"admin@example.com", "cleo@example.com"}
    assert sessions.find(token) is None
    assert db.session.scalars(select(Session)).all() == []
    assert db.session.scalars(select(EmailLink)).all() == []
    assert last_act() == (me, "admin.revoke", gone, "Left the company")
    told = emails()
    assert set(told) == {"ben@example.com", "admin@example.com", "cleo@example.com"}
    assert all("Left the company" in body and anna.email in body for body in told.values())
    assert "Powód" in told["ben@example.com"], "in the language of each reader"
    assert "Reason" in told["admin@example.com"]


def test_an_admin_leaves_and_nothing_of_the_sign_in_is_left(anna: User) -> None:
    add("ben@example.com")
    me = anna.public_id
    admins.leave(me)
    assert names() == {"ben@example.com"}
    assert db.session.scalar(select(User.id).where(User.email == "admin@example.com")) is None
    assert last_act() == (me, "admin.leave", me, "")
    assert set(emails()) == {"admin@example.com", "ben@example.com"}
    chain.verify({}, lambda: False)


def account_with(status: AccountStatus) -> int:
    with transaction() as session:
        account = Account(region="PL", status=status)
        session.add(account)
    return account.id


@pytest.mark.parametrize(
    "other",
    [
        lambda: None,
        lambda: add("owner2@example.com", role=Role.OWNER),
        lambda: add("ben@example.com", password_hash=None),
        lambda: add("ben@example.com", account_id=account_with(AccountStatus.SUSPENDED)),
        lambda: add("ben@example.com", account_id=account_with(AccountStatus.DELETING)),
    ],
    ids=["nobody", "an owner", "no password", "suspended", "being deleted"],
)
def test_the_last_who_can_do_the_work_stays(anna: User, other: Callable[[], object]) -> None:
    other()
    anna = db.session.get_one(User, anna.id)
    me = anna.public_id
    assert admins.is_last(anna)
    with pytest.raises(LastAdmin):
        admins.leave(me)
    with pytest.raises(LastAdmin):
        admins.revoke(me, admins.SERVER, "A command")
    assert "admin@example.com" in names()
    assert emails() == {}


def test_who_lacks_the_second_step_counts_only_where_it_is_optional(app: Flask, anna: User) -> None:
    ben = add("ben@example.com")
    override(app, admin_totp=True, production=True)
    with transaction() as session:
        session.execute(update(User).where(User.id == anna.id).values(totp_encrypted=b"x"))
    assert not admins.can_work(ben)
    with pytest.raises(LastAdmin):
        admins.leave(anna.public_id)
    admins.revoke(ben.public_id, anna.public_id, "Never came")  # it is not the last one
    cleo = add("cleo@example.com", totp_encrypted=b"x")
    assert not admins.is_last(anna)
    admins.revoke(anna.public_id, cleo.public_id, "Her turn")
    assert names() == {"cleo@example.com"}


def test_only_an_admin_or_a_command_takes_it_from_an_admin(anna: User, cast: Cast) -> None:
    ben = add("ben@example.com")
    owner = db.session.get_one(User, cast.owner.user_id).public_id
    for whom, actor in ((ben.public_id, owner), (owner, anna.public_id), ("0" * 20, "server")):
        with pytest.raises(NotAdmin):
            admins.revoke(whom, actor, "")
    with pytest.raises(NotAdmin):
        admins.leave(owner)
    assert len(names()) == 2


def test_two_who_revoke_each_other_at_once_do_not_both_go(app: Flask, anna: User) -> None:
    pair = [anna.public_id, add("ben@example.com").public_id]
    assert at_once(app, [(pair[0], pair[1]), (pair[1], pair[0])]) == ["NotAdmin", "done"]
    assert len(names()) == 1


def test_two_who_leave_at_once_do_not_both_go(app: Flask, anna: User) -> None:
    pair = [anna.public_id, add("ben@example.com").public_id]
    assert at_once(app, [(name, name) for name in pair]) == ["LastAdmin", "done"]
    assert len(names()) == 1


def at_once(app: Flask, acts: list[tuple[str, str]]) -> list[str]:
    """Each actor ends the right of somebody in its own thread; the sorted results."""
    db.session.remove()
    begin, results = threading.Barrier(len(acts)), []

    def run(whom: str, actor: str) -> None:
        with app.app_context():
            begin.wait(5)
            try:
                admins.leave(actor) if whom == actor else admins.revoke(whom, actor, "Quarrel")
                results.append("done")
            except Exception as error:
                results.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return sorted(results)


def test_what_waits_for_a_second_admin_is_withdrawn_with_who_asked(anna: User, cast: Cast) -> None:
    ben = add("ben@example.com")
    for admin, reference in ((ben, "one"), (anna, "two")):
        adjustments.adjust(cast.owner.account_id, LARGE, "Goodwill", admin.public_id, reference)
    gone, me = ben.public_id, anna.public_id
    admins.revoke(gone, me, "Left")
    rows = {row.reference: row for row in db.session.scalars(select(Adjustment))}
    assert (rows["one"].status, rows["one"].decided_by) == ("withdrawn", me)
    assert rows["two"].status == "waiting"
    with pytest.raises(adjustments.NotWaiting):
        adjustments.agree(rows["one"], add("cleo@example.com").public_id)
    account = db.session.get_one(Account, cast.owner.account_id)
    assert account.balance == 100_000
    assert gone not in accounts.admin_emails()


def test_the_command_lists_and_revokes(app: Flask, anna: User) -> None:
    refused = commands.run(app, "admin", "revoke", "admin@example.com", "--reason", "Gone")
    assert refused.exit_code == 1
    assert "invite-admin --another" in refused.output
    add("ben@example.com", password_hash=None)
    add("cleo@example.com")
    assert "no admin" in commands.run(app, "admin", "revoke", "x@y.z", "--reason", "x").output
    lines = commands.run(app, "admin", "list").output.splitlines()
    assert [line.split()[1] for line in lines] == [
        *("admin@example.com", "ben@example.com", "cleo@example.com"),
    ]
    assert ["cannot sign in" in line for line in lines] == [False, True, False]
    gone = anna.public_id
    done = commands.run(app, "admin", "revoke", "Admin@Example.com", "--reason", "Gone")
    assert done.exit_code == 0, done.output
    assert names() == {"ben@example.com", "cleo@example.com"}
    assert last_act() == ("server", "admin.revoke", gone, "Gone")
    assert "command on the server" in emails()["admin@example.com"]
