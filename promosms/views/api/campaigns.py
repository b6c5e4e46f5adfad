"""Campaigns of the API: write one, see what it costs, launch it, stop it, and read its report."""

from flask import Blueprint, url_for

from promosms import queue
from promosms.extensions import csrf, db
from promosms.forms.api import shared
from promosms.forms.api.campaigns import (
    CampaignMessageQuery,
    CampaignMessages,
    CampaignOut,
    CampaignPage,
    CountryEstimate,
    Estimate,
    Launch,
    NewCampaign,
    PageQuery,
)
from promosms.language import force_locale
from promosms.models import Campaign, CampaignKind, CampaignStatus, Scope
from promosms.services.api import (
    campaign_drafts,
    campaign_texts,
)
from promosms.services.api.composing import Refused
from promosms.services.api.idempotency import Once
from promosms.services.campaigns import audience, campaigns, launch
from promosms.services.campaigns.audience import Estimate as Estimated
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.launch import LaunchError
from promosms.views.api import cursors, refusals
from promosms.views.api.messages import text_out
from promosms.views.campaigns import problems as launch_problems
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, caller
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import Problem

bp = Blueprint("api_campaigns", __name__, url_prefix=f"{PREFIX}/campaigns")
csrf.exempt(bp)
CHANGES = ("not-found", "not-now")
COUNTED = (
    *("queued", "sending", "sent", "delivered", "undelivered", "expired"),
    *("failed", "unknown", "skipped", "cancelled"),
)


def _again(result: str, _body: NewCampaign) -> Answer:
    """The answer to a draft that was made before."""
    campaign = db.session.get(Campaign, int(result.rpartition(":")[2]))
    if campaign is None or campaign.account_id != caller.key().account_id:
        raise Problem("done-and-deleted")
    return _created(campaign)


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
        return _created(campaign_drafts.create(caller.account(), _draft(body), once))
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
    rows = [_out(campaign) for campaign in page.rows]
    return Answer(CampaignPage(campaigns=rows, next_cursor=cursors.written(page.next_key)))


@bp.get("/<public_id>")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: CampaignOut}, fails=("not-found",))
def show(public_id: str) -> Answer:
    """Read a campaign and its figures."""
    return Answer(_out(_found(public_id)))


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
    campaign, status = _found(public_id), query.status.value if query.status else ""
    page = campaign_texts.page(campaign, status, cursors.read(query.cursor), query.limit)
    texts = [text_out(text) for text in page.rows]
    return Answer(CampaignMessages(messages=texts, next_cursor=cursors.written(page.next_key)))


@bp.get("/<public_id>/estimate")
@allow(Access.KEY)
@endpoint(scope=Scope.READ, gives={200: Estimate}, fails=("not-found", "not-now"))
def estimate(public_id: str) -> Answer:
    """Read what a draft would cost now: by country, and who would get nothing."""
    campaign = _found(public_id)
    if campaign.status != CampaignStatus.DRAFT:
        raise _not_now(LaunchError(launch.LaunchProblem.NOT_DRAFT))
    return Answer(_estimate(campaign, audience.estimate(campaign)))


@bp.post("/<public_id>/launch")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, body=Launch, gives={200: CampaignOut}, fails=CHANGES)
def start(public_id: str, body: Launch) -> Answer:
    """Send a draft at the agreed price.

    A second launch is refused: nothing is sent twice.
    """
    campaign, by = _found(public_id), caller.key().created_by
    try:
        launch.launch(
            campaign,
            shared.read(body.agreed_price),
            service_confirmed_by=by if body.confirm_service else "",
        )
    except LaunchError as error:
        raise _not_now(error) from error
    queue.wake("work", "prepare.run", campaign.id)
    return _changed(public_id)


@bp.post("/<public_id>/pause")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, gives={200: CampaignOut}, fails=CHANGES)
def pause(public_id: str) -> Answer:
    """Send nothing more of a campaign until it is resumed."""
    try:
        launch.pause(_found(public_id))
    except LaunchError as error:
        raise _not_now(error) from error
    return _changed(public_id)


@bp.post("/<public_id>/resume")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, gives={200: CampaignOut}, fails=CHANGES)
def resume(public_id: str) -> Answer:
    """Go on with a campaign that is paused, or blocked for want of money."""
    campaign = _found(public_id)
    try:
        launch.resume(campaign)
    except LaunchError as error:
        raise _not_now(error) from error
    if campaign.status == CampaignStatus.PREPARING:
        queue.wake("work", "prepare.run", campaign.id)
    return _changed(public_id)


@bp.post("/<public_id>/cancel")
@allow(Access.KEY)
@endpoint(scope=Scope.SEND, gives={200: CampaignOut}, fails=CHANGES)
def cancel(public_id: str) -> Answer:
    """Send nothing more of a campaign, and give the price of the rest back."""
    campaign = _found(public_id)
    if campaign.status != CampaignStatus.CANCELLED:
        try:
            launch.cancel(campaign)
        except LaunchError as error:
            raise _not_now(error) from error
    return _changed(public_id)


def _not_in_sandbox() -> None:
    if caller.key().sandbox:
        raise Problem("not-in-sandbox")


def _found(public_id: str) -> Campaign:
    found = campaign_drafts.find(caller.key(), public_id)
    if found is None:
        raise Problem("not-found")
    return found


def _changed(public_id: str) -> Answer:
    db.session.expire_all()
    return Answer(_out(_found(public_id)))


def _not_now(error: LaunchError) -> Problem:
    with force_locale("en"):
        words = str(launch_problems.WORDS[error.code])
    return Problem("not-now", words, more={"reason": error.code.value})


def _created(campaign: Campaign) -> Answer:
    location = url_for("api_campaigns.show", public_id=campaign.public_id)
    return Answer(_out(campaign), 201, {"Location": location})


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


def _out(campaign: Campaign) -> CampaignOut:
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
        launched_at=campaign.launched_at,
        finished_at=campaign.finished_at,
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
