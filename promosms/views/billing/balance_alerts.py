"""Alerts: when the owner wants to hear of a low balance, and how."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.admin import UNITS
from promosms.forms.balance_alerts import LowBalanceForm
from promosms.language import gettext as _
from promosms.models import LowBalanceAlert
from promosms.services.payments import balance_alerts
from promosms.sms.phone import mask
from promosms.views.billing.blueprint import bp
from promosms.web.access import Access, allow, me, my_account


@bp.route("/alerts", methods=["GET", "POST"])
@allow(Access.OWNER)
def alerts() -> ResponseReturnValue:
    """The amount, and whether a text comes besides the e-mail."""
    wish = balance_alerts.of(my_account().id)
    form = LowBalanceForm(data=_typed(wish))
    if form.validate_on_submit():
        balance_alerts.switch_on(my_account().id, form.units, by_text=form.by_text.data)
        flash(_("Saved. You will hear from us when the balance falls below it."), "good")
        return redirect(url_for("billing.alerts"), code=303)
    page = render_template(
        "billing/alerts.html",
        form=form,
        wish=wish,
        email=me().email,
        phone=mask(me().phone) if me().phone else "",
        balance=my_account().balance,
    )
    return page, 422 if form.errors else 200


@bp.route("/alerts/off", methods=["POST"])
@allow(Access.OWNER)
def alerts_off() -> ResponseReturnValue:
    """Nothing about a low balance any more."""
    balance_alerts.switch_off(my_account().id)
    flash(_("You will not be told about a low balance any more."), "good")
    return redirect(url_for("billing.alerts"), code=303)


def _typed(wish: LowBalanceAlert | None) -> dict[str, object]:
    if wish is None:
        return {}
    return {"below": f"{wish.below / UNITS:.2f}", "by_text": wish.by_text}
