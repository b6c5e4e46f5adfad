"""The company on the invoices: asked for at the first top-up, changed here."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.top_ups import CompanyForm
from promosms.language import gettext as _
from promosms.models import Company, TaxAnswer
from promosms.services.auth.rights import Right
from promosms.services.invoices import companies, vies
from promosms.services.payments import top_ups
from promosms.views.billing import labels
from promosms.views.billing.blueprint import bp
from promosms.web.access import allow, me, my_account, no_act
from promosms.web.limits import limit


@bp.route("/company", methods=["GET", "POST"])
@allow(Right.PAY)
@limit("60 per hour", methods=["POST"])
def company() -> ResponseReturnValue:
    """Name, address and tax ID. With an amount this page is a step of ordering a top-up."""
    account = my_account()
    stored = companies.of(account.id)
    if request.method == "GET":
        data = {} if stored else {"country": account.region}
        return _page(CompanyForm(formdata=None, obj=stored, data=data), stored)
    form = CompanyForm()
    if not form.validate():
        return _page(form, stored), 422
    companies.save(account.id, form.details(), me().public_id)
    check = top_ups.confirm(account.id)
    if _amount() is None:
        flash(_("The company is saved. It stands on the next order and its invoice."), "good")
        if check and check.answer != TaxAnswer.VALID:
            saved = companies.of(account.id)
            flash(labels.unconfirmed(saved, check) if saved else "", "warn")
    return _redirect_on()


@bp.route("/company/confirm", methods=["POST"])
@allow(Right.PAY)
@no_act
@limit("30 per hour")
def confirm_company() -> ResponseReturnValue:
    """Ask VIES once more."""
    check = top_ups.confirm(my_account().id, refresh=True)
    stored = companies.of(my_account().id)
    if check and stored and check.answer == TaxAnswer.VALID:
        flash(_("VIES has confirmed your VAT number."), "good")
    elif stored and _amount() is None:
        flash(labels.unconfirmed(stored, check), "warn")
    return _redirect_on()


def _amount() -> int | None:
    return request.args.get("amount", type=int)


def _redirect_on() -> ResponseReturnValue:
    amount = _amount()
    endpoint = "billing.company" if amount is None else "billing.review"
    return redirect(url_for(endpoint, amount=amount), code=303)


def _page(form: CompanyForm, stored: Company | None) -> str:
    asks_vies = stored is not None and top_ups.asks_vies(stored)
    return render_template(
        "billing/company.html",
        form=form,
        company=stored,
        amount=_amount(),
        asks_vies=asks_vies,
        check=vies.last(stored.account_id, stored.tax_id) if stored and asks_vies else None,
        labels=labels,
    )
