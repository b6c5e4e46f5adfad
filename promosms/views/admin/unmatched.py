"""The pages of opt-outs that belong to nobody: see them, assign them, dismiss them."""

from collections.abc import Callable

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.forms.unmatched import AssignForm, CandidateForm, DismissForm
from promosms.language import gettext as _
from promosms.language import ngettext
from promosms.models import UnmatchedOptOut, UnmatchedStatus
from promosms.services.accounts import accounts
from promosms.services.accounts import names as account_names
from promosms.services.gateways import countries, gateways
from promosms.services.inbox import assignments
from promosms.services.inbox import unmatched as services
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, me


@bp.route("/unmatched", endpoint="unmatched")
@allow(Access.ADMIN)
def all_unmatched() -> ResponseReturnValue:
    """Those that wait, and those that were settled lately."""
    settled = services.settled()
    return render_template(
        "admin/unmatched.html",
        waiting=services.waiting(),
        settled=settled,
        account_names=account_names.of_public_ids({account for _row, account in settled}),
        names=accounts.admin_emails(),
    )


@bp.route("/unmatched/<public_id>")
@allow(Access.ADMIN)
def one_unmatched(public_id: str) -> ResponseReturnValue:
    """One of them, with what can be done about it."""
    row = _row(public_id)
    if row.status != UnmatchedStatus.WAITING:
        return redirect(url_for("admin.unmatched"), code=303)
    return _page(row, AssignForm(formdata=None), DismissForm(formdata=None))


@bp.route("/unmatched/<public_id>/candidate", methods=["POST"])
@allow(Access.ADMIN)
def assign_candidate(public_id: str) -> ResponseReturnValue:
    """Assign it to accounts and numbers that come into question."""
    row, form = _row(public_id), CandidateForm()
    if not form.validate():
        return _page(row, AssignForm(formdata=None), DismissForm(formdata=None)), 422
    keys = (form.keys.data or "").split()
    try:
        _assigned(lambda: assignments.assign_candidates(row, keys, me().public_id))
    except assignments.NoAccount:
        flash(_("It does not come into question any more. Nothing was changed."), "warn")
    return redirect(url_for("admin.unmatched"), code=303)


@bp.route("/unmatched/<public_id>/assign", methods=["POST"])
@allow(Access.ADMIN)
def assign(public_id: str) -> ResponseReturnValue:
    """Assign it to a typed number and account."""
    row, form = _row(public_id), AssignForm()
    form.begin(countries.of(row.gateway_id), services.shown(row).is_known)
    if not form.validate():
        return _page(row, form, DismissForm(formdata=None)), 422
    account = (form.account.data or "").lower()
    try:
        _assigned(lambda: assignments.assign(row, form.number, account, me().public_id))
    except assignments.WrongNumber:
        form.phone.errors = [_("The reply cannot have come from this number: it ends otherwise.")]
    except assignments.NoAccount:
        form.account.errors = [
            _("There is no such account.")
            if account
            else _("No account has texted this number. Enter the ID of the account.")
        ]
    else:
        return redirect(url_for("admin.unmatched"), code=303)
    return _page(row, form, DismissForm(formdata=None)), 422


@bp.route("/unmatched/<public_id>/dismiss", methods=["POST"])
@allow(Access.ADMIN)
def dismiss(public_id: str) -> ResponseReturnValue:
    """Settle it without an effect."""
    row, form = _row(public_id), DismissForm()
    if not form.validate():
        return _page(row, AssignForm(formdata=None), form), 422
    try:
        assignments.dismiss(row, form.reason.data or "", me().public_id)
        flash(_("Dismissed. Number and text are deleted."), "good")
    except assignments.NotWaiting:
        flash(_settled(), "info")
    return redirect(url_for("admin.unmatched"), code=303)


def _assigned(work: Callable[[], int]) -> None:
    """Do it, once: of two clicks the second changes nothing."""
    try:
        number = work()
    except assignments.NotWaiting:
        flash(_settled(), "info")
        return
    queue.wake("receive", "receive.run")
    flash(
        ngettext(
            "Done. %(num)s account does not text this number any more.",
            "Done. %(num)s accounts do not text this number any more.",
            number,
        ),
        "good",
    )


def _settled() -> str:
    return str(_("This one is settled already. Nothing was changed."))


def _row(public_id: str) -> UnmatchedOptOut:
    return services.find(public_id) or abort(404)


def _page(row: UnmatchedOptOut, assign_form: AssignForm, dismiss_form: DismissForm) -> str:
    names = {gateway.id: gateway.name for gateway in gateways.everything()}
    shown = services.shown(row, names.get(row.gateway_id, ""))
    assign_form.begin(countries.of(row.gateway_id), shown.is_known)
    return render_template(
        "admin/unmatched_one.html",
        shown=shown,
        account_names=account_names.of_public_ids({each.account for each in shown.candidates}),
        assign_form=assign_form,
        dismiss_form=dismiss_form,
    )
