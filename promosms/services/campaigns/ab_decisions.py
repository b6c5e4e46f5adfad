"""The end of A/B tests: the better text goes to the others, by the figures or as a user chooses."""

from datetime import timedelta

from sqlalchemy import select

from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import AbText, Campaign, CampaignStatus, now
from promosms.services.campaigns import ab_tests, schedule
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem

UNDECIDED = (CampaignStatus.COMPARING, CampaignStatus.BLOCKED)


def decide_due() -> list[int]:
    """Decide the tests whose time has come; returns the ids of the campaigns that went on.

    One whose figures cannot decide, or that cannot go on, asks its owner. Two of these at once
    decide once.
    """
    query = select(Campaign).where(Campaign.status == CampaignStatus.COMPARING)
    return [one.id for one in db.session.scalars(query.order_by(Campaign.id)).all() if _go_on(one)]


def take(campaign: Campaign, better: AbText, by: str) -> None:
    """Send one of both texts to the others now, as a user (public id) has chosen.

    It can be chosen at any time before it is decided; what has not left of both parts still leaves.
    Raises LaunchError.
    """
    with transaction() as session:
        session.refresh(campaign, with_for_update=True)
        before = CampaignStatus(campaign.status)
        test = ab_tests.of(campaign)
        if test is None or not test.begun_at or test.better or campaign.status not in UNDECIDED:
            raise LaunchError(LaunchProblem.NOT_RUNNING)
        if any(part.status == CampaignStatus.PREPARING for part in ab_tests.parts(test)):
            raise LaunchError(LaunchProblem.AB_BEING_PREPARED)
        ab_tests.decide(session, campaign, test, better, by)
        schedule.launch_as_agreed(campaign, before, send_at=None, not_started="")


def _go_on(campaign: Campaign) -> bool:
    test = ab_tests.of(campaign)
    if test is None:
        return False
    at = ab_tests.due_at(test)
    try:
        if ab_tests.stopped(test):
            raise LaunchError(LaunchProblem.AB_STOPPED)
        if at is None or at > now():
            return False
        if now() > at + timedelta(hours=campaign.latest_hours):
            raise LaunchError(LaunchProblem.LATE)
        schedule.launch_as_agreed(campaign, CampaignStatus.COMPARING, send_at=None)
    except LaunchError as error:
        if error.code != LaunchProblem.NOT_DRAFT:  # else it was decided or cancelled
            schedule.ask(campaign, error.code, CampaignStatus.COMPARING)
        return False
    return True
