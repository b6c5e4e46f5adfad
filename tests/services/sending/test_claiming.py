"""Claims: who is served next, what is checked again, and what a dead worker leaves behind."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Answer, ErrorClass
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Gateway,
    GatewayStatus,
    Message,
    Priority,
    Recipient,
    Suppression,
    SuppressionSource,
    now,
)
from promosms.services.campaigns import launch, preparation
from promosms.services.recipients import recipients
from promosms.services.sending import claiming, opt_outs, recording, sweep, verification_texts
from promosms.services.sending.claim_queries import Claimed
from promosms.services.sending.claiming import Claim
from tests.services.sending.conftest import MakeCampaign, check_books, statuses
from tests.support.cast import Cast

BUSY = Answer(error_class=ErrorClass.TEMPORARY, reason="busy")
LOST = Answer(error_class=ErrorClass.UNKNOWN, reason="no_answer")
PHONES = [f"+486012{n:05}" for n in range(100, 110)]


def gateway_id() -> int:
    """The only gateway."""
    return db.session.query(Gateway).one().id


def taken(most: int = 500) -> tuple[Claim, list[Claimed]]:
    """A claim of a worker that has just begun, and what it got."""
    claim = Claim(gateway_id())
    return claim, claiming.take(claim, most)


def prepared(make_campaign: MakeCampaign, phones: list[str] | None = None) -> int:
    """A campaign whose messages wait."""
    campaign_id = make_campaign(phones or PHONES)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    return campaign_id


def test_two_workers_never_get_the_same_row(context: None, make_campaign: MakeCampaign) -> None:
    prepared(make_campaign)
    first, second = taken(6)[1], taken(6)[1]
    ids = [message.id for message in first + second]
    assert sorted(set(ids)) == sorted(ids)
    assert len(ids) == 10
    assert taken()[1] == []


def test_a_verification_text_overtakes_a_campaign(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    prepared(make_campaign)
    verification_texts.queue_verification_text(
        cast.stranger.account_id, "+48601000103", "Your password: {secret}", "ABCD-EFGH"
    )
    _, messages = taken()
    assert [message.text for message in messages] == ["Your password: ABCD-EFGH"]
    assert messages[0].priority == Priority.VERIFICATION


def test_a_system_password_is_never_stored_in_clear(context: None, cast: Cast) -> None:
    message = verification_texts.queue_verification_text(
        cast.owner.account_id, "+48601000101", "Your password: {secret}", "ABCD-EFGH"
    )
    assert "ABCD" not in message.text
    assert message.encrypted_text is not None
    assert b"ABCD" not in message.encrypted_text
    claim, window = taken()
    recording.record(claim, [(window[0], Answer(("r-1",)))])
    db.session.refresh(message)
    assert message.encrypted_text is None


def test_accounts_take_turns(context: None, make_campaign: MakeCampaign, cast: Cast) -> None:
    prepared(make_campaign, [f"+486012{n:05}" for n in range(100, 120)])
    with transaction() as session:
        campaign = db.session.query(Campaign).one()
        other_campaign = Campaign(
            account_id=cast.stranger.account_id,
            route_id=campaign.route_id,
            text="x",
            status=CampaignStatus.SENDING,
            n_queued=3,
        )
        session.add(other_campaign)
        session.flush()
        session.add_all(
            Message(
                account_id=other_campaign.account_id,
                campaign_id=other_campaign.id,
                gateway_id=gateway_id(),
                phone=f"+486013{n:05}",
                text="x",
            )
            for n in range(100, 103)
        )
    served = []
    for _ in range(4):
        served.append(taken(1)[1][0].account_id)
    assert served[0] != served[1]
    assert served[2] != served[3]


def test_nothing_is_sent_after_an_opt_out(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = prepared(make_campaign)
    opt_outs.opt_out(cast.owner.account_id, PHONES[3], SuppressionSource.REPLY)
    _, messages = taken()
    assert PHONES[3] not in [message.phone for message in messages]
    assert len(messages) == 9
    assert statuses(campaign_id) == {"sending": 9, "skipped": 1}
    check_books(cast.owner.account_id)


def test_an_opt_out_skips_queued_texts_and_releases_their_price(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = prepared(make_campaign)
    opt_outs.opt_out(cast.owner.account_id, PHONES[0], SuppressionSource.REPLY)
    assert statuses(campaign_id) == {"queued": 9, "skipped": 1}
    account = db.session.get_one(Account, cast.owner.account_id)
    assert account.held == 9 * 300
    check_books(cast.owner.account_id)


def test_an_opt_out_during_preparation_is_not_held(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = make_campaign(PHONES)
    page = next(preparation.audience.read_pages(db.session.get_one(Campaign, campaign_id)))
    assert preparation._insert_page(campaign_id, 0, page, flash=False)
    opt_outs.opt_out(cast.owner.account_id, PHONES[0], SuppressionSource.REPLY)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert db.session.get_one(Account, cast.owner.account_id).held == 9 * 300
    check_books(cast.owner.account_id)


def test_preparation_continues_after_a_kill_and_a_second_worker_adds_nothing(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    preparation.audience.PAGE, before = 4, preparation.audience.PAGE
    try:
        campaign_id = make_campaign(PHONES)
        pages = preparation.audience.read_pages(db.session.get_one(Campaign, campaign_id))
        page = next(pages)
        assert preparation._insert_page(campaign_id, 0, page, flash=False)
        assert not preparation._insert_page(campaign_id, 0, page, flash=False)
        assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
        assert preparation.prepare(campaign_id) is None
    finally:
        preparation.audience.PAGE = before
    assert statuses(campaign_id) == {"queued": 10}
    check_books(cast.owner.account_id)


def test_a_price_that_has_risen_needs_a_new_confirmation(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = make_campaign(PHONES, launched=False)
    campaign = db.session.get_one(Campaign, campaign_id)
    launch.launch(campaign, agreed_price=10)
    assert preparation.prepare(campaign_id) == CampaignStatus.BLOCKED
    db.session.refresh(campaign)
    assert campaign.missing == 0
    launch.resume(campaign)
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING


def test_a_message_put_back_after_an_opt_out_is_skipped(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = prepared(make_campaign, PHONES[:2])
    claim, window = taken()
    with transaction() as session:
        session.add(Suppression(account_id=cast.owner.account_id, phone=PHONES[0], source="reply"))
    recording.record(claim, [(message, BUSY) for message in window])
    all_due()
    again = Claim(gateway_id())
    assert [message.phone for message in claiming.take(again, 10)] == [PHONES[1]]
    assert statuses(campaign_id) == {"sending": 1, "skipped": 1}
    check_books(cast.owner.account_id)


def test_a_dead_worker_leaves_unconfirmed_texts(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = prepared(make_campaign)
    taken(4)
    expire_leases()
    assert sweep.take_back_leases() == 4
    assert statuses(campaign_id) == {"queued": 6, "unknown": 4}
    check_books(cast.owner.account_id)


def test_a_worker_finds_texts_unconfirmed_by_a_broken_connection(
    context: None, make_campaign: MakeCampaign
) -> None:
    prepared(make_campaign)
    claim, messages = taken(4)
    assert claiming.taken_before(claim) == messages
    assert claiming.taken_before(Claim(gateway_id())) == []


def test_a_late_answer_settles_a_text_that_the_sweep_gave_up(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = prepared(make_campaign, PHONES[:1])
    claim, window = taken()
    expire_leases()
    sweep.take_back_leases()
    assert recording.record(claim, [(window[0], Answer(("r-1",)))]) == 1
    assert statuses(campaign_id) == {"sent": 1}
    check_books(cast.owner.account_id)


def test_pause_holds_queued_texts_and_resume_sends_them(
    context: None, make_campaign: MakeCampaign
) -> None:
    campaign_id = prepared(make_campaign)
    claim, messages = taken(6)
    assert len(messages) == 6
    campaign = db.session.get_one(Campaign, campaign_id)
    launch.pause(campaign)
    assert claiming.take(claim, 6) == []
    launch.resume(campaign)
    assert len(taken()[1]) == 4


def test_cancel_ends_queued_texts_and_releases_their_price(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = prepared(make_campaign)
    claim, messages = taken(6)
    launch.cancel(db.session.get_one(Campaign, campaign_id))
    assert statuses(campaign_id) == {"sending": 6, "cancelled": 4}
    recording.record(claim, [(message, BUSY) for message in messages])
    sweep.withdraw_stopped()
    assert statuses(campaign_id) == {"cancelled": 10}
    account = db.session.get_one(Account, cast.owner.account_id)
    assert (account.balance, account.held) == (100_000, 0)
    check_books(cast.owner.account_id)


def test_a_suspended_account_sends_nothing(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    prepared(make_campaign)
    with transaction() as session:
        session.execute(
            update(Account).where(Account.id == cast.owner.account_id).values(status="suspended")
        )
    assert taken()[1] == []


def test_a_paused_gateway_keeps_its_queue(context: None, make_campaign: MakeCampaign) -> None:
    prepared(make_campaign)
    with transaction() as session:
        session.execute(update(Gateway).values(status=GatewayStatus.PAUSED))
    assert taken()[1] == []


def test_a_busy_gateway_is_tried_again_later(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = prepared(make_campaign, PHONES[:1])
    claim, window = taken()
    recording.record(claim, [(window[0], BUSY)])
    assert statuses(campaign_id) == {"queued": 1}
    assert taken()[1] == []
    all_due()
    assert len(taken()[1]) == 1
    check_books(cast.owner.account_id)


@pytest.mark.parametrize(("hours", "back"), [(71, False), (73, True)])
def test_unconfirmed_texts_are_refunded_after_72_hours(
    context: None, make_campaign: MakeCampaign, cast: Cast, hours: int, back: bool
) -> None:
    campaign_id = prepared(make_campaign, PHONES[:2])
    claim, window = taken()
    recording.record(claim, [(m, LOST) for m in window])
    assert sweep.finish_campaigns() == 1
    sweep.release_unsettled()
    assert db.session.get_one(Account, cast.owner.account_id).held == 600
    with transaction() as session:
        session.execute(
            update(Campaign)
            .where(Campaign.id == campaign_id)
            .values(finished_at=now() - timedelta(hours=hours))
        )
    sweep.release_unsettled()
    account = db.session.get_one(Account, cast.owner.account_id)
    assert (account.balance, account.held) == ((100_000, 0) if back else (99_400, 600))


def all_due() -> None:
    """As if the time of every next try had come."""
    with transaction() as session:
        session.execute(update(Message).values(next_attempt_at=now()))


def expire_leases() -> None:
    """As if a minute and more had passed."""
    with transaction() as session:
        session.execute(update(Message).values(lease_until=now() - timedelta(seconds=1)))


def test_queued_texts_for_a_deleted_recipient_are_skipped(
    context: None, make_campaign: MakeCampaign, cast: Cast
) -> None:
    campaign_id = prepared(make_campaign)
    recipient = db.session.scalars(select(Recipient).where(Recipient.phone == PHONES[2])).one()
    assert recipients.delete_many(cast.owner.account_id, [recipient.public_id]) == 1
    assert statuses(campaign_id) == {"queued": 9, "skipped": 1}
    check_books(cast.owner.account_id)


def test_a_stop_replaces_an_opt_out_by_hand(context: None, cast: Cast) -> None:
    account = cast.owner.account_id
    assert opt_outs.opt_out(account, PHONES[0], SuppressionSource.HAND)
    assert not opt_outs.opt_out(account, PHONES[0], SuppressionSource.REPLY)
    assert db.session.scalars(select(Suppression.source)).one() == "reply"


def test_preparation_takes_turns_with_other_jobs(
    context: None, make_campaign: MakeCampaign
) -> None:
    campaign_id = make_campaign(PHONES)
    assert preparation.prepare(campaign_id, seconds=0) == CampaignStatus.PREPARING
    assert preparation.prepare(campaign_id) == CampaignStatus.SENDING
    assert statuses(campaign_id) == {"queued": 10}


def test_a_worker_continues_at_its_cursor_and_sometimes_reads_put_back_messages(
    context: None, make_campaign: MakeCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(make_campaign)
    claim = Claim(gateway_id())
    first = claiming.take(claim, 3)
    recording.record(claim, [(message, BUSY) for message in first])
    all_due()
    assert claiming.take(claim, 3)[0].id == first[-1].id + 1
    monkeypatch.setattr(claiming, "RETRIES_SECONDS", -1)
    assert [message.id for message in claiming.take(claim, 3)] == [m.id for m in first]


def test_a_campaign_without_messages_for_this_gateway_is_skipped_for_a_moment(
    context: None, make_campaign: MakeCampaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared(make_campaign)
    with transaction() as session:
        later = now() + timedelta(hours=1)
        session.execute(update(Message).values(attention_status="queued", next_attempt_at=later))
    claim = Claim(gateway_id())
    assert claiming.take(claim, 3) == []
    assert not claim.empty
    assert claiming.take(claim, 3) == []
    assert claim.empty
    all_due()
    assert claiming.take(claim, 3) == []
    monkeypatch.setattr(claiming, "RETRIES_SECONDS", -1)
    claim.empty_until.clear()
    assert len(claiming.take(claim, 3)) == 3
