"""The page of verification texts: counts, refusals, blocked numbers."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.language import gettext
from promosms.language import lazy_gettext as _
from promosms.services.abuse import blocks
from promosms.services.abuse import report as abuse_report
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, me

LAYERS = {
    PumpingProblem.FORM: _("The form was not one of ours, or very old"),
    PumpingProblem.PROOF: _("The sum of the browser was wrong, old or used before"),
    PumpingProblem.UNPROVEN: _("No sum, as from a browser without script, and too many of these"),
    PumpingProblem.PROGRAM: _("A field was filled in that people do not see"),
    PumpingProblem.HASTE: _("Filled in faster than people can"),
    PumpingProblem.COUNTRY: _("Not a mobile number of an allowed country"),
    PumpingProblem.TOO_SOON: _("This number had a text just before"),
    PumpingProblem.NUMBER: _("This number had its texts of the day"),
    PumpingProblem.NETWORK: _("This network had its texts of the hour or day"),
    PumpingProblem.PREFIX: _("Neighbouring numbers had their texts of the hour"),
    PumpingProblem.DIAL_CODE: _("The country had its texts of the day"),
    PumpingProblem.BUDGET: _("The texts of the hour were used up"),
    PumpingProblem.RECEIVER: _("This e-mail address had its e-mails of the day"),
    PumpingProblem.NO_GATEWAY: _("No gateway of the default route sends to the country"),
    PumpingProblem.BLOCKED: _("These numbers are blocked"),
}


@bp.route("/texts", endpoint="texts")
@allow(Access.ADMIN)
def texts_page() -> ResponseReturnValue:
    """Verification texts of the last 24 hours."""
    return render_template(
        "admin/texts.html",
        day=abuse_report.overview(),
        layers=LAYERS,
        masked=blocks.masked,
    )


@bp.route("/texts/<public_id>/lift", methods=["POST"])
@allow(Access.ADMIN)
def lift_block(public_id: str) -> ResponseReturnValue:
    """Lift a block of numbers."""
    if blocks.lift(public_id, me().public_id):
        flash(gettext("These numbers get passwords by text again."), "good")
    else:
        flash(gettext("These numbers were not blocked any more."), "info")
    return redirect(url_for("admin.texts"), 303)
