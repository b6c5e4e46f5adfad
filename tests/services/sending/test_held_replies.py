"""Held replies: nothing is sent until a person has read them, and what the reader decides."""

import pytest
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    AuditEntry,
    Decision,
    InboundMessage,
    Suppression,
    SuppressionSource,
    User,
)
from promosms.services.campaigns import preparation
from promosms.services.ledger import ledger
from promosms.services.recipients import held_replies, recipients, suppression_list
from promosms.services.sending import claiming, opt_outs
from promosms.services.sending.claiming import Claim
from tests.services.sending.conftest import MakeCampaign, check_books
from tests.services.sending.inbox import NUMBER, PHONE, gateway_id, reply, texted
from tests.services.sending.test_who_is_skipped import reasons
from tests.support.cast import Cast

pytestmark = pytest.mark.usefixtures("context")
QUESTION = "Do you stop serving lunch at 2?"
ANGRY = "I told you to stop this"
S = SuppressionSource


@pytest.fixture
def account(cast: Cast) -> int:
    """An account that has texted the phone."""
    texted(cast.owner.account_id)
    return cast.owner.account_id


def decide(cast: Cast, decision: Decision, place: int = 0) -> bool:
    """Decide about one of the held replies, the first one first."""
    held = select(InboundMessage).where(InboundMessage.kind == "hold").order_by(InboundMessage.id)
    user = db.session.get_one(User, cast.owner.user_id)
    return held_replies.decide(db.session.scalars(held).all()[place], decision, user)


def source() -> str | None:
    db.session.rollback()
    return db.session.scalar(select(Suppression.source).where(Suppression.phone == PHONE))


def test_a_reply_is_evidence_of_its_opt_out(account: int) -> None:
    reply(QUESTION, "1")
    held = db.session.query(Suppression).one()
    assert (held.source, held.text, held.inbound_number) == (S.HELD, QUESTION, NUMBER)
    assert held.received_at == db.session.query(InboundMessage).one().received_at
    reply("STOP", "2")
    reply("stop please", "3")
    stopped = db.session.query(Suppression).one()
    assert (stopped.source, stopped.text) == (S.KEYWORD, "STOP")


def test_who_wants_no_more_texts_opts_out_by_the_sentence(account: int, cast: Cast) -> None:
    reply(ANGRY, "1")
    assert decide(cast, Decision.STOP)
    stopped = db.session.query(Suppression).one()
    assert (stopped.source, stopped.text, stopped.inbound_number) == (S.WORDS, ANGRY, NUMBER)
    user = db.session.get_one(User, cast.owner.user_id)
    assert (stopped.decided_by, stopped.decided_at is not None) == (user.public_id, True)
    assert decide(cast, Decision.STOP)  # pressed twice
    assert not decide(cast, Decision.OTHER)  # the page of before
    assert source() == S.WORDS
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-1] == "reply.opt_out"
    assert actions.count("reply.opt_out") == 1


def test_a_reply_about_something_else_lifts_its_hold(account: int, cast: Cast) -> None:
    reply(QUESTION, "1")
    assert decide(cast, Decision.OTHER)
    assert source() is None
    assert decide(cast, Decision.OTHER)
    reply(QUESTION, "1")  # reported again by the gateway
    assert source() is None
    assert decide(cast, Decision.STOP)  # read again
    assert source() == S.WORDS


def test_each_reply_is_held_until_it_is_read(account: int, cast: Cast) -> None:
    reply(QUESTION, "1")
    reply(ANGRY, "2")
    assert decide(cast, Decision.OTHER, 0)
    held = db.session.query(Suppression).one()
    assert (held.source, held.text) == (S.HELD, ANGRY)
    assert decide(cast, Decision.OTHER, 1)
    assert source() is None


@pytest.mark.parametrize("later", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("other", [source for source in S if source != S.HELD])
def test_an_opt_out_in_another_way_stays(
    account: int, cast: Cast, other: SuppressionSource, later: bool
) -> None:
    if not later:
        opt_outs.opt_out(account, PHONE, other)
    reply(QUESTION, "1")
    if later:
        assert opt_outs.opt_out(account, PHONE, other)
    assert decide(cast, Decision.OTHER)
    assert source() == other


def test_a_number_of_before_the_hold_is_held_when_it_was_a_mistake(
    account: int, cast: Cast
) -> None:
    opt_outs.opt_out(account, PHONE, S.HAND)
    reply(QUESTION, "1")
    assert suppression_list.lift(db.session.query(Suppression).one())
    held = db.session.query(Suppression).one()
    assert (held.source, held.text) == (S.HELD, QUESTION)
    assert decide(cast, Decision.OTHER)
    assert source() is None


def test_start_lifts_a_hold_and_nothing_is_left_to_decide(account: int, cast: Cast) -> None:
    reply(QUESTION, "1")
    reply("START", "2")
    assert source() is None
    assert not decide(cast, Decision.STOP)
    assert source() is None


def test_the_evidence_can_be_decided_when_the_reply_is_gone(account: int, cast: Cast) -> None:
    user = db.session.get_one(User, cast.owner.user_id)
    for decision, expected in ((Decision.OTHER, None), (Decision.STOP, S.WORDS)):
        reply(QUESTION, "1")
        with transaction() as session:
            session.query(InboundMessage).delete()
        held = db.session.query(Suppression).one()
        assert held_replies.decide_number(held, decision, user)
        assert source() == expected


def test_nothing_is_sent_while_a_reply_is_held_and_what_was_skipped_stays_so(
    make_campaign: MakeCampaign, cast: Cast
) -> None:
    account, other = cast.owner.account_id, "+48601200999"
    ledger.credit(account, 1_000_000, "topup:1")
    campaigns = [make_campaign([PHONE, other]), make_campaign([])]
    assert preparation.prepare(campaigns[0])
    with transaction() as session:  # as when the hold came between queueing and claiming
        session.add(Suppression(account_id=account, phone=PHONE, source=S.HELD, text=QUESTION))
    assert preparation.prepare(campaigns[1])
    assert reasons(campaigns[1])[PHONE] == opt_outs.HELD
    claimed = []
    for _ in range(4):
        claimed += claiming.take(Claim(gateway_id()), 10)
    assert {message.phone for message in claimed} == {other}
    user = db.session.get_one(User, cast.owner.user_id)
    held_replies.decide_number(db.session.query(Suppression).one(), Decision.OTHER, user)
    for campaign_id in campaigns:
        assert reasons(campaign_id)[PHONE] == opt_outs.HELD
    check_books(account)
    assert recipients.by_phone(account, PHONE) is not None
