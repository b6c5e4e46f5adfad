"""Whom a campaign is addressed to: what is counted, shown and prepared are the same people."""

import random

import pytest
from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign, CampaignStatus, Message, MessageStatus, Segment
from promosms.services.campaigns import (
    addressed,
    audience,
    campaigns,
    launch,
    live_estimate,
    live_groups,
    preparation,
)
from promosms.services.campaigns.campaigns import Draft
from promosms.services.recipients.segments import counts, segments
from promosms.services.recipients.segments.conditions import Condition, Filter, Kind, Match
from tests.support import segments as people
from tests.support.cast import Cast

ROUNDS, PREPARED = 16, 4


def test_generated_audiences_reach_whom_they_should(
    context: None, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
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
        campaign = campaigns.create(account, draft, "")
        assert campaigns.read(campaign).segments == sorted_by_name(draft.segments, saved)
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
    to = addressed.of(campaigns.create(account, draft, ""))
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
    assert audience.count(campaigns.create(account, draft, "")) == 1
