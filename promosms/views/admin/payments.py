"""Payments: the list, one payment, and refunds."""

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import logs, queue
from promosms.forms.admin_payments import RefundForm
from promosms.language import gettext as _
from promosms.language import money
from promosms.models import Payment, PaymentKind
from promosms.services.accounts import accounts, names
from promosms.services.payments import pages as payment_pages
from promosms.services.payments import payments as services
from promosms.services.payments import refunds, stripe_checkout
from promosms.services.payments.pages import Movement, PaymentFilter
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, fresh, me

log = logs.get(__name__)


@bp.route("/payments")
@allow(Access.ADMIN)
def payments() -> ResponseReturnValue:
    """Payments, by provider, kind and period."""
    args = request.args
    filters = PaymentFilter(
        provider=args.get("provider", "") if args.get("provider") in labels.PROVIDERS else "",
        kind=args.get("kind", "") if args.get("kind") in set(PaymentKind) else "",
        first=args.get("first", type=date.fromisoformat),
        last=args.get("last", type=date.fromisoformat),
    )
    before = args.get("before", type=int)
    page = payment_pages.page(filters, before)
    return render_template(
        "admin/payments.html",
        movements=page.rows,
        filters=filters,
        first=before is not None,
        further=page.next_key,
        labels=labels,
    )


@bp.route("/payments/<public_id>")
@allow(Access.ADMIN)
def payment(public_id: str) -> ResponseReturnValue:
    """One payment, and the refund form."""
    movement = _movement(public_id)
    return _page(movement, _form(movement, submitted=False))


@bp.route("/payments/<public_id>/refund", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def refund(public_id: str) -> ResponseReturnValue:
    """Refund a part of it, or all."""
    movement = _movement(public_id)
    form = _form(movement, submitted=True)
    if form is None:
        flash(_("Nothing of this payment can go back. Nothing was changed."), "warn")
        return redirect(url_for("admin.payment", public_id=public_id), code=303)
    if form.validate() and _refund(movement, form):
        queue.wake("work", "invoices.run")
        queue.wake("mail", "mail.run")
        return redirect(url_for("admin.payment", public_id=public_id), code=303)
    return _page(_movement(public_id), form), 422


def _movement(public_id: str) -> Movement:
    return payment_pages.find(public_id) or abort(404)


def _form(movement: Movement, *, submitted: bool) -> RefundForm | None:
    """None for refunds and disputes, and for the payments of an erased account."""
    received = movement.payment.kind == PaymentKind.RECEIPT
    if not received or movement.top_up is None or movement.account is None:
        return None
    by_transfer = movement.payment.provider != services.STRIPE
    return RefundForm(by_transfer) if submitted else RefundForm(by_transfer, formdata=None)


def _page(movement: Movement, form: RefundForm | None) -> str:
    movements = payment_pages.of_top_up(movement.top_up.id) if movement.top_up else []
    most = refunds.largest(movement.top_up) if form and movement.top_up else 0
    return render_template(
        "admin/payment.html",
        movement=movement,
        others=[other for other in movements if other.payment.id != movement.payment.id],
        most=min(most, movement.payment.amount),
        form=form,
        admins=accounts.admin_emails(),
        named=names.name(movement.account) if movement.account else "",
        labels=labels,
    )


def _refund(movement: Movement, form: RefundForm) -> bool:
    if form.units > movement.payment.amount:
        form.amount.errors = [_too_large(movement.payment.amount)]
        return False
    try:
        payment = refunds.refund(
            movement.payment,
            form.units,
            form.reason.data or "",
            me().public_id,
            key=form.reference.data or "",
            reference=form.bank_reference.data or "",
        )
    except refunds.RefundTooLarge as error:
        form.amount.errors = [_too_large(error.most)]
        return False
    except refunds.RefundRefused as error:
        log.warning("refund.refused", exc_info=error)
        form.amount.errors = [_("Stripe refuses this refund: %(why)s", why=str(error))]
        return False
    except stripe_checkout.Unavailable:
        log.warning("card.unavailable", exc_info=True)
        form.amount.errors = [_("Stripe does not answer. Press the button again in a minute.")]
        return False
    except services.AccountGone:
        form.amount.errors = [_("The account is being deleted, so nothing was booked.")]
        return False
    _flash_refunded(payment)
    return True


def _too_large(most: int) -> str:
    return str(
        _(
            "At most %(amount)s can go back: what is not spent, and not more than has come.",
            amount=money(most),
        )
    )


def _flash_refunded(payment: Payment) -> None:
    amount = money(-payment.amount)
    if payment.invoice_id:
        flash(_("%(amount)s is sent back. The credit note is on its way.", amount=amount), "good")
    else:
        flash(_("%(amount)s is sent back.", amount=amount), "good")
