"""The buttons of a campaign that has not started: start it now, move it, or write on."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.campaigns.move import MoveForm
from promosms.language import gettext as _
from promosms.models import Campaign, CampaignStatus
from promosms.services.auth.rights import Right
from promosms.services.campaigns import schedule
from promosms.services.campaigns.launch_problems import LaunchError
from promosms.views.campaigns import labels, report
from promosms.views.campaigns.blueprint import bp, enqueue, to_report
from promosms.web.access import allow, owned
from promosms.web.limits import limit


@bp.route("/campaigns/<public_id>/start", methods=["POST"])
@allow(Right.SEND)
@limit("20/minute;120/hour")
def start(public_id: str) -> ResponseReturnValue:
    """Start a scheduled campaign now, or one that could not start, for the agreed price."""
    campaign = owned(Campaign, public_id)
    try:
        schedule.start_now(campaign)
    except LaunchError as error:
        flash(labels.problem(error), "info")
    else:
        enqueue(campaign)
    return to_report(campaign)


@bp.route("/campaigns/<public_id>/move", methods=["POST"])
@allow(Right.SEND)
def move(public_id: str) -> ResponseReturnValue:
    """Start a scheduled campaign at another time."""
    campaign, form = owned(Campaign, public_id), MoveForm()
    scheduled = campaign.status == CampaignStatus.SCHEDULED
    if scheduled and not all([form.validate(), form.demand_time(campaign)]):
        return report.page(campaign, form), 422
    try:
        schedule.move(campaign, form.planned_time(), form.seen.data or "")
    except LaunchError as error:
        flash(labels.problem(error), "info")
    else:
        flash(_("It starts on %(start)s.", start=labels.planned(campaign)), "good")
    return to_report(campaign)


@bp.route("/campaigns/<public_id>/unschedule", methods=["POST"])
@allow(Right.SEND)
def unschedule(public_id: str) -> ResponseReturnValue:
    """Make a draft again of a campaign that has not started, and open it."""
    campaign = owned(Campaign, public_id)
    try:
        schedule.edit(campaign)
    except LaunchError as error:
        flash(labels.problem(error), "info")
        return to_report(campaign)
    flash(
        _("It is a draft again, and does not start by itself before you have agreed to it."), "info"
    )
    return redirect(url_for("campaigns.edit", public_id=public_id), 303)
