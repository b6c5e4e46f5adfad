"""The page of an automation, its review, and the buttons that switch it on, pause or delete it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeSerializer

from promosms.language import gettext as _
from promosms.models import Automation, AutomationStatus
from promosms.services.auth.rights import Right
from promosms.services.automations import automations, figures, forecast
from promosms.services.automations.automations import NotPossible
from promosms.services.campaigns import addressed, drafts, kinds
from promosms.services.campaigns.drafts import ChangedElsewhere
from promosms.services.campaigns.launch_problems import LaunchProblem
from promosms.services.senders import chosen
from promosms.settings import settings
from promosms.views.automations.blueprint import bp
from promosms.views.campaigns.blueprint import text_me
from promosms.web.access import allow, me, my_account, owned


@bp.route("/automations/<public_id>")
@allow(Right.LOOK)
def page(public_id: str) -> ResponseReturnValue:
    """One automation: its text, the days on which it has texted somebody, and what came of it."""
    automation = owned(Automation, public_id)
    if automation.status == AutomationStatus.OFF:
        return _to("review", public_id)
    prototype = automations.prototype_of(automation)
    return render_template(
        "automations/page.html",
        automation=automation,
        prototype=prototype,
        to=addressed.of(prototype),
        runs=figures.runs(automation),
        totals=figures.totals(automation),
    )


@bp.route("/automations/<public_id>/review")
@allow(Right.LOOK)
def review(public_id: str) -> ResponseReturnValue:
    """Whom it will text, what they will read, and what it costs. Nothing goes without this page."""
    automation = owned(Automation, public_id)
    if automation.status == AutomationStatus.ON:
        return _to("page", public_id)
    prototype, shown = automations.prototype_of(automation), forecast.of(automation)
    promoting = kinds.promotion_words_in(prototype.kind, prototype.text)
    asks = shown.reason == LaunchProblem.LIKE_PROMOTION
    return render_template(
        "automations/review.html",
        automation=automation,
        prototype=prototype,
        forecast=shown,
        reason="" if asks else shown.reason,
        to=addressed.of(prototype),
        on_top=chosen.of(prototype.route_id, prototype.sender_id),
        promoting=promoting if asks else (),
        balance=my_account().balance,
        zone=automations.zone_of(automation),
        agreed=_agreements().dumps([public_id, drafts.stamp(prototype), shown.most]),
    )


@bp.route("/automations/<public_id>/switch-on", methods=["POST"])
@allow(Right.SEND)
def switch_on(public_id: str) -> ResponseReturnValue:
    """Switch it on for the price of a text that the review showed."""
    automation = owned(Automation, public_id)
    stamp, price = _agreed(public_id)
    confirmed_by = me().public_id if "about_service" in request.form else ""
    try:
        automations.switch_on(automation, price, stamp, confirmed_by=confirmed_by)
    except ChangedElsewhere:
        flash(_("It was changed after this review. Please look at it again."), "warn")
        return _to("review", public_id)
    except NotPossible:
        return _to("review", public_id)  # which says why
    flash(_("It is on. From now on its texts go by themselves."), "good")
    return _to("page", public_id)


@bp.route("/automations/<public_id>/pause", methods=["POST"])
@allow(Right.SEND)
def pause(public_id: str) -> ResponseReturnValue:
    """Nothing more goes by itself."""
    automations.pause(owned(Automation, public_id))
    flash(_("Paused. Nothing goes by itself until you switch it on again."), "good")
    return _to("page", public_id)


@bp.route("/automations/<public_id>/delete", methods=["POST"])
@allow(Right.SEND)
def delete(public_id: str) -> ResponseReturnValue:
    """Delete it; reports of what was sent stay."""
    automations.delete(owned(Automation, public_id))
    flash(_("The automation was deleted. The reports of its texts are still here."), "good")
    return redirect(url_for("automations.index"), 303)


@bp.route("/automations/<public_id>/test", methods=["POST"])
@allow(Right.SEND)
def test(public_id: str) -> ResponseReturnValue:
    """Send its text to the user's own number."""
    text_me(automations.prototype_of(owned(Automation, public_id)))
    return _to("review", public_id)


def _to(name: str, public_id: str) -> ResponseReturnValue:
    return redirect(url_for(f"automations.{name}", public_id=public_id), 303)


def _agreements() -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key, salt="automation review")


def _agreed(public_id: str) -> tuple[str, int]:
    """The stamp and the highest price of a text of the review; no stamp if it is of another."""
    try:
        reviewed, stamp, price = _agreements().loads(request.form.get("agreed", ""))
    except (BadSignature, ValueError, TypeError):
        return "", 0
    return (str(stamp), int(price)) if reviewed == public_id else ("", 0)
