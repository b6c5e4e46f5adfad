"""Topping up: choose an amount, review, order; the orders and how it stands with them."""

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from promosms.documents import pdf
from promosms.extensions import limiter
from promosms.forms.top_ups import AmountForm, OrderForm, PackageForm, ways
from promosms.language import gettext as _
from promosms.models import PayMethod, TopUp, TopUpStatus
from promosms.services.installation import defaults
from promosms.services.invoices import companies, invoices
from promosms.services.invoices.seller import seller
from promosms.services.payments import payment_qr, payments, stripe_checkout, top_ups
from promosms.services.privacy import policies
from promosms.settings import settings
from promosms.views.billing import labels
from promosms.views.billing.blueprint import bp
from promosms.web.access import Access, allow, me, my_account, owned


@bp.route("/top-up")
@allow(Access.MEMBER)
def top_up() -> ResponseReturnValue:
    """The amounts that are offered, and one of one's own."""
    return _choices(AmountForm(formdata=None))


@bp.route("/top-up", methods=["POST"])
@allow(Access.OWNER)
def choose() -> ResponseReturnValue:
    """Take an amount; the company comes next, if it is not known yet."""
    package, own = PackageForm(), AmountForm()
    chosen = package if "package" in request.form else own
    if not chosen.validate():
        own.amount.errors = own.amount.errors or package.package.errors
        return _choices(own), 422
    amount = package.package.data if chosen is package else own.units
    if companies.of(my_account().id) is None:
        return redirect(url_for("billing.company", amount=amount), code=303)
    top_ups.confirm(my_account().id)
    return redirect(url_for("billing.review", amount=amount), code=303)


@bp.route("/top-up/review")
@allow(Access.OWNER)
def review() -> ResponseReturnValue:
    """What it costs, why, and what comes onto the balance."""
    amount = request.args.get("amount", default=0, type=int)
    if top_ups.why_not(amount):
        return redirect(url_for("billing.top_up"))
    try:
        terms = top_ups.quote(my_account().id, amount)
    except top_ups.NotForSale as error:
        return _elsewhere(error, amount)
    given = {"amount": amount, "agreed": terms.gross, "method": ways()[0][0]}
    return _review(OrderForm(formdata=None, data=given), terms)


@bp.route("/top-up/review", methods=["POST"])
@allow(Access.OWNER)
@limiter.limit("60 per hour")
def order() -> ResponseReturnValue:
    """Order what was reviewed, once however often the button is pressed."""
    form = OrderForm()
    try:
        if not form.validate():
            amount = request.form.get("amount", 0, type=int)
            if top_ups.why_not(amount):
                raise top_ups.BadAmount("typed")
            return _review(form, top_ups.quote(my_account().id, amount)), 422
        made = _ordered(form)
    except top_ups.BadAmount:
        return redirect(url_for("billing.top_up"), code=303)
    except top_ups.Changed:
        flash(_("The sum has changed in the meantime. Please look at it again."), "warn")
        return redirect(url_for("billing.review", amount=form.amount.data), code=303)
    except top_ups.NotForSale as error:
        return _elsewhere(error, int(form.amount.data or 0))
    return redirect(url_for("billing.order_page", public_id=made.public_id), code=303)


@bp.route("/top-ups")
@allow(Access.MEMBER)
def orders() -> ResponseReturnValue:
    """The orders of the account."""
    before = request.args.get("before", type=int)
    found = top_ups.page(my_account().id, before, top_ups.PAGE + 1)
    shown = found[: top_ups.PAGE]
    return render_template(
        "billing/top_ups.html",
        orders=shown,
        words=labels,
        first=before is not None,
        further=shown[-1].id if len(found) > top_ups.PAGE else None,
    )


@bp.route("/top-ups/<public_id>")
@allow(Access.MEMBER)
def order_page(public_id: str) -> ResponseReturnValue:
    """One order: how it stands with it, and how to pay it."""
    found, who = owned(TopUp, public_id), seller()
    due = payments.due(found)
    drawn = ""
    if who and top_ups.payable(found) and not who.specimen:
        drawn = payment_qr.svg(who, found.currency, due, found.reference)
    return render_template(
        "billing/order.html",
        order=found,
        seller=who,
        due=due,
        surplus=payments.surplus(found) if found.status == TopUpStatus.PAID else 0,
        invoice=invoices.of_top_up(found.id),
        payable=top_ups.payable(found),
        currency=settings.currency,
        code=Markup(drawn),
        by_card=stripe_checkout.available(),
        words=labels,
        operator_email=policies.operator().email,
    )


@bp.route("/top-ups/<public_id>/cancel", methods=["POST"])
@allow(Access.OWNER)
def cancel_order(public_id: str) -> ResponseReturnValue:
    """Call an order off."""
    if top_ups.cancel(owned(TopUp, public_id), me().public_id):
        flash(_("The order is cancelled. You do not have to pay anything."), "good")
    else:
        flash(_("This order cannot be cancelled any more."), "warn")
    return redirect(url_for("billing.order_page", public_id=public_id), code=303)


@bp.route("/top-ups/<public_id>/pro-forma")
@allow(Access.MEMBER)
def pro_forma(public_id: str) -> ResponseReturnValue:
    """The pro forma as a PDF."""
    found = owned(TopUp, public_id)
    try:
        data = top_ups.pro_forma(found)
    except top_ups.NotForSale:
        abort(404)
    name = found.number.replace("/", "-")
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return Response(pdf.render(data, None), mimetype="application/pdf", headers=headers)


def _ordered(form: OrderForm) -> TopUp:
    return top_ups.order(
        my_account(),
        me(),
        int(form.amount.data or 0),
        PayMethod(form.method.data),
        nonce=form.nonce.data or "",
        agreed=int(form.agreed.data or 0),
    )


def _elsewhere(error: top_ups.NotForSale, amount: int) -> ResponseReturnValue:
    if error.why == "company":
        return redirect(url_for("billing.company", amount=amount), code=303)
    flash(labels.not_for_sale(error), "warn")
    there = "billing.orders" if error.why == "many" else "billing.top_up"
    return redirect(url_for(there), code=303)


def _choices(form: AmountForm) -> str:
    account, route = my_account(), defaults.default_route().id
    return render_template(
        "billing/top_up.html",
        form=form,
        account=account,
        seller=seller(),
        packages=[(amount, top_ups.texts(account, amount, route)) for amount in top_ups.packages()],
        smallest=settings.top_up_smallest,
        largest=settings.top_up_largest,
        waiting=top_ups.count_open(account.id),
        operator_email=policies.operator().email,
    )


def _review(form: OrderForm, terms: top_ups.Quote) -> str:
    account, who = my_account(), seller()
    company = companies.of(account.id)
    assert company is not None  # without them there is no quote
    assert who is not None
    return render_template(
        "billing/review.html",
        form=form,
        terms=terms,
        account=account,
        company=company,
        asks=top_ups.asks_vies(company),
        why=labels.why_vat(terms, company, who.country),
        texts=top_ups.texts(account, terms.net, defaults.default_route().id),
        words=labels,
    )
