"""Two campaigns side by side: what became of them, and what differs by more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from promosms.extensions import db
from promosms.lib.proportions import Difference, Share, difference
from promosms.models import Campaign, CampaignStatus, now
from promosms.services.campaigns import breakdown, campaigns, clicks, responses
from promosms.services.ledger import campaign_costs

OFFERED = 50
"""So many other campaigns can be chosen, the latest first."""
SENT = (CampaignStatus.SENDING, CampaignStatus.PAUSED, *sorted(CampaignStatus.FINAL))


@dataclass(frozen=True)
class Figures:
    """Texts that left, and of the people how many got it, opened a link, replied, opted out.

    `clicked` is None without a link. `spent` in 1/10,000.
    """

    texted: int
    got: int
    clicked: int | None
    replied: int
    opted_out: int
    spent: int

    def shares(self) -> dict[str, Share | None]:
        """What can be compared, of those who were texted."""
        return {
            "got": Share(self.got, self.texted),
            "clicked": None if self.clicked is None else Share(self.clicked, self.texted),
            "replied": Share(self.replied, self.texted),
            "opted_out": Share(self.opted_out, self.texted),
        }

    @property
    def price_of_one(self) -> int | None:
        """The cost for each person who got it, in 1/10,000; None if nobody did."""
        return round(self.spent / self.got) if self.got else None


@dataclass(frozen=True)
class Measure:
    """A share of both campaigns. `difference` is that of the first to the second."""

    name: str
    first: Share | None
    second: Share | None

    @property
    def difference(self) -> Difference | None:
        """By how much more; None where one has none, or nobody was texted."""
        if not (self.first and self.second and self.first.people and self.second.people):
            return None
        return difference(self.first, self.second)


def figures(campaign: Campaign) -> Figures:
    """The figures of a campaign as they are now.

    When its messages were deleted, responses are those that were counted before.
    """
    counted = campaigns.figures(campaign)
    replied, opted_out = _responses(campaign)
    opened = clicks.of(campaign)
    return Figures(
        texted=counted.sent + counted.unconfirmed,
        got=counted.delivered,
        clicked=opened.people if opened.links else None,
        replied=replied,
        opted_out=opted_out,
        spent=campaign_costs.spent(campaign.id),
    )


def measures(first: Figures, second: Figures) -> list[Measure]:
    """What to compare, in the order in which it happens; without what neither campaign has."""
    others = second.shares()
    found = [Measure(name, share, others[name]) for name, share in first.shares().items()]
    return [one for one in found if one.first or one.second]


def is_settled(campaign: Campaign) -> bool:
    """Do its figures stay? People answer for some days after their text."""
    ended = campaign.finished_at or now()
    return campaigns.over(campaign) and now() >= ended + responses.WITHIN


def offered(campaign: Campaign) -> Sequence[Campaign]:
    """The other campaigns of its account that were sent, the latest first."""
    query = select(Campaign).where(
        Campaign.account_id == campaign.account_id,
        Campaign.id != campaign.id,
        Campaign.launched_at.is_not(None),
        Campaign.status.in_(SENT),
    )
    return db.session.scalars(query.order_by(Campaign.launched_at.desc()).limit(OFFERED)).all()


def _responses(campaign: Campaign) -> tuple[int, int]:
    if campaigns.deleted(campaign)[0]:
        groups = breakdown.of(campaign).countries.values()
        return sum(one.replied for one in groups), sum(one.opted_out for one in groups)
    now = responses.of(campaign)
    return now.replied, now.opted_out
