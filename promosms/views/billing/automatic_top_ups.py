"""Automatic top-up: its settings, its card, and switching it off."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import logs, queue
from promosms.forms.automatic_top_ups import AutomaticForm, form_data
from promosms.language import gettext as _
from promosms.models import AutomaticTopUp
from promosms.services.auth.rights import Right
from promosms.services.invoices import companies
from promosms.services.payments import (
    automatic_top_ups,
    saved_cards,
    stripe_checkout,
    stripe_payments,
)
from promosms.views.billing.blueprint import bp
from promosms.web.access import allow, fresh, fresh_post, me, my_account
from promosms.web.limits import limit

log = logs.get(__name__)


@bp.route("/automatic", methods=["GET", "POST"])
@allow(Right.PAY)
@fresh_post
def automatic() -> ResponseReturnValue:
    """The settings and the card."""
    automatic_top_up = automatic_top_ups.of(my_account().id)
    form = AutomaticForm(data=form_data(automatic_top_up))
    if form.validate_on_submit():
        automatic_top_ups.switch_on(my_account(), form.settings(), me().public_id)
        flash(_saved_message(), "good")
        _wake_worker()
        return redirect(url_for("billing.automatic"), code=303)
    page = render_template(
        "billing/automatic.html",
        form=form,
        automatic=automatic_top_up,
        why=_why_stopped(automatic_top_up),
        spent=automatic_top_ups.spent(my_account().id),
        company=companies.of(my_account().id),
        by_card=stripe_checkout.available(),
    )
    return page, 422 if form.errors else 200


@bp.route("/automatic/off", methods=["POST"])
@allow(Right.PAY)
def automatic_off() -> ResponseReturnValue:
    """Switch the automatic top-up off."""
    automatic_top_ups.switch_off(my_account(), me().public_id)
    flash(_("The automatic top-up is off. Your card is not charged any more."), "good")
    return redirect(url_for("billing.automatic"), code=303)


@bp.route("/automatic/card")
@allow(Right.PAY)
@fresh
@limit("30 per hour")
def automatic_card() -> ResponseReturnValue:
    """Go to Stripe's page to save a card; a link leads here, see `pay_by_card`."""
    if not stripe_checkout.available():
        return redirect(url_for("billing.automatic"), code=303)
    try:
        return redirect(saved_cards.setup_url(my_account()), code=303)
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable", exc_info=True)
        flash(_("Cards cannot be used at the moment. Please try again later."), "bad")
    return redirect(url_for("billing.automatic"), code=303)


@bp.route("/automatic/back")
@allow(Right.PAY)
@limit("60 per hour")
def automatic_back() -> ResponseReturnValue:
    """Back from Stripe: save the card."""
    session_id = request.args.get("session", "")[:120]
    try:
        if session_id.startswith("cs_") and stripe_checkout.available():
            stripe_payments.sync_session(session_id)
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable", exc_info=True)
    if _has_card():
        flash(_("The card is saved."), "good")
        _wake_worker()
    else:
        flash(_("No card was saved."), "warn")
    return redirect(url_for("billing.automatic"), code=303)


@bp.route("/automatic/forget", methods=["POST"])
@allow(Right.PAY)
def forget_card() -> ResponseReturnValue:
    """Forget the card, here and at Stripe."""
    if saved_cards.forget(my_account().id):
        queue.wake("work", "stripe.forget")
        flash(_("The card is forgotten, and the automatic top-up is off."), "good")
    return redirect(url_for("billing.automatic"), code=303)


def _has_card() -> bool:
    automatic_top_up = automatic_top_ups.of(my_account().id)
    return automatic_top_up is not None and bool(automatic_top_up.card)


def _saved_message() -> str:
    if _has_card():
        return str(_("The automatic top-up is on."))
    return str(_("Saved. Now add a card, and it begins."))


def _why_stopped(automatic_top_up: AutomaticTopUp | None) -> str:
    code = automatic_top_up.stopped_why if automatic_top_up else ""
    return automatic_top_ups.why(code) if code else ""


def _wake_worker() -> None:
    if my_account().id in automatic_top_ups.due():
        queue.wake("work", "stripe.top_up", my_account().id)
