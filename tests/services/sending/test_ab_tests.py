"""A/B tests: two texts to a part of the people, the better one to the others, each person once."""

from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.gateways.base import Answer
from promosms.models import (
    AbMeasure,
    AbTest,
    AbText,
    Account,
    Campaign,
    CampaignStatus,
    Consent,
    InboundMessage,
    LedgerEntry,
    Message,
    Recipient,
    SuppressionSource,
    now,
)
from promosms.services.campaigns import (
    ab_decisions,
    ab_tests,
    departure,
    drafts,
    launch,
    preparation,
    schedule,
)
from promosms.services.campaigns.ab_tests import Choice
from promosms.services.campaigns.departure import Departure
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.privacy import erase_recipient
from promosms.services.sending import claiming, opt_outs, recording, sweep
from tests.services.sending.conftest import check_books
from tests.services.sending.test_quiet_hours import claim, go_to
from tests.support.cast import Cast
from tests.support.clock import Clock

A, B = "Tell us when you come", "Tell us when you come: there is coffee"
LONG_B = f"{A} {'and bring a friend, ' * 10}"
START = "2026-12-01T10:00:00"
Begin = Callable[..., Campaign]


@pytest.fixture
def begin(app: Flask, cast: Cast, context: None, clock: Clock) -> Begin:
    """Launch a draft with an A/B test to so many people; its parts are prepared."""
    clock.stop()
    go_to(clock, START)

    def begun(
        people: int = 200, share: int = 20, hours: int = 4, text_b: str = B, planned: str = ""
    ) -> Campaign:
        campaign = draft(cast, people, share, hours, text_b)
        departure.choose(campaign, Departure(wide=True, validity=3))
        with transaction():
            campaign.planned_time, campaign.planned_zone = planned, "UTC" if planned else ""
        test = ab_tests.of(campaign)
        assert test is not None
        costs = ab_tests.costs(campaign, test)
        ab_tests.agree(campaign, costs.a.total, costs.b.total, costs.rest.recipients)
        whole = costs.whole
        if planned:
            schedule.schedule(campaign, whole.total, reviewed=whole.everybody)
        else:
            launch.launch(campaign, whole.total, reviewed=whole.everybody)
            prepare_parts(campaign)
        return campaign

    return begun


def draft(cast: Cast, people: int, share: int = 20, hours: int = 4, text_b: str = B) -> Campaign:
    with transaction() as session:
        session.add_all(
            Recipient(
                account_id=cast.owner.account_id,
                phone=f"+4860100{n:04}",
                country="PL",
                consent=Consent.GIVEN,
            )
            for n in range(people)
        )
    account = db.session.get_one(Account, cast.owner.account_id)
    campaign = drafts.create(account, Draft(text=A, everyone=True, opt_out_line=False), "")
    with transaction():
        campaign.kind = "service"
    ab_tests.choose(campaign, Choice(text_b, share, AbMeasure.REPLIED, hours))
    return campaign


def stored_test(campaign: Campaign) -> AbTest:
    test = ab_tests.of(campaign)
    assert test is not None
    db.session.refresh(test)
    return test


def prepare_parts(campaign: Campaign) -> None:
    for part in ab_tests.parts_of(campaign):
        assert preparation.prepare(part.id) == "sending"


def send_all() -> None:
    """What the worker of the line does."""
    worker = claim()
    while not worker.empty:
        messages = claiming.take(worker, 500)
        recording.record(worker, [(m, Answer((f"r{m.id}",))) for m in messages])
    sweep.finish_campaigns()


def reply(campaign: Campaign, number: int) -> None:
    """So many of those who got it write back, each twice."""
    query = select(Message.phone).where(Message.campaign_id == campaign.id).order_by(Message.id)
    for phone in db.session.scalars(query.limit(number)).all():
        with transaction() as session:
            session.add_all(
                InboundMessage(
                    account_id=campaign.account_id, phone=phone, text="Yes", received_at=now()
                )
                for _again in range(2)
            )


def texts() -> dict[str, Counter[str]]:
    """The texts of all messages by number, counted."""
    found: dict[str, Counter[str]] = {}
    for phone, text in db.session.execute(select(Message.phone, Message.text)):
        found.setdefault(phone, Counter())[text] += 1
    return found


def test_both_texts_leave_as_the_campaign_does(begin: Begin) -> None:
    whole = begin()
    for part in ab_tests.parts_of(whole):
        assert (part.wide_hours, part.validity_hours) == (True, 3)


def test_the_better_text_goes_to_the_others_and_everybody_gets_one(
    begin: Begin, clock: Clock, cast: Cast
) -> None:
    campaign = begin(people=200, share=20)
    assert campaign.status == CampaignStatus.COMPARING
    first, second = ab_tests.parts_of(campaign)
    assert (first.text, second.text) == (A, B)
    assert all(abs(part.audience - 20) <= 1 for part in (first, second))
    send_all()
    assert ab_decisions.decide_due() == []
    clock.move(minutes=1)
    reply(first, 3)
    reply(second, 5)
    clock.move(hours=4, minutes=-1, seconds=-1)
    assert ab_decisions.decide_due() == []
    clock.move(seconds=1)
    assert ab_decisions.decide_due() == [campaign.id]
    assert ab_decisions.decide_due() == []
    assert preparation.prepare(campaign.id) == "sending"
    send_all()
    test = stored_test(campaign)
    assert (test.better, test.decided_by) == ("b", "")
    assert (test.a_number, test.b_number) == (3, 5)
    assert (test.a_people, test.b_people) == (first.n_sent, second.n_sent)
    assert campaign.status == CampaignStatus.FINISHED
    got = texts()
    assert len(got) == 200
    assert all(sum(found.values()) == 1 for found in got.values())
    whole = sum(got.values(), Counter())
    assert whole == {A: first.n_sent, B: 200 - first.n_sent}
    check_books(cast.owner.account_id)


def test_both_equal_or_both_silent_takes_the_first_text(begin: Begin, clock: Clock) -> None:
    campaign = begin()
    send_all()
    clock.move(hours=5)
    assert ab_decisions.decide_due() == [campaign.id]
    assert (stored_test(campaign).better, campaign.text) == ("a", A)


def test_who_is_deleted_and_added_again_gets_no_second_text(
    begin: Begin, clock: Clock, cast: Cast
) -> None:
    """They have another place then, and may be one of the others by that."""
    campaign = begin(people=100, share=50)
    send_all()
    first, second = ab_tests.parts_of(campaign)
    texted = [
        phone
        for part in (first, second)
        for phone in db.session.scalars(select(Message.phone).where(Message.campaign_id == part.id))
    ]
    with transaction() as session:
        session.query(Recipient).filter(Recipient.phone.in_(texted)).delete()
        session.add_all(
            Recipient(
                account_id=cast.owner.account_id,
                phone=phone,
                country="PL",
                consent=Consent.GIVEN,
            )
            for phone in texted
        )
    clock.move(hours=4)
    ab_decisions.decide_due()
    preparation.prepare(campaign.id)
    send_all()
    assert len(texts()) == 100
    assert all(sum(found.values()) == 1 for found in texts().values())


def test_it_waits_for_the_slower_part_and_the_price_stays_what_was_agreed_to(
    begin: Begin, clock: Clock, cast: Cast
) -> None:
    balance = db.session.get_one(Account, cast.owner.account_id).balance
    campaign = begin(people=100, share=20, text_b=LONG_B)
    first, second = ab_tests.parts_of(campaign)
    agreed = campaign.agreed_price + first.agreed_price + second.agreed_price
    launch.pause(second)
    send_all()
    clock.move(hours=20)
    assert ab_decisions.decide_due() == []
    assert not ab_tests.stopped(stored_test(campaign))
    launch.resume(second)
    send_all()
    reply(second, 2)
    clock.move(hours=4)
    assert ab_decisions.decide_due() == [campaign.id]
    assert preparation.prepare(campaign.id) == "sending"
    send_all()
    account = db.session.get_one(Account, cast.owner.account_id)
    db.session.refresh(account)
    assert balance - account.balance == agreed
    check_books(account.id)


def test_a_higher_price_of_the_others_asks_first(begin: Begin, clock: Clock, cast: Cast) -> None:
    campaign = begin(people=100)
    send_all()
    with transaction() as session:
        session.add_all(
            Recipient(
                account_id=cast.owner.account_id,
                phone=f"+4860200{n:04}",
                country="PL",
                consent=Consent.GIVEN,
            )
            for n in range(100)
        )
    clock.move(hours=4)
    ab_decisions.decide_due()
    assert preparation.prepare(campaign.id) == "blocked"
    launch.resume(campaign)
    assert preparation.prepare(campaign.id) == "sending"


def test_a_planned_one_begins_when_its_time_comes(begin: Begin, clock: Clock) -> None:
    campaign = begin(people=100, planned="2026-12-02T09:00")
    assert campaign.status == CampaignStatus.SCHEDULED
    assert ab_tests.parts_of(campaign) == []
    ab_tests.agree(campaign, 0, 0, 0)  # a second click, whose review is out of date
    go_to(clock, "2026-12-02T09:00:00")
    assert schedule.start_due() == [campaign.id]
    assert campaign.status == CampaignStatus.COMPARING
    prepare_parts(campaign)
    send_all()
    assert schedule.start_due() == []
    clock.move(hours=4)
    assert ab_decisions.decide_due() == [campaign.id]
    assert preparation.prepare(campaign.id) == "sending"


@pytest.mark.parametrize(("late", "goes"), [(12, True), (13, False)])
def test_after_a_standstill_it_asks(begin: Begin, clock: Clock, late: int, goes: bool) -> None:
    campaign = begin(hours=4)
    send_all()
    clock.move(hours=4 + late)
    assert bool(ab_decisions.decide_due()) is goes
    assert campaign.not_started == ("" if goes else "late")
    assert campaign.status == (CampaignStatus.PREPARING if goes else CampaignStatus.BLOCKED)


def test_a_cancelled_part_asks_and_the_choice_of_its_owner_counts(
    begin: Begin, clock: Clock
) -> None:
    campaign = begin(people=100)
    first, second = ab_tests.parts_of(campaign)
    launch.cancel(first)
    assert ab_decisions.decide_due() == []
    assert (campaign.status, campaign.not_started) == (CampaignStatus.BLOCKED, "ab_stopped")
    with pytest.raises(LaunchError):
        schedule.edit(campaign)
    ab_decisions.take(campaign, AbText.B, "u1")
    assert (campaign.status, campaign.text) == (CampaignStatus.PREPARING, B)
    assert (stored_test(campaign).decided_by, campaign.not_started) == ("u1", "")
    for again in (lambda: ab_decisions.take(campaign, AbText.A, "u1"), lambda: launch.pause(first)):
        with pytest.raises(LaunchError):
            again()
    preparation.prepare(campaign.id)
    send_all()
    assert all(sum(found.values()) == 1 for found in texts().values())
    assert second.n_sent + campaign.n_sent == 100 - first.n_cancelled


def test_parts_that_reach_nobody_decide_nothing(begin: Begin, clock: Clock, cast: Cast) -> None:
    campaign = begin(people=100)
    for part in ab_tests.parts_of(campaign):
        phones = db.session.scalars(select(Message.phone).where(Message.campaign_id == part.id))
        opt_outs.opt_out_all(cast.owner.account_id, phones.all(), SuppressionSource.HAND)
    sweep.finish_campaigns()
    assert ab_decisions.decide_due() == []
    assert campaign.not_started == "ab_stopped"


def test_cancelling_the_whole_ends_both_parts(begin: Begin, clock: Clock, cast: Cast) -> None:
    campaign = begin(people=100)
    launch.cancel(campaign)
    assert {part.status for part in ab_tests.parts_of(campaign)} == {"cancelled"}
    send_all()
    assert {message.status for message in db.session.scalars(select(Message))} == {"cancelled"}
    clock.move(hours=9)
    assert ab_decisions.decide_due() == []
    check_books(cast.owner.account_id)
    held = select(func.sum(LedgerEntry.held)).where(LedgerEntry.account_id == cast.owner.account_id)
    assert db.session.scalar(held) == 0


def test_it_cannot_be_chosen_while_the_parts_are_prepared(
    context: None, cast: Cast, clock: Clock
) -> None:
    campaign = draft(cast, 100)
    test = stored_test(campaign)
    costs = ab_tests.costs(campaign, test)
    ab_tests.agree(campaign, costs.a.total, costs.b.total, costs.rest.recipients)
    launch.launch(campaign, costs.whole.total)
    with pytest.raises(LaunchError) as error:
        ab_decisions.take(campaign, AbText.A, "u1")
    assert error.value.code == LaunchProblem.AB_BEING_PREPARED
    prepare_parts(campaign)
    ab_decisions.take(campaign, AbText.A, "u1")
    assert preparation.prepare(campaign.id) == "sending"
    send_all()
    assert all(sum(found.values()) == 1 for found in texts().values())
    assert len(texts()) == 100


@pytest.mark.parametrize(("hours", "goes"), [(-5, True), (-4, False)])
def test_whom_it_reached_must_be_known(
    begin: Begin, clock: Clock, cast: Cast, hours: int, goes: bool
) -> None:
    """Messages and replies of three days ago may be deleted; one text had to wait so long."""
    with transaction() as session:
        session.get_one(Account, cast.owner.account_id).retention_days = 3
    campaign = begin(people=100, hours=4)
    _first, second = ab_tests.parts_of(campaign)
    launch.pause(second)
    send_all()
    clock.move(hours=72 + hours)
    launch.resume(second)
    send_all()
    clock.move(hours=4)
    assert bool(ab_decisions.decide_due()) is goes
    assert campaign.not_started == ("" if goes else "ab_too_late")


def test_an_erased_person_does_not_keep_the_figures_from_deciding(
    begin: Begin, clock: Clock, cast: Cast
) -> None:
    campaign = begin(people=200)
    send_all()
    first, second = ab_tests.parts_of(campaign)
    reply(first, 3)
    reply(second, 1)
    last = select(Message.phone).where(Message.campaign_id == first.id).order_by(Message.id.desc())
    account = db.session.get_one(Account, cast.owner.account_id)
    assert erase_recipient.erase_number(account, db.session.scalars(last).first() or "", "owner")
    clock.move(hours=4)
    assert ab_decisions.decide_due() == [campaign.id]
    test = stored_test(campaign)
    assert (test.better, test.a_number, test.b_number) == ("a", 3, 1)
