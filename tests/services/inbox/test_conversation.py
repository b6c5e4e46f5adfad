"""A conversation: the texts to and from a number, page by page, and what is read of them."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import InboundMessage, Message, now
from promosms.services.inbox import conversation, conversation_rows, replies
from tests.support.cast import Cast
from tests.support.replies import store

PHONE, OTHER = "+48601234567", "+48602345678"
# Minutes, direction, text, and a status or a kind: in the order in which they are stored.
TEXTS = (
    (1, "out", "Sale today", "delivered"),
    (3, "out", "Sale tomorrow", "undelivered"),
    (4, "out", "Left out", "skipped"),
    (2, "in", "Until when?", "reply"),
    (5, "in", "Do you stop at 5?", "hold"),
    (6, "in", "See you", "reply"),
)


def test_it_pages_from_the_newest_and_marks_what_was_shown(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "PAGE", 2)
    account, begin = cast.owner.account_id, now() - timedelta(hours=1)
    with app.app_context():
        with transaction() as session:
            for owner, phone in (
                (account, PHONE),
                (account, OTHER),
                (cast.stranger.account_id, PHONE),
            ):
                for minute, way, text, state in TEXTS:
                    at = begin + timedelta(minutes=minute)
                    columns = {"account_id": owner, "phone": phone, "text": text}
                    if way == "in":
                        store(session, InboundMessage(**columns, kind=state, received_at=at))
                    else:
                        session.add(Message(**columns, status=state, sent_at=at))
                        session.flush()
            session.add(
                Message(account_id=account, phone=PHONE, text="Password", status="sent", priority=0)
            )
        pages, key = [], ""
        for _page in range(3):
            page = conversation.page(account, PHONE, str(key))
            pages.append([bubble.text for bubble in page.rows])
            key = page.next_key or ""
        assert key == ""
        assert pages == [
            ["Do you stop at 5?", "See you"],
            ["Until when?", "Sale tomorrow"],
            ["Sale today"],
        ]
        assert replies.count_unread(account) == 4
        newest = conversation.page(account, PHONE)
        later = InboundMessage(account_id=account, phone=PHONE, text="One more")
        with transaction() as session:
            store(session, later)
        conversation.mark_read(account, PHONE, newest.rows)
        unread = select(InboundMessage.text).where(
            InboundMessage.account_id == account, conversation_rows.is_unread()
        )
        assert list(db.session.scalars(unread.order_by(InboundMessage.id))) == [
            "Until when?",
            "See you",
            "One more",
        ]
        assert replies.count_unread(cast.stranger.account_id) == 2
        assert replies.mark_all_read(account) == 3
        assert replies.count_unread(account) == 0
