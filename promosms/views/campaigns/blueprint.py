"""The blueprint of the pages of campaigns, and what several of them share."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.language import gettext as _
from promosms.language import money
from promosms.models import Campaign
from promosms.services.auth.rights import Right
from promosms.services.campaigns import own_test
from promosms.services.campaigns.launch_problems import LaunchError
from promosms.services.gateways import workers
from promosms.services.ledger import ledger
from promosms.views.campaigns import labels
from promosms.views.gateways.simulated_phone import offered
from promosms.web.access import has, me

bp = Blueprint("campaigns", __name__)


@bp.context_processor
def _context() -> dict[str, object]:
    return {"labels": labels, "phone_offered": offered}


def text_me(campaign: Campaign) -> None:
    """Send a test to the signed-in user's own number and flash the result."""
    if not has(Right.SEND):
        abort(403)
    if not me().phone:
        flash(
            _("Add your mobile number in the settings first. Then you can text yourself."), "warn"
        )
        return
    try:
        message = own_test.send(campaign, me().phone)
    except LaunchError as error:
        flash(labels.problem(error), "bad")
    except ledger.InsufficientBalance as error:
        missing = money(error.missing)
        flash(
            _("Your balance is too small for a test: %(missing)s are missing.", missing=missing),
            "bad",
        )
    else:
        if message.gateway_id is not None:
            queue.wake(queue.gateway_queue(message.gateway_id), "send.run", message.gateway_id)
        flash(
            _(
                "A test is on its way to your own number. It costs %(price)s.",
                price=money(message.price),
            ),
            "good",
        )


def enqueue(campaign: Campaign) -> None:
    """Enqueue the preparation or sending of a campaign; say so when Redis is down."""
    if not queue.wake("work", "prepare.run", campaign.id):
        flash(_("It begins in a moment: the queue is not reachable right now."), "info")


def to_report(campaign: Campaign) -> ResponseReturnValue:
    """Redirect to the report of a campaign."""
    return redirect(url_for("campaigns.report", public_id=campaign.public_id), 303)


def worker_missing() -> bool:
    """Is a worker missing that is needed for sending?"""
    return any(name != "mail" for name in workers.missing())
