"""Top-ups: orders to confirm, what has come for one, and what can be done about it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.forms.admin_payments import ReceiveForm, amount_of
from promosms.language import gettext as _
from promosms.language import money
from promosms.models import now
from promosms.services.accounts import accounts
from promosms.services.invoices import invoices, seller, seller_days
from promosms.services.payments import all_top_ups as orders
from promosms.services.payments import overpayment, payments, refunds, top_ups
from promosms.services.payments import pages as payment_pages
from promosms.services.payments.all_top_ups import Order, Which
from promosms.services.sending import sweep
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, me


@bp.route("/top-ups", endpoint="top_ups")
@allow(Access.ADMIN)
def all_top_ups() -> ResponseReturnValue:
    """Orders: those to confirm, those with too much money, or all; or what a search finds."""
    wanted = request.args.get("q", "").strip()[:200]
    which = labels.chosen(Which, request.args.get("which"), Which.OPEN)
    beyond = request.args.get("beyond", type=int)
    if wanted:
        found = orders.search(wanted, amount_of(wanted))
        further = False
    else:
        found = orders.page(which, beyond, orders.PAGE + 1)
        further = len(found) > orders.PAGE
    shown = found[: orders.PAGE]
    return render_template(
        "admin/top_ups.html",
        orders=shown,
        wanted=wanted,
        which=which,
        too_much=orders.too_much(),
        unset=[] if seller.seller() else seller.missing(),
        first=beyond is not None,
        further=shown[-1].top_up.id if further else None,
        words=labels,
    )


@bp.route("/top-ups/<public_id>", endpoint="top_up")
@allow(Access.ADMIN)
def one_top_up(public_id: str) -> ResponseReturnValue:
    """One order."""
    found = _found(public_id)
    form = ReceiveForm(found.missing, formdata=None)
    form.paid_on.data = seller_days.day_of(now())
    return _page(found, form)


@bp.route("/top-ups/<public_id>/receive", methods=["POST"])
@allow(Access.ADMIN)
def receive(public_id: str) -> ResponseReturnValue:
    """The money has come, all of it or a part."""
    found = _found(public_id)
    form = ReceiveForm(found.missing)
    known = payments.find(payments.TRANSFER, orders.bank_line(form.line.data or ""))
    if known is not None:
        form.sure.data = True  # it says at once that it is booked
    if form.validate() and _book(found, form):
        return _back(public_id)
    return _page(_found(public_id), form), 422


@bp.route("/top-ups/<public_id>/settle", methods=["POST"])
@allow(Access.ADMIN)
def settle(public_id: str) -> ResponseReturnValue:
    """Be content with what has come."""
    try:
        orders.settle_short(_found(public_id).top_up, me().public_id)
    except payments.NothingToSettle:
        flash(_("There was nothing to settle, so nothing was changed."), "warn")
    except payments.AccountGone:
        flash(_gone(), "bad")
    else:
        flash(_("The order is as large as the money now, and paid."), "good")
        _go_on()
    return _back(public_id)


@bp.route("/top-ups/<public_id>/surplus", methods=["POST"])
@allow(Access.ADMIN)
def book_surplus(public_id: str) -> ResponseReturnValue:
    """Book what came too much as another top-up."""
    try:
        made = overpayment.book(_found(public_id).top_up, me().public_id)
    except overpayment.NoSurplus:
        flash(_("There is no surplus any more, so nothing was changed."), "warn")
    except payments.AccountGone:
        flash(_gone(), "bad")
    else:
        flash(_("The surplus is a top-up of its own now, with its own invoice."), "good")
        _go_on()
        return _back(made.public_id)
    return _back(public_id)


@bp.route("/top-ups/<public_id>/cancel", methods=["POST"])
@allow(Access.ADMIN)
def cancel_top_up(public_id: str) -> ResponseReturnValue:
    """Await no money any more."""
    if top_ups.cancel(_found(public_id).top_up, me().public_id):
        flash(_("The order is cancelled. Money that still comes can be booked."), "good")
    else:
        flash(_("The order was not open, or money has come for it. Nothing was changed."), "warn")
    return _back(public_id)


def _found(public_id: str) -> Order:
    return orders.find(public_id) or abort(404)


def _back(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("admin.top_up", public_id=public_id), code=303)


def _gone() -> str:
    return str(_("The account is being deleted, so nothing was booked. Send the money back."))


def _page(found: Order, form: ReceiveForm) -> str:
    return render_template(
        "admin/top_up.html",
        order=found,
        people=accounts.people([found.account])[found.account.id],
        movements=payment_pages.of_top_up(found.top_up.id),
        invoice=invoices.of_top_up(found.top_up.id),
        refundable=refunds.largest(found.top_up),
        form=form,
        names=accounts.admin_emails(),
        words=labels,
    )


def _book(found: Order, form: ReceiveForm) -> bool:
    missing = found.missing
    try:
        new = orders.receive(
            found.top_up, form.line.data or "", form.units, form.paid_at, me().public_id
        )
    except orders.LineUsed as error:
        form.line.errors = [_used(error.order)]
        return False
    except payments.WrongCurrency:
        form.amount.errors = [_("The order is in another currency than this installation.")]
        return False
    except payments.AccountGone:
        form.amount.errors = [_gone()]
        return False
    if not new:
        flash(_("This line of the bank statement is booked already. Nothing was booked twice."))
    elif form.units < missing:
        flash(_("Booked. %(amount)s is still missing.", amount=money(missing - form.units)), "warn")
    else:
        flash(_("Booked. The balance is topped up and the invoice is on its way."), "good")
        _go_on()
    return True


def _used(order: Order | None) -> str:
    if order is None:
        return str(_("This line of the bank statement is booked already: its account has left."))
    return str(
        _(
            "This line of the bank statement is booked already, for the order %(reference)s or "
            "with another amount. Look at its bank reference again.",
            reference=order.top_up.reference,
        )
    )


def _go_on() -> None:
    """Render the invoice, send the letters, let campaigns go on that lacked the money."""
    queue.wake("work", "invoices.run")
    queue.wake("mail", "mail.run")
    for campaign_id in sweep.continue_blocked():
        queue.wake("work", "prepare.run", campaign_id)
