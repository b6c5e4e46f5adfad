"""Drafts and the figures of campaigns."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Account, Campaign, CampaignKind, Gateway, Message, RecipientList
from promosms.services.campaigns import addressed, campaigns, drafts
from promosms.services.campaigns.drafts import ChangedElsewhere, Draft, NotDraft
from promosms.services.recipients import lists
from tests.support.cast import Cast

TEXT = Draft(name="Sale", text="Hello", everyone=True)


@pytest.fixture
def account(cast: Cast, context: None) -> Account:
    """The owner's account."""
    return db.session.get_one(Account, cast.owner.account_id)


@pytest.fixture
def theirs(cast: Cast, context: None) -> str:
    """The public id of a stranger's list."""
    with transaction() as session:
        recipient_list = RecipientList(account_id=cast.stranger.account_id, name="Theirs")
        session.add(recipient_list)
    return recipient_list.public_id


def test_a_draft_is_read_as_it_was_created(account: Account) -> None:
    with transaction() as session:
        session.add(RecipientList(account_id=account.id, name="Regulars"))
    (group,) = lists.all_of(account.id)
    draft = Draft(
        name="Sale",
        text="Hello\nyou",
        kind=CampaignKind.SERVICE,
        opt_out_line=False,
        language="pl",
        plain_details=True,
        lists=[group.public_id],
    )
    assert drafts.read(drafts.create(account, draft, "")) == draft


def test_a_strangers_list_cannot_be_chosen(account: Account, theirs: str) -> None:
    campaign = drafts.create(account, Draft(text="Hello", lists=[theirs]), "")
    assert not addressed.of(campaign).chosen


def test_every_save_changes_the_stamp(account: Account) -> None:
    campaign = drafts.create(account, TEXT, "")
    seen = {drafts.stamp(campaign)}
    for n in range(20):
        drafts.update(campaign, Draft(text=f"Hello {n}"), drafts.stamp(campaign))
        seen.add(drafts.stamp(campaign))
    assert len(seen) == 21


def test_an_old_stamp_changes_nothing(account: Account) -> None:
    campaign = drafts.create(account, TEXT, "")
    old = drafts.stamp(campaign)
    drafts.update(campaign, Draft(text="First"), old)
    with pytest.raises(ChangedElsewhere):
        drafts.update(campaign, Draft(text="Second"), old)
    assert campaign.text == "First"
    drafts.update(campaign, Draft(text="First"), old)


def test_only_drafts_can_be_changed_and_deleted(account: Account) -> None:
    campaign = drafts.create(account, TEXT, "")
    with transaction():
        campaign.status = "sending"
    with pytest.raises(NotDraft):
        drafts.update(campaign, TEXT, drafts.stamp(campaign))
    with pytest.raises(NotDraft):
        drafts.remove(campaign)
    assert db.session.get(Campaign, campaign.id) is campaign


def test_the_same_key_returns_the_same_draft(account: Account) -> None:
    key = "0123456789abcdef0123"
    first = drafts.create(account, TEXT, key)
    second = drafts.create(account, Draft(text="Again"), key)
    assert first.public_id == second.public_id == key
    assert first.text == "Again"
    assert drafts.create(account, TEXT, "not a key").public_id != "not a key"


def test_a_used_key_of_a_sent_campaign_makes_a_new_draft(account: Account) -> None:
    key = "0123456789abcdef0123"
    first = drafts.create(account, TEXT, key)
    with transaction():
        first.status = "finished"
    assert drafts.create(account, Draft(text="Again"), key).id != first.id
    assert first.text == "Hello"


def test_the_figures_add_up(account: Account) -> None:
    campaign = Campaign(
        n_queued=5, n_sending=2, n_sent=10, n_delivered=20, n_undelivered=3, n_expired=1,
        n_failed=4, n_unknown=6, n_skipped=7, n_cancelled=8, n_parts=118,
    )  # fmt: skip
    figures = campaigns.figures(campaign)
    assert (figures.total, figures.done, figures.waiting) == (59, 52, 7)
    assert (figures.sent, figures.delivered, figures.not_delivered) == (34, 20, 8)
    assert (figures.unconfirmed, figures.skipped, figures.cancelled) == (6, 7, 8)
    assert figures.parts_left == 14


def test_the_duration_follows_the_rate_of_the_gateway(account: Account) -> None:
    campaign = drafts.create(account, TEXT, "")
    with transaction() as session:
        session.query(Gateway).one().rate = 20
    assert campaigns.duration(campaign, 1200) == timedelta(minutes=1)
    with transaction() as session:
        session.query(Gateway).one().kind = "android"
    assert campaigns.duration(campaign, 60) == timedelta(hours=1)


def test_all_messages_are_read_in_chunks(
    app: Flask, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "CHUNK", 3)
    campaign = drafts.create(account, TEXT, "")
    with transaction() as session:
        session.add_all(
            Message(
                account_id=account.id,
                campaign_id=campaign.id,
                phone=f"+4860111{n:04}",
                status="failed" if n % 2 else "delivered",
                reason="rejected" if n % 2 else "",
            )
            for n in range(7)
        )
        campaign.n_failed, campaign.n_delivered = 3, 4
    assert campaigns.reasons(campaign) == [("failed", "rejected", 3)]
    pages = campaigns.pages_of_messages(campaign)
    assert len({row[0].phone for page in pages for row in page}) == 7


def test_two_clicks_at_the_same_moment_make_one_draft(app: Flask, account: Account) -> None:
    key = "0123456789abcdef0123"
    account_id = account.id
    db.session.remove()
    barrier = threading.Barrier(4)

    def click(n: int) -> str:
        with app.app_context():
            owner_account = db.session.get_one(Account, account_id)
            barrier.wait()
            public_id = drafts.create(owner_account, Draft(text=f"Click {n}"), key).public_id
            db.session.remove()
            return public_id

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(click, range(4))) == {key}
