"""The pages of accounts: find one, suspend it, correct its balance."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.forms.admin import AdjustForm, SuspendForm
from promosms.language import gettext as _
from promosms.language import money
from promosms.models import Account
from promosms.services.accounts import accounts as admin
from promosms.services.accounts import adjustments, names
from promosms.services.colleagues import role_words
from promosms.services.invoices import companies
from promosms.services.invoices import pages as invoice_pages
from promosms.services.invoices.pages import Search
from promosms.services.ledger import ledger
from promosms.services.payments import top_up_search
from promosms.services.sending import sweep
from promosms.settings import settings
from promosms.views.admin import labels
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, fresh, me

INVOICES = 10


@bp.route("/accounts")
@allow(Access.ADMIN)
def accounts() -> ResponseReturnValue:
    """Find an account."""
    search = request.args.get("q", "").strip()[:254]
    before = request.args.get("before", type=int)
    on_trial = bool(request.args.get("trial"))
    page = admin.accounts(search, before, on_trial=on_trial)
    return render_template(
        "admin/accounts.html",
        accounts=page.rows,
        people=admin.people(page.rows),
        account_names=names.of([account.id for account in page.rows]),
        wanted=search,
        on_trial=on_trial,
        first=before is not None,
        further=page.next_key,
    )


@bp.route("/accounts/<public_id>")
@allow(Access.ADMIN)
def account(public_id: str) -> ResponseReturnValue:
    """One account, with the forms to suspend it and to correct its balance."""
    return _page(_account_or_404(public_id), SuspendForm(formdata=None), AdjustForm(formdata=None))


@bp.route("/accounts/<public_id>/suspend", methods=["POST"])
@allow(Access.ADMIN)
def suspend(public_id: str) -> ResponseReturnValue:
    """Suspend an account: it sends nothing."""
    account, form = _account_or_404(public_id), SuspendForm()
    if not form.validate():
        return _page(account, form, AdjustForm(formdata=None)), 422
    if admin.suspend(account.id, form.why.data or "", me().public_id):
        flash(_("The account is suspended. It sends nothing until you lift this."), "good")
    else:
        flash(_("The account was not active, so nothing was changed."), "warn")
    return redirect(url_for("admin.account", public_id=public_id), code=303)


@bp.route("/accounts/<public_id>/unsuspend", methods=["POST"])
@allow(Access.ADMIN)
def unsuspend(public_id: str) -> ResponseReturnValue:
    """End the suspension of an account."""
    if admin.unsuspend(_account_or_404(public_id).id, me().public_id):
        flash(_("The account may send again."), "good")
    else:
        flash(_("The account was not suspended, so nothing was changed."), "warn")
    return redirect(url_for("admin.account", public_id=public_id), code=303)


@bp.route("/accounts/<public_id>/adjust", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def adjust(public_id: str) -> ResponseReturnValue:
    """Correct the balance of an account."""
    account, form = _account_or_404(public_id), AdjustForm()
    if form.validate() and _book(account, form):
        return redirect(url_for("admin.account", public_id=public_id), code=303)
    return _page(account, SuspendForm(formdata=None), form), 422


def _account_or_404(public_id: str) -> Account:
    account = admin.account(public_id)
    return account if account is not None else abort(404)


def _page(account: Account, suspend_form: SuspendForm, adjust_form: AdjustForm) -> str:
    return render_template(
        "admin/account.html",
        account=account,
        name=names.name(account),
        people=admin.people([account])[account.id],
        role_of=role_words.name_of,
        company=companies.of(account.id),
        orders=top_up_search.of_account(account),
        invoices=invoice_pages.page(Search(account_id=account.id), size=INVOICES).rows,
        asked=adjustments.of_account(account),
        alone=adjustments.only_one_admin(),
        limit=settings.adjustment_limit,
        admins=admin.admin_emails(),
        me=me(),
        words=labels,
        suspend_form=suspend_form,
        adjust_form=adjust_form,
    )


def _book(account: Account, form: AdjustForm) -> bool:
    reason, reference = form.reason.data or "", form.reference.data or ""
    try:
        booked = adjustments.adjust(account.id, form.units, reason, me().public_id, reference)
    except ledger.InsufficientBalance as error:
        missing = money(error.missing)
        form.amount.errors = [_("The balance is %(missing)s too small for this.", missing=missing)]
        return False
    except admin.AlreadyBooked:
        flash(_("This correction is booked already. Nothing was booked twice."), "info")
        return True
    if not booked:
        queue.wake("mail", "mail.run")
        flash(_("This is so much that a second admin has to agree. It waits, and they are told."))
        return True
    for campaign_id in sweep.continue_blocked():
        queue.wake("work", "prepare.run", campaign_id)
    flash(_("The balance is corrected by %(amount)s.", amount=money(form.units)), "good")
    return True
