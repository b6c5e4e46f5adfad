"""Corrections of balances above a limit: a second admin has to agree."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.language import gettext as _
from promosms.language import money
from promosms.models import Adjustment
from promosms.services.accounts import accounts, names
from promosms.services.accounts import adjustments as services
from promosms.services.ledger import ledger
from promosms.settings import settings
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.views.billing.after_payment import wake_campaigns
from promosms.web.access import Access, allow, fresh, me


@bp.route("/adjustments")
@allow(Access.ADMIN)
def adjustments() -> ResponseReturnValue:
    """Corrections that wait for a second admin, and those that are decided."""
    before = request.args.get("before", type=int)
    page, asked = services.decided(before), services.asked()
    return render_template(
        "admin/adjustments.html",
        asked=asked,
        decided=page.rows,
        first=before is not None,
        further=page.next_key,
        limit=settings.adjustment_limit,
        alone=services.only_one_admin(),
        admins=accounts.admin_emails(),
        account_names=names.of([row.account.id for row in (*asked, *page.rows)]),
        me=me(),
        words=labels,
    )


@bp.route("/adjustments/<public_id>/agree", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def agree(public_id: str) -> ResponseReturnValue:
    """Agree to a correction, and book it."""
    adjustment = _adjustment(public_id)
    amount = adjustment.amount
    try:
        services.agree(adjustment, me().public_id)
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
        wake_campaigns()
    return _redirect()


@bp.route("/adjustments/<public_id>/refuse", methods=["POST"])
@allow(Access.ADMIN)
def refuse(public_id: str) -> ResponseReturnValue:
    """Refuse a correction of another admin."""
    try:
        services.refuse(_adjustment(public_id), me().public_id)
        flash(_("Refused. The balance stays as it is."), "good")
    except services.NotYours:
        flash(_("You have asked for this correction yourself: withdraw it."), "bad")
    except services.NotWaiting:
        flash(_decided(), "warn")
    return _redirect()


@bp.route("/adjustments/<public_id>/withdraw", methods=["POST"])
@allow(Access.ADMIN)
def withdraw(public_id: str) -> ResponseReturnValue:
    """Withdraw a correction that the admin has asked for."""
    try:
        services.withdraw(_adjustment(public_id), me().public_id)
        flash(_("Withdrawn. The balance stays as it is."), "good")
    except services.NotYours:
        flash(_("Only who has asked for a correction can withdraw it."), "bad")
    except services.NotWaiting:
        flash(_decided(), "warn")
    return _redirect()


def _adjustment(public_id: str) -> Adjustment:
    return services.find(public_id) or abort(404)


def _decided() -> str:
    return str(_("This correction has been decided already. Nothing was changed."))


def _redirect() -> ResponseReturnValue:
    return redirect(url_for("admin.adjustments"), code=303)
