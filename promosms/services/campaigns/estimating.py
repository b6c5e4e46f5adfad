"""The estimate for a review: at once of few recipients, by a worker of many.

A worker reads page by page and notes each time how far it is, so it can be killed at any point: the
next one goes on there. What it has counted is shown for some minutes, then counted again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.lib import time_slice
from promosms.models import (
    Account,
    Campaign,
    CampaignEstimate,
    CampaignStatus,
    Recipient,
    now,
)
from promosms.services.accounts import trial
from promosms.services.campaigns import (
    ab_tests,
    addressed,
    audience,
    campaigns,
    estimates,
    repeats,
    reviewed,
)
from promosms.services.campaigns.ab_tests import Costs
from promosms.services.campaigns.estimates import Estimate, MessageDraft
from promosms.services.recipients import counts

SMALL = 5_000
"""So many recipients are read while somebody waits for the page."""
FRESH = timedelta(minutes=5)
STALE_AFTER = timedelta(seconds=60)
"""After so long without news of a worker another one goes on."""


class Part(NamedTuple):
    """An audience that is counted: with the text of this campaign, `only` some of its people."""

    campaign: Campaign
    only: ColumnElement[bool] | None = None


class Claim(NamedTuple):
    """Where a worker begins: the parts that are done so far, and its place in the last one."""

    about: str
    done: list[dict[str, Any]]
    part: int
    cursor: int


@dataclass(frozen=True)
class Found:
    """What is known of a draft: the estimate, with an A/B test that of each of its parts.

    `counted_at` is when a worker has counted it; None if it was counted now. Without an estimate, a
    worker has read `read` of about `everybody`, or, if it is `idle`, one has to be woken.
    """

    estimate: Estimate | None = None
    costs: Costs | None = None
    counted_at: datetime | None = None
    read: int = 0
    everybody: int = 0
    idle: bool = False


def of(campaign: Campaign, *, any_age: bool = False) -> Found:
    """The estimate of a draft now, or how far a worker is with it.

    With `any_age` what was counted once is enough: a form on the page was filled in.
    """
    most = most_read(campaign)
    if most <= SMALL:
        return _found(campaign, [audience.estimate(*part) for part in _parts(campaign)])
    row = db.session.get(CampaignEstimate, campaign.id, populate_existing=True)
    if row is None or not _is_about(row, campaign):
        return Found(everybody=most, idle=True)
    if row.counted_at is None:
        read = sum(estimates.of_plain(part).everybody for part in row.parts)
        return Found(read=read, everybody=most, idle=_is_free(row))
    if not (any_age or _is_fresh(row)):
        return Found(everybody=most, idle=True)
    shown = [
        _with_text(part, estimates.of_plain(content))
        for part, content in zip(_parts(campaign), row.parts, strict=True)
    ]
    return _found(campaign, shown, row.counted_at)


def want(campaign: Campaign) -> bool:
    """Note that the estimate of a draft is waited for; is a worker to be woken?"""
    with transaction() as session:
        about = reviewed.digest_of_costs(campaign)
        row = session.get(
            CampaignEstimate, campaign.id, with_for_update=True, populate_existing=True
        )
        if row is None:
            row = CampaignEstimate(campaign_id=campaign.id, account_id=campaign.account_id)
            session.add(row)
        elif _is_about(row, campaign) and (row.counted_at is None or _is_fresh(row)):
            return row.counted_at is None and _is_free(row)
        row.about, row.parts, row.part = about, [], 0
        row.cursor, row.claimed_at, row.counted_at = 0, None, None
        return True


def work(
    campaign_id: int,
    seconds: float = time_slice.ALONE,
    others_wait: Callable[[], bool] = time_slice.nobody,
) -> bool:
    """Count the audience of a draft for one time slice; True if there is more to do."""
    claim = _claim(campaign_id)
    if claim is None:
        return False
    over = time_slice.begin(seconds, others_wait)
    campaign = db.session.get(Campaign, campaign_id, populate_existing=True)
    about, done, cursor = claim.about, [*claim.done], claim.cursor
    if campaign is None or not _waits_for(campaign, about):
        return False
    parts = _parts(campaign)
    for number in range(claim.part, len(parts)):
        so_far = estimates.of_plain(done.pop()) if len(done) > number else None
        tally = audience.tally_of(campaign, so_far)
        for page in audience.read_pages(parts[number].campaign, cursor, only=parts[number].only):
            tally.take(page)
            cursor, ended = page[-1].recipient_id, over()
            content = [*done, estimates.plain(tally.end())]
            place = {"part": number, "cursor": cursor}
            if not _note(campaign_id, about, parts=content, hand_over=ended, **place):
                return False
            if ended:
                return True
        done, cursor = [*done, estimates.plain(tally.end())], 0
    _note(campaign_id, about, parts=done, counted_at=now())
    return False


def forget(session: Session, campaign_id: int) -> None:
    """Throw the estimate of a campaign away: it is launched. Part of a transaction."""
    row = session.get(CampaignEstimate, campaign_id)
    if row is not None:
        session.delete(row)


def most_read(campaign: Campaign) -> int:
    """How many recipients have to be read at most; from counts, without looking at any."""
    account = db.session.get_one(Account, campaign.account_id)
    guests = trial.may_text(account)
    if guests is not None:
        return len(guests)
    everybody = counts.everybody(account.id)
    original = repeats.original(campaign)
    if original is not None:
        return min(everybody, campaigns.figures(original).total)
    to = addressed.of(campaign)
    if to.follow_up is not None:
        return min(everybody, to.follow_up.most)
    if campaign.everyone or to.chosen.segments:
        return everybody
    return min(everybody, sum(one.size for one in to.chosen.lists))


def _parts(campaign: Campaign) -> list[Part]:
    test = ab_tests.of(campaign)
    if test is None:
        return [Part(campaign)]
    return [Part(*part) for part in ab_tests.audiences(campaign, test)]


def _found(
    campaign: Campaign, counted: list[Estimate], counted_at: datetime | None = None
) -> Found:
    if len(counted) == 1:
        return Found(counted[0], counted_at=counted_at)
    costs = ab_tests.costs_of(counted)
    return Found(costs.whole, costs, counted_at)


def _with_text(part: Part, estimate: Estimate) -> Estimate:
    """The longest message is written again: no text and no number was kept."""
    if estimate.longest is not None:
        estimate.longest = _message(part.campaign, estimate.longest.recipient_id)
    return estimate


def _message(campaign: Campaign, recipient_id: int) -> MessageDraft | None:
    """The message of this recipient; None if there is none any more."""
    its = Recipient.id == recipient_id
    page: Iterable[MessageDraft] = next(audience.read_pages(campaign, only=its), [])
    return next((draft for draft in page if not draft.reason), None)


def _claim(campaign_id: int) -> Claim | None:
    with transaction() as session:
        free = or_(
            CampaignEstimate.claimed_at.is_(None),
            CampaignEstimate.claimed_at < now() - STALE_AFTER,
        )
        query = select(CampaignEstimate).where(
            CampaignEstimate.campaign_id == campaign_id,
            CampaignEstimate.counted_at.is_(None),
            free,
        )
        row = session.scalar(query.with_for_update().execution_options(populate_existing=True))
        if row is None:
            return None
        row.claimed_at = now()
        return Claim(row.about, row.parts, row.part, row.cursor)


def _note(campaign_id: int, about: str, *, hand_over: bool = False, **values: object) -> bool:
    """Note how far it is; False if that is not waited for any more."""
    with transaction() as session:
        row = session.get(
            CampaignEstimate, campaign_id, with_for_update=True, populate_existing=True
        )
        if row is None or row.about != about or row.counted_at is not None:
            return False
        for name, value in values.items():
            setattr(row, name, value)
        row.claimed_at = None if hand_over else now()
        return True


def _is_about(row: CampaignEstimate, campaign: Campaign) -> bool:
    return _waits_for(campaign, row.about)


def _waits_for(campaign: Campaign, about: str) -> bool:
    draft = campaign.status == CampaignStatus.DRAFT
    return draft and about == reviewed.digest_of_costs(campaign)


def _is_fresh(row: CampaignEstimate) -> bool:
    return row.counted_at is not None and row.counted_at > now() - FRESH


def _is_free(row: CampaignEstimate) -> bool:
    return row.claimed_at is None or row.claimed_at < now() - STALE_AFTER
