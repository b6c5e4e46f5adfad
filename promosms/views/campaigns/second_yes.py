"""The buttons of the second yes: ask for it, say yes, say no, take the request back."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.campaigns.move import MoveForm
from promosms.forms.campaigns.refusal import RefusalForm
from promosms.language import gettext as _
from promosms.models import Campaign, CampaignStatus
from promosms.services.auth.rights import Right
from promosms.services.campaigns import second_yes, yes_requests
from promosms.services.campaigns.launch_problems import LaunchError
from promosms.services.campaigns.yes_requests import NobodyElse, NothingAsked
from promosms.views.campaigns import labels, report, review
from promosms.views.campaigns.blueprint import bp
from promosms.web.access import allow, me, owned
from promosms.web.limits import limit


@bp.route("/campaigns/<public_id>/ask", methods=["POST"])
@allow(Right.SEND)
@limit("20/minute;60/hour")
def ask(public_id: str) -> ResponseReturnValue:
    """Ask the colleagues who may send for their yes, with the price that the page has shown."""
    campaign = owned(Campaign, public_id)
    if campaign.status == CampaignStatus.BLOCKED:
        price, people = campaign.total_price, campaign.audience - campaign.n_skipped
    else:
        seen = review.agreed(campaign)
        if seen.price is None and campaign.status == CampaignStatus.DRAFT:
            flash(_("The campaign was changed after this review. Please look at it again."), "warn")
            return _back(campaign)
        price, people = seen.price or 0, seen.people
    if not second_yes.needed(campaign.account_id, price):
        flash(_("It needs no second yes any more: you can send it yourself."), "info")
        return _back(campaign)
    try:
        yes_requests.ask(campaign, me().public_id, price, people)
    except NobodyElse:
        flash(_("Nobody else in your account may say yes."), "warn")
    except LaunchError as error:
        flash(labels.problem(error), "bad")
    else:
        flash(_("Asked. It leaves when a colleague says yes."), "good")
    return _back(campaign)


@bp.route("/campaigns/<public_id>/yes", methods=["POST"])
@allow(Right.SEND)
@limit("20/minute;120/hour")
def yes(public_id: str) -> ResponseReturnValue:
    """Say yes to what a colleague has asked: it is launched, planned, or goes on."""
    campaign = owned(Campaign, public_id)
    if campaign.status == CampaignStatus.BLOCKED:
        return report.go_on(campaign)
    return review.begin(campaign)


@bp.route("/campaigns/<public_id>/refuse", methods=["POST"])
@allow(Right.SEND)
def refuse(public_id: str) -> ResponseReturnValue:
    """Say no to what a colleague has asked, with the why."""
    campaign, form = owned(Campaign, public_id), RefusalForm()
    if not form.validate():
        if campaign.status == CampaignStatus.DRAFT:
            shown = review.departure_shown(campaign), review.ab_test_form(campaign)
            page = review.page(campaign, *shown, form)
        else:
            page = report.page(campaign, MoveForm(formdata=None), form)
        return page, 422
    try:
        yes_requests.refuse(campaign, me().public_id, form.why.data or "")
    except NothingAsked:
        flash(_("It was decided, changed or taken back meanwhile. This is how it stands now."))
    else:
        flash(_("You have said no. Nothing was sent, and your colleague gets an e-mail."), "good")
    return _back(campaign)


@bp.route("/campaigns/<public_id>/take-back", methods=["POST"])
@allow(Right.SEND)
def take_back(public_id: str) -> ResponseReturnValue:
    """Ask for no yes any more."""
    campaign = owned(Campaign, public_id)
    try:
        yes_requests.take_back(campaign, me().public_id)
    except NothingAsked:
        flash(_("It was decided, changed or taken back meanwhile. This is how it stands now."))
    else:
        flash(_("Taken back: nobody is asked for a yes any more."), "good")
    return _back(campaign)


def _back(campaign: Campaign) -> ResponseReturnValue:
    page = "review" if campaign.status == CampaignStatus.DRAFT else "report"
    return redirect(url_for(f"campaigns.{page}", public_id=campaign.public_id), 303)
