"""Top-ups of all accounts: the lists, one top-up, and booking the money received for it."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.admin_payments import ReceiveForm, amount_of
from promosms.language import gettext as _
from promosms.language import money
from promosms.lib.pages import Page
from promosms.models import now
from promosms.services.accounts import accounts, names
from promosms.services.invoices import invoices, seller, seller_days
from promosms.services.payments import (
    bank_transfers,
    overpayment,
    payments,
    top_up_search,
    top_ups,
)
from promosms.services.payments import pages as payment_pages
from promosms.services.payments.top_up_search import TopUpFilter, TopUpRow
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.views.billing.after_payment import wake_workers
from promosms.web.access import Access, allow, fresh, me


@bp.route("/top-ups", endpoint="top_ups")
@allow(Access.ADMIN)
def all_top_ups() -> ResponseReturnValue:
    """Those to confirm, those overpaid, or all; or the results of a search."""
    typed = request.args.get("q", "").strip()[:200]
    chosen = labels.chosen(TopUpFilter, request.args.get("show"), TopUpFilter.TO_CONFIRM)
    after = request.args.get("after", type=int)
    if typed:
        page = Page(top_up_search.search(typed, amount_of(typed)), None)
    else:
        page = top_up_search.page(chosen, after)
    return render_template(
        "admin/top_ups.html",
        rows=page.rows,
        typed=typed,
        chosen=chosen,
        overpaid=top_up_search.count_overpaid(),
        missing_settings=[] if seller.seller() else seller.missing(),
        first=after is not None,
        further=page.next_key,
        labels=labels,
    )


@bp.route("/top-ups/<public_id>", endpoint="top_up")
@allow(Access.ADMIN)
def one_top_up(public_id: str) -> ResponseReturnValue:
    """One top-up, and the form to book a transfer for it."""
    row = _row(public_id)
    form = ReceiveForm(row.missing, formdata=None)
    form.paid_on.data = seller_days.day_of(now())
    return _page(row, form)


@bp.route("/top-ups/<public_id>/receive", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def receive(public_id: str) -> ResponseReturnValue:
    """Book a transfer that pays all or a part of the top-up."""
    row = _row(public_id)
    form = ReceiveForm(row.missing)
    reference = bank_transfers.bank_reference(form.bank_reference.data or "")
    if payments.find(payments.TRANSFER, reference) is not None:
        # Nothing will be booked, so the question whether the amount is right is left out.
        form.sure.data = True
    if form.validate() and _book(row, form):
        return _redirect(public_id)
    return _page(_row(public_id), form), 422


@bp.route("/top-ups/<public_id>/settle", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def settle(public_id: str) -> ResponseReturnValue:
    """Accept the amount received so far."""
    try:
        bank_transfers.settle_short(_row(public_id).top_up, me().public_id)
    except payments.NothingToSettle:
        flash(_("There was nothing to settle, so nothing was changed."), "warn")
    except payments.AccountGone:
        flash(_gone(), "bad")
    else:
        flash(_("The order is as large as the money now, and paid."), "good")
        wake_workers()
    return _redirect(public_id)


@bp.route("/top-ups/<public_id>/overpayment", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def book_overpayment(public_id: str) -> ResponseReturnValue:
    """Book the overpayment as another top-up."""
    try:
        second = overpayment.book(_row(public_id).top_up, me().public_id)
    except overpayment.NoOverpayment:
        flash(_("There is no overpayment any more, so nothing was changed."), "warn")
    except payments.AccountGone:
        flash(_gone(), "bad")
    else:
        flash(_("The overpayment is its own top-up now, with its own invoice."), "good")
        wake_workers()
        return _redirect(second.public_id)
    return _redirect(public_id)


@bp.route("/top-ups/<public_id>/cancel", methods=["POST"])
@allow(Access.ADMIN)
def cancel_top_up(public_id: str) -> ResponseReturnValue:
    """Cancel a top-up."""
    if top_ups.cancel(_row(public_id).top_up, me().public_id):
        flash(_("The order is cancelled. Money that still comes can be booked."), "good")
    else:
        flash(_("The order was not open, or money has come for it. Nothing was changed."), "warn")
    return _redirect(public_id)


def _row(public_id: str) -> TopUpRow:
    return top_up_search.find(public_id) or abort(404)


def _redirect(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("admin.top_up", public_id=public_id), code=303)


def _gone() -> str:
    return str(_("The account is being deleted, so nothing was booked. Send the money back."))


def _page(row: TopUpRow, form: ReceiveForm) -> str:
    return render_template(
        "admin/top_up.html",
        row=row,
        people=accounts.people([row.account])[row.account.id],
        movements=payment_pages.of_top_up(row.top_up.id),
        invoice=invoices.of_top_up(row.top_up.id),
        form=form,
        admins=accounts.admin_emails(),
        named=names.name(row.account),
        labels=labels,
    )


def _book(row: TopUpRow, form: ReceiveForm) -> bool:
    missing, reference = row.missing, form.bank_reference.data or ""
    try:
        booked = bank_transfers.receive(
            row.top_up, reference, form.units, form.paid_at, me().public_id
        )
    except bank_transfers.ReferenceBooked as error:
        form.bank_reference.errors = [_reference_booked(error.row)]
        return False
    except payments.WrongCurrency:
        form.amount.errors = [_("The order is in another currency than this installation.")]
        return False
    except payments.AccountGone:
        form.amount.errors = [_gone()]
        return False
    if not booked:
        flash(_("This line of the bank statement is booked already. Nothing was booked twice."))
    elif form.units < missing:
        flash(_("Booked. %(amount)s is still missing.", amount=money(missing - form.units)), "warn")
    else:
        flash(_("Booked. The balance is topped up and the invoice is on its way."), "good")
        wake_workers()
    return True


def _reference_booked(row: TopUpRow | None) -> str:
    if row is None:
        return str(_("This line of the bank statement is booked already: its account has left."))
    return str(
        _(
            "This line of the bank statement is booked already, for the order %(reference)s or "
            "with another amount. Look at its bank reference again.",
            reference=row.top_up.reference,
        )
    )
