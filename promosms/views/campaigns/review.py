"""The review: the result and cost of sending, and the button that sends."""

import dataclasses
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from promosms.extensions import db
from promosms.forms.campaigns.departure import DepartureForm
from promosms.language import gettext as _
from promosms.models import Campaign, CampaignStatus, now
from promosms.services.campaigns import (
    addressed,
    audience,
    campaigns,
    departure,
    drafts,
    follow_ups,
    guard,
    kinds,
    launch,
    repeats,
    schedule,
    text_cost,
)
from promosms.services.campaigns.audience import Estimate
from promosms.services.campaigns.launch import LaunchError, LaunchProblem
from promosms.services.gateways import routing
from promosms.services.senders import answerable, chosen
from promosms.services.sending import quiet_hours
from promosms.settings import settings
from promosms.views.campaigns import labels
from promosms.views.campaigns.blueprint import bp, enqueue, text_me, to_report, worker_missing
from promosms.web.access import Access, allow, me, my_account, owned

EXAMPLES = 3


@bp.route("/campaigns/<public_id>/review")
@allow(Access.MEMBER)
def review(public_id: str) -> ResponseReturnValue:
    """Show the result and cost of sending. Nothing is sent without this page."""
    campaign = owned(Campaign, public_id)
    if campaign.status != CampaignStatus.DRAFT:
        return to_report(campaign)
    form = DepartureForm()
    form.show(campaign)
    return page(campaign, form)


def page(campaign: Campaign, form: DepartureForm) -> str:
    """The review of a draft, with the form that says how it leaves."""
    estimate = audience.estimate(campaign)
    original = repeats.original(campaign)
    on_top = chosen.of(campaign.route_id, campaign.sender_id)
    starts_at = schedule.starts_at(campaign)
    at = starts_at or now()
    countries = [price.country for price in estimate.by_country]
    first_page = next(audience.read_pages(campaign), [])
    return render_template(
        "campaigns/review.html",
        campaign=campaign,
        estimate=estimate,
        examples=[draft for draft in first_page if not draft.reason][:EXAMPLES],
        to=addressed.of(campaign),
        problem=_problem(campaign) or launch.sender_problem(db.session(), campaign),
        on_top=on_top,
        exceptions=on_top.exceptions({row.country for row in estimate.by_country}),
        foreign=text_cost.foreign(campaign.text),
        promoting=kinds.promotion_words_in(campaign.kind, campaign.text),
        no_gateway=routing.gateway_for(campaign.route_id) is None,
        balance=my_account().balance,
        starts_at=starts_at,
        **_departure(campaign, estimate, at),
        departure=form,
        leaving=labels.leaving(campaign),
        disturbs=quiet_hours.disturbs(campaign, countries, at),
        comes_twice=schedule.comes_twice(campaign),
        zone=schedule.zone_named(campaign.planned_zone),
        now=now(),
        duration=campaigns.duration(campaign, estimate.parts),
        agreed=_agreements().dumps([*_reviewed(campaign), estimate.total, estimate.everybody]),
        limit=_limit(campaign, estimate.total),
        worker_missing=worker_missing(),
        original=original,
        too_late=follow_ups.too_late(campaign),
        repeatable=repeats.of(original) if original else None,
    )


@bp.route("/campaigns/<public_id>/send", methods=["POST"])
@allow(Access.MEMBER)
def send(public_id: str) -> ResponseReturnValue:
    """Launch the campaign for the price that the review showed."""
    campaign = owned(Campaign, public_id)
    price, reviewed = _agreed(campaign)
    if price is None and campaign.status == CampaignStatus.DRAFT:
        flash(_("The campaign was changed after this review. Please look at it again."), "warn")
        return redirect(url_for("campaigns.review", public_id=public_id), 303)
    try:
        begin = schedule.schedule if campaign.planned_time else launch.launch
        begin(
            campaign,
            price or 0,
            as_it_stands="as_it_stands" in request.form,
            service_confirmed_by=me().public_id if "about_service" in request.form else "",
            reviewed=reviewed,
        )
    except LaunchError as error:
        already = error.code == launch.LaunchProblem.NOT_DRAFT
        flash(labels.problem(error), "info" if already else "bad")
        page = "campaigns.report" if already else "campaigns.review"
        return redirect(url_for(page, public_id=public_id), 303)
    if campaign.status == CampaignStatus.PREPARING:
        enqueue(campaign)
    return to_report(campaign)


@bp.route("/campaigns/<public_id>/test", methods=["POST"])
@allow(Access.MEMBER)
def test(public_id: str) -> ResponseReturnValue:
    """Send the text of the draft to the user's own number."""
    campaign = owned(Campaign, public_id)
    text_me(campaign)
    return redirect(url_for("campaigns.review", public_id=public_id), 303)


def _departure(campaign: Campaign, estimate: Estimate, at: datetime) -> dict[str, object]:
    """Who gets it later than `at`, and when it will be through."""
    by_clock = departure.groups(campaign, estimate, at)
    countries = [price.country for price in estimate.by_country]
    waits = {} if by_clock else quiet_hours.forecast(campaign, countries, at)
    last = max([at, *waits.values(), *(group.at for group in by_clock)])
    return {
        "by_clock": by_clock,
        "waits": waits,
        "through": departure.through(campaign, estimate, at, last),
    }


def _limit(campaign: Campaign, price: int) -> launch.LaunchProblem | None:
    """The limit of the account that this price would pass; one that starts later, in its month."""
    month = not campaign.planned_time
    reason = guard.over_limit(db.session(), my_account(), price, month=month)
    return launch.OVER[reason] if reason else None


def _problem(campaign: Campaign) -> str:
    """Why the text cannot be sent; empty if it can."""
    text, line = campaign.text, campaign.opt_out_line
    works = line and answerable.can_answer(campaign)
    problem = text_cost.problem(
        text,
        opt_out_line=works,
        opt_out_link=line and not works,
        language=campaign.language,
        short_links=campaign.short_links,
    )
    if problem:
        return problem
    lacking = kinds.lacks_way_out(campaign.kind, text, opt_out_line=line)
    return LaunchProblem.NO_WAY_OUT if lacking else ""


def _agreements() -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key, salt="campaign review")


def _reviewed(campaign: Campaign) -> list[object]:
    """What a review is about; another one agrees to nothing."""
    leaves = dataclasses.astuple(departure.of(campaign))
    return [campaign.public_id, drafts.stamp(campaign), list(leaves)]


def _agreed(campaign: Campaign) -> tuple[int | None, int]:
    """Price and recipients of the review; no price when the draft has changed since."""
    try:
        *seen, price, everybody = _agreements().loads(request.form.get("agreed", ""))
    except (BadSignature, ValueError, TypeError):
        return None, 0
    if seen != _reviewed(campaign):
        return None, 0
    return int(price), int(everybody)
