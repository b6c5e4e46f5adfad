"""Invitations of colleagues: for one address and one role, from somebody who may invite."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Email, EmailLink, Role, User
from promosms.services.auth import passwords
from promosms.services.auth.email_links import LinkGone
from promosms.services.colleagues import colleagues, invitations
from promosms.services.colleagues.colleagues import Change, NotAllowed
from promosms.services.colleagues.invitations import AlreadyHere, EmailTaken, TooMany
from promosms.services.installation import defaults
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.colleagues import acts, add, letters, roles

NEW = "new@example.com"
PASSWORD = "yellow boats under trees"


@pytest.fixture
def owner(context: None, cast: Cast) -> User:
    return db.session.get_one(User, cast.owner.user_id)


def token_to(email: str) -> str:
    """The token of the link in the last e-mail to this address."""
    body = letters()[email]
    return body.partition("/colleagues/join/")[2].split()[0]


def waiting(owner: User) -> list[tuple[str, str]]:
    db.session.rollback()
    return [(row.email, row.role) for row in invitations.waiting(owner.account_id or 0)]


def test_somebody_joins_with_the_role_that_was_offered(owner: User) -> None:
    invitations.invite("  New@Example.com", Role.VIEWER, owner.id)
    assert waiting(owner) == [(NEW, "viewer")]
    letter = letters()[NEW]
    assert "owner@example.com invites you" in letter
    assert "As a viewer" in letter
    token = token_to(NEW)
    user = invitations.join(token, PASSWORD)
    assert (user.email, user.role, user.account_id) == (NEW, "viewer", owner.account_id)
    assert passwords.matches(user.password_hash, PASSWORD)
    assert not user.must_choose_password
    assert waiting(owner) == []
    assert "new@example.com has joined" in letters()["owner@example.com"]
    assert "Viewer" in letters()["owner@example.com"]
    account = owner.account
    assert account is not None
    assert acts() == [
        (owner.public_id, "colleague.invite", account.public_id, "viewer"),
        (user.public_id, "colleague.join", account.public_id, "viewer"),
    ]
    with pytest.raises(LinkGone):
        invitations.join(token, PASSWORD)


def test_only_the_last_link_to_an_address_works(owner: User) -> None:
    invitations.invite(NEW, Role.MEMBER, owner.id)
    first = token_to(NEW)
    invitations.invite(NEW, Role.OWNER, owner.id)
    assert waiting(owner) == [(NEW, "owner")]
    with pytest.raises(LinkGone):
        invitations.find(first)
    assert invitations.join(token_to(NEW), PASSWORD).role == "owner"


@pytest.mark.parametrize(("seconds", "emails"), [(59, 1), (61, 2)])
def test_a_second_click_leaves_the_first_link_as_it_is(
    owner: User, clock: Clock, seconds: int, emails: int
) -> None:
    clock.stop()
    invitations.invite(NEW, Role.MEMBER, owner.id)
    first = token_to(NEW)
    clock.move(seconds=seconds)
    invitations.invite(NEW, Role.MEMBER, owner.id)
    assert db.session.scalar(select(func.count(Email.id))) == emails
    assert (token_to(NEW) == first) == (emails == 1)


@pytest.mark.parametrize(("days", "works"), [(6.99, True), (7.01, False)])
def test_a_link_works_for_seven_days(owner: User, clock: Clock, days: float, works: bool) -> None:
    invitations.invite(NEW, Role.MEMBER, owner.id)
    token = token_to(NEW)
    clock.move(seconds=timedelta(days=days).total_seconds())
    assert bool(waiting(owner)) is works
    if works:
        assert invitations.find(token).email == NEW
    else:
        with pytest.raises(LinkGone):
            invitations.join(token, PASSWORD)


def test_nobody_joins_by_an_invitation_of_somebody_who_may_not_invite(
    cast: Cast, owner: User
) -> None:
    member = db.session.get_one(User, cast.colleague.user_id)
    for user in (member, db.session.get_one(User, cast.admin.user_id)):
        with pytest.raises(NotAllowed):
            invitations.invite(NEW, Role.MEMBER, user.id)
    other = add(owner.account_id or 0, "zoe@example.com", Role.OWNER)
    invitations.invite(NEW, Role.OWNER, other.id)
    token = token_to(NEW)
    with transaction():
        other.role = Role.MEMBER  # in another way than by the page, which takes them back
    for attempt in (lambda: invitations.find(token), lambda: invitations.join(token, PASSWORD)):
        with pytest.raises(LinkGone):
            attempt()
    with transaction():
        other.role = Role.OWNER
    colleagues.remove(Change(owner.account_id or 0, other.public_id, owner.public_id))
    with pytest.raises(LinkGone):
        invitations.join(token, PASSWORD)


def test_an_invitation_is_withdrawn(cast: Cast, owner: User) -> None:
    invitations.invite(NEW, Role.MEMBER, owner.id)
    token = token_to(NEW)
    stranger = db.session.get_one(User, cast.stranger.user_id)
    assert not invitations.withdraw(cast.stranger.account_id, NEW, stranger)
    assert not invitations.withdraw(owner.account_id or 0, "other@example.com", owner)
    assert invitations.withdraw(owner.account_id or 0, NEW, owner)
    assert not invitations.withdraw(owner.account_id or 0, NEW, owner)
    assert [act[1] for act in acts()] == ["colleague.invite", "colleague.uninvite"]
    with pytest.raises(LinkGone):
        invitations.join(token, PASSWORD)


def test_a_colleague_is_not_invited_again(owner: User) -> None:
    with pytest.raises(AlreadyHere):
        invitations.invite("Viewer@example.com", Role.OWNER, owner.id)
    assert letters() == {}


def test_an_admin_is_no_role_to_invite_for(owner: User) -> None:
    with pytest.raises(ValueError, match="no role"):
        invitations.invite(NEW, Role.ADMIN, owner.id)


def test_the_owner_does_not_learn_who_has_another_account(cast: Cast, owner: User) -> None:
    stranger = db.session.get_one(User, cast.stranger.user_id)
    invitations.invite(stranger.email, Role.MEMBER, owner.id)
    assert waiting(owner) == [(stranger.email, "member")]
    letter = letters()[stranger.email]
    assert "to another account" in letter
    email = db.session.scalars(select(Email)).one()
    assert email.account_id == stranger.account_id, "the account that invites does not read it"
    token = token_to(stranger.email)
    with pytest.raises(EmailTaken):
        invitations.join(token, PASSWORD)
    assert roles(cast.stranger.account_id) == {"stranger@example.com": "owner"}
    with transaction():
        stranger.email = "moved@example.com"
    assert invitations.join(token, PASSWORD).account_id == owner.account_id


def test_an_account_has_room_for_so_many(app: Flask, owner: User) -> None:
    account_id = owner.account_id or 0
    for number in range(colleagues.number(account_id), colleagues.MOST - 1):
        add(account_id, f"{number}@example.com")
    invitations.invite(NEW, Role.MEMBER, owner.id)
    with pytest.raises(TooMany) as error:
        invitations.invite("one.more@example.com", Role.MEMBER, owner.id)
    assert error.value.most == 50
    invitations.invite(NEW, Role.VIEWER, owner.id)  # the same person once more
    assert colleagues.number(account_id) + len(waiting(owner)) == 50


def test_on_trial_there_is_room_for_five(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(defaults, "simulator_only", lambda: False)
    account = db.session.get_one(Account, owner.account_id)
    with transaction():
        account.approved_at = None
    assert invitations.most(account) == 5
    for number in range(2):  # beside the three of the cast
        invitations.invite(f"{number}@example.com", Role.MEMBER, owner.id)
    with pytest.raises(TooMany):
        invitations.invite(NEW, Role.MEMBER, owner.id)


def test_one_mailbox_is_not_flooded(owner: User, clock: Clock) -> None:
    for _ in range(6):
        invitations.invite(NEW, Role.MEMBER, owner.id)
        clock.move(minutes=2)
    assert db.session.scalar(select(func.count(Email.id))) == 5
    assert invitations.join(token_to(NEW), PASSWORD).email == NEW, "the last link still works"
    assert db.session.scalars(select(EmailLink)).all() == []
