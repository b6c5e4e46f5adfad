"""For how long a text is tried: what is over is not sent any more, and costs nothing."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Answer, ErrorClass, OutboundSms
from promosms.gateways.simulator import Simulator
from promosms.models import Account, Campaign, Gateway, Message
from promosms.services.campaigns import preparation
from promosms.services.ledger import ledger
from promosms.services.sending import claiming, recording, sweep
from promosms.services.sending.claim_queries import Claimed
from promosms.services.sending.claiming import Claim
from tests.services.sending.conftest import MakeCampaign, check_books, statuses
from tests.support.cast import Cast
from tests.support.clock import Clock

PHONES = [f"+4860120000{n}" for n in range(3)]
BUSY = Answer(error_class=ErrorClass.TEMPORARY, reason="busy", wait=1)


@pytest.fixture
def campaign(make_campaign: MakeCampaign, cast: Cast, context: None, clock: Clock) -> Campaign:
    """One whose texts are tried for an hour; nothing of it has left."""
    clock.stop()
    ledger.credit(cast.owner.account_id, 1_000_000, "topup:1")
    campaign = db.session.get_one(Campaign, make_campaign(PHONES))
    with transaction():
        campaign.validity_hours = 1
    assert preparation.prepare(campaign.id) == "sending"
    return campaign


def claim() -> Claim:
    return Claim(db.session.scalars(select(Gateway.id)).one())


def take(most: int = 10) -> tuple[Claim, list[Claimed]]:
    worker = claim()
    return worker, claiming.take(worker, most)


def left() -> dict[str, int]:
    """The minutes for which each text that may be sent now is to be tried; the line is busy."""
    worker, found = claim(), {}
    while not worker.empty:
        messages = claiming.take(worker, 10)
        recording.record(worker, [(message, BUSY) for message in messages])
        found |= {message.phone: message.validity for message in messages}
    return found


def balance(cast: Cast) -> tuple[int, int]:
    account = db.session.get_one(Account, cast.owner.account_id)
    return account.balance, account.held


def reasons() -> set[tuple[str, str]]:
    rows = db.session.execute(select(Message.status, Message.reason))
    return {(row.status, row.reason) for row in rows}


def test_the_time_begins_with_the_first_try_and_then_the_network_has_what_is_left(
    campaign: Campaign, clock: Clock, cast: Cast
) -> None:
    before = balance(cast)
    clock.move(hours=5)  # the line was not there: nothing was tried
    assert left() == dict.fromkeys(PHONES, 60)
    clock.move(minutes=10)
    assert left() == dict.fromkeys(PHONES, 50)
    clock.move(minutes=10, seconds=20)
    assert left() == dict.fromkeys(PHONES, 40)  # begun minutes count
    clock.move(minutes=39, seconds=39)
    assert left() == dict.fromkeys(PHONES, 1)
    assert reasons() == {("queued", "busy")}
    clock.move(seconds=1)
    assert left() == {}
    assert statuses(campaign.id) == {"skipped": 3}
    assert reasons() == {("skipped", "too_late")}
    assert sweep.finish_campaigns() == 1
    assert balance(cast) == (before[0] + before[1], 0)
    check_books(cast.owner.account_id)


def test_a_text_that_was_never_tried_has_the_whole_time(campaign: Campaign, clock: Clock) -> None:
    worker, (first,) = take(1)
    recording.record(worker, [(first, BUSY)])
    clock.move(minutes=61)
    assert left() == dict.fromkeys(PHONES[1:], 60)
    assert statuses(campaign.id) == {"skipped": 1, "queued": 2}


def test_without_a_limit_it_is_tried_as_long_as_is_usual(campaign: Campaign, clock: Clock) -> None:
    with transaction():
        campaign.validity_hours = 0
    assert left() == dict.fromkeys(PHONES, 0)
    clock.move(hours=20)
    assert left() == dict.fromkeys(PHONES, 0)


def test_parts_that_the_network_has_are_paid(campaign: Campaign, clock: Clock, cast: Cast) -> None:
    with transaction() as session:
        message = session.scalars(select(Message).order_by(Message.id)).first()
        message.parts = 2
    worker, messages = take()
    half = Answer(error_class=ErrorClass.TEMPORARY, reason="busy", taken={1: "r1"}, wait=1)
    answers = {2: half, 1: BUSY}
    recording.record(worker, [(m, answers[m.parts]) for m in messages])
    clock.move(hours=1)
    assert left() == {}
    # The rest of it is never sent, so nobody can say that it arrived.
    assert statuses(campaign.id) == {"unknown": 1, "skipped": 2}
    check_books(cast.owner.account_id)


def test_what_may_have_arrived_is_not_said_to_be_left_out(
    campaign: Campaign, clock: Clock, cast: Cast
) -> None:
    with transaction() as session:
        session.query(Gateway).one().settings = {"resend": "dedupe"}
    worker, messages = take()
    lost = Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer")
    recording.record(worker, [(messages[0], lost), *((m, BUSY) for m in messages[1:])])
    clock.move(hours=1)
    assert left() == {}
    assert statuses(campaign.id) == {"unknown": 1, "skipped": 2}
    check_books(cast.owner.account_id)


def test_after_a_broken_connection_it_is_told_the_same(campaign: Campaign, clock: Clock) -> None:
    left()
    clock.move(minutes=30)
    worker, messages = take()
    assert {message.validity for message in messages} == {30}
    assert {message.validity for message in claiming.taken_before(worker)} == {30}
    clock.move(minutes=31)  # it is about to leave, so it is not over
    assert {message.validity for message in claiming.taken_before(worker)} == {1}


def test_the_gateway_gets_it(
    app: Flask, campaign: Campaign, settle: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    submit = Simulator.submit

    async def listening(self: Simulator, sms: OutboundSms) -> tuple[str, ...]:
        told.append(sms.validity)
        return await submit(self, sms)

    monkeypatch.setattr(Simulator, "submit", listening)
    settle()
    assert told == [60, 60, 60]
