"""Corrections of balances that are so large that a second admin has to agree."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.language import gettext as _
from promosms.language import money
from promosms.models import Adjustment
from promosms.services.accounts import accounts
from promosms.services.accounts import adjustments as services
from promosms.services.ledger import ledger
from promosms.services.sending import sweep
from promosms.settings import setting
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, me


@bp.route("/adjustments")
@allow(Access.ADMIN)
def adjustments() -> ResponseReturnValue:
    """What waits for a second admin, and what became of the others."""
    before = request.args.get("before", type=int)
    found = services.decided(before, services.PAGE + 1)
    shown = found[: services.PAGE]
    return render_template(
        "admin/adjustments.html",
        asked=services.asked(),
        decided=shown,
        first=before is not None,
        further=shown[-1].adjustment.id if len(found) > services.PAGE else None,
        limit=setting("ADJUSTMENT_LIMIT"),
        alone=services.only_one_admin(),
        names=accounts.admin_emails(),
        me=me(),
        words=labels,
    )


@bp.route("/adjustments/<public_id>/agree", methods=["POST"])
@allow(Access.ADMIN)
def agree(public_id: str) -> ResponseReturnValue:
    """Carry it out."""
    found = _found(public_id)
    amount = found.amount
    try:
        services.agree(found, me().public_id)
    except services.NotYours:
        flash(_("You have asked for this correction, so somebody else has to agree."), "bad")
    except services.NotWaiting:
        flash(_decided(), "warn")
    except ledger.InsufficientBalance as error:
        missing = money(error.missing)
        flash(
            _("The balance is %(missing)s too small for this. It waits on.", missing=missing), "bad"
        )
    else:
        flash(_("The balance is corrected by %(amount)s.", amount=money(amount)), "good")
        for campaign_id in sweep.continue_blocked():
            queue.wake("work", "prepare.run", campaign_id)
    return _back()


@bp.route("/adjustments/<public_id>/refuse", methods=["POST"])
@allow(Access.ADMIN)
def refuse(public_id: str) -> ResponseReturnValue:
    """Leave the balance as it is."""
    try:
        services.refuse(_found(public_id), me().public_id)
        flash(_("Refused. The balance stays as it is."), "good")
    except services.NotYours:
        flash(_("You have asked for this correction yourself: withdraw it."), "bad")
    except services.NotWaiting:
        flash(_decided(), "warn")
    return _back()


@bp.route("/adjustments/<public_id>/withdraw", methods=["POST"])
@allow(Access.ADMIN)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Take one's own wish back."""
    try:
        services.withdraw(_found(public_id), me().public_id)
        flash(_("Withdrawn. The balance stays as it is."), "good")
    except services.NotYours:
        flash(_("Only who has asked for a correction can withdraw it."), "bad")
    except services.NotWaiting:
        flash(_decided(), "warn")
    return _back()


def _found(public_id: str) -> Adjustment:
    return services.find(public_id) or abort(404)


def _decided() -> str:
    return str(_("This correction has been decided already. Nothing was changed."))


def _back() -> ResponseReturnValue:
    return redirect(url_for("admin.adjustments"), code=303)
