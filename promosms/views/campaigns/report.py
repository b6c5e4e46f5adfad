"""The report of a campaign, and the buttons to pause, resume or cancel it."""

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.extensions import db
from promosms.forms.campaigns.move import MoveForm
from promosms.forms.campaigns.refusal import RefusalForm
from promosms.language import gettext as _
from promosms.language import moment
from promosms.lib.charts.curve import Curve, Moment, curve
from promosms.lib.charts.stacked import THINNEST_IN_ROW
from promosms.models import Campaign, CampaignStatus
from promosms.services.auth.rights import Right
from promosms.services.campaigns import (
    ab_parts,
    ab_tests,
    addressed,
    arrivals,
    breakdown,
    campaigns,
    clicks,
    departure,
    follow_ups,
    launch,
    repeats,
    responses,
    second_yes,
)
from promosms.services.campaigns.launch_problems import OF_SENDERS, LaunchError
from promosms.services.ledger import campaign_costs
from promosms.services.senders import availability, chosen
from promosms.views.campaigns import labels, next_texts, reasons, steps, yes_standing
from promosms.views.campaigns.blueprint import bp, enqueue, to_report, worker_missing
from promosms.views.colleagues import acts
from promosms.web.access import allow, has, me, my_account, owned
from promosms.web.limits import limit


@bp.route("/campaigns")
@allow(Right.LOOK)
def index() -> ResponseReturnValue:
    """All campaigns, the newest first."""
    page = campaigns.page(my_account(), request.args.get("before", type=int))
    rows = [(campaign, campaigns.figures(campaign)) for campaign in page.rows]
    bars = [labels.parts(figures, THINNEST_IN_ROW) for _campaign, figures in rows]
    tests = ab_parts.tests_of(page.rows)
    origins = [labels.origin(campaign, tests.get(campaign.id)) for campaign in page.rows]
    return render_template(
        "campaigns/index.html",
        page=page,
        rows=list(zip(rows, bars, origins, strict=True)),
        asked={it.id for one, it in second_yes.waiting(my_account().id) if yes_standing.asked(one)},
    )


@bp.route("/campaigns/<public_id>")
@allow(Right.LOOK)
def report(public_id: str) -> ResponseReturnValue:
    """The figures of the campaign, updated live, and its messages."""
    campaign = owned(Campaign, public_id)
    if campaign.status == CampaignStatus.DRAFT:
        page_of_draft = "edit" if has(Right.WRITE) else "review"
        return redirect(url_for(f"campaigns.{page_of_draft}", public_id=public_id), 303)
    if campaign.status == CampaignStatus.PROTOTYPE:
        return redirect(url_for("automations.index"), 303)
    form = MoveForm()
    form.show(campaign)
    return page(campaign, form)


def page(campaign: Campaign, move: MoveForm, refusal: RefusalForm | None = None) -> str:
    """The report, with the form that moves a campaign which has not started.

    `refusal` is the form with which a second person says no, if it was filled in wrongly.
    """
    chosen = request.args.get("status", "")
    _label, statuses = labels.FILTERS.get(chosen, ("", []))
    _label, who = labels.RESPONSES.get(chosen, ("", None))
    counts = campaigns.reasons(campaign)
    why = reasons.of_key(counts, request.args.get("why", ""))
    messages = campaigns.messages(
        campaign,
        statuses,
        request.args.get("after", type=int),
        who(campaign) if who else None,
        why,
    )
    deleted, deleted_at = campaigns.deleted(campaign)
    return render_template(
        "campaigns/report.html",
        page=messages,
        move=move,
        deleted=deleted,
        deleted_at=deleted_at,
        chosen=chosen if statuses or who else "",
        why=request.args.get("why", "") if why else "",
        to=addressed.of(campaign),
        original=repeats.original(campaign),
        example=campaigns.example(campaign),
        acts=acts.of_campaign(campaign),
        arrivals=_curve(campaign),
        breakdown=breakdown.of(campaign),
        refusal=refusal or RefusalForm(formdata=None),
        **_state(campaign, counts),
    )


@bp.route("/campaigns/<public_id>/live")
@allow(Right.LOOK)
def live(public_id: str) -> ResponseReturnValue:
    """The part of the report that changes while the campaign runs."""
    campaign = owned(Campaign, public_id)
    counts = campaigns.reasons(campaign)
    return render_template("campaigns/live.html", **_state(campaign, counts))


@bp.route("/campaigns/<public_id>/pause", methods=["POST"])
@allow(Right.SEND)
def pause(public_id: str) -> ResponseReturnValue:
    """Pause a campaign that is being sent."""
    campaign = owned(Campaign, public_id)
    try:
        launch.pause(campaign)
        flash(_("Paused. Nothing more is sent until you continue."), "good")
    except LaunchError as error:
        flash(labels.problem(error), "info")
    return to_report(campaign)


@bp.route("/campaigns/<public_id>/resume", methods=["POST"])
@allow(Right.SEND)
@limit("20/minute;120/hour")
def resume(public_id: str) -> ResponseReturnValue:
    """Continue a paused or blocked campaign."""
    return go_on(owned(Campaign, public_id))


def go_on(campaign: Campaign) -> ResponseReturnValue:
    """Let a campaign go on, and show how it stands."""
    try:
        launch.resume(campaign, me().public_id)
    except LaunchError as error:
        flash(labels.problem(error), "info")
    else:
        enqueue(campaign)
    return to_report(campaign)


@bp.route("/campaigns/<public_id>/cancel", methods=["POST"])
@allow(Right.SEND)
def cancel(public_id: str) -> ResponseReturnValue:
    """Cancel the messages that were not sent yet."""
    campaign = owned(Campaign, public_id)
    try:
        launch.cancel(campaign)
        flash(_("Cancelled. What was not sent yet is not sent and not charged."), "good")
    except LaunchError as error:
        flash(labels.problem(error), "info")
    return to_report(campaign)


def _state(campaign: Campaign, counts: Sequence[reasons.Count]) -> dict[str, object]:
    figures, answers = campaigns.figures(campaign), responses.of(campaign)
    opened = clicks.of(campaign)
    return {
        "campaign": campaign,
        "figures": figures,
        "bar": labels.parts(figures),
        "steps": steps.bars(figures, answers, opened.people),
        "reasons": reasons.found(campaign, counts, left_out=False),
        "left_out": reasons.found(campaign, counts, left_out=True),
        "responses": answers,
        "ab": _ab(campaign),
        "clicks": opened,
        "spent": campaign_costs.spent(campaign.id),
        "cost": campaign_costs.totals(campaign),
        "repeatable": repeats.of(campaign),
        "repeat": repeats.find(campaign),
        "next_texts": next_texts.offered(campaign),
        "follow_ups": follow_ups.all_of(campaign),
        "on_top": chosen.of(campaign.route_id, campaign.sender_id),
        "sender_problem": _sender_problem(campaign),
        "through": departure.rest_through(campaign),
        "left": campaigns.duration(campaign, figures.parts_left),
        "over": campaigns.over(campaign),
        "second_yes": yes_standing.of_blocked(campaign),
        "awaited": campaign.status in CampaignStatus.OPEN or campaign.n_sent + figures.waiting,
        "balance": my_account().balance,
        "worker_missing": campaign.status in CampaignStatus.RUNNING and worker_missing(),
    }


def _ab(campaign: Campaign) -> dict[str, object] | None:
    """The A/B test that a campaign has, or of which it is a part; None without, or before it."""
    test = ab_parts.test_of(campaign)
    if test is None or test.begun_at is None:
        return None
    standing = ab_tests.standing(test)
    return {
        "test": test,
        "part": ab_parts.part_of(test, campaign),
        "whole": db.session.get_one(Campaign, test.campaign_id),
        "parts": ab_tests.parts(test),
        "standing": standing,
        "difference": standing.difference,
        "due_at": None if test.better else ab_tests.due_at(test),
    }


def _sender_problem(campaign: Campaign) -> object:
    """Why a stopped campaign cannot go on under its sender, in words."""
    if campaign.status not in (CampaignStatus.BLOCKED, CampaignStatus.PAUSED):
        return ""
    problem = availability.why_not(db.session(), campaign)
    return labels.PROBLEMS[OF_SENDERS[problem]] if problem else ""


def _curve(campaign: Campaign) -> Curve | None:
    """How fast the texts arrived; None if that is not known (any more)."""
    found = arrivals.of(campaign)
    moments = [Moment(labels.short(arrived.after), arrived.share) for arrived in found]
    return curve(moment(campaign.launched_at, "HH:mm").split()[0], moments) if found else None
