"""The A/B test of a draft, chosen on its review, and the choice of the better text by hand."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from promosms.forms.campaigns.ab_test import AbTestForm
from promosms.language import gettext as _
from promosms.models import AbText, Campaign, CampaignStatus
from promosms.services.auth.rights import Right
from promosms.services.campaigns import ab_decisions, ab_tests
from promosms.services.campaigns.drafts import NotDraft
from promosms.services.campaigns.launch_problems import LaunchError, LaunchProblem
from promosms.views.campaigns import labels, review
from promosms.views.campaigns.blueprint import bp, enqueue, to_report
from promosms.web.access import allow, me, my_account, owned
from promosms.web.limits import limit


@bp.route("/campaigns/<public_id>/ab-test", methods=["POST"])
@allow(Right.WRITE)
def ab_test(public_id: str) -> ResponseReturnValue:
    """Choose a second text and how both are compared, or do without; and show what that costs."""
    campaign = owned(Campaign, public_id)
    form = AbTestForm().prepare(campaign, my_account())
    without = "without" in request.form
    is_draft = campaign.status == CampaignStatus.DRAFT
    if is_draft and not without and not (ab_tests.possible(campaign) and form.validate()):
        return review.page(campaign, review.departure_shown(campaign), form), 422
    try:
        ab_tests.choose(campaign, None if without else form.choice())
    except NotDraft:
        flash(labels.PROBLEMS[LaunchProblem.NOT_DRAFT], "info")
        return to_report(campaign)
    return redirect(url_for("campaigns.review", public_id=public_id), 303)


@bp.route("/campaigns/<public_id>/ab-test/better", methods=["POST"])
@allow(Right.SEND)
@limit("20/minute;120/hour")
def better(public_id: str) -> ResponseReturnValue:
    """Send one of both texts to the others now."""
    campaign = owned(Campaign, public_id)
    try:
        text = AbText(request.form.get("text", ""))
    except ValueError as error:
        raise BadRequest from error
    try:
        ab_decisions.take(campaign, text, me().public_id)
    except LaunchError as error:
        flash(labels.problem(error), "info")
    else:
        flash(_("Text %(text)s goes to the others now.", text=text.upper()), "good")
        enqueue(campaign)
    return to_report(campaign)
