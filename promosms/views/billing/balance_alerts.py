"""The low-balance alert: below which amount, and whether by text as well."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.amounts import as_text
from promosms.forms.balance_alerts import LowBalanceForm
from promosms.language import gettext as _
from promosms.models import LowBalanceAlert
from promosms.services.auth.rights import Right
from promosms.services.payments import balance_alerts
from promosms.sms.phone import mask
from promosms.views.billing.blueprint import bp
from promosms.web.access import allow, me, my_account


@bp.route("/alerts", methods=["GET", "POST"])
@allow(Right.PAY)
def alerts() -> ResponseReturnValue:
    """Set the amount, and whether a text is sent besides the e-mail."""
    alert = balance_alerts.of(my_account().id)
    form = LowBalanceForm(data=_form_data(alert))
    if form.validate_on_submit():
        balance_alerts.switch_on(my_account().id, form.units, by_text=form.by_text.data)
        flash(_("Saved. You will hear from us when the balance falls below it."), "good")
        return redirect(url_for("billing.alerts"), code=303)
    page = render_template(
        "billing/alerts.html",
        form=form,
        alert=alert,
        email=me().email,
        phone=mask(me().phone) if me().phone else "",
        balance=my_account().balance,
    )
    return page, 422 if form.errors else 200


@bp.route("/alerts/off", methods=["POST"])
@allow(Right.PAY)
def alerts_off() -> ResponseReturnValue:
    """Switch the alert off."""
    balance_alerts.switch_off(my_account().id)
    flash(_("You will not be told about a low balance any more."), "good")
    return redirect(url_for("billing.alerts"), code=303)


def _form_data(alert: LowBalanceAlert | None) -> dict[str, object]:
    if alert is None:
        return {}
    return {"below": as_text(alert.below), "by_text": alert.by_text}
