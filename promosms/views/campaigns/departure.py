"""How a draft leaves, chosen on its review."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from promosms.models import Campaign, CampaignStatus
from promosms.services.auth.rights import Right
from promosms.services.campaigns import departure as departures
from promosms.services.campaigns.drafts import NotDraft
from promosms.services.campaigns.launch_problems import LaunchProblem
from promosms.views.campaigns import labels, review
from promosms.views.campaigns.blueprint import bp, to_report
from promosms.web.access import allow, owned


@bp.route("/campaigns/<public_id>/departure", methods=["POST"])
@allow(Right.WRITE)
def departure(public_id: str) -> ResponseReturnValue:
    """Choose by whose clock a draft leaves and how it is spread, and show what that means."""
    campaign = owned(Campaign, public_id)
    form = review.departure_form(campaign)
    if campaign.status == CampaignStatus.DRAFT and not form.validate():
        return review.page(campaign, form, review.ab_test_form(campaign)), 422
    try:
        departures.choose(campaign, form.departure())
    except NotDraft:
        flash(labels.PROBLEMS[LaunchProblem.NOT_DRAFT], "info")
        return to_report(campaign)
    return redirect(url_for("campaigns.review", public_id=public_id), 303)
