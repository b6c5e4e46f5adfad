"""Who looks after a conversation: one person, told once, and nobody when they are gone."""

import time
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Conversation, Email, InboundMessage, User
from promosms.services.inbox import assignees, conversations
from promosms.services.inbox.assignees import CannotAnswer, NoConversation, TakenAlready
from promosms.services.inbox.conversations import Show
from promosms.services.privacy import erase_recipient
from tests.support import two_transactions
from tests.support.cast import Cast, Person
from tests.support.replies import store

ANNA, BOB, OTHER = "+48601200100", "+48601200101", "+48601200102"


@pytest.fixture
def account_id(context: None, cast: Cast) -> int:
    """That of an account to which Anna and Bob have written."""
    come(cast.owner.account_id, ANNA, BOB)
    return cast.owner.account_id


def come(account_id: int, *phones: str) -> None:
    with transaction() as session:
        for phone in phones:
            reply = InboundMessage(account_id=account_id, phone=phone, text="Is it open?")
            store(session, reply)


def user(person: Person) -> User:
    return db.session.get_one(User, person.user_id)


def assign(account_id: int, phone: str, to: Person, by: Person) -> None:
    assignees.assign(account_id, phone, user(to).public_id, user(by))


def whose(account_id: int, phone: str = ANNA) -> int | None:
    db.session.rollback()
    row = conversations.of_number(account_id, phone)
    assert row is not None
    return row.assignee_id


def shown(account_id: int, show: Show, person: Person) -> list[str]:
    page = conversations.page(account_id, show, user_id=person.user_id)
    return [row.conversation.phone for row in page.rows]


def test_who_takes_it_second_is_told_who_has_it(account_id: int, cast: Cast) -> None:
    for _double_click in range(2):
        assignees.take(account_id, ANNA, user(cast.owner))
    with pytest.raises(TakenAlready) as told:
        assignees.take(account_id, ANNA, user(cast.colleague))
    assert told.value.email == "owner@example.com"
    assert (whose(account_id), whose(account_id, BOB)) == (cast.owner.user_id, None)
    with pytest.raises(NoConversation):
        assignees.take(account_id, OTHER, user(cast.owner))
    with pytest.raises(CannotAnswer):
        assignees.take(account_id, BOB, user(cast.viewer))
    assert db.session.scalars(select(Email)).all() == []


@pytest.mark.only("postgresql")
def test_of_two_who_take_it_at_once_one_has_it(app: Flask, account_id: int, cast: Cast) -> None:
    told = []

    def take() -> None:
        with app.app_context():
            try:
                assignees.take(account_id, ANNA, user(cast.colleague))
            except TakenAlready as error:
                told.append(error.email)

    second = Thread(target=take)
    with two_transactions.connection() as first:
        first.execute(
            "UPDATE conversations SET assignee_id = %s WHERE phone = %s", (cast.owner.user_id, ANNA)
        )
        second.start()
        end = time.monotonic() + two_transactions.PATIENCE
        while not first.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0]:
            assert time.monotonic() < end
            assert second.is_alive()
    second.join(two_transactions.PATIENCE)
    assert told == ["owner@example.com"]
    assert whose(account_id) == cast.owner.user_id


def test_a_choice_overwrites_and_tells_the_person_once(account_id: int, cast: Cast) -> None:
    with transaction() as session:
        session.execute(update(User).where(User.id == cast.colleague.user_id).values(language="pl"))
    assign(account_id, ANNA, cast.owner, by=cast.owner)
    assert db.session.scalars(select(Email)).all() == []
    for _double_click in range(2):
        assign(account_id, ANNA, cast.colleague, by=cast.owner)
    assert whose(account_id) == cast.colleague.user_id
    email = db.session.scalars(select(Email)).one()
    assert (email.recipient, email.account_id) == ("colleague@example.com", account_id)
    assert email.subject == "Zajmujesz się teraz rozmową"
    reply = db.session.scalars(select(InboundMessage.public_id).filter_by(phone=ANNA)).one()
    assert f"/recipients/replies/{reply}" in email.body
    assert "owner@example.com" in email.body
    assert not any(words in email.body for words in (ANNA[1:], "open?"))
    assert assignees.assign(account_id, ANNA, "", user(cast.colleague)) is None
    assert whose(account_id) is None


def test_only_people_of_the_account_who_may_answer_are_chosen(account_id: int, cast: Cast) -> None:
    people = assignees.people_who_answer(account_id)
    assert [one.email for one in people] == ["colleague@example.com", "owner@example.com"]
    assert [one.email for one in assignees.people_who_answer(cast.stranger.account_id)] == [
        "stranger@example.com"
    ]
    assign(account_id, ANNA, cast.owner, by=cast.owner)
    for person in (cast.stranger, cast.admin):
        with pytest.raises(CannotAnswer):
            assign(account_id, ANNA, person, by=cast.owner)
    with pytest.raises(CannotAnswer):
        assignees.assign(account_id, ANNA, "x" * 20, user(cast.owner))
    with pytest.raises(NoConversation):
        assign(account_id, OTHER, cast.owner, by=cast.owner)
    with pytest.raises(NoConversation):
        assign(cast.stranger.account_id, ANNA, cast.stranger, by=cast.stranger)
    assert whose(account_id) == cast.owner.user_id


def test_lists_of_mine_and_of_nobodys(account_id: int, cast: Cast) -> None:
    owner, colleague = cast.owner, cast.colleague
    come(account_id, OTHER)
    come(cast.stranger.account_id, OTHER)
    assignees.take(account_id, ANNA, user(owner))
    assignees.take(account_id, BOB, user(colleague))
    assert shown(account_id, Show.MINE, owner) == [ANNA]
    assert shown(account_id, Show.MINE, colleague) == [BOB]
    assert shown(account_id, Show.NOBODYS, owner) == [OTHER]
    assert shown(account_id, Show.OPEN, owner) == [OTHER, BOB, ANNA]
    (row,) = conversations.page(account_id, Show.MINE, user_id=owner.user_id).rows
    assert row.assignee == "owner@example.com"
    assert conversations.counts(account_id, owner.user_id) == {
        Show.OPEN: 3,
        Show.MINE: 1,
        Show.NOBODYS: 1,
        Show.UNREAD: 3,
        Show.DECIDE: 0,
    }
    following = conversations.next_open(account_id, row.reply.id, Show.MINE, owner.user_id)
    assert following is not None
    assert following.phone == ANNA
    assert conversations.mark_done(account_id, ANNA, row.reply.id)
    assert shown(account_id, Show.MINE, owner) == []
    assert conversations.next_open(account_id, row.reply.id, Show.MINE, owner.user_id) is None
    come(account_id, ANNA)  # and it is the same person's again
    assert shown(account_id, Show.MINE, owner) == [ANNA]


def test_it_is_nobodys_when_the_person_is_deleted_and_goes_with_the_replies(
    account_id: int, cast: Cast
) -> None:
    for phone in (ANNA, BOB):
        assignees.take(account_id, phone, user(cast.colleague))
    account = db.session.get_one(Account, account_id)
    assert erase_recipient.erase_number(account, BOB, "test")
    with transaction() as session:
        session.execute(delete(User).where(User.id == cast.colleague.user_id))
    assert whose(account_id) is None
    assert shown(account_id, Show.NOBODYS, cast.owner) == [ANNA]
    assert db.session.scalars(select(Conversation.phone)).all() == [ANNA]
    come(account_id, BOB)
    assert whose(account_id, BOB) is None
