"""Colleagues: roles change, sign-ins end at once, and an owner always stays."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    ApiKey,
    AuditEntry,
    Conversation,
    Email,
    EmailLink,
    EmailLinkKind,
    FormerColleague,
    InboundMessage,
    Role,
    Scope,
    Session,
    User,
)
from promosms.models.registry import Export
from promosms.services.api import keys
from promosms.services.api.keys import Wish
from promosms.services.auth import email_links, sessions
from promosms.services.colleagues import colleagues, invitations
from promosms.services.colleagues.colleagues import (
    Change,
    Gone,
    KeysUndecided,
    LastOwner,
    NotAllowed,
)
from promosms.services.inbox import assignees
from promosms.services.mail.outbox import queue_email
from tests.support.cast import Cast
from tests.support.colleagues import acts, add, letters, roles
from tests.support.replies import store

PHONE = "+48603456789"


@pytest.fixture
def owner(context: None, cast: Cast) -> User:
    return db.session.get_one(User, cast.owner.user_id)


@pytest.fixture
def member(context: None, cast: Cast) -> User:
    return db.session.get_one(User, cast.colleague.user_id)


def by(actor: User, person: User, keep_keys: bool | None = None) -> Change:
    return Change(actor.account_id or 0, person.public_id, actor.public_id, keep_keys)


def key_of(person: User, name: str = "Shop") -> ApiKey:
    wish = Wish(name, tuple(Scope))
    return keys.make(person.account_id or 0, wish, person.public_id)[0]


def test_owners_come_first_and_then_everybody_by_address(owner: User) -> None:
    account_id = owner.account_id or 0
    add(account_id, "anna@example.com", Role.VIEWER)
    add(account_id, "zoe@example.com", Role.OWNER)
    assert [person.email for person in colleagues.of(account_id)] == [
        *("owner@example.com", "zoe@example.com", "colleague@example.com"),
        *("anna@example.com", "viewer@example.com"),
    ]
    assert colleagues.number(account_id) == 5


def test_another_role_counts_at_once_and_the_person_is_told(owner: User, member: User) -> None:
    member.language = "pl"
    colleagues.change_role(by(owner, member), Role.VIEWER)
    assert roles(owner.account_id or 0)["colleague@example.com"] == "viewer"
    account = owner.account
    assert account is not None
    detail = f"member → viewer: {member.public_id}"
    assert acts() == [(owner.public_id, "colleague.role", account.public_id, detail)]
    assert set(letters()) == {"colleague@example.com"}
    letter = letters()["colleague@example.com"]
    assert "owner@example.com" in letter
    assert "Jako obserwator" in letter, "in the language of the reader"


def test_the_same_role_changes_nothing(owner: User, member: User) -> None:
    colleagues.change_role(by(owner, member), Role.MEMBER)
    assert acts() == []
    assert letters() == {}


def test_an_admin_is_no_role_of_an_account(owner: User, member: User) -> None:
    with pytest.raises(ValueError, match="no role"):
        colleagues.change_role(by(owner, member), Role.ADMIN)


def test_the_last_owner_keeps_the_role_and_the_sign_in(owner: User, member: User) -> None:
    add(owner.account_id or 0, "new@example.com", Role.OWNER, password_hash=None)
    assert colleagues.is_last_owner(owner)
    for attempt in (
        lambda: colleagues.change_role(by(owner, owner), Role.MEMBER),
        lambda: colleagues.leave(owner),
    ):
        with pytest.raises(LastOwner):
            attempt()
    assert roles(owner.account_id or 0)["owner@example.com"] == "owner"
    colleagues.change_role(by(owner, member), Role.OWNER)
    assert not colleagues.is_last_owner(owner)
    colleagues.change_role(by(owner, owner), Role.VIEWER)
    assert set(letters()) == {"colleague@example.com"}, "nobody is told of the own act"
    with pytest.raises(NotAllowed):
        colleagues.change_role(by(owner, member), Role.VIEWER)
    assert colleagues.is_last_owner(member)
    assert not colleagues.is_last_owner(owner), "who is no owner is not the last one"


def test_only_an_owner_of_the_same_account_changes_anything(
    cast: Cast, owner: User, member: User
) -> None:
    stranger = db.session.get_one(User, cast.stranger.user_id)
    viewer = db.session.get_one(User, cast.viewer.user_id)
    account_id = owner.account_id or 0
    for actor in (member, viewer, stranger):
        change = Change(account_id, viewer.public_id, actor.public_id)
        with pytest.raises(NotAllowed):
            colleagues.change_role(change, Role.OWNER)
        if actor is not viewer:
            with pytest.raises(NotAllowed):
                colleagues.remove(change)
    for person in (stranger.public_id, "0" * 20):
        with pytest.raises(Gone):
            colleagues.remove(Change(account_id, person, owner.public_id))
    assert colleagues.find(account_id, stranger.public_id) is None
    assert colleagues.find(account_id, member.public_id) is member


def test_nothing_of_a_sign_in_is_left_when_it_has_ended(owner: User, member: User) -> None:
    account_id, gone = owner.account_id or 0, member.public_id
    member.language = "pl"
    token = sessions.open_session(member, "")
    email_links.new_link(EmailLinkKind.EMAIL, "new@example.com", user=member)
    email_links.new_link(EmailLinkKind.RESET, "colleague@example.com")
    queue_email("colleague@example.com", "Before", "", account_id)
    queue_email("owner@example.com", "Stays", "", account_id)
    assert colleagues.remove(by(owner, member)) == "colleague@example.com"
    assert "colleague@example.com" not in roles(account_id)
    assert sessions.find(token) is None
    assert db.session.scalars(select(Session)).all() == []
    assert db.session.scalars(select(EmailLink)).all() == []
    subjects = set(db.session.scalars(select(Email.subject)))
    assert {"Stays"} <= subjects
    assert "Before" not in subjects
    assert "zakończył" in letters()["colleague@example.com"]
    assert "owner@example.com has ended the sign-in" in letters()["owner@example.com"]
    account = owner.account
    assert account is not None
    assert acts() == [(owner.public_id, "colleague.remove", account.public_id, f"member: {gone}")]
    former = db.session.scalars(select(FormerColleague)).one()
    assert (former.email, former.role, former.public_id) == (
        *("colleague@example.com", "member"),
        gone,
    )


def test_somebody_leaves_and_the_owners_are_told(owner: User, member: User) -> None:
    key = key_of(member)
    colleagues.leave(member)
    assert "colleague@example.com" not in roles(owner.account_id or 0)
    assert acts()[-1][1] == "colleague.leave"
    assert "You have ended" in letters()["colleague@example.com"]
    assert "has left your account" in letters()["owner@example.com"]
    assert not keys.works(db.session.get_one(ApiKey, key.id))


def test_who_removes_oneself_leaves(owner: User) -> None:
    with pytest.raises(ValueError, match="leaves"):
        colleagues.remove(by(owner, owner))


@pytest.mark.parametrize("keep", [True, False])
def test_it_is_said_what_becomes_of_keys(owner: User, member: User, keep: bool) -> None:
    colleagues.change_role(by(owner, member), Role.OWNER)
    key, other = key_of(member), key_of(owner, "Till")
    assert colleagues.keys_made_by(member) == [key]
    for attempt in (
        lambda: colleagues.remove(by(owner, member)),
        lambda: colleagues.change_role(by(owner, member), Role.MEMBER),
    ):
        with pytest.raises(KeysUndecided):
            attempt()
    assert roles(owner.account_id or 0)["colleague@example.com"] == "owner"
    colleagues.remove(by(owner, member, keep))
    assert keys.works(key) is keep
    assert key.created_by == (owner.public_id if keep else db.session.scalar(former_id()))
    assert keys.works(other)


def former_id() -> object:
    return select(FormerColleague.public_id)


def test_keys_of_an_owner_who_steps_down_become_those_of_another_one(
    owner: User, member: User
) -> None:
    key = key_of(owner)
    colleagues.change_role(by(owner, member), Role.OWNER)
    colleagues.change_role(by(owner, owner, keep_keys=True), Role.MEMBER)
    assert keys.works(key)
    assert key.created_by == member.public_id


def test_a_key_that_has_ended_needs_no_decision(owner: User, member: User) -> None:
    key = key_of(member)
    keys.revoke(key, owner.public_id)
    colleagues.remove(by(owner, member))


def test_invitations_go_with_the_right_to_invite(owner: User, member: User) -> None:
    account_id = owner.account_id or 0
    colleagues.change_role(by(owner, member), Role.OWNER)
    invitations.invite("by.member@example.com", Role.VIEWER, member.id)
    invitations.invite("by.owner@example.com", Role.VIEWER, owner.id)
    colleagues.change_role(by(owner, member), Role.MEMBER)
    assert [row.email for row in invitations.waiting(account_id)] == ["by.owner@example.com"]


def test_two_owners_who_remove_each_other_at_once_do_not_both_go(app: Flask, owner: User) -> None:
    other = add(owner.account_id or 0, "zoe@example.com", Role.OWNER)
    pair = [owner.public_id, other.public_id]
    account_id = owner.account_id or 0
    db.session.remove()
    begin, results = threading.Barrier(2), []

    def run(actor: str, person: str) -> None:
        with app.app_context():
            begin.wait(5)
            try:
                colleagues.remove(Change(account_id, person, actor))
                results.append("done")
            except Exception as error:
                results.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=names) for names in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results) == ["NotAllowed", "done"]
    assert list(roles(account_id).values()).count("owner") == 1


def test_acts_of_somebody_who_has_left_stay_those_of_a_person(owner: User, member: User) -> None:
    """In the export of the account they would else be the operator's."""
    gone, account_id = member.public_id, owner.account_id or 0
    colleagues.change_role(by(owner, member), Role.OWNER)
    key_of(member)
    colleagues.remove(by(owner, member, keep_keys=False))
    of_account = AuditEntry.of_account(account_id)
    assert gone in set(db.session.scalars(select(AuditEntry.actor).where(of_account)))
    assert isinstance(AuditEntry.export, Export)
    shown = AuditEntry.export.values["actor"](account_id)
    assert gone in set(db.session.scalars(select(shown).where(of_account)))


@pytest.mark.parametrize(("role", "keeps"), [(Role.OWNER, True), (Role.VIEWER, False)])
def test_who_may_not_answer_looks_after_nobody(
    owner: User, member: User, role: Role, keeps: bool
) -> None:
    account_id = owner.account_id or 0
    with transaction() as session:
        store(session, InboundMessage(account_id=account_id, phone=PHONE, text="Hi", kind="reply"))
        store(session, InboundMessage(account_id=account_id, phone="+48600", text="", kind="reply"))
    assignees.take(account_id, PHONE, member)
    assignees.take(account_id, "+48600", owner)
    colleagues.change_role(by(owner, member), role)
    rows = {row.phone: row.assignee_id for row in db.session.scalars(select(Conversation))}
    assert rows == {PHONE: member.id if keeps else None, "+48600": owner.id}
