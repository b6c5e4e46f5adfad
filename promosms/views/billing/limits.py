"""Limits: how much may be spent, and what pauses a campaign by itself."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.extensions import db
from promosms.forms.limits import LimitsForm
from promosms.language import gettext as _
from promosms.services.auth.rights import Right
from promosms.services.campaigns import guard, second_yes
from promosms.services.ledger import spending
from promosms.views.billing.blueprint import bp
from promosms.web.access import allow, fresh_post, me, my_account


@bp.route("/limits", methods=["GET", "POST"])
@allow(Right.PAY)
@fresh_post
def limits() -> ResponseReturnValue:
    """See and change the limits of the account."""
    account, form = my_account(), LimitsForm()
    form.prepare(people=len(second_yes.people(account.id)))
    if request.method == "GET":
        form.show(guard.of(account.id))
    elif form.validate():
        second_yes.choose_limits(account.id, form.limits(), me().email)
        flash(_("Your limits are saved."), "good")
        return redirect(url_for("billing.limits"), code=303)
    page = render_template(
        "billing/limits.html",
        form=form,
        least=guard.LEAST,
        limits=guard.of(account.id),
        committed=spending.committed(db.session(), account),
    )
    return page, 422 if form.errors else 200
