"""Purging: what must stay stays, and an interrupted purge continues where it was."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Hold, InboundMessage, Message, MessageStatus
from promosms.services.ledger import audit as ledger_audit
from promosms.services.privacy import purge_messages, retention
from tests.support.aging import OURS, age, figures, number
from tests.support.cast import Cast


def test_messages_being_sent_or_with_held_money_stay(app: Flask, sent: tuple[int, int]) -> None:
    with app.app_context():
        ids = list(db.session.scalars(select(Message.id).where(Message.campaign_id == sent[0])))
        _set(ids[0], status=MessageStatus.QUEUED)
        _set(ids[1], status=MessageStatus.SENDING)
        _set(ids[2], status=MessageStatus.UNKNOWN)
        with transaction() as session:
            session.execute(
                update(Hold).where(Hold.campaign_id == sent[0]).values(remaining=5, closed_at=None)
            )
        age(timedelta(days=100))
        _purge()
        left = set(db.session.scalars(select(Message.id).where(Message.campaign_id == sent[0])))
        assert left == set(ids[:3])
        with transaction() as session:
            session.execute(update(Hold).where(Hold.campaign_id == sent[0]).values(remaining=0))
        _purge()
        left = set(db.session.scalars(select(Message.id).where(Message.campaign_id == sent[0])))
        assert left == set(ids[:2])


def test_the_figures_are_right_after_a_killed_purge(
    app: Flask, sent: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        before = figures(sent[0])
        age(timedelta(days=31))
        monkeypatch.setattr(purge_messages, "BATCH", 1)
        place: dict[str, object] = {}
        for _ in range(50):
            assert ledger_audit.audit() == []
            assert figures(sent[0]) == before
            # The place is lost with the worker: the purge starts again.
            if not purge_messages.messages({}, lambda: True) and not number(sent[0]):
                break
        assert number(sent[0]) == 0
        assert place == {}
        assert figures(sent[0]) == before


def test_replies_are_deleted_by_the_retention_time_of_their_account(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge_messages, "BATCH", 1)
    with app.app_context():
        retention.choose(cast.stranger.account_id, 90)
        for account_id in (cast.owner.account_id, cast.stranger.account_id):
            for _ in range(3):
                _reply(account_id)
        age(timedelta(days=29))
        assert not purge_messages.replies({}, lambda: True)
        assert _replies() == 6
        age(timedelta(days=2))
        place: dict[str, object] = {}
        # A purge that has to stop says that there is more, and which tables it deleted from.
        assert purge_messages.replies(place, lambda: True)
        assert (_replies(), place["deleted"]) == (5, ["conversations", "inbound_messages"])
        assert not purge_messages.replies(place, lambda: False)
        left = set(db.session.scalars(select(InboundMessage.account_id)))
        assert (_replies(), left) == (3, {cast.stranger.account_id})
        age(timedelta(days=60))
        assert not purge_messages.replies(place, lambda: False)
        assert _replies() == 0


@pytest.mark.parametrize("of_a_campaign", [True, False])
def test_a_purge_interrupted_between_texts_says_that_more_are_due(
    app: Flask, sent: tuple[int, int], monkeypatch: pytest.MonkeyPatch, of_a_campaign: bool
) -> None:
    monkeypatch.setattr(purge_messages, "BATCH", 1)
    with app.app_context():
        if not of_a_campaign:
            with transaction() as session:
                session.execute(update(Message).values(campaign_id=None))
        age(timedelta(days=31))
        place: dict[str, object] = {}
        steps = 0
        while purge_messages.messages(place, lambda: True):
            steps += 1
            assert steps < 50
        assert steps >= 6
        assert not db.session.scalar(select(func.count()).select_from(Message))
        assert place["deleted"] == ["api_messages", "message_parts", "messages"]


def _reply(account_id: int) -> None:
    with transaction() as session:
        session.add(InboundMessage(account_id=account_id, phone=OURS[0], text="Is it open?"))


def _purge() -> None:
    assert not purge_messages.messages({}, lambda: False)
    db.session.remove()


def _set(message_id: int, **values: object) -> None:
    with transaction() as session:
        session.execute(update(Message).where(Message.id == message_id).values(**values))


def _replies() -> int:
    return db.session.scalar(select(func.count()).select_from(InboundMessage)) or 0
