"""Whom a campaign is addressed to: what is counted, shown and prepared are the same people."""

import random
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Consent,
    Message,
    MessageStatus,
    Recipient,
    Segment,
)
from promosms.services.campaigns import (
    addressed,
    audience,
    drafts,
    launch,
    live_estimate,
    live_groups,
    preparation,
)
from promosms.services.campaigns.drafts import Draft
from promosms.services.recipients import activity
from promosms.services.recipients.segments import counts, segments
from promosms.services.recipients.segments.conditions import Condition, Filter, Kind, Match
from tests.support import segments as people
from tests.support.cast import Cast
from tests.support.clock import Clock

ROUNDS, PREPARED = 16, 4


def test_generated_audiences_reach_whom_they_should(
    context: None, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.stop(clock)
    account, dice = db.session.get_one(Account, cast.owner.account_id), random.Random(29)
    everybody = [people.anybody(dice, number) for number in range(40)]
    made = people.store(account, everybody)
    by_id = {one.public_id: name for name, one in made.items()}
    saved = [
        segments.create(account.id, f"Segment {n}", people.any_filter(dice, made)) for n in range(8)
    ]
    for segment in saved:
        chosen = Filter.read(segment.conditions)
        in_it = sum(people.meets(one, chosen, made) for one in everybody)
        assert counts.of(account.id, [segment])[segment.id].people == in_it
    for number in range(ROUNDS):
        draft = any_draft(dice, [*by_id], saved)
        campaign = drafts.create(account, draft, "")
        assert drafts.read(campaign).segments == sorted_by_name(draft.segments, saved)
        members = {
            one.phone: one
            for one in everybody
            if (draft.everyone or is_one_of(one, draft.lists, draft.segments, saved, made))
            and not is_one_of(one, draft.without_lists, draft.without_segments, saved, made)
        }
        texted = {phone for phone, one in members.items() if one.consent and one.out is None}
        estimate = audience.estimate(campaign)
        assert (estimate.everybody, estimate.recipients) == (len(members), len(texted)), draft
        live = live_estimate.estimate(account, draft)
        assert (live.everybody, live.people, live.exact) == (len(members), len(texted), True)
        if number < PREPARED and texted:
            assert prepared(campaign) == (set(members), texted)
    monkeypatch.setattr(live_groups, "MOST_READ", 2)
    about = live_estimate.estimate(account, Draft(text="Hi", segments=[saved[0].public_id]))
    assert not about.counted
    assert about.everybody == counts.of(account.id, saved[:1])[saved[0].id].people


def any_draft(dice: random.Random, lists: list[str], saved: list[Segment]) -> Draft:
    """A draft to and without some lists and segments, or to everyone."""
    some = [one for one in lists if dice.random() < 0.4]
    without = [one for one in lists if one not in some and dice.random() < 0.3]
    ids = [one.public_id for one in saved]
    dice.shuffle(ids)
    everyone = dice.random() < 0.3
    return Draft(
        text="Hello",
        everyone=everyone,
        lists=[] if everyone else some,
        segments=[] if everyone else ids[: dice.randrange(3)],
        without_lists=without,
        without_segments=ids[5 : 5 + dice.randrange(3)],
    )


def sorted_by_name(ids: list[str], saved: list[Segment]) -> list[str]:
    return [one.public_id for one in saved if one.public_id in ids]


def is_one_of(
    one: people.Somebody,
    lists: list[str],
    ids: list[str],
    saved: list[Segment],
    made: dict[str, people.RecipientList],
) -> bool:
    """Is somebody on a list, or in a segment?"""
    on_list = any(made[name].public_id in lists for name in one.lists)
    filters = [Filter.read(each.conditions) for each in saved if each.public_id in ids]
    return on_list or any(people.meets(one, chosen, made) for chosen in filters)


def prepared(campaign: Campaign) -> tuple[set[str], set[str]]:
    """The numbers that a launch prepares: of all messages, and of those that are queued."""
    with transaction() as session:
        session.get_one(Account, campaign.account_id).balance = 10**9
    launch.launch(campaign, 10**9)
    assert preparation.prepare(campaign.id) == CampaignStatus.SENDING
    rows = db.session.execute(
        select(Message.phone, Message.status).where(Message.campaign_id == campaign.id)
    ).all()
    queued = {row.phone for row in rows if row.status == MessageStatus.QUEUED}
    launch.cancel(campaign)
    return {row.phone for row in rows}, queued


def test_a_strangers_segment_is_nobodys(context: None, cast: Cast) -> None:
    theirs = Account, cast.stranger.account_id
    stranger = db.session.get_one(*theirs)
    made = people.store(stranger, [])
    segment = segments.create(stranger.id, "Theirs", people.any_filter(random.Random(1), made))
    account = db.session.get_one(Account, cast.owner.account_id)
    draft = Draft(text="Hi", segments=[segment.public_id], without_segments=[segment.public_id])
    to = addressed.of(drafts.create(account, draft, ""))
    assert not to.chosen
    assert not to.without


def test_what_is_not_known_leaves_nobody_out(context: None, cast: Cast) -> None:
    account = db.session.get_one(Account, cast.owner.account_id)
    values = dict.fromkeys(people.COLUMNS.values(), "")
    people.store(
        account, [people.Somebody(1, values), people.Somebody(2, {**values, "field1": "9"})]
    )
    more = Condition(Kind.NUMBER, "field1", "more", "5")
    segment = segments.create(account.id, "Many", Filter(Match.ALL, (more,)))
    draft = Draft(text="Hi", everyone=True, without_segments=[segment.public_id])
    assert audience.count(drafts.create(account, draft, "")) == 1


def test_the_days_of_segments_are_those_of_the_launch_when_midnight_passes_between_pages(
    context: None, cast: Cast, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audience, "PAGE", 2)
    account = db.session.get_one(Account, cast.owner.account_id)
    today = clock.now().astimezone(people.ZONE).date()
    midnight = datetime.combine(today, time.min, people.ZONE).astimezone(UTC)
    tonight = datetime.combine(today + timedelta(days=1), time.min, people.ZONE).astimezone(UTC)
    six_days_ago = datetime.combine(today - timedelta(days=6), time.min, people.ZONE)
    phones = [f"+4860120{number:04}" for number in range(10)]
    lately, older = phones[4:8:2], phones[-1]
    with transaction() as session:
        account.timezone = str(people.ZONE)
        for phone in phones:
            before = timedelta(seconds=1 if phone == older else 0)
            session.add(
                Recipient(
                    account_id=account.id,
                    phone=phone,
                    country="PL",
                    consent=Consent.GIVEN,
                    created_at=midnight - before,
                )
            )
        session.flush()
        for phone in lately:
            activity.texted(session, account.id, phone, six_days_ago)
    added = segment_of(account, Condition(Kind.ADDED, Kind.ADDED, "last_days", "1"))
    texted = segment_of(account, Condition(Kind.TEXTED, Kind.TEXTED, "last_days", "7"))
    draft = Draft(text="Hi", segments=[added.public_id], without_segments=[texted.public_id])
    campaign = drafts.create(account, draft, "")
    clock.stop()
    clock.move(seconds=(tonight - clock.now()).total_seconds() - 1)
    launch.launch(campaign, 10**6)
    assert preparation.prepare(campaign.id, seconds=0) == CampaignStatus.PREPARING
    assert campaign.n_queued == 2
    clock.move(seconds=2)
    assert counts.of(account.id, [added])[added.id].people == 0, "the next day has begun"
    assert counts.of(account.id, [texted])[texted.id].people == 0
    assert preparation.prepare(campaign.id, seconds=0) == CampaignStatus.PREPARING
    clock.move(hours=24)
    assert preparation.prepare(campaign.id) == CampaignStatus.SENDING
    rows = db.session.scalars(select(Message.phone).where(Message.campaign_id == campaign.id))
    assert set(rows) == {*phones} - {*lately, older}
    assert (campaign.audience, campaign.n_queued) == (7, 7)


def segment_of(account: Account, condition: Condition) -> Segment:
    return segments.create(account.id, condition.kind.title(), Filter(Match.ALL, (condition,)))
