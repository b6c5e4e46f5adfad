"""The guard of campaigns: limits of money, and the pause by itself when something goes wrong.

A campaign is paused once for each reason: who continues it has seen the reason.
"""

from dataclasses import dataclass, fields
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from promosms.db.statements import update_rows
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Account,
    Campaign,
    CampaignStatus,
    Decision,
    Guard,
    InboundKind,
    InboundMessage,
    Link,
    LinkKind,
    Message,
    MessageStatus,
    now,
)
from promosms.models.campaigns.guard import FAILURES, WISHES
from promosms.services.campaigns import emails
from promosms.services.ledger import spending
from promosms.services.mail import notify

LEAST = 100
"""Of fewer texts a share says nothing."""


class StopReason(StrEnum):
    """Why a campaign was stopped by itself; empty if a person has paused it."""

    FAILURES = "failures"
    WISHES = "wishes"
    MONTH = "month"
    CAMPAIGN = "campaign"


@dataclass(frozen=True)
class Limits:
    """What an account has chosen: money in 1/10,000 or None, shares in percent, 0 for never."""

    per_campaign: int | None = None
    per_month: int | None = None
    failures: int = FAILURES
    wishes: int = WISHES
    second_yes_above: int | None = None


def of(account_id: int) -> Limits:
    """The limits of an account."""
    row = db.session.get(Guard, account_id)
    if row is None:
        return Limits()
    return Limits(**{field.name: getattr(row, field.name) for field in fields(Limits)})


def choose(account_id: int, limits: Limits) -> None:
    """Store the limits of an account."""
    with transaction() as session:
        session.get_one(Account, account_id, with_for_update=True)
        row = session.get(Guard, account_id)
        if row is None:
            row = Guard(account_id=account_id)
            session.add(row)
        for name, value in vars(limits).items():
            setattr(row, name, value)


def over_limit(
    session: Session, account: Account, price: int, *, month: bool = True
) -> StopReason | None:
    """The limit that a campaign of this price would pass now, if any.

    Without `month` only that for one campaign: another one may start in another month.
    """
    limit = session.scalar(select(Guard.per_campaign).where(Guard.account_id == account.id))
    if limit is not None and price > limit:
        return StopReason.CAMPAIGN
    passes = month and spending.over_month(session, account, price)
    return StopReason.MONTH if passes else None


def alarming() -> list[tuple[int, StopReason]]:
    """Campaigns that are sent now and have passed a limit of their account, with the reason."""
    query = (
        select(Campaign, Guard)
        .outerjoin(Guard, Guard.account_id == Campaign.account_id)
        .where(Campaign.status == CampaignStatus.SENDING)
        .execution_options(populate_existing=True)
    )
    found = []
    for campaign, guard in db.session.execute(query):
        reason = _reason(campaign, guard or Guard(failures=FAILURES, wishes=WISHES))
        if reason is not None:
            found.append((campaign.id, reason))
    return found


def pause_alarming() -> int:
    """Pause campaigns that have passed a limit, and tell their owners; returns how many."""
    number = 0
    for campaign_id, reason in alarming():
        with transaction():
            campaign = pause(campaign_id, reason)
            if campaign is not None:
                _tell(campaign, reason)
                number += 1
    return number


def pause(campaign_id: int, reason: StopReason) -> Campaign | None:
    """Pause a campaign for this reason; None if it has moved on. Part of a transaction."""
    with transaction() as session:
        paused = session.scalar(
            update_rows(Campaign)
            .where(Campaign.id == campaign_id, Campaign.status == CampaignStatus.SENDING)
            .values(status=CampaignStatus.PAUSED, stopped_why=reason, updated_at=now())
            .returning(Campaign.id)
        )
        if paused is None:
            return None
        return session.get_one(Campaign, campaign_id, populate_existing=True)


def passed(campaign: Campaign) -> str:
    """What `guard_passed` is when somebody continues the campaign: they have seen the reason."""
    seen = {*campaign.guard_passed.split(), campaign.stopped_why} - {""}
    return " ".join(sorted(seen))


def failures(campaign: Campaign) -> tuple[int, int]:
    """How many texts failed, of how many with a result."""
    failed = campaign.n_failed + campaign.n_undelivered + campaign.n_expired
    return failed, failed + campaign.n_delivered


def texted(campaign: Campaign) -> int:
    """How many people have been texted."""
    sent = campaign.n_sent + campaign.n_delivered + campaign.n_undelivered + campaign.n_expired
    return sent + campaign.n_unknown


def wishes(campaign: Campaign, most: int) -> int:
    """How many people of this campaign have asked for no more texts, or seem to, since its start.

    Read from the newest `most` replies of the account: they come in the order of their ids. Those
    who opted out by the link of the campaign are counted with it.
    """
    newest = (
        select(InboundMessage.phone, InboundMessage.kind, InboundMessage.decision)
        .where(
            InboundMessage.account_id == campaign.account_id,
            InboundMessage.received_at >= campaign.launched_at,
        )
        .order_by(InboundMessage.id.desc())
        .limit(most)
        .subquery()
    )
    got_it = exists().where(
        Message.phone == newest.c.phone,
        Message.campaign_id == campaign.id,
        Message.status.in_(MessageStatus.POSSIBLY_SUBMITTED),
    )
    wished: ColumnElement[bool] = and_(
        newest.c.kind.in_((InboundKind.STOP, InboundKind.HOLD)),
        newest.c.decision != Decision.OTHER,
    )
    query = select(func.count(newest.c.phone.distinct())).where(wished, got_it)
    by_link = select(func.sum(Link.people)).where(
        Link.campaign_id == campaign.id, Link.kind == LinkKind.OPT_OUT
    )
    return (db.session.scalar(query) or 0) + int(db.session.scalar(by_link) or 0)


def _tell(campaign: Campaign, reason: StopReason) -> None:
    """Write to the owners; the figures are those of this moment."""
    failed, results = failures(campaign)
    people = texted(campaign)
    wished = wishes(campaign, people) if reason == StopReason.WISHES else 0
    notify.tell_owner(
        campaign.account_id,
        lambda: (
            emails.failures(campaign, failed, results)
            if reason == StopReason.FAILURES
            else emails.wishes(campaign, wished, people)
        ),
    )


def _reason(campaign: Campaign, guard: Guard) -> StopReason | None:
    seen = campaign.guard_passed.split()
    failed, results = failures(campaign)
    if StopReason.FAILURES not in seen and _passes(failed, results, guard.failures):
        return StopReason.FAILURES
    people = texted(campaign)
    if StopReason.WISHES in seen or not guard.wishes or people < LEAST:
        return None
    # Twice as many replies as there may be wishes: most replies to a bad campaign are wishes.
    most = 2 * (people * guard.wishes // 100 + LEAST)
    return StopReason.WISHES if _passes(wishes(campaign, most), people, guard.wishes) else None


def _passes(number: int, of_all: int, percent: int) -> bool:
    return bool(percent) and of_all >= LEAST and number * 100 > of_all * percent
