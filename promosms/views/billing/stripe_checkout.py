"""Paying by card: to Stripe's page and back, and what Stripe calls out to us."""

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from promosms import logs, queue
from promosms.extensions import csrf, limiter
from promosms.language import gettext as _
from promosms.models import TopUp, TopUpStatus
from promosms.services.mail import outbox
from promosms.services.payments import stripe_checkout, stripe_payments, top_ups
from promosms.services.payments import stripe_webhooks as events
from promosms.services.sending import sweep
from promosms.views.billing.blueprint import bp
from promosms.views.gateways.webhooks import REFUSED, refused
from promosms.web.access import Access, allow, owned

log = logs.get(__name__)
LARGEST = 256 * 1024


@bp.route("/card/<public_id>")
@allow(Access.OWNER)
@limiter.limit("60 per hour")
def pay_by_card(public_id: str) -> ResponseReturnValue:
    """Go to Stripe's page.

    A link leads here, not a form: Chromium applies `form-action` of the content policy to where
    the answer to a form leads as well, and Stripe's address depends on the operator's account.
    """
    found = owned(TopUp, public_id)
    order = url_for("billing.order_page", public_id=public_id)
    if not stripe_checkout.available() or (
        found.status == TopUpStatus.OPEN and not top_ups.payable(found)
    ):
        flash(_("Cards cannot be used here. Please pay by bank transfer."), "warn")
        return redirect(order, code=303)
    try:
        return redirect(stripe_checkout.start(found), code=303)
    except stripe_checkout.NotPayable:
        flash(_("This order does not have to be paid any more."), "info")
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable")
        flash(_("Cards cannot be used at the moment. Try again, or pay by transfer."), "bad")
    return redirect(order, code=303)


@bp.route("/card/<public_id>/back")
@allow(Access.OWNER)
@limiter.limit("60 per hour")
def card_back(public_id: str) -> ResponseReturnValue:
    """Back from Stripe: ask whether it is paid, because what is called out may come later."""
    found = owned(TopUp, public_id)
    session_id = found.checkout
    try:
        if session_id and found.status != TopUpStatus.PAID and stripe_checkout.available():
            stripe_payments.look_at_session(session_id)
            ring_after_payment()
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable")
    if owned(TopUp, public_id).status == TopUpStatus.PAID:
        flash(_("Thank you. The money is on your balance."), "good")
    else:
        flash(_("We wait for the answer of your bank. This page shows it when it is here."), "info")
    return redirect(url_for("billing.order_page", public_id=public_id), code=303)


@bp.route("/card/events", methods=["POST"])
@allow(Access.PUBLIC)
@csrf.exempt
@limiter.limit(REFUSED, deduct_when=refused)
def card_events() -> ResponseReturnValue:
    """What Stripe calls out: answered well only when it is booked, or it is told again."""
    if not stripe_checkout.available():
        abort(404)
    request.max_content_length = LARGEST
    try:
        event = events.opened(request.get_data(), request.headers.get("Stripe-Signature", ""))
        events.apply(event)
    except (events.BadEvent, RequestEntityTooLarge, stripe_checkout.Unavailable) as error:
        code = CODES[type(error)]
        log.warning("card.event_refused", extra={"code": code})
        return Response(status=code)
    ring_after_payment()
    return Response(status=200)


CODES = {events.BadEvent: 400, RequestEntityTooLarge: 413, stripe_checkout.Unavailable: 503}


def ring_after_payment() -> None:
    """Wake whatever has waited for money: invoices, e-mails, campaigns."""
    queue.wake("work", "invoices.run")
    if outbox.waiting():
        queue.wake("mail", "mail.run")
    for campaign_id in sweep.continue_blocked():
        queue.wake("work", "prepare.run", campaign_id)
