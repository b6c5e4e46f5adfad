"""Texts of programs are claimed in turns: no account waits behind thousands of another."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Gateway, Message, now
from promosms.services.sending import claiming
from promosms.services.sending.claiming import Claim
from tests.support.api import Program

TEXT = "Your parcel is here."


def claimed(claim: Claim, most: int) -> Sequence[int]:
    return [message.account_id for message in claiming.take(claim, most)]


@pytest.fixture
def claim(app: Flask) -> Claim:
    """A run of the worker of the only gateway."""
    with app.app_context():
        return Claim(db.session.scalars(select(Gateway.id)).one())


def test_accounts_take_turns(app: Flask, program: Program, stranger: Program, claim: Claim) -> None:
    for number in range(6):
        program.post("/messages", {"to": f"+4860010020{number}", "text": TEXT})
    stranger.post("/messages", {"to": "+48600100300", "text": TEXT})
    with app.app_context():
        ours, theirs = sorted(set(db.session.scalars(select(Message.account_id))))
        assert [claimed(claim, 2) for _ in range(4)] == [
            [ours, ours],
            [theirs],
            [ours, ours],
            [ours, ours],
        ]
        assert not claimed(claim, 2)


def test_one_that_is_planned_for_later_holds_nobody_up(
    app: Flask, program: Program, stranger: Program, claim: Claim
) -> None:
    later = (now() + timedelta(days=1)).isoformat()
    program.post("/messages", {"to": "+48600100200", "text": TEXT, "send_at": later})
    stranger.post("/messages", {"to": "+48600100300", "text": TEXT})
    with app.app_context():
        assert len(claimed(claim, 5)) == 1
        assert not claimed(claim, 5)
