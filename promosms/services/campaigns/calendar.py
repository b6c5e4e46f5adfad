"""Campaigns by day: those that are scheduled, and those that have started."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, or_, select

from promosms.extensions import db
from promosms.models import Account, Campaign, CampaignStatus

MOST = 500


class Entry(NamedTuple):
    """A campaign at the moment at which it starts, or has started."""

    at: datetime
    campaign: Campaign

    @property
    def price(self) -> int:
        """What was agreed to, or what all prepared messages cost (1/10,000)."""
        scheduled = self.campaign.status == CampaignStatus.SCHEDULED
        return self.campaign.agreed_price if scheduled else self.campaign.total_price


def by_day(
    account: Account, first: date, last: date, zone: ZoneInfo
) -> Mapping[date, Sequence[Entry]]:
    """What starts on the days from `first` to `last` on the clocks of a zone, the earliest first.

    One that could not start by itself, or was cancelled before, is not among them.
    """
    start, end = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    scheduled = Campaign.status == CampaignStatus.SCHEDULED
    moment = case((scheduled, Campaign.send_at), else_=Campaign.launched_at)
    within = [
        and_(column >= start, column < end) for column in (Campaign.send_at, Campaign.launched_at)
    ]
    query = select(Campaign).where(
        Campaign.account_id == account.id,
        or_(and_(scheduled, within[0]), and_(~scheduled, within[1])),
    )
    days: dict[date, list[Entry]] = defaultdict(list)
    for campaign in db.session.scalars(query.order_by(moment, Campaign.id).limit(MOST)):
        at = (
            campaign.send_at
            if campaign.status == CampaignStatus.SCHEDULED
            else campaign.launched_at
        )
        if at is not None:
            days[at.astimezone(zone).date()].append(Entry(at, campaign))
    return days
