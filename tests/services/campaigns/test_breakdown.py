"""The breakdown of a campaign, counted in the background."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Campaign,
    CampaignBreakdown,
    CampaignList,
    CampaignStatus,
    Click,
    InboundMessage,
    Link,
    ListRecipient,
    Message,
    MessageStatus,
    Recipient,
    RecipientList,
    Suppression,
    SuppressionSource,
    now,
)
from promosms.services.campaigns import arrivals, breakdown, campaigns
from promosms.services.campaigns.breakdown import Group
from promosms.services.installation import defaults
from promosms.services.privacy import purge_messages
from tests.support.cast import Cast
from tests.support.clock import Clock

# Country, lists, what became of the text, and what the person did.
PEOPLE = [
    ("PL", "AB", "delivered", "replied clicked"),
    ("PL", "A", "delivered", "replied"),
    ("PL", "B", "undelivered", ""),
    ("PL", "", "sent", "opted_out"),
    ("DE", "A", "failed", ""),
    ("DE", "B", "delivered", "clicked"),
    ("DE", "B", "unknown", ""),
    ("CZ", "A", "skipped", ""),
    ("CZ", "A", "cancelled", ""),
    ("CZ", "A", "queued", ""),
]
RESPONSES = ("replied", "opted_out", "clicked")
LISTS = ("A", "B", "C")


@pytest.fixture
def sent(context: None, cast: Cast) -> Campaign:
    """A campaign that began an hour ago, to the people above; list C is not addressed."""
    return send(cast.owner.account_id)


def send(account: int, lists: str = "AB") -> Campaign:
    start = now() - timedelta(hours=1)
    with transaction() as session:
        campaign = Campaign(
            account_id=account,
            route_id=defaults.default_route().id,
            status=CampaignStatus.SENDING,
            launched_at=start,
            count_at=start,
        )
        groups = {name: RecipientList(account_id=account, name=name) for name in LISTS}
        session.add_all([campaign, *groups.values()])
        session.flush()
        session.add_all(
            CampaignList(campaign_id=campaign.id, account_id=account, list_id=groups[name].id)
            for name in lists
        )
        link = Link(account_id=account, campaign_id=campaign.id, target="https://x.example")
        session.add(link)
        session.flush()
        for number, (country, on, status, did) in enumerate(PEOPLE):
            phone = f"+4860129910{number}"
            person = Recipient(account_id=account, phone=phone, country=country)
            session.add(person)
            session.flush()
            session.add_all(
                ListRecipient(list_id=groups[one].id, recipient_id=person.id, account_id=account)
                for one in on + "C"
            )
            at = start + timedelta(minutes=1 + number)
            session.add(
                Message(
                    account_id=account,
                    campaign_id=campaign.id,
                    recipient=person.public_id,
                    phone=phone,
                    country=country,
                    status=status,
                    sent_at=start,
                    created_at=start,
                    final_at=at if status == "delivered" else None,
                )
            )
            counter = f"n_{status}"
            setattr(campaign, counter, (getattr(campaign, counter) or 0) + 1)
            if "replied" in did:
                session.add(
                    InboundMessage(account_id=account, phone=phone, text="Yes", received_at=at)
                )
            if "opted_out" in did:
                session.add(
                    Suppression(
                        account_id=account,
                        phone=phone,
                        source=SuppressionSource.KEYWORD,
                        created_at=at,
                    )
                )
            if "clicked" in did:
                session.add(
                    Click(
                        link_id=link.id,
                        recipient_id=person.id,
                        account_id=account,
                        first_at=at,
                        last_at=at,
                    )
                )
    return campaign


def expected(country: str = "", list_: str = "") -> Group:
    """Counted by hand from the table of people."""
    theirs = [one for one in PEOPLE if country in one[0] and list_ in one[1]]
    ends = [status for _, _, status, _ in theirs]
    return Group(
        texts=sum(end in ("delivered", "undelivered", "sent", "unknown") for end in ends),
        delivered=ends.count("delivered"),
        not_delivered=ends.count("undelivered") + ends.count("failed"),
        **{name: sum(name in did for *_, did in theirs) for name in RESPONSES},
    )


def test_it_is_counted_by_country_and_by_list(sent: Campaign) -> None:
    assert breakdown.due()
    assert not breakdown.store(lambda: False)
    found = breakdown.of(sent)
    assert dict(found.countries) == {"PL": expected("PL"), "DE": expected("DE")}
    assert list(found.countries) == ["PL", "DE"]
    assert dict(found.lists) == {"A": expected(list_="A"), "B": expected(list_="B")}
    assert expected("PL") == Group(4, 2, 1, 2, 1, 1)
    assert expected(list_="B") == Group(4, 2, 1, 1, 0, 2)
    assert found.counted_at is not None


def test_of_a_campaign_to_everyone_all_lists_are_counted(context: None, cast: Cast) -> None:
    campaign = send(cast.owner.account_id, lists="")
    with transaction():
        campaign.everyone = True
    breakdown.count(campaign.id)
    assert set(breakdown.of(campaign).lists) == {"A", "B", "C"}
    with transaction() as session:
        session.delete(session.scalars(select(RecipientList).filter_by(name="A")).one())
    assert set(breakdown.of(campaign).lists) == {"B", "C"}


def test_it_is_counted_again_less_and_less_often_until_nothing_changes(
    sent: Campaign, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.stop()
    monkeypatch.setattr(breakdown, "SHARE", 0)  # however busy the machine is
    breakdown.count(sent.id)
    assert not breakdown.due()
    clock.move(seconds=59)
    assert not breakdown.due()
    clock.move(seconds=2)
    assert breakdown.due()
    with transaction() as session:
        sent.status, sent.finished_at, sent.n_queued = CampaignStatus.FINISHED, now(), 0
        session.execute(
            update(Message)
            .where(Message.status == MessageStatus.SENT)
            .values(status=MessageStatus.DELIVERED, attention_status=None, final_at=now())
        )
    breakdown.count(sent.id)
    assert breakdown.of(sent).countries["PL"].delivered == 3
    clock.move(hours=2)
    breakdown.count(sent.id)
    clock.move(minutes=29)
    assert not breakdown.due()
    clock.move(minutes=2)
    assert breakdown.due()
    clock.move(hours=8)
    breakdown.count(sent.id)
    clock.move(minutes=59)
    assert not breakdown.due()
    clock.move(minutes=2)
    assert breakdown.due()
    clock.move(hours=72)
    breakdown.count(sent.id)
    clock.move(days=30)
    assert not breakdown.due()


def test_a_campaign_that_stands_still_is_counted_less_often(
    sent: Campaign, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.stop()
    monkeypatch.setattr(breakdown, "SHARE", 0)
    with transaction():
        sent.status, sent.updated_at = CampaignStatus.PAUSED, now() - timedelta(minutes=40)
    breakdown.count(sent.id)
    clock.move(minutes=9)
    assert not breakdown.due()
    clock.move(minutes=2)
    assert breakdown.due()


def test_what_takes_long_to_count_is_counted_less_often(
    sent: Campaign, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breakdown, "SHARE", 10**7)
    breakdown.count(sent.id)
    clock.move(minutes=10)
    assert not breakdown.due()


@pytest.mark.parametrize("status", ["draft", "scheduled", "preparing"])
def test_what_has_not_left_is_not_counted(sent: Campaign, status: str) -> None:
    with transaction():
        sent.status = status
    assert not breakdown.due()


def test_it_stays_when_messages_are_deleted(
    app: Flask, sent: Campaign, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        sent.status, sent.finished_at, sent.n_queued = CampaignStatus.FINISHED, now(), 0
    breakdown.count(sent.id)
    monkeypatch.setattr(arrivals, "MOST_READ", 0)
    before, speed = breakdown.of(sent), arrivals.of(sent)
    assert [round(arrived.share * 8) for arrived in speed] == [1, 2, 3]
    clock.move(days=400)
    purge_messages.messages({}, lambda: False)
    db.session.expire_all()
    assert campaigns.deleted(sent)[0]
    breakdown.count(sent.id)
    after = breakdown.of(sent)
    assert (after.countries, after.lists) == (before.countries, before.lists)
    assert arrivals.of(sent) == speed
    assert not breakdown.due()


def test_large_and_small_campaigns_say_the_same(
    sent: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    breakdown.count(sent.id)
    read = arrivals.of(sent)
    assert read
    monkeypatch.setattr(arrivals, "MOST_READ", 0)
    assert arrivals.of(sent) == read


def test_a_campaign_that_was_deleted_meanwhile_is_left(context: None, sent: Campaign) -> None:
    breakdown.count(sent.id + 1)
    assert db.session.scalars(select(CampaignBreakdown)).all() == []
