"""Promotional texts are claimed within the hours of their country; at night they wait."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Answer, ErrorClass
from promosms.models import Account, Campaign, CampaignKind, Consent, Gateway, Message, Recipient
from promosms.services.campaigns import audience, departure, launch, preparation
from promosms.services.campaigns.departure import Departure
from promosms.services.campaigns.drafts import Draft, create
from promosms.services.sending import claiming, failover, holding, opt_outs, recording, sweep
from promosms.services.sending.claiming import Claim
from tests.services.sending.conftest import check_books
from tests.support.cast import Cast
from tests.support.clock import Clock
from tests.support.settings import override

POLISH, BRITISH, FRENCH = "+48601000001", "+447400000001", "+33612000001"
PHONES = {POLISH: "PL", BRITISH: "GB", FRENCH: "FR"}
Prepare = Callable[..., Campaign]


def go_to(clock: Clock, moment: str) -> None:
    """Let it be this moment, in UTC."""
    clock.move(seconds=(datetime.fromisoformat(f"{moment}Z") - clock.now()).total_seconds())


@pytest.fixture
def prepare(app: Flask, cast: Cast, context: None, clock: Clock) -> Prepare:
    """Prepare a campaign of an installation that has a line to real phones."""
    clock.stop()
    override(app, quiet_hours=True)
    with transaction() as session:
        session.add(Gateway(name="Line", kind="smpp", settings={}, status="paused"))
        session.add_all(
            Recipient(
                account_id=cast.owner.account_id,
                phone=phone,
                country=country,
                consent=Consent.GIVEN,
            )
            for phone, country in PHONES.items()
        )

    def prepared(
        moment: str, kind: str = CampaignKind.PROMOTIONAL, *, wide: bool = False
    ) -> Campaign:
        go_to(clock, moment)
        account = db.session.get_one(Account, cast.owner.account_id)
        campaign = create(account, Draft(text="Your order is ready", everyone=True, kind=kind), "")
        departure.choose(campaign, Departure(wide=wide))
        launch.launch(campaign, audience.estimate(campaign).total)
        assert preparation.prepare(campaign.id) == "sending"
        return campaign

    return prepared


def claim() -> Claim:
    """The claim of a worker that has just begun."""
    gateway = db.session.query(Gateway).filter_by(kind="simulator").one()
    return Claim(gateway.id)


def claimed(worker: Claim | None = None, most: int = 500) -> list[str]:
    """The numbers that a worker may text now; they are taken."""
    worker = worker or claim()
    messages = claiming.take(worker, most)
    recording.record(worker, [(m, Answer([f"r{m.id}"])) for m in messages])
    return sorted(message.phone for message in messages)


def test_at_night_nothing_is_touched_and_in_the_morning_it_goes_on_by_country(
    prepare: Prepare, clock: Clock, cast: Cast
) -> None:
    campaign = prepare("2026-12-01T22:00:00")
    assert claimed() == []
    assert campaign.held_until == datetime.fromisoformat("2026-12-02T07:00:00Z")
    assert not db.session.scalars(select(Message).where(Message.attempts > 0)).all()
    assert sweep.gateways_with_work() == []
    go_to(clock, "2026-12-02T06:59:59")
    assert claimed() == []
    go_to(clock, "2026-12-02T07:00:00")
    assert sweep.gateways_with_work()
    assert claimed() == [FRENCH, POLISH]
    assert claimed() == []
    waiting = db.session.scalars(select(Message).where(Message.phone == BRITISH)).one()
    assert waiting.next_attempt_at == datetime.fromisoformat("2026-12-02T08:00:00Z")
    assert (waiting.status, waiting.attempts, waiting.tried_at) == ("queued", 0, None)
    assert holding.hold_what_waits() == 1
    assert campaign.held_until == waiting.next_attempt_at
    go_to(clock, "2026-12-02T08:00:00")
    assert claimed() == [BRITISH]
    assert sweep.finish_campaigns() == 1
    check_books(cast.owner.account_id)


def test_sundays_and_public_holidays_are_closed_where_the_table_says_so(
    prepare: Prepare, clock: Clock
) -> None:
    prepare("2026-12-25T12:00:00")  # a Friday
    assert claimed() == [BRITISH]
    go_to(clock, "2026-12-26T12:00:00")  # a holiday in Poland
    assert claimed() == [FRENCH]
    go_to(clock, "2026-12-27T12:00:00")
    assert claimed() == []
    go_to(clock, "2026-12-28T07:00:00")
    assert claimed() == [POLISH]


def test_where_hours_are_only_advice_a_campaign_may_leave_until_night_on_all_days(
    prepare: Prepare, clock: Clock, cast: Cast
) -> None:
    prepare("2026-12-27T05:59:59", wide=True)  # a Sunday
    assert claimed() == []
    go_to(clock, "2026-12-27T06:00:00")
    assert claimed() == [POLISH]
    go_to(clock, "2026-12-27T07:00:00")
    assert claimed() == [BRITISH]
    assert claimed() == []
    go_to(clock, "2026-12-28T06:59:59")  # the networks of France have a rule
    assert claimed() == []
    go_to(clock, "2026-12-28T07:00:00")
    assert claimed() == [FRENCH]
    check_books(cast.owner.account_id)


def test_also_then_it_waits_for_the_morning(prepare: Prepare, clock: Clock) -> None:
    campaign = prepare("2026-12-01T20:58:59", wide=True)
    worker = claim()
    messages = claiming.take(worker, 500)
    assert {message.phone for message in messages} == {POLISH, BRITISH}
    busy = Answer(error_class=ErrorClass.TEMPORARY, reason="busy", wait=1)
    recording.record(worker, [(message, busy) for message in messages])
    go_to(clock, "2026-12-01T20:59:01")
    assert claimed() == [BRITISH]
    assert claimed() == []
    assert holding.hold_what_waits() == 1
    assert campaign.held_until == datetime.fromisoformat("2026-12-02T06:00:00Z")
    go_to(clock, "2026-12-02T06:00:00")
    assert claimed() == [POLISH]


def test_service_texts_and_installations_without_quiet_hours_do_not_wait(
    app: Flask, prepare: Prepare
) -> None:
    prepare("2026-12-01T22:00:00", CampaignKind.SERVICE)
    assert claimed() == sorted(PHONES)
    override(app, quiet_hours=False)
    assert prepare("2026-12-01T22:10:00").countries == []
    assert claimed() == sorted(PHONES)


def test_the_simulator_disturbs_nobody(prepare: Prepare) -> None:
    with transaction() as session:
        session.query(Gateway).filter_by(kind="smpp").delete()
    prepare("2026-12-01T22:00:00")
    assert claimed() == sorted(PHONES)


def test_a_text_that_is_tried_again_waits_for_the_morning_too(
    prepare: Prepare, clock: Clock
) -> None:
    prepare("2026-12-01T18:58:00")
    worker = claim()
    messages = claiming.take(worker, 500)
    busy = Answer(error_class=ErrorClass.TEMPORARY, reason="busy", wait=120)
    recording.record(worker, [(message, busy) for message in messages])
    go_to(clock, "2026-12-01T19:00:30")
    assert claimed() == [BRITISH]
    assert [m.attempts for m in db.session.scalars(select(Message)) if m.phone != BRITISH] == [1, 1]
    go_to(clock, "2026-12-02T07:00:00")
    assert claimed() == [FRENCH, POLISH]


def test_an_opt_out_at_night_counts_in_the_morning(
    prepare: Prepare, clock: Clock, cast: Cast
) -> None:
    prepare("2026-12-01T19:30:00")
    assert claimed() == [BRITISH]
    opt_outs.opt_out(cast.owner.account_id, POLISH, "hand")
    go_to(clock, "2026-12-02T07:00:00")
    assert claimed() == [FRENCH]
    check_books(cast.owner.account_id)


def test_pausing_and_continuing_at_night_sends_nothing_early(
    prepare: Prepare, clock: Clock
) -> None:
    campaign = prepare("2026-12-01T22:00:00")
    assert claimed() == []
    launch.pause(campaign)
    launch.resume(campaign)
    assert campaign.held_until is None
    assert claimed() == []
    launch.cancel(campaign)
    go_to(clock, "2026-12-02T07:00:00")
    assert claimed() == []
    assert campaign.n_cancelled == len(PHONES)


def test_a_campaign_with_texts_under_way_is_not_held(prepare: Prepare, clock: Clock) -> None:
    """One of them may be refused for a moment, and be tried again soon."""
    prepare("2026-12-01T19:30:00")
    assert len(claiming.take(claim(), 500)) == 1
    assert holding.hold_what_waits() == 0


def test_one_small_claim_after_the_other_comes_past_what_waits(prepare: Prepare) -> None:
    """With room for one text only, those of two closed countries come first."""
    prepare("2026-12-01T19:30:00")
    assert claimed(most=1) == [BRITISH]


def test_a_lost_gateway_moves_nothing_into_the_night(prepare: Prepare, clock: Clock) -> None:
    campaign = prepare("2026-12-01T22:00:00")
    assert claimed() == []
    with transaction() as session:
        for message in session.scalars(select(Message)):
            message.attention_status, message.next_attempt_at = "queued", None
        campaign.held_until = None
    failover.move_waiting()
    assert claimed() == []


def test_nothing_is_claimed_outside_the_hours_in_weeks_with_changes_of_clocks(
    prepare: Prepare, clock: Clock
) -> None:
    """Every half hour of two weeks a claim is tried; the oracle looks at the clocks on the wall."""
    zones = {POLISH: "Europe/Warsaw", BRITISH: "Europe/London", FRENCH: "Europe/Paris"}
    until = {POLISH: 20, BRITISH: 21, FRENCH: 20}
    campaign = prepare("2027-03-26T00:00:00")
    counted = dict.fromkeys(PHONES, 0)
    for _ in range(5 * 48):
        for phone in [message.phone for message in claiming.take(claim(), 500)]:
            local = clock.now().astimezone(ZoneInfo(zones[phone]))
            weekend = local.weekday() > 4
            assert (9 if weekend and phone == BRITISH else 8) <= local.hour < until[phone]
            assert local.weekday() < 6 or phone == BRITISH
            assert f"{local:%m-%d}" != "03-29" or phone == BRITISH  # Easter Monday
            counted[phone] += 1
        clock.move(minutes=30)
        with transaction() as session:
            for message in session.scalars(select(Message)):  # all of them wait again
                message.status = message.attention_status = "queued"
                message.next_attempt_at = message.lease_token = message.lease_until = None
            campaign.n_queued, campaign.n_sending, campaign.held_until = len(PHONES), 0, None
    days = {POLISH: 3, FRENCH: 3, BRITISH: 5}
    assert counted == {
        phone: days[phone] * 2 * (until[phone] - 8) - (4 if phone == BRITISH else 0)
        for phone in PHONES
    }
