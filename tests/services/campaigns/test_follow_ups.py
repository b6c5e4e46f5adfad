"""Texts to those of a campaign who did not get it, did not answer, or did not open a link."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignKind,
    CampaignStatus,
    Click,
    FollowUpKind,
    InboundMessage,
    Link,
    LinkKind,
    Message,
    MessageCount,
    MessageStatus,
    Recipient,
    Sender,
    SuppressionSource,
    now,
)
from promosms.services.campaigns import (
    audience,
    drafts,
    follow_ups,
    launch,
    live_estimate,
    live_groups,
    preparation,
    repeats,
)
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.sending import opt_outs
from tests.services.sending.conftest import MakeCampaign, make_campaign, statuses
from tests.support.cast import Cast
from tests.support.clock import Clock

__all__ = ["make_campaign"]
PHONES = [f"+48601299{n:03}" for n in range(100, 110)]
# What became of the texts to these numbers, in their order.
ENDS = [
    (MessageStatus.DELIVERED, ""),
    (MessageStatus.DELIVERED, ""),
    (MessageStatus.SENT, ""),
    (MessageStatus.UNDELIVERED, ""),
    (MessageStatus.EXPIRED, ""),
    (MessageStatus.FAILED, "rejected"),
    (MessageStatus.FAILED, "bad_number"),
    (MessageStatus.FAILED, "outage"),
    (MessageStatus.UNKNOWN, "no_answer"),
    (MessageStatus.CANCELLED, ""),
]
NOT_GOT, NOT_ANSWERED = FollowUpKind.NOT_GOT, FollowUpKind.NOT_ANSWERED
NOT_CLICKED = FollowUpKind.NOT_CLICKED
THEIRS = {NOT_GOT: PHONES[3:6], NOT_ANSWERED: PHONES[:3], NOT_CLICKED: PHONES[:3]}
BOTH = pytest.mark.parametrize("few", [20_000, 0])
KINDS = pytest.mark.parametrize("kind", FollowUpKind)


@pytest.fixture
def ended(context: None, make_campaign: MakeCampaign) -> Campaign:
    """A campaign at its end, with one text of each end."""
    campaign_id = make_campaign(PHONES)
    preparation.prepare(campaign_id)
    sent_at = now()
    with transaction() as session:
        for phone, (status, reason) in zip(PHONES, ENDS, strict=True):
            session.execute(
                update(Message)
                .where(Message.phone == phone)
                .values(status=status, attention_status=status, reason=reason, sent_at=sent_at)
            )
        campaign = session.get_one(Campaign, campaign_id)
        campaign.status, campaign.n_queued = CampaignStatus.FINISHED, 0
        for status, _ in ENDS:
            name = f"n_{status}"
            setattr(campaign, name, getattr(campaign, name) + 1)
        for kind, target in ((LinkKind.ADDRESS, "https://shop.example/"), (LinkKind.OPT_OUT, "")):
            session.add(
                Link(
                    account_id=campaign.account_id,
                    campaign_id=campaign_id,
                    kind=kind,
                    target=target,
                )
            )
    return campaign


def answer(campaign: Campaign, phone: str, when: timedelta = timedelta(seconds=1)) -> None:
    with transaction() as session:
        session.add(
            InboundMessage(
                account_id=campaign.account_id,
                phone=phone,
                text="Yes",
                received_at=now() + when,
            )
        )


def open_link(campaign: Campaign, phone: str, kind: LinkKind = LinkKind.ADDRESS) -> None:
    with transaction() as session:
        link = session.scalars(select(Link).filter_by(campaign_id=campaign.id, kind=kind)).one()
        person = session.scalars(select(Recipient).filter_by(phone=phone)).first()
        assert person is not None
        click = Click(link_id=link.id, recipient_id=person.id, account_id=campaign.account_id)
        click.first_at = click.last_at = now()
        session.add(click)


def send(follow_up: Campaign) -> list[str]:
    """Launch a follow-up as its review does; returns the numbers that get a text."""
    launch.launch(follow_up, audience.estimate(follow_up).total)
    preparation.prepare(follow_up.id)
    query = select(Message.phone).where(
        Message.campaign_id == follow_up.id, Message.status == MessageStatus.QUEUED
    )
    return sorted(db.session.scalars(query))


@BOTH
@KINDS
def test_composer_review_and_preparation_mean_the_same_people(
    ended: Campaign, kind: FollowUpKind, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 0 each person is looked up on their own, as in a large campaign."""
    monkeypatch.setattr(follow_ups, "FEW", few)
    monkeypatch.setattr(live_groups, "MOST_READ", few or 1)
    account = db.session.get_one(Account, ended.account_id)
    assert follow_ups.count(ended, kind) == 3
    follow_up = follow_ups.draft(ended, kind, "Once more")
    draft = drafts.read(follow_up)
    assert live_estimate.estimate(account, draft).people == 3
    first = live_groups.first(account, draft, 9)
    assert [one.phone for one in first] == THEIRS[kind]
    assert audience.estimate(follow_up).recipients == 3
    assert send(follow_up) == THEIRS[kind]


@BOTH
def test_who_answers_before_it_is_prepared_is_left_out(
    ended: Campaign, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_ups, "FEW", few)
    answer(ended, PHONES[0], -timedelta(hours=1))  # before the campaign: about something else
    answer(ended, PHONES[1])
    follow_up = follow_ups.draft(ended, NOT_ANSWERED, "Once more")
    assert audience.count(follow_up) == 2
    agreed = audience.estimate(follow_up).total
    launch.launch(follow_up, agreed)
    answer(ended, PHONES[2])
    preparation.prepare(follow_up.id)
    assert statuses(follow_up.id) == {"queued": 1}


@BOTH
def test_who_opens_a_link_before_it_is_prepared_is_left_out(
    ended: Campaign, cast: Cast, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link to opt out is no answer to the text, and a link of another campaign says nothing."""
    monkeypatch.setattr(follow_ups, "FEW", few)
    open_link(ended, PHONES[0], LinkKind.OPT_OUT)
    open_link(ended, PHONES[1])
    answer(ended, PHONES[2])
    follow_up = follow_ups.draft(ended, NOT_CLICKED, "Once more")
    with transaction() as session:
        session.add(
            Link(account_id=ended.account_id, campaign_id=follow_up.id, target="https://x.example")
        )
    open_link(follow_up, PHONES[0])
    assert follow_ups.count(ended, NOT_CLICKED) == 2
    launch.launch(follow_up, audience.estimate(follow_up).total)
    open_link(ended, PHONES[2])
    preparation.prepare(follow_up.id)
    assert statuses(follow_up.id) == {"queued": 1}


def test_without_links_nobody_knows_who_did_not_open_one(ended: Campaign) -> None:
    with transaction() as session:
        session.execute(delete(Link).where(Link.kind == LinkKind.ADDRESS))
    assert not follow_ups.possible(ended, NOT_CLICKED)
    with pytest.raises(follow_ups.NoFollowUp):
        follow_ups.draft(ended, NOT_CLICKED, "Once more")


@BOTH
@KINDS
def test_nobody_gets_two_of_the_same_kind(
    ended: Campaign, kind: FollowUpKind, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_ups, "FEW", few)
    first = follow_ups.draft(ended, kind, "First")
    assert follow_ups.draft(ended, kind, "First").id == first.id  # a double click
    assert send(first) == THEIRS[kind]
    second = follow_ups.draft(ended, kind, "Second")
    assert second.id != first.id
    assert audience.count(second) == 0
    with pytest.raises(LaunchError, match=LaunchProblem.NO_AUDIENCE):
        launch.launch(second, 0)
    # Who was left out or refused has not got it; who may have got it, has.
    gone, refused, maybe = THEIRS[kind]
    ends = {gone: MessageStatus.CANCELLED, refused: MessageStatus.FAILED, maybe: "unknown"}
    with transaction() as session:
        for phone, status in ends.items():
            session.execute(
                update(Message)
                .where(Message.phone == phone, Message.campaign_id == first.id)
                .values(status=status, attention_status=status)
            )
    assert send(second) == [gone, refused]


@KINDS
def test_two_of_the_same_kind_are_prepared_one_after_the_other(
    ended: Campaign, kind: FollowUpKind
) -> None:
    first = follow_ups.draft(ended, kind, "First")
    launch.launch(first, 10_000)
    second = follow_ups.draft(ended, kind, "Second")
    with pytest.raises(LaunchError, match=LaunchProblem.FOLLOW_UP_IN_TURN):
        launch.launch(second, 10_000)
    db.session.refresh(second)
    assert second.status == CampaignStatus.DRAFT
    other = NOT_ANSWERED if kind == NOT_GOT else NOT_GOT
    assert send(follow_ups.draft(ended, other, "Other")) == THEIRS[other]
    launch.cancel(first)
    assert send(second) == THEIRS[kind]


def test_consent_and_opt_outs_count_as_they_are_then(ended: Campaign) -> None:
    follow_up = follow_ups.draft(ended, NOT_GOT, "Once more")
    opt_outs.opt_out(ended.account_id, PHONES[3], SuppressionSource.KEYWORD)
    with transaction() as session:
        session.execute(
            update(Recipient).where(Recipient.phone == PHONES[4]).values(consent="none")
        )
    estimate = audience.estimate(follow_up)
    assert estimate.skipped == {"opted_out": 1, "no_consent": 1}
    assert send(follow_up) == [PHONES[5]]


def test_it_keeps_its_people_when_it_is_edited_and_its_copy_has_none(
    ended: Campaign, cast: Cast
) -> None:
    follow_up = follow_ups.draft(ended, NOT_GOT, "Once more")
    changed = replace(drafts.read(follow_up), text="Another text")
    drafts.update(follow_up, changed, drafts.stamp(follow_up))
    assert (follow_up.text, audience.count(follow_up)) == ("Another text", 3)
    account = db.session.get_one(Account, cast.owner.account_id)
    of_draft = follow_ups.of_draft(account, follow_up.public_id)
    assert of_draft is not None
    assert of_draft.campaign.id == ended.id
    stranger = db.session.get_one(Account, cast.stranger.account_id)
    assert follow_ups.of_draft(stranger, follow_up.public_id) is None
    assert audience.count(drafts.duplicate(follow_up, "Copy")) == 0


def test_it_is_possible_at_the_end_as_long_as_it_is_known_whom_it_is_for(
    ended: Campaign, clock: Clock
) -> None:
    follow_up = follow_ups.draft(ended, NOT_ANSWERED, "Once more")
    account = db.session.get_one(Account, ended.account_id)
    for status, offered in (("finished", True), ("cancelled", True), ("sending", False)):
        with transaction():
            ended.status = status
        assert follow_ups.possible(ended, NOT_ANSWERED) is offered, status
    with transaction():
        ended.status = "finished"
    clock.move(days=account.retention_days, minutes=-5)
    assert follow_ups.possible(ended, NOT_ANSWERED)
    assert follow_ups.possible(ended, NOT_CLICKED)
    clock.move(minutes=10)  # replies and clicks may have been deleted
    assert not follow_ups.possible(ended, NOT_ANSWERED)
    assert not follow_ups.possible(ended, NOT_CLICKED)
    assert follow_ups.possible(ended, NOT_GOT)
    with pytest.raises(LaunchError, match=LaunchProblem.FOLLOW_UP_TOO_LATE):
        launch.launch(follow_up, 10_000)
    with transaction() as session:
        session.add(
            MessageCount(
                campaign_id=ended.id,
                account_id=ended.account_id,
                status="expired",
                reason="",
                country="PL",
                parts=1,
                price=300,
                messages=1,
                charged=300,
            )
        )
    assert not follow_ups.possible(ended, NOT_GOT)
    with pytest.raises(follow_ups.NoFollowUp):
        follow_ups.draft(ended, NOT_GOT, "Too late")
    drafts_left = select(func.count()).where(Campaign.follow_up_kind == NOT_GOT)
    assert db.session.scalar(drafts_left) == 0


def test_every_copy_of_a_campaign_keeps_what_its_texts_are(ended: Campaign) -> None:
    """Sent again, followed up and used again: whatever makes the text, and by which way it goes."""
    with transaction() as session:
        sender = Sender(account_id=ended.account_id, name="Kwiaty Ani", key="kwiaty ani")
        session.add(sender)
        session.flush()
        ended.sender_id, ended.kind, ended.opt_out_line = sender.id, CampaignKind.SERVICE, False
        ended.language, ended.plain_details, ended.short_links = "pl", True, True
    kept = ("route_id", "sender_id", "text", "kind", "opt_out_line", "language")
    copies = [
        repeats.draft(ended, "Again"),
        follow_ups.draft(ended, NOT_GOT, "Once more"),
        drafts.duplicate(ended, "Copy"),
    ]
    for name in (*kept, "plain_details", "short_links"):
        assert {getattr(copy, name) for copy in copies} == {getattr(ended, name)}, name
