"""Why an automation cannot go on by itself, and its pause for that reason.

A reason is a PauseReason, or a LaunchProblem of the campaign that it would make.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from promosms import logs
from promosms.db.transactions import transaction
from promosms.extensions import db
from promosms.models import (
    Automation,
    AutomationStatus,
    Campaign,
    CampaignList,
    CampaignSegment,
    CampaignStatus,
    Recipient,
    is_promotional,
)
from promosms.services.automations import emails
from promosms.services.campaigns import audience, launch
from promosms.services.campaigns.guard import StopReason
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.services.mail import notify

log = logs.get(__name__)
STOPPED = (CampaignStatus.BLOCKED, CampaignStatus.PAUSED, CampaignStatus.CANCELLED)


class PauseReason(StrEnum):
    """Why an automation has paused itself, where it is not a LaunchProblem."""

    MONEY = "money"
    PRICE = "price"
    OWN_LIMIT = "own_limit"
    NO_CONSENT = "no_consent"
    GROUP_GONE = "group_gone"
    CAMPAIGN = "campaign"


def why_not(session: Session, automation: Automation, prototype: Campaign) -> str:
    """Why it cannot go on, whoever is to be texted; empty if it can."""
    if chosen_now(prototype) < automation.chosen:
        return PauseReason.GROUP_GONE
    try:
        confirmed = prototype.service_confirmed_by
        status = CampaignStatus.PROTOTYPE
        launch.check(session, prototype, status, as_it_stands=False, confirmed_by=confirmed)
    except LaunchError as error:
        # A list may be empty until somebody joins it.
        return "" if error.code == LaunchProblem.NO_AUDIENCE else error.code
    if is_promotional(prototype.kind) and not _anybody_agreed(prototype):
        return PauseReason.NO_CONSENT
    return _of_campaigns(session, automation)


def chosen_now(prototype: Campaign) -> int:
    """How many lists and segments its audience names: those that are deleted are gone from it."""
    return sum(
        db.session.scalar(select(func.count()).where(model.campaign_id == prototype.id)) or 0
        for model in (CampaignList, CampaignSegment)
    )


def pause(automation: Automation, seen: datetime | None, reason: str) -> bool:
    """Pause it for this reason and tell the owners, once; False if it has moved on since `seen`."""
    with transaction() as session:
        session.refresh(automation, with_for_update=True)
        if automation.status != AutomationStatus.ON or automation.next_at != seen:
            return False
        automation.status, automation.stopped_why = AutomationStatus.PAUSED, reason
        automation.next_at = None
        prototype = session.get_one(Campaign, automation.prototype_id)
        notify.tell_owner(
            automation.account_id,
            lambda: emails.paused(automation, prototype),
        )
    log.info("automation.paused", extra={"campaign": automation.prototype_id, "code": reason})
    return True


def _anybody_agreed(prototype: Campaign) -> bool:
    query = audience.recipients_of(prototype, Recipient.id).where(audience.gets(prototype.kind))
    return db.session.scalar(query.limit(1)) is not None


def _of_campaigns(session: Session, automation: Automation) -> str:
    """What has stopped a campaign of it since it was switched on; people have not gone on since."""
    if automation.status != AutomationStatus.ON:
        return ""
    query = select(Campaign).where(
        Campaign.automation_id == automation.id,
        Campaign.launched_at >= automation.switched_on_at,
        Campaign.status.in_(STOPPED),
        or_(
            Campaign.missing > 0,
            Campaign.stopped_why != "",
            Campaign.status == CampaignStatus.BLOCKED,
        ),
    )
    campaign = session.scalars(query.order_by(Campaign.id.desc()).limit(1)).first()
    if campaign is None:
        return ""
    if campaign.missing:
        return PauseReason.MONEY
    if campaign.stopped_why == StopReason.MONTH:
        return LaunchProblem.MONTH_LIMIT
    return PauseReason.CAMPAIGN if campaign.stopped_why else PauseReason.PRICE
