"""The company that invoices are made out to: asked for at the first top-up, changed here."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.extensions import limiter
from promosms.forms.top_ups import CompanyForm
from promosms.language import gettext as _
from promosms.models import Company, TaxAnswer
from promosms.services.invoices import companies, vies
from promosms.services.payments import top_ups
from promosms.views.billing import labels
from promosms.views.billing.blueprint import bp
from promosms.web.access import Access, allow, me, my_account


@bp.route("/company", methods=["GET", "POST"])
@allow(Access.OWNER)
@limiter.limit("60 per hour", methods=["POST"])
def company() -> ResponseReturnValue:
    """Name, address and tax ID. With an amount it is a step on the way to an order."""
    known, account = companies.of(my_account().id), my_account()
    if request.method == "GET":
        given = {} if known else {"country": account.region}
        return _page(CompanyForm(formdata=None, obj=known, data=given), known)
    form = CompanyForm()
    if not form.validate():
        return _page(form, known), 422
    companies.save(account.id, form.details(), me().public_id)
    check = top_ups.confirm(account.id)
    if _amount() is None:
        flash(_("The company is saved. It stands on the next order and its invoice."), "good")
        if check and check.answer != TaxAnswer.VALID:
            saved = companies.of(account.id)
            flash(labels.unconfirmed(saved, check) if saved else "", "warn")
    return _onward()


@bp.route("/company/confirm", methods=["POST"])
@allow(Access.OWNER)
@limiter.limit("30 per hour")
def confirm_company() -> ResponseReturnValue:
    """Ask VIES once more."""
    check = top_ups.confirm(my_account().id, refresh=True)
    known = companies.of(my_account().id)
    if check and known and check.answer == TaxAnswer.VALID:
        flash(_("VIES has confirmed your VAT number."), "good")
    elif known and _amount() is None:
        flash(labels.unconfirmed(known, check), "warn")
    return _onward()


def _amount() -> int | None:
    return request.args.get("amount", type=int)


def _onward() -> ResponseReturnValue:
    amount = _amount()
    there = url_for("billing.company" if amount is None else "billing.review", amount=amount)
    return redirect(there, code=303)


def _page(form: CompanyForm, known: Company | None) -> str:
    asks = known is not None and top_ups.asks_vies(known)
    return render_template(
        "billing/company.html",
        form=form,
        known=known,
        amount=_amount(),
        asks=asks,
        check=vies.last(known.account_id, known.tax_id) if known and asks else None,
        words=labels,
    )
