"""The button with which an admin ends a trial."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from promosms.language import gettext as _
from promosms.services.accounts import accounts, trial
from promosms.views.admin.blueprint import bp
from promosms.web.access import Access, allow, fresh, me


@bp.route("/accounts/<public_id>/approve", methods=["POST"])
@allow(Access.ADMIN)
@fresh
def approve(public_id: str) -> ResponseReturnValue:
    """Approve an account: it may text everybody from now on."""
    account = accounts.account(public_id) or abort(404)
    if trial.approve(account.id, me().public_id):
        flash(_("The account is approved, and its owner gets an e-mail about it."), "good")
    else:
        flash(_("The account was not on trial, so nothing was changed."), "warn")
    return redirect(url_for("admin.account", public_id=public_id), code=303)
