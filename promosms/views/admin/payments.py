"""Payments: money that came and went, and sending some of it back."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.forms.admin_payments import RefundForm
from promosms.language import gettext as _
from promosms.language import money
from promosms.models import Payment, PaymentKind
from promosms.services.accounts import accounts
from promosms.services.payments import pages as payment_pages
from promosms.services.payments import payments as services
from promosms.services.payments import refunds, stripe_checkout
from promosms.services.payments.pages import Movement, Narrowed
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, me


@bp.route("/payments")
@allow(Access.ADMIN)
def payments() -> ResponseReturnValue:
    """Payments, by provider, kind and period."""
    given = request.args
    wanted = Narrowed(
        provider=given.get("provider", "") if given.get("provider") in labels.PROVIDERS else "",
        kind=given.get("kind", "") if given.get("kind") in set(PaymentKind) else "",
        first=given.get("first", type=date.fromisoformat),
        last=given.get("last", type=date.fromisoformat),
    )
    before = given.get("before", type=int)
    found = payment_pages.page(wanted, before, payment_pages.PAGE + 1)
    shown = found[: payment_pages.PAGE]
    return render_template(
        "admin/payments.html",
        movements=shown,
        wanted=wanted,
        first=before is not None,
        further=shown[-1].payment.id if len(found) > payment_pages.PAGE else None,
        words=labels,
    )


@bp.route("/payments/<public_id>")
@allow(Access.ADMIN)
def payment(public_id: str) -> ResponseReturnValue:
    """One payment, and the form to send it back."""
    found = _found(public_id)
    return _page(found, _form(found, fresh=True))


@bp.route("/payments/<public_id>/refund", methods=["POST"])
@allow(Access.ADMIN)
def refund(public_id: str) -> ResponseReturnValue:
    """Send a part of it back, or all."""
    found = _found(public_id)
    form = _form(found, fresh=False)
    if form is None:
        flash(_("Nothing of this payment can go back. Nothing was changed."), "warn")
        return redirect(url_for("admin.payment", public_id=public_id), code=303)
    if form.validate() and _send_back(found, form):
        queue.wake("work", "invoices.run")
        queue.wake("mail", "mail.run")
        return redirect(url_for("admin.payment", public_id=public_id), code=303)
    return _page(_found(public_id), form), 422


def _found(public_id: str) -> Movement:
    return payment_pages.find(public_id) or abort(404)


def _form(found: Movement, *, fresh: bool) -> RefundForm | None:
    """None for what has gone out itself, and for the payments of an account that has left."""
    came = found.payment.kind == PaymentKind.RECEIPT
    if not came or found.top_up is None or found.account is None:
        return None
    by_transfer = found.payment.provider != services.STRIPE
    return RefundForm(by_transfer, formdata=None) if fresh else RefundForm(by_transfer)


def _page(found: Movement, form: RefundForm | None) -> str:
    others = payment_pages.of_top_up(found.top_up.id) if found.top_up else []
    most = refunds.largest(found.top_up) if form and found.top_up else 0
    return render_template(
        "admin/payment.html",
        movement=found,
        others=[each for each in others if each.payment.id != found.payment.id],
        most=min(most, found.payment.amount),
        form=form,
        names=accounts.admin_emails(),
        words=labels,
    )


def _send_back(found: Movement, form: RefundForm) -> bool:
    if form.units > found.payment.amount:
        form.amount.errors = [_more(found.payment.amount)]
        return False
    try:
        made = refunds.refund(
            found.payment,
            form.units,
            form.reason.data or "",
            me().public_id,
            key=form.reference.data or "",
            reference=form.line.data or "",
        )
    except refunds.RefundTooLarge as error:
        form.amount.errors = [_more(error.most)]
        return False
    except refunds.RefundRefused as error:
        form.amount.errors = [_("Stripe refuses this refund: %(why)s", why=str(error))]
        return False
    except stripe_checkout.Unavailable:
        form.amount.errors = [_("Stripe does not answer. Press the button again in a minute.")]
        return False
    except services.AccountGone:
        form.amount.errors = [_("The account is being deleted, so nothing was booked.")]
        return False
    _tell(made)
    return True


def _more(most: int) -> str:
    return str(
        _(
            "At most %(amount)s can go back: what is not spent, and not more than has come.",
            amount=money(most),
        )
    )


def _tell(made: Payment) -> None:
    amount = money(-made.amount)
    if made.invoice_id:
        flash(_("%(amount)s is sent back. The credit note is on its way.", amount=amount), "good")
    else:
        flash(_("%(amount)s is sent back.", amount=amount), "good")
