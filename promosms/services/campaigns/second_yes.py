"""The second yes: above an amount of the account, a campaign leaves when two people have agreed.

The first one asks, with the price of the review. The yes of the second one is the launch itself,
so it is given for the text, the people and the price that this person has seen.
"""

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import Campaign, CampaignStatus, Guard, User, YesRequest, YesState, now
from promosms.services.auth import rights
from promosms.services.auth.rights import Right
from promosms.services.campaigns import emails, guard, reviewed
from promosms.services.campaigns.guard import Limits
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.mail import notify

WAITING = (CampaignStatus.DRAFT, CampaignStatus.BLOCKED)


def amount(account_id: int) -> int | None:
    """Above so much (1/10,000) a second person must say yes; None if nobody has to."""
    return db.session.scalar(select(Guard.second_yes_above).where(Guard.account_id == account_id))


def choose_limits(account_id: int, limits: Limits, by: str) -> None:
    """Store the limits of an account; its owners hear of another amount.

    `by` is the e-mail address of who has changed them.
    """
    with transaction():
        before = amount(account_id)
        guard.choose(account_id, limits)
        after = limits.second_yes_above
        if after != before:
            notify.tell_owner(account_id, lambda: emails.amount_changed(before, after, by))


def needed(account_id: int, price: int) -> bool:
    """Does a campaign of this price need a second yes?"""
    above = amount(account_id)
    return above is not None and price > above


def of(campaign: Campaign) -> YesRequest | None:
    """The request that waits, or was refused; None if there is none about what it is now."""
    request = db.session.get(YesRequest, campaign.id, populate_existing=True)
    if request is None or not _stands(request, campaign, people(campaign.account_id)):
        return None
    return request


def waiting(account_id: int) -> list[tuple[YesRequest, Campaign]]:
    """The requests that wait or were refused, the latest first, with their campaigns."""
    query = (
        select(YesRequest, Campaign)
        .join(Campaign, Campaign.id == YesRequest.campaign_id)
        .where(
            YesRequest.account_id == account_id,
            YesRequest.state != YesState.GIVEN,
            Campaign.status.in_(WAITING),
        )
    )
    rows = db.session.execute(query.order_by(YesRequest.asked_at.desc())).all()
    may = people(account_id) if rows else []
    return [(row[0], row[1]) for row in rows if _stands(row[0], row[1], may)]


def people(account_id: int) -> list[User]:
    """Those of an account who may say yes: all who may send, and can sign in."""
    query = select(User).where(
        User.account_id == account_id,
        User.role.in_(rights.roles_with(Right.SEND)),
        User.password_hash.is_not(None),
    )
    return list(db.session.scalars(query.order_by(User.id)))


def require(session: Session, campaign: Campaign, price: int, by: str) -> None:
    """Let a campaign of this price (1/10,000) pass, with the yes of this user where it is needed.

    `by` is a public id; empty for a program. Part of the transaction that launches or goes on.
    Raises LaunchError if another person must say yes.
    """
    if not needed(campaign.account_id, price):
        return
    session.refresh(campaign, with_for_update=True)  # nobody changes it meanwhile
    request = session.get(YesRequest, campaign.id, with_for_update=True, populate_existing=True)
    may = {user.public_id: user for user in people(campaign.account_id)}
    if (
        request is None
        or request.state != YesState.ASKED
        or not _stands(request, campaign, may.values())
        or by not in may
        or request.asked_by == by
    ):
        raise LaunchError(LaunchProblem.SECOND_YES)
    request.state, request.decided_by, request.decided_at = YesState.GIVEN, by, now()
    request.price = price
    agreed_by = may[by].email
    notify.tell_user(may[request.asked_by], lambda: emails.second_yes_given(campaign, agreed_by))


def forget(session: Session, campaign_id: int) -> None:
    """Delete a request that was not needed in the end: the campaign is launched without it."""
    undecided = YesRequest.campaign_id == campaign_id, YesRequest.state != YesState.GIVEN
    session.execute(delete(YesRequest).where(*undecided))


def _stands(request: YesRequest, campaign: Campaign, may: Iterable[User]) -> bool:
    """Is it undecided, by somebody who may send, and about what the campaign is now?"""
    return (
        request.state != YesState.GIVEN
        and campaign.status in WAITING
        and any(user.public_id == request.asked_by for user in may)
        and request.about == reviewed.digest(campaign)
    )
