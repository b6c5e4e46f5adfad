"""Results: what each error does to a message, its money and its next try."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Answer, ErrorClass
from promosms.models import Account, Campaign, Gateway, Message, MessagePart, now
from promosms.services.campaigns import launch, preparation
from promosms.services.sending import claiming, exchange, opt_outs, recording, sweep
from promosms.services.sending.claim_queries import Claimed
from promosms.services.sending.claiming import Claim
from tests.services.sending.conftest import MakeCampaign, check_books, statuses
from tests.support.cast import Cast
from tests.support.clock import Clock

PHONES = [f"+486012{n:05}" for n in range(100, 104)]
LONG = "x" * 400  # three parts
ERROR_CLASSES = [
    (ErrorClass.PERMANENT, "failed", None),
    (ErrorClass.UNKNOWN, "unknown", None),
    (ErrorClass.TEMPORARY, "queued", 30),
    (ErrorClass.THROTTLED, "queued", 2),
    (ErrorClass.SETTINGS, "queued", 60),
]


def taken(make_campaign: MakeCampaign, text: str = "Hello") -> tuple[int, Claim, list[Claimed]]:
    """A campaign to four numbers, all of them being submitted."""
    campaign_id = make_campaign(PHONES, text=text)
    preparation.prepare(campaign_id)
    claim = Claim(gateway().id)
    return campaign_id, claim, claiming.take(claim, 10)


def gateway() -> Gateway:
    """The only gateway."""
    return db.session.scalars(select(Gateway)).one()


def row(message: Claimed) -> Message:
    """A message as it is in the database now."""
    return db.session.scalars(
        select(Message).where(Message.id == message.id).execution_options(populate_existing=True)
    ).one()


def again(claim: Claim) -> list[Claimed]:
    """What is taken when the time of every next try has come."""
    with transaction() as session:
        session.execute(update(Message).values(next_attempt_at=now()))
    return claiming.take(Claim(claim.gateway_id), 10)


@pytest.mark.parametrize(("error_class", "status", "wait"), ERROR_CLASSES)
def test_each_error_class_has_its_outcome(
    context: None,
    make_campaign: MakeCampaign,
    cast: Cast,
    error_class: ErrorClass,
    status: str,
    wait: int | None,
) -> None:
    campaign_id, claim, window = taken(make_campaign)
    answer = Answer(error_class=error_class, reason="why")
    assert recording.record(claim, [(message, answer) for message in window]) == 4
    assert statuses(campaign_id) == {status: 4}
    stored = row(window[0])
    assert stored.reason == "why"
    if wait is not None:
        assert stored.next_attempt_at is not None
        assert abs((stored.next_attempt_at - now()).total_seconds() - wait) < 2
    check_books(cast.owner.account_id)


def test_the_waits_grow_and_the_gateway_may_set_its_own(
    context: None, make_campaign: MakeCampaign
) -> None:
    _, claim, window = taken(make_campaign)
    message, second = window[0]._replace(attempts=3), window[1]
    busy = Answer(error_class=ErrorClass.TEMPORARY, reason="busy")
    throttled = Answer(error_class=ErrorClass.THROTTLED, reason="throttled", wait=90)
    recording.record(claim, [(message, busy), (second, throttled)])
    for claimed, wait in ((message, 300), (second, 90)):
        due = row(claimed).next_attempt_at
        assert due is not None
        assert abs((due - now()).total_seconds() - wait) < 2


def test_throttling_does_not_count_as_a_try(context: None, make_campaign: MakeCampaign) -> None:
    _, claim, window = taken(make_campaign)
    throttled = Answer(error_class=ErrorClass.THROTTLED, reason="throttled")
    recording.record(claim, [(window[0], throttled)])
    assert row(window[0]).attempts == 0


@pytest.mark.parametrize(
    ("hours", "found"), [(23, {"queued": 4}), (25, {"failed": 1, "queued": 3})]
)
def test_a_text_is_given_up_a_day_after_its_first_try(
    context: None, make_campaign: MakeCampaign, cast: Cast, hours: int, found: dict[str, int]
) -> None:
    campaign_id, claim, window = taken(make_campaign)
    with transaction() as session:
        session.execute(
            update(Message)
            .where(Message.id == window[0].id)
            .values(tried_at=now() - timedelta(hours=hours))
        )
    busy = Answer(error_class=ErrorClass.TEMPORARY, reason="busy")
    recording.record(claim, [(message, busy) for message in window])
    assert statuses(campaign_id) == found
    check_books(cast.owner.account_id)


def test_wrong_settings_fail_no_text_before_the_third_try(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id, claim, window = taken(make_campaign)
    refused = Answer(error_class=ErrorClass.SETTINGS, reason="bad_sender")
    recording.record(claim, [(m, refused) for m in window])
    for expected in ({"queued": 4}, {"failed": 4}):
        window = again(claim)
        assert len(window) == 4
        owner = _owner(window[0])
        recording.record(owner, [(m, refused) for m in window])
        assert statuses(campaign_id) == expected
    check_books(cast.owner.account_id)


def test_only_the_missing_parts_are_sent_again(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id, claim, window = taken(make_campaign, LONG)
    assert window[0].parts == 3
    partly = Answer(error_class=ErrorClass.THROTTLED, reason="throttled", taken={1: "a", 3: "c"})
    recording.record(claim, [(window[0], partly)])
    (message,) = again(claim)
    assert dict(message.taken) == {1: "a", 3: "c"}
    recording.record(_owner(message), [(message, Answer(("a", "b", "c")))])
    parts = select(MessagePart.number, MessagePart.reference).order_by(MessagePart.number)
    assert [tuple(part) for part in db.session.execute(parts)] == [(1, "a"), (2, "b"), (3, "c")]
    assert statuses(campaign_id) == {"sent": 1, "sending": 3}
    check_books(cast.owner.account_id)


def test_a_text_that_failed_in_part_costs_what_was_taken(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id, claim, window = taken(make_campaign, LONG)
    before = db.session.get_one(Account, cast.owner.account_id)
    held, balance = before.held, before.balance
    partly = Answer(error_class=ErrorClass.PERMANENT, reason="partly", taken={1: "a"})
    recording.record(claim, [(window[0], partly)])
    assert statuses(campaign_id) == {"failed": 1, "sending": 3}
    db.session.expire_all()
    after = db.session.get_one(Account, cast.owner.account_id)
    assert (after.held, after.balance) == (held - 900, balance + 600)


def test_a_lost_answer_is_looked_up_where_the_gateway_supports_it(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id, claim, window = taken(make_campaign)
    _resend("dedupe")
    lost = Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer")
    recording.record(claim, [(m, lost) for m in window[:2]])
    assert statuses(campaign_id) == {"queued": 2, "sending": 2}
    with transaction() as session:
        session.execute(update(Message).values(lease_until=now() - timedelta(seconds=1)))
    sweep.take_back_leases()
    assert statuses(campaign_id) == {"queued": 4}
    assert [message.unconfirmed for message in again(claim)] == [True] * 4
    check_books(cast.owner.account_id)


@pytest.mark.parametrize("swept", [False, True])
def test_a_lost_answer_is_asked_for_a_minute_later(
    context: None, make_campaign: MakeCampaign, clock: Clock, swept: bool
) -> None:
    _, claim, window = taken(make_campaign)
    _resend("dedupe")
    if swept:
        with transaction() as session:
            session.execute(update(Message).values(lease_until=now() - timedelta(seconds=1)))
        sweep.take_back_leases()
    else:
        lost = Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer")
        recording.record(claim, [(m, lost) for m in window])
    for seconds, number in ((50, 0), (20, 4)):
        clock.move(seconds=seconds)
        assert len(claiming.take(Claim(claim.gateway_id), 10)) == number


def test_an_unconfirmed_text_that_is_stopped_is_unknown(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id, claim, window = taken(make_campaign)
    _resend("lookup")
    lost = Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer")
    recording.record(claim, [(m, lost) for m in window])
    opt_outs.opt_out(cast.owner.account_id, PHONES[0], "reply")
    assert statuses(campaign_id) == {"queued": 3, "unknown": 1}
    launch.cancel(db.session.get_one(Campaign, campaign_id))
    assert statuses(campaign_id) == {"unknown": 4}
    assert db.session.get_one(Account, cast.owner.account_id).held == 1200
    check_books(cast.owner.account_id)


def test_an_opt_out_reported_by_the_gateway_is_kept(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id, claim, window = taken(make_campaign)
    answer = Answer(error_class=ErrorClass.PERMANENT, reason="opted_out", opted_out=True)
    answered = [(window[1], answer)]
    exchange.record_and_claim(claim, answered, 0)
    exchange.store_opt_outs(answered)
    assert opt_outs.is_suppressed(cast.owner.account_id, PHONES[1])
    assert statuses(campaign_id) == {"failed": 1, "sending": 3}


def test_a_batch_recorded_twice_changes_nothing_the_second_time(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id, claim, window = taken(make_campaign)
    answered = [(message, Answer((f"r-{message.id}",))) for message in window]
    exchange.record_and_claim(claim, answered, 0)
    exchange.record_and_claim(claim, answered, 0)
    assert statuses(campaign_id) == {"sent": 4}
    assert db.session.query(MessagePart).count() == 4
    check_books(cast.owner.account_id)


def test_one_batch_may_have_answers_for_two_campaigns(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    first, claim, window = taken(make_campaign)
    second = make_campaign([f"+486013{n:05}" for n in range(100, 103)])
    preparation.prepare(second)
    while not claim.empty:
        window += claiming.take(claim, 20)
    assert {message.campaign_id for message in window} == {first, second}
    exchange.record_and_claim(
        claim, [(message, Answer((f"r-{message.id}",))) for message in window], 0
    )
    assert statuses(first) == {"sent": 4}
    check_books(cast.owner.account_id)


def _owner(message: Claimed) -> Claim:
    """The claim that the message belongs to now."""
    token = row(message).lease_token
    assert token is not None
    return Claim(gateway().id, token)


def _resend(policy: str) -> None:
    with transaction() as session:
        session.execute(update(Gateway).values(settings={"resend": policy}))
