"""Sending a campaign again to those whose text was not confirmed, or was refused in an outage."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    LedgerEntry,
    Message,
    MessageStatus,
    SuppressionSource,
)
from promosms.services.campaigns import audience, drafts, launch, preparation, repeats
from promosms.services.campaigns.launch_problems import LaunchError
from promosms.services.campaigns.repeats import Repeatable
from promosms.services.privacy import erase_recipient
from promosms.services.recipients import recipients
from promosms.services.sending import opt_outs
from tests.services.sending.conftest import MakeCampaign, make_campaign, statuses
from tests.support.cast import Cast

__all__ = ["make_campaign"]
PHONES = [f"+48601299{n:03}" for n in range(100, 109)]
# What became of the texts to these numbers, in their order.
ENDS = [
    (MessageStatus.DELIVERED, ""),
    (MessageStatus.SENT, ""),
    (MessageStatus.FAILED, "bad_number"),
    (MessageStatus.FAILED, "rejected"),
    (MessageStatus.UNDELIVERED, ""),
    (MessageStatus.UNKNOWN, "no_answer"),
    (MessageStatus.UNKNOWN, "no_answer"),
    (MessageStatus.FAILED, "outage"),
    (MessageStatus.FAILED, "outage"),
]


@pytest.fixture
def finished(context: None, make_campaign: MakeCampaign) -> Campaign:
    """A campaign at its end, with one text of each end."""
    campaign_id = make_campaign(PHONES)
    preparation.prepare(campaign_id)
    with transaction() as session:
        for phone, (status, reason) in zip(PHONES, ENDS, strict=True):
            session.execute(
                update(Message)
                .where(Message.phone == phone)
                .values(status=status, attention_status=status, reason=reason)
            )
        campaign = session.get_one(Campaign, campaign_id)
        campaign.status, campaign.n_queued = CampaignStatus.FINISHED, 0
        for status, _ in ENDS:
            name = f"n_{status}"
            setattr(campaign, name, getattr(campaign, name) + 1)
    return campaign


def send(repeat: Campaign) -> dict[str, int]:
    """Launch a repeat as its review does; returns its messages by status."""
    launch.launch(repeat, audience.estimate(repeat).total)
    preparation.prepare(repeat.id)
    return statuses(repeat.id)


def test_a_repeat_reaches_those_who_are_unsure_and_is_charged_for_them_only(
    finished: Campaign, cast: Cast
) -> None:
    account = db.session.get_one(Account, cast.owner.account_id)
    held = account.held
    assert repeats.of(finished) == Repeatable(4, 2)
    repeat = repeats.draft(finished, "Again")
    estimate = audience.estimate(repeat)
    assert (estimate.recipients, repeat.text) == (4, finished.text)
    assert send(repeat) == {"queued": 4}
    texted = select(Message.phone).where(Message.campaign_id == repeat.id).order_by(Message.phone)
    assert list(db.session.scalars(texted)) == PHONES[5:]
    db.session.refresh(account)
    assert account.held - held == estimate.total > 0


def test_a_campaign_is_repeated_once(finished: Campaign, app: Flask) -> None:
    """A double click gives one draft, and a second launch nothing; then there is no button."""
    campaign_id = finished.id

    def press(_: int) -> int:
        with app.app_context():
            return repeats.draft(db.session.get_one(Campaign, campaign_id), "Again").id

    with ThreadPoolExecutor(4) as threads:
        (draft_id,) = set(threads.map(press, range(4)))
    db.session.rollback()  # it was read before the threads wrote
    repeat = db.session.get_one(Campaign, draft_id)
    assert repeats.of(finished).people == 4  # a draft has sent nothing
    assert send(repeat) == {"queued": 4}
    with pytest.raises(LaunchError):
        launch.launch(repeat, 0)
    assert repeats.of(finished) == Repeatable()
    assert repeats.draft(finished, "Again").id == draft_id
    holds = select(func.count()).where(
        LedgerEntry.campaign_id == draft_id, LedgerEntry.kind == "hold"
    )
    assert db.session.scalar(holds) == 1


def test_a_deleted_draft_can_be_made_again(finished: Campaign) -> None:
    drafts.remove(repeats.draft(finished, "Again"))
    assert repeats.of(finished).people == 4
    assert repeats.draft(finished, "Again").status == CampaignStatus.DRAFT


def test_opt_outs_count_as_they_are_at_the_repeat(finished: Campaign, cast: Cast) -> None:
    repeat = repeats.draft(finished, "Again")
    agreed = audience.estimate(repeat).total
    opt_outs.opt_out(cast.owner.account_id, PHONES[5], SuppressionSource.KEYWORD)
    launch.launch(repeat, agreed)
    preparation.prepare(repeat.id)
    assert statuses(repeat.id) == {"queued": 3, "skipped": 1}
    opt_outs.opt_out(cast.owner.account_id, PHONES[7], SuppressionSource.KEYWORD)
    assert statuses(repeat.id) == {"queued": 2, "skipped": 2}


def test_erased_and_deleted_people_are_not_offered(finished: Campaign, cast: Cast) -> None:
    account = db.session.get_one(Account, cast.owner.account_id)
    for phone, left in ((PHONES[5], (3, 1)), (PHONES[7], (2, 1))):
        recipient = recipients.by_phone(account.id, phone)
        assert recipient is not None
        erase_recipient.erase(account, recipient, "me")
        assert repeats.of(finished) == Repeatable(*left)
    gone = recipients.by_phone(account.id, PHONES[6])
    assert gone is not None
    recipients.delete_many(account.id, [gone.public_id])
    assert repeats.of(finished) == Repeatable(1, 0)


def test_a_late_receipt_takes_a_person_out(finished: Campaign) -> None:
    repeat = repeats.draft(finished, "Again")
    with transaction() as session:
        session.execute(
            update(Message)
            .where(Message.phone == PHONES[5])
            .values(status=MessageStatus.DELIVERED, attention_status=None)
        )
    assert repeats.of(finished) == Repeatable(3, 1)
    assert audience.count(repeat) == 3


def test_it_is_offered_at_the_end_and_while_the_text_is_there(finished: Campaign) -> None:
    for status, text, offered in (
        (CampaignStatus.FINISHED, "Hello", True),
        (CampaignStatus.CANCELLED, "Hello", True),
        (CampaignStatus.SENDING, "Hello", False),
        (CampaignStatus.PAUSED, "Hello", False),
        (CampaignStatus.FINISHED, "", False),  # the text was deleted after its time
    ):
        with transaction():
            finished.status, finished.text = status, text
        assert (repeats.of(finished).people > 0) is offered, (status, text)
    with pytest.raises(repeats.NothingToRepeat):
        repeats.draft(finished, "Again")
