"""The demo account looks like a real one, and its sums hold."""

from collections import Counter

from sqlalchemy import func, select

from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Hold,
    LedgerEntry,
    Message,
    MessageStatus,
    Recipient,
    RecipientList,
    User,
)
from promosms.services import demo, passwords
from promosms.sms import phone


def test_it_is_a_paid_account_whose_sums_hold(context: None) -> None:
    made = demo.seed()
    assert made is not None
    user = db.session.scalars(select(User).where(User.email == demo.EMAIL)).one()
    assert passwords.matches(user.password_hash, made.password)
    account = db.session.get_one(Account, user.account_id)
    assert account.balance > 0
    sums = select(func.sum(LedgerEntry.amount), func.sum(LedgerEntry.held))
    assert tuple(db.session.execute(sums).one()) == (account.balance, account.held)
    assert db.session.scalar(select(func.sum(Hold.remaining))) == account.held == 0
    assert_recipients()
    assert_counters()
    running = db.session.get_one(Campaign, made.campaign_id)
    assert running.status == CampaignStatus.PREPARING


def test_a_second_time_changes_nothing(context: None) -> None:
    demo.seed()
    before = db.session.scalar(select(func.count()).select_from(Message))
    assert demo.seed() is None
    assert db.session.scalar(select(func.count()).select_from(Message)) == before
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1


def assert_recipients() -> None:
    sizes = db.session.scalars(select(RecipientList.size)).all()
    assert (len(sizes), sum(sizes)) == (3, 5_000)
    rows = db.session.execute(select(Recipient.phone, Recipient.country)).all()
    assert len(rows) == 5_000
    assert all(phone.parse(row.phone, "US").country == row.country for row in rows)


def assert_counters() -> None:
    finished = select(Campaign).where(Campaign.status == CampaignStatus.FINISHED)
    campaigns = db.session.scalars(finished).all()
    assert len(campaigns) == 2
    for campaign in campaigns:
        rows = select(Message.status, func.count()).where(Message.campaign_id == campaign.id)
        counted = Counter[str]()
        for status, number in db.session.execute(rows.group_by(Message.status)):
            counted[status] = number
        for status in MessageStatus:
            assert getattr(campaign, f"n_{status}") == counted[status]
        assert counted[MessageStatus.DELIVERED] > 0.9 * campaign.audience
