"""Automatic top-up: when, how much, with which card; and off again."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import logs, queue
from promosms.extensions import limiter
from promosms.forms.automatic_top_ups import AutomaticForm, typed
from promosms.language import gettext as _
from promosms.services.invoices import companies
from promosms.services.payments import (
    automatic_top_ups,
    saved_cards,
    stripe_checkout,
    stripe_payments,
)
from promosms.views.billing.blueprint import bp
from promosms.web.access import Access, allow, me, my_account

log = logs.get(__name__)


@bp.route("/automatic", methods=["GET", "POST"])
@allow(Access.OWNER)
def automatic() -> ResponseReturnValue:
    """What is wished, and the card."""
    row = automatic_top_ups.of(my_account().id)
    form = AutomaticForm(data=typed(row))
    if form.validate_on_submit():
        automatic_top_ups.switch_on(my_account(), form.wishes(), me().public_id)
        flash(_saved(), "good")
        _ring()
        return redirect(url_for("billing.automatic"), code=303)
    page = render_template(
        "billing/automatic.html",
        form=form,
        wishes=row,
        why=automatic_top_ups.why(row.stopped_why) if row and row.stopped_why else "",
        spent=automatic_top_ups.spent(my_account().id),
        company=companies.of(my_account().id),
        by_card=stripe_checkout.available(),
    )
    return page, 422 if form.errors else 200


@bp.route("/automatic/off", methods=["POST"])
@allow(Access.OWNER)
def automatic_off() -> ResponseReturnValue:
    """Nothing by itself any more, from this moment on."""
    automatic_top_ups.switch_off(my_account(), me().public_id)
    flash(_("The automatic top-up is off. Your card is not charged any more."), "good")
    return redirect(url_for("billing.automatic"), code=303)


@bp.route("/automatic/card")
@allow(Access.OWNER)
@limiter.limit("30 per hour")
def automatic_card() -> ResponseReturnValue:
    """Go to Stripe's page to save a card; a link leads here, as for paying by card."""
    if not stripe_checkout.available():
        return redirect(url_for("billing.automatic"), code=303)
    try:
        return redirect(saved_cards.ask(my_account()), code=303)
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable")
        flash(_("Cards cannot be used at the moment. Please try again later."), "bad")
    return redirect(url_for("billing.automatic"), code=303)


@bp.route("/automatic/back")
@allow(Access.OWNER)
@limiter.limit("60 per hour")
def automatic_back() -> ResponseReturnValue:
    """Back from Stripe: ask which card it is."""
    session_id = request.args.get("session", "")[:120]
    try:
        if session_id.startswith("cs_") and stripe_checkout.available():
            stripe_payments.look_at_session(session_id)
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable")
    row = automatic_top_ups.of(my_account().id)
    if row is not None and row.card:
        flash(_("The card is saved."), "good")
        _ring()
    else:
        flash(_("No card was saved."), "warn")
    return redirect(url_for("billing.automatic"), code=303)


@bp.route("/automatic/forget", methods=["POST"])
@allow(Access.OWNER)
def forget_card() -> ResponseReturnValue:
    """Forget the card, here and at Stripe."""
    if saved_cards.forget(my_account().id):
        queue.wake("work", "stripe.forget")
        flash(_("The card is forgotten, and the automatic top-up is off."), "good")
    return redirect(url_for("billing.automatic"), code=303)


def _saved() -> str:
    row = automatic_top_ups.of(my_account().id)
    if row is not None and row.card:
        return str(_("The automatic top-up is on."))
    return str(_("Saved. Now add a card, and it begins."))


def _ring() -> None:
    if my_account().id in automatic_top_ups.due():
        queue.wake("work", "stripe.top_up", my_account().id)
