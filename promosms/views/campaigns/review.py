"""The review: the result and cost of sending, and the button that sends."""

import dataclasses
from datetime import datetime
from typing import NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from promosms import queue
from promosms.extensions import db
from promosms.forms.campaigns.ab_test import AbTestForm
from promosms.forms.campaigns.departure import DepartureForm
from promosms.forms.campaigns.refusal import RefusalForm
from promosms.language import gettext as _
from promosms.models import AbTest, Campaign, CampaignStatus, now
from promosms.services.auth.rights import Right
from promosms.services.campaigns import (
    ab_tests,
    addressed,
    audience,
    campaigns,
    departure,
    drafts,
    estimating,
    follow_ups,
    guard,
    kinds,
    launch,
    repeats,
    reviewed,
    schedule,
    text_cost,
)
from promosms.services.campaigns.ab_tests import Costs
from promosms.services.campaigns.estimates import Estimate, MessageDraft
from promosms.services.campaigns.estimating import Found
from promosms.services.campaigns.launch_problems import OVER, LaunchError, LaunchProblem
from promosms.services.gateways import routes, routing
from promosms.services.senders import answerable, chosen
from promosms.services.sending import quiet_hours
from promosms.settings import settings
from promosms.views.campaigns import labels, yes_standing
from promosms.views.campaigns.blueprint import bp, enqueue, text_me, to_report, worker_missing
from promosms.web.access import allow, me, my_account, owned

EXAMPLES = 3


class Agreed(NamedTuple):
    """What a review promises: prices in 1/10,000, and numbers of people.

    `everybody` has those who are left out, `people` get it. Of an A/B test, the prices of both
    parts and how many others there are.
    """

    price: int | None = None
    everybody: int = 0
    people: int = 0
    a_price: int = 0
    b_price: int = 0
    rest: int = 0


@bp.route("/campaigns/<public_id>/review")
@allow(Right.LOOK)
def review(public_id: str) -> ResponseReturnValue:
    """Show the result and cost of sending. Nothing is sent without this page."""
    campaign = owned(Campaign, public_id)
    if campaign.status != CampaignStatus.DRAFT:
        return to_report(campaign)
    return page(campaign, departure_shown(campaign), ab_test_form(campaign))


def departure_form(campaign: Campaign) -> DepartureForm:
    """The form that says how a draft leaves, with what is possible for it."""
    return DepartureForm().prepare(limits_validity=routes.can_limit_validity(campaign.route_id))


def departure_shown(campaign: Campaign) -> DepartureForm:
    """The same form with what was chosen."""
    form = DepartureForm(formdata=None)
    form.prepare(limits_validity=routes.can_limit_validity(campaign.route_id))
    form.show(campaign)
    return form


def ab_test_form(campaign: Campaign) -> AbTestForm:
    """The form of the A/B test of a draft, as it was chosen."""
    form = AbTestForm(formdata=None).prepare(campaign, my_account())
    form.show()
    return form


def page(
    campaign: Campaign,
    form: DepartureForm,
    ab_form: AbTestForm,
    refusal: RefusalForm | None = None,
) -> str:
    """The review of a draft, with the forms that say how it leaves, and with which two texts.

    `refusal` is the form with which a second person says no, if it was filled in wrongly.
    """
    typed = form.errors or ab_form.errors or (refusal and refusal.errors)
    found = estimating.of(campaign, any_age=bool(typed))
    if found.estimate is None:
        return _wait(campaign, found)
    test, estimate, costs = ab_tests.of(campaign), found.estimate, found.costs
    original = repeats.original(campaign)
    on_top = chosen.of(campaign.route_id, campaign.sender_id)
    starts_at = schedule.starts_at(campaign, estimate.places)
    at = starts_at or now()
    countries = [price.country for price in estimate.by_country]
    second = ab_tests.with_text_b(campaign, test) if test else None
    return render_template(
        "campaigns/review.html",
        campaign=campaign,
        estimate=estimate,
        counted_at=found.counted_at,
        examples=_examples(campaign),
        examples_b=_examples(second) if second else [],
        ab_test=ab_form,
        ab=_ab(campaign, test, costs, estimate),
        to=addressed.of(campaign),
        problem=_problem(campaign, test) or launch.sender_problem(db.session(), campaign),
        on_top=on_top,
        exceptions=on_top.exceptions({row.country for row in estimate.by_country}),
        foreign=[place for text in _texts(campaign, test) for place in text_cost.foreign(text)],
        promoting=launch.promotion_words(campaign),
        no_gateway=routing.gateway_for(campaign.route_id) is None,
        balance=my_account().balance,
        starts_at=starts_at,
        **_departure(campaign, estimate, at),
        departure=form,
        advised=quiet_hours.advised(campaign, countries),
        leaving=labels.leaving(campaign),
        disturbs=quiet_hours.disturbs(campaign, countries, at),
        comes_twice=schedule.comes_twice(campaign),
        zone=schedule.zone_named(campaign.planned_zone),
        now=now(),
        duration=campaigns.duration(campaign, estimate.parts),
        agreed=_agreement(campaign, estimate, costs),
        limit=_limit(campaign, estimate.total),
        second_yes=yes_standing.of(campaign, estimate.total),
        refusal=refusal or RefusalForm(formdata=None),
        worker_missing=worker_missing(),
        original=original,
        too_late=follow_ups.too_late(campaign),
        repeatable=repeats.of(original) if original else None,
    )


@bp.route("/campaigns/<public_id>/review/counting")
@allow(Right.LOOK)
def counting(public_id: str) -> ResponseReturnValue:
    """How far a worker is with the estimate, for the page that waits for it."""
    campaign = owned(Campaign, public_id)
    if campaign.status != CampaignStatus.DRAFT:
        return render_template("campaigns/counting.html", found=Found(Estimate()))
    found = estimating.of(campaign)
    _wake(campaign, found)
    return render_template(
        "campaigns/counting.html", campaign=campaign, found=found, worker_missing=worker_missing()
    )


def _wait(campaign: Campaign, found: Found) -> str:
    """The review while a worker counts: without a price, and without a button that sends."""
    _wake(campaign, found)
    return render_template(
        "campaigns/wait.html",
        campaign=campaign,
        found=found,
        examples=_examples(campaign),
        original=repeats.original(campaign),
        worker_missing=worker_missing(),
    )


def _wake(campaign: Campaign, found: Found) -> None:
    """Wake a worker for the estimate; it is asked for again as long as somebody waits."""
    if found.idle and estimating.want(campaign):
        queue.wake("work", "estimates.run", campaign.id)


@bp.route("/campaigns/<public_id>/send", methods=["POST"])
@allow(Right.SEND)
def send(public_id: str) -> ResponseReturnValue:
    """Launch the campaign for the price that the review showed."""
    return begin(owned(Campaign, public_id))


def begin(campaign: Campaign) -> ResponseReturnValue:
    """Launch a draft, or plan it, as the review showed it to who has pressed the button."""
    public_id, as_it_is = campaign.public_id, reviewed.digest(campaign)
    seen = agreed(campaign)
    if seen.price is None and campaign.status == CampaignStatus.DRAFT:
        flash(_("The campaign was changed after this review. Please look at it again."), "warn")
        return redirect(url_for("campaigns.review", public_id=public_id), 303)
    ab_tests.agree(campaign, seen.a_price, seen.b_price, seen.rest)
    try:
        start = schedule.schedule if campaign.planned_time else launch.launch
        start(
            campaign,
            seen.price or 0,
            as_it_stands="as_it_stands" in request.form,
            service_confirmed_by=me().public_id if "about_service" in request.form else "",
            reviewed=seen.everybody,
            by=me().public_id,
            seen=as_it_is,
        )
    except LaunchError as error:
        already = error.code == LaunchProblem.NOT_DRAFT
        flash(labels.problem(error), "info" if already else "bad")
        page = "campaigns.report" if already else "campaigns.review"
        return redirect(url_for(page, public_id=public_id), 303)
    if campaign.status == CampaignStatus.PREPARING:
        enqueue(campaign)
    elif campaign.status == CampaignStatus.COMPARING:
        for part in ab_tests.parts_of(campaign):
            enqueue(part)
    return to_report(campaign)


@bp.route("/campaigns/<public_id>/test", methods=["POST"])
@allow(Right.SEND)
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


def _limit(campaign: Campaign, price: int) -> LaunchProblem | None:
    """The limit of the account that this price would pass; one that starts later, in its month."""
    month = not campaign.planned_time
    reason = guard.over_limit(db.session(), my_account(), price, month=month)
    return OVER[reason] if reason else None


def _examples(campaign: Campaign) -> list[MessageDraft]:
    found: list[MessageDraft] = []
    for size in (audience.FEW, audience.PAGE):
        page = next(audience.read_pages(campaign, size=size), [])
        found = [draft for draft in page if not draft.reason][:EXAMPLES]
        if len(found) == EXAMPLES or len(page) < size:
            break
    return found


def _texts(campaign: Campaign, test: AbTest | None) -> list[str]:
    return [campaign.text, *([test.text_b] if test else [])]


def _ab(
    campaign: Campaign, test: AbTest | None, costs: Costs | None, estimate: Estimate
) -> dict[str, object]:
    """What the review says of an A/B test: is one possible, and what would it tell?"""
    possible = ab_tests.possible(campaign) and estimate.recipients >= ab_tests.LEAST
    if test is None or costs is None:
        return {"possible": possible}
    each = min(costs.a.recipients, costs.b.recipients)
    return {
        "possible": True,
        "test": test,
        "costs": costs,
        "each": each,
        "chance": ab_tests.by_chance(each),
    }


def _problem(campaign: Campaign, test: AbTest | None) -> str:
    """Why a text cannot be sent; empty if all can."""
    line = campaign.opt_out_line
    works = line and answerable.can_answer(campaign)
    for text in _texts(campaign, test):
        problem = text_cost.problem(
            text,
            opt_out_line=works,
            opt_out_link=line and not works,
            language=campaign.language,
            short_links=campaign.short_links,
        )
        if problem:
            return problem
        if kinds.lacks_way_out(campaign.kind, text, opt_out_line=line):
            return LaunchProblem.NO_WAY_OUT
    unmeasurable = test is not None and ab_tests.unmeasurable(campaign, test)
    return LaunchProblem.AB_UNMEASURABLE if unmeasurable else ""


def _agreement(campaign: Campaign, estimate: Estimate, costs: Costs | None) -> str:
    """What a review promises, signed."""
    parts = (costs.a.total, costs.b.total, costs.rest.recipients) if costs else (0, 0, 0)
    promised = Agreed(estimate.total, estimate.everybody, estimate.recipients, *parts)
    return str(_agreements().dumps([_reviewed(campaign), promised]))


def _agreements() -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key, salt="campaign review")


def _reviewed(campaign: Campaign) -> list[object]:
    """What a review is about; another one agrees to nothing."""
    leaves, test = dataclasses.astuple(departure.of(campaign)), ab_tests.chosen(campaign)
    compares = list(dataclasses.astuple(test)) if test else []
    return [campaign.public_id, drafts.stamp(campaign), list(leaves), compares]


def agreed(campaign: Campaign) -> Agreed:
    """What the review of this form promised; no price if the draft has changed since."""
    try:
        seen, promised = _agreements().loads(request.form.get("agreed", ""))
        found = Agreed(*map(int, promised))
    except (BadSignature, ValueError, TypeError):
        return Agreed()
    return found if seen == _reviewed(campaign) else Agreed()
