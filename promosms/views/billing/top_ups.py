"""Topping up: choose an amount, review, order; the list of orders and a page for each."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from promosms.documents import pdf
from promosms.forms.top_ups import AmountForm, OrderForm, PackageForm, payment_methods
from promosms.language import gettext as _
from promosms.models import PayMethod, TopUp, TopUpStatus
from promosms.services.auth.rights import Right
from promosms.services.installation import defaults
from promosms.services.invoices import companies, invoices
from promosms.services.invoices import drafts as invoice_drafts
from promosms.services.invoices import seller as sellers
from promosms.services.payments import payment_qr, payments, stripe_checkout, top_ups
from promosms.services.privacy import policies
from promosms.settings import settings
from promosms.views.billing import labels
from promosms.views.billing.blueprint import bp
from promosms.web.access import allow, me, my_account, no_act, owned
from promosms.web.limits import limit


@bp.route("/top-up")
@allow(Right.LOOK)
def top_up() -> ResponseReturnValue:
    """The amounts that are offered, and a field for another one."""
    return _choices(AmountForm(formdata=None))


@bp.route("/top-up", methods=["POST"])
@allow(Right.PAY)
@no_act
def choose() -> ResponseReturnValue:
    """Take an amount; the next step is the company, if there is none yet."""
    packages, amount_form = PackageForm(), AmountForm()
    chosen = packages if "package" in request.form else amount_form
    if not chosen.validate():
        amount_form.amount.errors = amount_form.amount.errors or packages.package.errors
        return _choices(amount_form), 422
    amount = packages.package.data if chosen is packages else amount_form.units
    if companies.of(my_account().id) is None:
        return redirect(url_for("billing.company", amount=amount), code=303)
    top_ups.confirm(my_account().id)
    return redirect(url_for("billing.review", amount=amount), code=303)


@bp.route("/top-up/review")
@allow(Right.PAY)
def review() -> ResponseReturnValue:
    """Net, VAT with its reason, and gross, before the order is made."""
    amount = request.args.get("amount", default=0, type=int)
    if top_ups.why_not(amount):
        return redirect(url_for("billing.top_up"))
    try:
        terms = top_ups.quote(my_account().id, amount)
    except top_ups.NotForSale as error:
        return _redirect_away(error, amount)
    data = {"amount": amount, "agreed": terms.gross, "method": payment_methods()[0][0]}
    return _review(OrderForm(formdata=None, data=data), terms)


@bp.route("/top-up/review", methods=["POST"])
@allow(Right.PAY)
@limit("60 per hour")
def order() -> ResponseReturnValue:
    """Order what was reviewed; pressing the button again orders nothing more."""
    form = OrderForm()
    try:
        if not form.validate():
            amount = request.form.get("amount", 0, type=int)
            if top_ups.why_not(amount):
                raise top_ups.BadAmount("typed")
            return _review(form, top_ups.quote(my_account().id, amount)), 422
        top_up = _order(form)
    except top_ups.BadAmount:
        return redirect(url_for("billing.top_up"), code=303)
    except top_ups.Changed:
        flash(_("The sum has changed in the meantime. Please look at it again."), "warn")
        return redirect(url_for("billing.review", amount=form.amount.data), code=303)
    except top_ups.NotForSale as error:
        return _redirect_away(error, int(form.amount.data or 0))
    return redirect(url_for("billing.order_page", public_id=top_up.public_id), code=303)


@bp.route("/top-ups")
@allow(Right.LOOK)
def orders() -> ResponseReturnValue:
    """The orders of the account."""
    before = request.args.get("before", type=int)
    page = top_ups.page(my_account().id, before)
    return render_template(
        "billing/top_ups.html",
        top_ups=page.rows,
        labels=labels,
        first=before is not None,
        further=page.next_key,
    )


@bp.route("/top-ups/<public_id>")
@allow(Right.LOOK)
def order_page(public_id: str) -> ResponseReturnValue:
    """One order: its state, and how to pay it."""
    top_up, seller = owned(TopUp, public_id), sellers.seller()
    due, payable = payments.due(top_up), top_ups.payable(top_up)
    qr_code = ""
    if seller and payable and not seller.specimen:
        qr_code = payment_qr.svg(seller, top_up.currency, due, top_up.reference)
    return render_template(
        "billing/order.html",
        top_up=top_up,
        seller=seller,
        due=due,
        overpayment=payments.overpayment(top_up) if top_up.status == TopUpStatus.PAID else 0,
        invoice=invoices.of_top_up(top_up.id),
        payable=payable,
        currency=settings.currency,
        qr_code=Markup(qr_code),
        by_card=stripe_checkout.available(),
        labels=labels,
        operator_email=policies.operator().email,
    )


@bp.route("/top-ups/<public_id>/cancel", methods=["POST"])
@allow(Right.PAY)
def cancel_order(public_id: str) -> ResponseReturnValue:
    """Cancel an order."""
    if top_ups.cancel(owned(TopUp, public_id), me().public_id):
        flash(_("The order is cancelled. You do not have to pay anything."), "good")
    else:
        flash(_("This order cannot be cancelled any more."), "warn")
    return redirect(url_for("billing.order_page", public_id=public_id), code=303)


@bp.route("/top-ups/<public_id>/pro-forma")
@allow(Right.LOOK)
def pro_forma(public_id: str) -> ResponseReturnValue:
    """The pro forma as a PDF."""
    top_up = owned(TopUp, public_id)
    try:
        data = invoice_drafts.pro_forma(top_up)
    except invoice_drafts.NoSeller:
        abort(404)
    name = top_up.number.replace("/", "-")
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return Response(pdf.render(data, None), mimetype="application/pdf", headers=headers)


def _order(form: OrderForm) -> TopUp:
    return top_ups.order(
        my_account(),
        me(),
        int(form.amount.data or 0),
        PayMethod(form.method.data),
        nonce=form.nonce.data or "",
        agreed=int(form.agreed.data or 0),
    )


def _redirect_away(error: top_ups.NotForSale, amount: int) -> ResponseReturnValue:
    if error.why == "company":
        return redirect(url_for("billing.company", amount=amount), code=303)
    flash(labels.not_for_sale(error), "warn")
    endpoint = "billing.orders" if error.why == "many" else "billing.top_up"
    return redirect(url_for(endpoint), code=303)


def _choices(form: AmountForm) -> str:
    account, route = my_account(), defaults.default_route().id
    return render_template(
        "billing/top_up.html",
        form=form,
        account=account,
        seller=sellers.seller(),
        packages=[(amount, top_ups.texts(account, amount, route)) for amount in top_ups.packages()],
        open_orders=top_ups.count_open(account.id),
        operator_email=policies.operator().email,
    )


def _review(form: OrderForm, terms: top_ups.Quote) -> str:
    account, seller = my_account(), sellers.seller()
    company = companies.of(account.id)
    assert company is not None  # `quote` raises NotForSale without company or seller
    assert seller is not None
    return render_template(
        "billing/review.html",
        form=form,
        terms=terms,
        account=account,
        company=company,
        asks_vies=top_ups.asks_vies(company),
        why=labels.why_vat(terms, company, seller.country),
        texts=top_ups.texts(account, terms.net, defaults.default_route().id),
        labels=labels,
    )
