"""The days and figures of an automation, for its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from promosms.extensions import db
from promosms.models import Automation, AutomationRun, Campaign, now
from promosms.services.automations import costs
from promosms.services.campaigns import campaigns, responses

MOST = 31
RECENT = timedelta(days=30)


@dataclass(frozen=True)
class Totals:
    """What became of its campaigns of the last 30 days; money in 1/10,000."""

    texted: int = 0
    arrived: int = 0
    replied: int = 0
    opted_out: int = 0
    cost: int = 0


def runs(automation: Automation) -> Sequence[tuple[AutomationRun, Campaign | None]]:
    """The last days on which somebody was to be texted, with their campaigns, newest first."""
    query = (
        select(AutomationRun, Campaign)
        .outerjoin(Campaign, Campaign.id == AutomationRun.campaign_id)
        .where(AutomationRun.automation_id == automation.id)
        .order_by(AutomationRun.day.desc())
        .limit(MOST)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def totals(automation: Automation) -> Totals:
    """The figures of its campaigns of the last 30 days, which are one a day at most."""
    recent = (Campaign.automation_id == automation.id, Campaign.launched_at >= now() - RECENT)
    rows = db.session.scalars(select(Campaign).where(*recent)).all()
    counted = [campaigns.figures(campaign) for campaign in rows]
    answers = [responses.of(campaign) for campaign in rows]
    return Totals(
        texted=sum(one.sent + one.unconfirmed for one in counted),
        arrived=sum(one.delivered for one in counted),
        replied=sum(one.replied for one in answers),
        opted_out=sum(one.opted_out for one in answers),
        cost=costs.charged(*recent),
    )
