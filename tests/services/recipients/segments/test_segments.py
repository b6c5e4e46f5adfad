"""Segments: what keeps them and their lists, their counts, and activity that outlives messages."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignSegment,
    CampaignStatus,
    Message,
    Recipient,
    RecipientActivity,
    Segment,
    now,
)
from promosms.services.bulk_actions import actions
from promosms.services.bulk_actions.actions import Chosen
from promosms.services.recipients import activity, filters, lists, pages, recipients
from promosms.services.recipients.filters import Search
from promosms.services.recipients.segments import counts, queries, segments
from promosms.services.recipients.segments.conditions import Condition, Filter, Kind, Match
from promosms.services.recipients.segments.counts import Counted
from promosms.services.recipients.states import State
from tests.support import segments as people
from tests.support.cast import Cast
from tests.support.clock import Clock

AGREED = Filter(Match.ALL, (Condition(Kind.CONSENT, Kind.CONSENT, "given"),))
TEXTED = Filter(Match.ALL, (Condition(Kind.TEXTED, Kind.TEXTED, "ever"),))
NUMBER = 40


@pytest.fixture
def account(context: None, cast: Cast, clock: Clock) -> Account:
    """The owner's account with people of all kinds."""
    people.stop(clock)
    account = db.session.get_one(Account, cast.owner.account_id)
    dice = people.random.Random(3)
    people.store(account, [people.anybody(dice, number) for number in range(NUMBER)])
    return account


def members(account: Account, chosen: Filter) -> set[str]:
    """The numbers of those who meet a filter."""
    query = select(Recipient.phone).where(Recipient.account_id == account.id)
    return set(db.session.scalars(query.where(queries.where(account, chosen))))


def test_who_was_texted_is_known_when_the_messages_are_gone(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = members(account, TEXTED)
    assert 5 < len(before) < NUMBER
    monkeypatch.setattr(activity, "BATCH", 3)
    with transaction() as session:
        session.execute(delete(RecipientActivity).where(RecipientActivity.replied_at.is_(None)))
        for campaign in session.scalars(select(Campaign)):
            campaign.status, campaign.activity_cursor = CampaignStatus.FINISHED, 0
    # Workers that are killed after each batch; the last has nothing more to do.
    assert sum(activity.note(lambda: True) for _ in range(NUMBER)) > 5
    assert not activity.due()
    with transaction() as session:
        session.execute(delete(Message))
    assert members(account, TEXTED) == before
    one = db.session.scalars(select(Recipient).where(Recipient.phone.in_(before))).first()
    assert one is not None
    noted = select(func.count()).where(RecipientActivity.recipient_id == one.id)
    recipients.delete_many(account.id, [one.public_id])
    assert db.session.scalar(noted) == 0


def test_a_text_to_one_person_is_noted_as_the_latest(account: Account) -> None:
    phone = next(iter(members(account, TEXTED)))
    lately = Filter(Match.ALL, (Condition(Kind.TEXTED, Kind.TEXTED, "last_days", "1"),))
    with transaction() as session:
        activity.texted(session, account.id, phone, now())
        activity.texted(session, account.id, phone, now() - timedelta(days=90))
    assert phone in members(account, lately)


def test_what_uses_it_keeps_it(account: Account) -> None:
    guests = lists.all_of(account.id)[0]
    on_list = Filter(Match.ALL, (Condition(Kind.LIST, Kind.LIST, "not_on", guests.public_id),))
    segment = segments.create(account.id, "Others", on_list)
    with pytest.raises(lists.ListInUse):
        lists.delete_list(guests)
    with pytest.raises(segments.NameTaken):
        segments.create(account.id, "Others", AGREED)
    campaign = Campaign(account_id=account.id, route_id=1, status=CampaignStatus.PREPARING)
    with transaction() as session:
        session.add(campaign)
        session.flush()
        used = {"campaign_id": campaign.id, "segment_id": segment.id, "account_id": account.id}
        session.add(CampaignSegment(**used))
    with pytest.raises(segments.SegmentInUse):
        segments.delete(segment)
    with pytest.raises(segments.SegmentInUse):
        segments.change(segment, "Others", AGREED)
    segments.change(segment, "The others", on_list)
    with transaction():
        campaign.status = CampaignStatus.FINISHED
    segments.change(segment, "The others", AGREED)
    lists.delete_list(guests)
    with pytest.raises(segments.ListGone):
        segments.create(account.id, "Gone", on_list)
    segments.delete(segment)
    assert segments.all_of(account.id) == []


def test_many_people_are_counted_by_a_job(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment, exact = segments.create(account.id, "Agreed", AGREED), len(members(account, AGREED))
    assert counts.of(account.id, [segment]) == {segment.id: Counted(exact)}
    assert not counts.due(account.id, [segment])
    monkeypatch.setattr(counts, "MOST_READ", 2)
    monkeypatch.setattr(counts, "BLOCK", 2)
    monkeypatch.setattr(counts, "BLOCKS", 4)
    about = counts.of(account.id, [segment])[segment.id]
    assert about.about
    assert about.people in range(0, NUMBER + 1, NUMBER // 8)
    assert counts.due(account.id, [segment])
    assert not counts.count_again(account.id, lambda: True)
    assert not counts.due(account.id, [segment])
    counted = counts.of(account.id, [segment])[segment.id]
    assert (counted.people, counted.about, counted.at) == (exact, False, segment.counted_at)
    segments.change(segment, "Texted", TEXTED)
    assert segment.people is None


@pytest.mark.parametrize("walked", [3, 100_000])
def test_its_pages_and_bulk_actions_are_for_the_same_people(
    account: Account, walked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 4)
    monkeypatch.setattr(pages, "MOST_WALKED", walked)
    segment = segments.create(account.id, "Texted", TEXTED)
    found, after, opened = list[str](), "", 0
    while opened < NUMBER:
        page = pages.page(Search(account.id, state=State.TEXTABLE, segment=segment, after=after))
        found += [recipient.phone for recipient in page.recipients]
        opened += 1
        if page.next_key is None:
            break
        after = str(page.next_key)
    saved = filters.as_filter(Search(account.id, state=State.TEXTABLE))
    expected = members(account, TEXTED) & members(account, saved)
    assert len(found) == len(expected) == page.total
    assert set(found) == expected
    chosen = Chosen(Search(account.id, state=State.TEXTABLE, segment=segment))
    assert actions.count(chosen) == len(expected)
    again = Segment(account_id=account.id, conditions=chosen.stored()["segment"])
    assert again.conditions == segment.conditions
