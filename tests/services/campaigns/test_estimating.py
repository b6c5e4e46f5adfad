"""The estimate of a large audience is counted by a worker: the same, page by page, in slices."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    AbMeasure,
    Account,
    Campaign,
    CampaignEstimate,
    Consent,
    Recipient,
    RecipientList,
    now,
)
from promosms.services.accounts import trial
from promosms.services.campaigns import (
    ab_tests,
    audience,
    departure,
    drafts,
    estimates,
    estimating,
    launch,
)
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.estimates import Estimate
from promosms.services.recipients import lists
from tests.support.cast import Cast
from tests.support.clock import Clock

NUMBERS = {"PL": "+4860129{:04}", "GB": "+4474009{:05}", "US": "+1212555{:04}"}
NAMES = ("Ola", "", "Wawrzyniec Świętopełk " * 4)
PEOPLE = 23


@pytest.fixture
def account(app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """An account with people of three countries, of whom some have not agreed."""
    monkeypatch.setattr(audience, "PAGE", 4)
    monkeypatch.setattr(estimating, "SMALL", PEOPLE - 2)
    with app.app_context():
        account = db.session.get_one(Account, cast.owner.account_id)
        with transaction() as session:
            for number in range(PEOPLE):
                country = tuple(NUMBERS)[number % 3]
                session.add(
                    Recipient(
                        account_id=account.id,
                        phone=NUMBERS[country].format(number),
                        country=country,
                        first_name=NAMES[number % 4 % 3],
                        consent=Consent.NONE if number % 7 == 3 else Consent.GIVEN,
                    )
                )
        yield account
        db.session.remove()


@pytest.fixture
def draft(account: Account) -> Campaign:
    return drafts.create(account, Draft(text="Hi {first_name|there}!", everyone=True), "")


def edit(draft: Campaign, **values: object) -> None:
    drafts.update(draft, replace(drafts.read(draft), **values), drafts.stamp(draft))


def row() -> CampaignEstimate | None:
    db.session.rollback()
    return db.session.scalars(select(CampaignEstimate)).one_or_none()


def slices(draft: Campaign) -> int:
    """Let workers count in slices of one page each; how many slices it took."""
    number = 1
    while estimating.work(draft.id, seconds=0, others_wait=lambda: True):
        number += 1
        assert number < 100
    return number


def counted(draft: Campaign) -> estimating.Found:
    assert estimating.want(draft)
    slices(draft)
    return estimating.of(draft)


def same(one: Estimate | None, other: Estimate) -> bool:
    assert one is not None
    return vars(one) | {"longest": None} == vars(other) | {"longest": None}


def test_few_are_counted_at_once(draft: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimating, "SMALL", PEOPLE)
    found = estimating.of(draft)
    assert same(found.estimate, audience.estimate(draft))
    assert (found.counted_at, found.idle) == (None, False)
    assert row() is None


def test_many_are_counted_by_a_worker_with_the_same_result(draft: Campaign) -> None:
    assert estimating.of(draft) == estimating.Found(everybody=PEOPLE, idle=True)
    assert estimating.want(draft)
    assert slices(draft) == 7, "six pages, and the end"
    found, whole = estimating.of(draft), audience.estimate(draft)
    assert whole.recipients == 20
    assert len(whole.by_country) == 3
    assert same(found.estimate, whole)
    assert found.estimate is not None
    assert found.estimate.longest == whole.longest
    assert found.counted_at is not None


def test_between_the_slices_the_page_says_how_far_it_is(draft: Campaign) -> None:
    estimating.want(draft)
    read = []
    while estimating.work(draft.id, seconds=0, others_wait=lambda: True):
        found = estimating.of(draft)
        assert (found.estimate, found.everybody) == (None, PEOPLE)
        read.append(found.read)
    assert read == [4, 8, 12, 16, 20, 23]


def test_neither_texts_nor_numbers_are_kept(draft: Campaign) -> None:
    counted(draft)
    kept = row()
    assert kept is not None
    content = json.dumps(kept.parts)
    assert "Ola" not in content
    assert "+4" not in content
    assert "601" not in content


def test_the_longest_message_is_gone_with_its_person(account: Account, draft: Campaign) -> None:
    found = counted(draft)
    assert found.estimate is not None
    assert found.estimate.longest is not None
    with transaction() as session:
        session.delete(session.get_one(Recipient, found.estimate.longest.recipient_id))
    again = estimating.of(draft)
    assert again.estimate is not None
    assert again.estimate.longest is None


def test_a_killed_worker_has_lost_its_page_only(draft: Campaign, clock: Clock) -> None:
    clock.stop()
    estimating.want(draft)
    assert estimating.work(draft.id, seconds=0, others_wait=lambda: True)
    with transaction():
        kept = db.session.scalars(select(CampaignEstimate)).one()
        kept.claimed_at = now()  # another one has begun, and is killed
    assert not estimating.work(draft.id)
    assert not estimating.of(draft).idle
    assert not estimating.want(draft)
    clock.move(seconds=59)
    assert not estimating.work(draft.id)
    clock.move(seconds=2)
    assert estimating.of(draft).idle
    assert estimating.want(draft)
    slices(draft)
    assert same(estimating.of(draft).estimate, audience.estimate(draft))


CHANGES: dict[str, Callable[[Campaign], None]] = {
    "text": lambda draft: edit(draft, text="Hello!"),
    "plain": lambda draft: edit(draft, plain_details=True),
    "line": lambda draft: edit(draft, opt_out_line=not draft.opt_out_line),
    "kind": lambda draft: edit(draft, kind="service"),
    "test": lambda draft: ab_tests.choose(
        draft, ab_tests.Choice("Hello, {first_name|you}", 40, AbMeasure.REPLIED, 1)
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_is_counted_again(draft: Campaign, change: str) -> None:
    before = counted(draft)
    CHANGES[change](draft)
    assert estimating.of(draft) == estimating.Found(everybody=PEOPLE, idle=True)
    assert estimating.of(draft, any_age=True).estimate is None
    after = counted(draft)
    assert after.estimate is not None
    assert after.counted_at != before.counted_at


def test_what_is_changed_meanwhile_stops_the_worker(draft: Campaign) -> None:
    estimating.want(draft)
    assert estimating.work(draft.id, seconds=0, others_wait=lambda: True)
    edit(draft, text="Hello!")
    assert not estimating.work(draft.id)
    assert estimating.of(draft).estimate is None
    counted(draft)
    assert same(estimating.of(draft).estimate, audience.estimate(draft))


def test_what_is_changed_while_a_page_is_read_is_not_mixed_with_it(
    draft: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimating.want(draft)
    read = audience.read_pages

    def changing(*args: Any, **options: Any) -> Iterator[Any]:
        for page in read(*args, **options):
            yield page
            monkeypatch.setattr(audience, "read_pages", read)
            edit(draft, text="Hello, and welcome to our shop!")
            assert estimating.want(draft)

    monkeypatch.setattr(audience, "read_pages", changing)
    assert not estimating.work(draft.id)
    kept = row()
    assert kept is not None
    assert (kept.parts, kept.cursor, kept.counted_at) == ([], 0, None)
    counted(draft)
    assert same(estimating.of(draft).estimate, audience.estimate(draft))


def test_a_draft_that_is_deleted_as_a_worker_begins_is_left(
    draft: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimating.want(draft)
    claim = estimating._claim

    def late(campaign_id: int) -> estimating.Claim | None:
        found = claim(campaign_id)
        drafts.remove(db.session.get_one(Campaign, campaign_id))
        return found

    monkeypatch.setattr(estimating, "_claim", late)
    campaign_id = draft.id
    assert not estimating.work(campaign_id)
    assert row() is None


def test_its_name_and_its_time_change_no_price(draft: Campaign) -> None:
    before = counted(draft)
    tomorrow = f"{now() + timedelta(days=1):%Y-%m-%dT10:00}"
    edit(draft, name="For us", planned_time=tomorrow, planned_zone="UTC", latest_hours=6)
    departure.choose(draft, departure.Departure(hours=2))
    assert estimating.of(draft).counted_at == before.counted_at


def test_it_is_counted_again_after_some_minutes(draft: Campaign, clock: Clock) -> None:
    clock.stop()
    counted(draft)
    clock.move(minutes=4, seconds=59)
    assert estimating.of(draft).estimate is not None
    assert not estimating.want(draft)
    clock.move(seconds=1)
    assert estimating.of(draft) == estimating.Found(everybody=PEOPLE, idle=True)
    assert estimating.of(draft, any_age=True).estimate is not None
    assert counted(draft).estimate is not None


def test_by_the_clock_of_each_person(draft: Campaign) -> None:
    tomorrow = f"{now() + timedelta(days=1):%Y-%m-%dT10:00}"
    edit(draft, planned_time=tomorrow, planned_zone="UTC")
    before = counted(draft)
    assert before.estimate is not None
    assert not before.estimate.places
    departure.choose(draft, departure.Departure(each_clock=True))
    found, whole = counted(draft), audience.estimate(draft)
    assert found.estimate is not None
    assert len(whole.places) >= 3
    assert found.estimate.places == whole.places


def test_two_texts(draft: Campaign) -> None:
    CHANGES["test"](draft)
    test = ab_tests.of(draft)
    assert test is not None
    found, whole = counted(draft), ab_tests.costs(draft, test)
    assert found.costs is not None
    for part in ("a", "b", "rest", "whole"):
        assert same(getattr(found.costs, part), getattr(whole, part))
    assert found.costs.a.recipients
    assert found.costs.b.recipients


def test_it_goes_when_the_draft_is_sent_or_deleted(account: Account, draft: Campaign) -> None:
    found = counted(draft)
    assert found.estimate is not None
    launch.launch(draft, found.estimate.total)
    assert row() is None
    assert not estimating.work(draft.id)
    other = drafts.create(account, Draft(text="Hi", everyone=True), "")
    counted(other)
    drafts.remove(other)
    assert row() is None


def test_so_many_are_read_at_most(
    account: Account, draft: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (lists.create(account.id, name) for name in ("One", "Two"))
    ids = db.session.scalars(select(Recipient.id)).all()
    for group, size in ((one, 3), (two, 5)):
        lists.put(group, ids[:size])
    for draft_to, most in (
        ({"lists": [one.public_id]}, 3),
        ({"lists": [one.public_id, two.public_id]}, 8),
        ({"lists": [one.public_id], "everyone": True}, PEOPLE),
    ):
        edit(draft, **{"everyone": False, **draft_to})
        assert estimating.most_read(draft) == most
        db.session.expire_all()
    monkeypatch.setattr(trial, "may_text", lambda _account: {"+48601290000"})
    assert estimating.most_read(draft) == 1
    assert db.session.query(RecipientList).count() == 2


def test_an_estimate_is_read_as_it_was_written(draft: Campaign) -> None:
    whole = audience.estimate(draft)
    stored = json.loads(json.dumps(estimates.plain(whole)))
    again = estimates.of_plain(stored)
    assert same(again, whole)
    assert again.everybody == whole.everybody == PEOPLE
