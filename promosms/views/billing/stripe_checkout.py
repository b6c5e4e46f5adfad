"""Paying by card: to Stripe's page and back, and Stripe's webhook."""

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from promosms import logs
from promosms.extensions import csrf
from promosms.language import gettext as _
from promosms.models import TopUp, TopUpStatus
from promosms.services.auth.rights import Right
from promosms.services.payments import (
    stripe_checkout,
    stripe_payments,
    stripe_webhooks,
    top_ups,
)
from promosms.views.billing.after_payment import wake_workers
from promosms.views.billing.blueprint import bp
from promosms.views.gateways.webhooks import REFUSED, refused
from promosms.web.access import Access, allow, owned
from promosms.web.limits import limit

log = logs.get(__name__)
LARGEST = 256 * 1024


@bp.route("/card/<public_id>")
@allow(Right.PAY)
@limit("60 per hour")
def pay_by_card(public_id: str) -> ResponseReturnValue:
    """Go to Stripe's page.

    A link leads here, not a form: Chromium applies `form-action` of the content security policy
    also to redirects after a form, and Stripe's address depends on the operator's account.
    """
    top_up = owned(TopUp, public_id)
    top_up_page = url_for("billing.order_page", public_id=public_id)
    if not stripe_checkout.available() or (
        top_up.status == TopUpStatus.OPEN and not top_ups.payable(top_up)
    ):
        flash(_("Cards cannot be used here. Please pay by bank transfer."), "warn")
        return redirect(top_up_page, code=303)
    try:
        return redirect(stripe_checkout.payment_url(top_up), code=303)
    except stripe_checkout.NotPayable:
        flash(_("This order does not have to be paid any more."), "info")
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable", exc_info=True)
        flash(_("Cards cannot be used at the moment. Try again, or pay by transfer."), "bad")
    return redirect(top_up_page, code=303)


@bp.route("/card/<public_id>/back")
@allow(Right.PAY)
@limit("60 per hour")
def card_back(public_id: str) -> ResponseReturnValue:
    """Back from Stripe: ask for the outcome, because the webhook may come later."""
    top_up = owned(TopUp, public_id)
    session_id = top_up.checkout
    try:
        if session_id and top_up.status != TopUpStatus.PAID and stripe_checkout.available():
            stripe_payments.sync_session(session_id)
            wake_workers()
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable", exc_info=True)
    if owned(TopUp, public_id).status == TopUpStatus.PAID:
        flash(_("Thank you. The money is on your balance."), "good")
    else:
        flash(_("We wait for the answer of your bank. This page shows it when it is here."), "info")
    return redirect(url_for("billing.order_page", public_id=public_id), code=303)


@bp.route("/card/events", methods=["POST"])
@allow(Access.PUBLIC)
@csrf.exempt
@limit(REFUSED, deduct_when=refused)
def stripe_webhook() -> ResponseReturnValue:
    """An event from Stripe; after any answer but 200 Stripe delivers it again."""
    if not stripe_checkout.available():
        abort(404)
    request.max_content_length = LARGEST
    try:
        signature = request.headers.get("Stripe-Signature", "")
        stripe_webhooks.handle(stripe_webhooks.verify(request.get_data(), signature))
    except tuple(STATUS_CODES) as error:
        code = STATUS_CODES[type(error)]
        reason = REASONS[type(error)]
        log.warning("card.event_refused", extra={"code": reason, "status": code})
        return Response(status=code)
    wake_workers()
    return Response(status=200)


REASONS: dict[type[Exception], str] = {
    stripe_webhooks.BadEvent: "signature",
    RequestEntityTooLarge: "too_large",
    stripe_checkout.Unavailable: "stripe_unavailable",
}
STATUS_CODES: dict[type[Exception], int] = {
    stripe_webhooks.BadEvent: 400,
    RequestEntityTooLarge: 413,
    stripe_checkout.Unavailable: 503,
}
