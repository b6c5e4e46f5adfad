"""The rows of conversations: kept right whatever happens to replies, and at the same moment."""

from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Conversation, Decision, InboundMessage, User
from promosms.services.inbox import conversation_rows, conversations, direct_texts, replies
from promosms.services.inbox.conversations import Show
from promosms.services.privacy import erase_recipient
from promosms.services.recipients import held_replies
from tests.services.sending.inbox import PHONE, reply, texted
from tests.support.cast import Cast
from tests.support.replies import store

OTHER = "+48601200101"


def shown(account_id: int, show: Show) -> list[str]:
    return [row.conversation.phone for row in conversations.page(account_id, show).rows]


def agrees(account_id: int) -> bool:
    """Does each row say what stands in the replies, and is there one for each number?"""
    unread = func.count(InboundMessage.id).filter(conversation_rows.is_unread())
    query = select(InboundMessage.phone, func.max(InboundMessage.id), unread)
    own = query.where(InboundMessage.account_id == account_id).group_by(InboundMessage.phone)
    rows = select(Conversation.phone, Conversation.last_reply_id, Conversation.unread).where(
        Conversation.account_id == account_id
    )
    found, kept = (sorted(map(tuple, db.session.execute(one))) for one in (own, rows))
    return found == kept


@pytest.mark.parametrize(
    ("text", "lists"),
    [
        ("Is it open?", {Show.OPEN, Show.NOBODYS, Show.UNREAD}),
        ("STOP", {Show.DONE}),
        ("START", {Show.DONE}),
        ("HELP", {Show.DONE}),
        ("Please do not text me so often", {Show.OPEN, Show.NOBODYS, Show.DECIDE}),
    ],
)
def test_it_is_open_if_somebody_has_to_read_it(
    app: Flask, cast: Cast, text: str, lists: set[Show]
) -> None:
    account_id = cast.owner.account_id
    with app.app_context():
        texted(account_id)
        reply(text, "r1")
        assert {show for show in Show if shown(account_id, show)} == lists
        assert agrees(account_id)


def test_from_the_first_reply_to_erasure(app: Flask, cast: Cast) -> None:
    account_id = cast.owner.account_id
    with app.app_context():
        for phone in (PHONE, OTHER):
            texted(account_id, phone=phone)
        reply("Is it open?", "r1")
        reply("Hello?", "r2", phone=OTHER)
        assert shown(account_id, Show.OPEN) == [OTHER, PHONE]
        reply("On Sunday too?", "r3")
        assert shown(account_id, Show.OPEN) == [PHONE, OTHER]
        assert replies.count_unread(account_id) == 3
        seen, newest = db.session.scalars(
            select(InboundMessage.id).where(InboundMessage.phone == PHONE).order_by("id")
        )
        assert not conversations.mark_done(account_id, PHONE, seen)  # the second was not shown
        assert replies.count_unread(account_id) == 2
        account = db.session.get_one(Account, account_id)
        direct_texts.send(account, PHONE, "Yes", key="k" * 20, agreed_price=10_000)
        (row,) = (row for row in conversations.page(account_id, Show.OPEN).rows if row.answer)
        assert (row.conversation.phone, row.text) == (PHONE, "Yes")
        assert conversations.mark_done(account_id, PHONE, newest)
        assert (shown(account_id, Show.OPEN), shown(account_id, Show.DONE)) == ([OTHER], [PHONE])
        following = conversations.next_open(account_id, newest)
        assert following is not None
        assert following.phone == OTHER
        reply("STOP", "r4")
        assert shown(account_id, Show.DONE) == [PHONE]
        reply("Are you there?", "r5")
        assert shown(account_id, Show.OPEN) == [PHONE, OTHER]
        assert conversations.counts(cast.stranger.account_id) == dict.fromkeys(
            (Show.OPEN, Show.UNREAD, Show.DECIDE), 0
        )
        assert agrees(account_id)
        assert erase_recipient.erase_number(account, PHONE, "test")
        assert shown(account_id, Show.OPEN) == [OTHER]
        assert replies.mark_all_read(account_id) == 1
        assert agrees(account_id)


def test_a_wish_that_was_decided_leaves_nothing_to_do(app: Flask, cast: Cast) -> None:
    account_id = cast.owner.account_id
    with app.app_context():
        user = db.session.scalars(select(User).where(User.account_id == account_id)).first()
        assert user is not None
        for phone, decision in ((PHONE, Decision.STOP), (OTHER, Decision.OTHER)):
            texted(account_id, phone=phone)
            reply("Please do not text me so often", phone, phone=phone)
            assert shown(account_id, Show.DECIDE) == [phone]
            held = db.session.scalars(select(InboundMessage).where(InboundMessage.phone == phone))
            assert held_replies.decide(held.one(), decision, user)
        assert shown(account_id, Show.DONE) == [PHONE]
        assert shown(account_id, Show.OPEN) == [OTHER]


def test_replies_reading_and_marking_as_done_at_once(app: Flask, cast: Cast) -> None:
    account_id, barrier, errors = cast.owner.account_id, Barrier(4), []
    with app.app_context(), transaction() as session:
        store(session, *(InboundMessage(account_id=account_id, phone=PHONE, text="1"),))
    seen = 1

    def run(number: int) -> None:
        with app.app_context():
            barrier.wait(20)
            try:
                for _ in range(5):
                    if number < 2:
                        with transaction() as session:
                            one = InboundMessage(account_id=account_id, phone=PHONE, text="2")
                            store(session, one)
                    elif number == 2:
                        conversations.mark_done(account_id, PHONE, seen)
                    else:
                        replies.mark_read(account_id, PHONE, seen + 2)
            except Exception as error:
                errors.append(repr(error))

    threads = [Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with app.app_context():
        assert errors == []
        assert agrees(account_id)
        # Something came after what was seen, so it is not done.
        assert shown(account_id, Show.OPEN) == [PHONE]
