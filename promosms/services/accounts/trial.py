"""The trial: until the first paid top-up or an admin's approval an account texts only a few people.

It stops people who open an account to annoy strangers with the welcome credit. While the simulator
is the only gateway no text reaches anybody, so there is no trial.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    WITH_HOLD,
    Account,
    Campaign,
    CampaignStatus,
    Message,
    MessageStatus,
    Priority,
    TopUp,
    TopUpStatus,
    now,
)
from promosms.services.audit import log as audit_log
from promosms.services.installation import defaults
from promosms.services.invoices import seller
from promosms.services.mail import emails as account_emails
from promosms.services.mail.notify import tell_owner
from promosms.services.sending import trial_numbers
from promosms.settings import settings

SKIPPED, UNCONFIRMED = trial_numbers.NOT_GUEST, trial_numbers.UNCONFIRMED
DAY = timedelta(hours=24)


class Step(StrEnum):
    """What ends the trial: buy once, pay what is ordered, or ask the operator."""

    TOP_UP = "top_up"
    PAY = "pay"
    ASK = "ask"


class DayIsFull(Exception):
    """The texts of the last 24 hours are used up; `left` is how many more could go now."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


def on_trial(account: Account) -> bool:
    """Is the account still limited?"""
    return account.approved_at is None and not defaults.simulator_only()


def may_text(account: Account) -> set[str] | None:
    """The numbers that it may text: those of confirmed guests, and those proved by its users.

    None when there is no limit.
    """
    return trial_numbers.of(db.session(), account.id) if on_trial(account) else None


def unconfirmed(account: Account) -> set[str]:
    """The numbers of guests who were asked and have not agreed; none without a trial."""
    return trial_numbers.unconfirmed(db.session(), account.id) if on_trial(account) else set()


def missing(account: Account) -> list[Step]:
    """The steps that end the trial, the easiest first; none for an account that is not on trial."""
    if not on_trial(account):
        return []
    if seller.seller() is None:
        return [Step.ASK]
    waiting = TopUp.account_id == account.id, TopUp.status == TopUpStatus.OPEN
    ordered = db.session.scalar(select(TopUp.id).where(*waiting).limit(1)) is not None
    return [Step.PAY if ordered else Step.TOP_UP, Step.ASK]


def take(session: Session, account_id: int, number: int) -> None:
    """Allow so many texts today, or raise DayIsFull.

    Locks the account until the end of the transaction, so that two campaigns that start at the
    same time count each other. A campaign that is being prepared does not count yet.
    """
    account = session.get_one(Account, account_id)
    if not on_trial(account):
        return
    session.refresh(account, with_for_update={"key_share": True})
    if account.approved_at is not None:
        return
    more = left(account_id)
    if number > more:
        raise DayIsFull(max(more, 0))


def left(account_id: int) -> int:
    """How many more texts an account on trial may send now; negative if there were too many."""
    return settings.trial_texts_per_day - used(account_id)


def used(account_id: int) -> int:
    """The texts of the last 24 hours: tests, those to one person, all of campaigns active then."""
    since = now() - DAY
    counters = (
        *(Campaign.n_queued, Campaign.n_sending, Campaign.n_sent, Campaign.n_delivered),
        *(Campaign.n_undelivered, Campaign.n_expired, Campaign.n_failed, Campaign.n_unknown),
    )
    together = sum(counters[1:], counters[0] + 0)
    campaigns = select(func.coalesce(func.sum(together), 0)).where(
        Campaign.account_id == account_id, _active_since(since)
    )
    single = select(func.count()).where(
        Message.account_id == account_id,
        Message.campaign_id.is_(None),
        Message.priority.in_((Priority.TEST, *WITH_HOLD)),
        Message.created_at > since,
        Message.status.not_in((MessageStatus.CANCELLED, MessageStatus.SKIPPED)),
    )
    return int(db.session.scalars(campaigns).one()) + db.session.scalars(single).one()


def full_day(campaign: Campaign) -> bool:
    """Does a blocked campaign only wait for the next day?"""
    return (
        campaign.status == CampaignStatus.BLOCKED
        and not campaign.missing
        and campaign.total_price <= campaign.agreed_price
    )


def approve(account_id: int, actor: str) -> bool:
    """End the trial and e-mail the owner; False if it was over already."""
    with transaction() as session:
        account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
        if account is None or account.approved_at is not None:
            return False
        account.approved_at = now()
        audit_log.record(actor, "account.approve", account.public_id)
        tell_owner(account_id, account_emails.approved)
        return True


def _active_since(since: datetime) -> ColumnElement[bool]:
    touched = or_(
        Campaign.launched_at > since, Campaign.updated_at > since, Campaign.finished_at > since
    )
    return or_(
        Campaign.status == CampaignStatus.SENDING,
        and_(Campaign.status.in_(CampaignStatus.STOPPED), touched),
    )
