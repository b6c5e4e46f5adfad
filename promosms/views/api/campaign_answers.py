"""Campaigns as the API answers with them: found, created, changed, or refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import url_for

from promosms.extensions import db
from promosms.forms.api import shared
from promosms.forms.api.campaigns import CampaignOut
from promosms.language import force_locale
from promosms.models import Campaign, CampaignKind, CampaignStatus
from promosms.services.api import campaign_drafts
from promosms.services.campaigns import departure
from promosms.services.campaigns.launch_problems import LaunchError
from promosms.views.campaigns import problems as launch_problems
from promosms.web.api import caller
from promosms.web.api.endpoint import Answer
from promosms.web.api.problems import Problem

COUNTED = (
    *("queued", "sending", "sent", "delivered", "undelivered", "expired"),
    *("failed", "unknown", "skipped", "cancelled"),
)


def found(public_id: str) -> Campaign:
    """The campaign of the account with this id; raises Problem."""
    campaign = campaign_drafts.find(caller.key(), public_id)
    if campaign is None:
        raise Problem("not-found")
    return campaign


def of_result(result: str) -> Campaign:
    """The campaign of a request that was done before; raises Problem if it was deleted since."""
    campaign = db.session.get(Campaign, int(result.rpartition(":")[2]))
    if campaign is None or campaign.account_id != caller.key().account_id:
        raise Problem("done-and-deleted")
    return campaign


def created(campaign: Campaign) -> Answer:
    """The answer to a new draft."""
    location = url_for("api_campaigns.show", public_id=campaign.public_id)
    return Answer(out(campaign), 201, {"Location": location})


def changed(public_id: str) -> Answer:
    """The campaign as it is now."""
    db.session.expire_all()
    return Answer(out(found(public_id)))


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a campaign cannot do now into a problem."""
    try:
        yield
    except LaunchError as error:
        raise not_now(error) from error


def not_now(error: LaunchError) -> Problem:
    """The problem for what a campaign cannot do now."""
    with force_locale("en"):
        words = str(launch_problems.WORDS[error.code])
    return Problem("not-now", words, more={"reason": error.code.value})


def out(campaign: Campaign) -> CampaignOut:
    """A campaign as the API shows it."""
    leaves = departure.of(campaign)
    return CampaignOut(
        id=campaign.public_id,
        name=campaign.name,
        text=campaign.text,
        kind=CampaignKind(campaign.kind),
        status=CampaignStatus(campaign.status),
        by_api=campaign.api_key_id is not None,
        audience=campaign.audience,
        **{name: getattr(campaign, f"n_{name}") for name in COUNTED},
        parts=campaign.n_parts,
        agreed_price=shared.written(campaign.agreed_price),
        price=shared.written(campaign.total_price),
        missing=shared.written(campaign.missing),
        currency=shared.currency(),
        created_at=campaign.created_at,
        send_at=campaign.send_at,
        local_time=campaign.planned_time,
        time_zone=campaign.planned_zone if campaign.planned_time else "",
        each_clock=leaves.each_clock,
        latest_hours=campaign.latest_hours,
        spread_hours=leaves.hours,
        batch_people=leaves.size,
        batch_minutes=leaves.minutes,
        not_started=campaign.not_started,
        launched_at=campaign.launched_at,
        finished_at=campaign.finished_at,
    )
