"""Campaigns of the API: write one, see what it costs, stop it, and read its report."""

from flask import Blueprint

from promosms import queue
from promosms.extensions import csrf
from promosms.forms.api import shared
from promosms.forms.api.campaigns import (
    CampaignMessageQuery,
    CampaignMessages,
    CampaignOut,
    CampaignPage,
    CountryEstimate,
    Estimate,
    NewCampaign,
    PageQuery,
)
from promosms.models import Campaign, CampaignKind, CampaignStatus, Scope
from promosms.services.api import campaign_drafts, campaign_texts
from promosms.services.api.composing import Refused
from promosms.services.api.idempotency import Once
from promosms.services.campaigns import audience, campaigns, launch
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.estimates import Estimate as Estimated
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.views.api import campaign_answers as answers
from promosms.views.api import cursors, refusals
from promosms.views.api.messages import text_out
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, caller
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import Problem

bp = Blueprint("api_campaigns", __name__, url_prefix=f"{PREFIX}/campaigns")
csrf.exempt(bp)
CHANGES = ("not-found", "not-now")


def _again(result: str, _body: NewCampaign) -> Answer:
    """The answer to a draft that was made before."""
    return answers.created(answers.of_result(result))


@bp.post("")
@allow(Access.KEY)
@endpoint(
    scope=Scope.SEND,
    body=NewCampaign,
    gives={201: CampaignOut},
    fails=(
        *("not-in-sandbox", "unknown-route", "unknown-sender", "sender-not-possible"),
        "unknown-audience",
    ),
    once=_again,
)
def create(body: NewCampaign, once: Once | None) -> Answer:
    """Write a draft for stored recipients.

    Nothing is sent. Read its estimate, then launch it at that price.
    """
    _not_in_sandbox()
    try:
        return answers.created(campaign_drafts.create(caller.account(), _draft(body), once))
    except Refused as error:
        raise refusals.problem(error) from error


@bp.get("")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, query=PageQuery, gives={200: CampaignPage})
def index(query: PageQuery) -> Answer:
    """List campaigns, the newest first."""
    if caller.key().sandbox:
        return Answer(CampaignPage(campaigns=[], next_cursor=None))
    page = campaigns.page(caller.account(), cursors.read(query.cursor))
    rows = [answers.out(campaign) for campaign in page.rows]
    return Answer(CampaignPage(campaigns=rows, next_cursor=cursors.written(page.next_key)))


@bp.get("/<public_id>")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: CampaignOut}, fails=("not-found",))
def show(public_id: str) -> Answer:
    """Read a campaign and its figures."""
    return Answer(answers.out(answers.found(public_id)))


@bp.get("/<public_id>/messages")
@allow(Access.KEY)
@endpoint(
    scope=Scope.READ,
    query=CampaignMessageQuery,
    gives={200: CampaignMessages},
    fails=("not-found",),
)
def messages(public_id: str, query: CampaignMessageQuery) -> Answer:
    """List the texts of a campaign, in the order of sending."""
    campaign, status = answers.found(public_id), query.status.value if query.status else ""
    page = campaign_texts.page(campaign, status, cursors.read(query.cursor), query.limit)
    texts = [text_out(text) for text in page.rows]
    return Answer(CampaignMessages(messages=texts, next_cursor=cursors.written(page.next_key)))


@bp.get("/<public_id>/estimate")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: Estimate}, fails=("not-found", "not-now"))
def estimate(public_id: str) -> Answer:
    """Read what a draft would cost now: by country, and who would get nothing."""
    campaign = answers.found(public_id)
    if campaign.status != CampaignStatus.DRAFT:
        raise answers.not_now(LaunchError(LaunchProblem.NOT_DRAFT))
    return Answer(_estimate(campaign, audience.estimate(campaign)))


@bp.post("/<public_id>/pause")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, gives={200: CampaignOut}, fails=CHANGES)
def pause(public_id: str) -> Answer:
    """Send nothing more of a campaign until it is resumed."""
    with answers.refusals():
        launch.pause(answers.found(public_id))
    return answers.changed(public_id)


@bp.post("/<public_id>/resume")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, gives={200: CampaignOut}, fails=CHANGES)
def resume(public_id: str) -> Answer:
    """Go on with a campaign that is paused, or blocked for want of money.

    One that could not start at its time is started by /start.
    """
    campaign = answers.found(public_id)
    with answers.refusals():
        launch.resume(campaign)
    if campaign.status == CampaignStatus.PREPARING:
        queue.wake("work", "prepare.run", campaign.id)
    return answers.changed(public_id)


@bp.post("/<public_id>/cancel")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, gives={200: CampaignOut}, fails=CHANGES)
def cancel(public_id: str) -> Answer:
    """Send nothing more of a campaign, and give the price of the rest back.

    One that is planned does not start.
    """
    campaign = answers.found(public_id)
    if campaign.status != CampaignStatus.CANCELLED:
        with answers.refusals():
            launch.cancel(campaign)
    return answers.changed(public_id)


def _not_in_sandbox() -> None:
    if caller.key().sandbox:
        raise Problem("not-in-sandbox")


def _draft(body: NewCampaign) -> Draft:
    return Draft(
        name=body.name,
        text=body.text,
        kind=body.kind,
        opt_out_line=body.opt_out_line and body.kind == CampaignKind.PROMOTIONAL,
        language=body.language,
        plain_details=body.plain,
        short_links=body.short_links,
        sender=body.sender,
        route=body.route,
        everyone=body.everyone,
        lists=body.lists,
        segments=body.segments,
        without_lists=body.without_lists,
        without_segments=body.without_segments,
    )


def _estimate(campaign: Campaign, found: Estimated) -> Estimate:
    return Estimate(
        people=found.recipients,
        parts=found.parts,
        price=shared.written(found.total),
        currency=shared.currency(),
        skipped=found.skipped,
        by_country=[
            CountryEstimate(
                country=row.country,
                people=row.recipients,
                parts=row.parts,
                part_price=shared.written(row.price),
                price=shared.written(row.total),
            )
            for row in found.by_country
        ],
        problem=campaign_drafts.why_not(campaign, found.total),
    )
