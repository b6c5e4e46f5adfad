"""Administration: accounts, gateways, the audit log."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from redis import RedisError

from promosms import bell
from promosms.access import Access, allow, me
from promosms.forms.admin import AdjustForm, SuspendForm
from promosms.language import gettext as _
from promosms.language import money
from promosms.models import Account, GatewayStatus
from promosms.services import admin, audit, ledger, sweep, workers
from promosms.services import gateways as lines

bp = Blueprint("admin", __name__, url_prefix="/admin")
ENTRIES = 50


@bp.route("")
@allow(Access.ADMIN)
def accounts() -> ResponseReturnValue:
    """Find an account."""
    wanted = request.args.get("q", "").strip()[:254]
    before = request.args.get("before", type=int)
    found = admin.accounts(wanted, before, admin.PAGE + 1)
    shown = found[: admin.PAGE]
    return render_template(
        "admin/accounts.html",
        accounts=shown,
        people=admin.people(shown),
        wanted=wanted,
        first=before is not None,
        further=shown[-1].id if len(found) > admin.PAGE else None,
    )


@bp.route("/accounts/<public_id>")
@allow(Access.ADMIN)
def account(public_id: str) -> ResponseReturnValue:
    """One account, and what can be done about it."""
    return _page(_found(public_id), SuspendForm(formdata=None), AdjustForm(formdata=None))


@bp.route("/accounts/<public_id>/suspend", methods=["POST"])
@allow(Access.ADMIN)
def suspend(public_id: str) -> ResponseReturnValue:
    """Let it send nothing more."""
    found, form = _found(public_id), SuspendForm()
    if not form.validate():
        return _page(found, form, AdjustForm(formdata=None)), 422
    if admin.suspend(found.id, form.why.data or "", me().public_id):
        flash(_("The account is suspended. It sends nothing until you lift this."), "good")
    else:
        flash(_("The account was not active, so nothing was changed."), "warn")
    return redirect(url_for("admin.account", public_id=public_id), code=303)


@bp.route("/accounts/<public_id>/unsuspend", methods=["POST"])
@allow(Access.ADMIN)
def unsuspend(public_id: str) -> ResponseReturnValue:
    """Let it send again."""
    if admin.unsuspend(_found(public_id).id, me().public_id):
        flash(_("The account may send again."), "good")
    else:
        flash(_("The account was not suspended, so nothing was changed."), "warn")
    return redirect(url_for("admin.account", public_id=public_id), code=303)


@bp.route("/accounts/<public_id>/adjust", methods=["POST"])
@allow(Access.ADMIN)
def adjust(public_id: str) -> ResponseReturnValue:
    """Correct its balance."""
    found, form = _found(public_id), AdjustForm()
    if form.validate() and _book(found, form):
        return redirect(url_for("admin.account", public_id=public_id), code=303)
    return _page(found, SuspendForm(formdata=None), form), 422


@bp.route("/gateways")
@allow(Access.ADMIN)
def gateways() -> ResponseReturnValue:
    """Gateways, their queues, and the workers."""
    found = lines.lines()
    return render_template(
        "admin/gateways.html",
        lines=found,
        most=lines.MOST,
        rung={line.gateway.id: _jobs(bell.gateway_queue(line.gateway.id)) for line in found},
        signs=[(sign, _jobs(sign.name)) for sign in lines.signs_of_life()],
        tick=workers.TICK,
    )


@bp.route("/gateways/<path:name>/pause", methods=["POST"])
@allow(Access.ADMIN)
def pause(name: str) -> ResponseReturnValue:
    """Let a gateway rest; its queue stays."""
    if lines.switch(name, GatewayStatus.PAUSED, me().public_id):
        flash(_("The gateway is paused. Its messages wait."), "good")
    return redirect(url_for("admin.gateways"), code=303)


@bp.route("/gateways/<path:name>/resume", methods=["POST"])
@allow(Access.ADMIN)
def resume(name: str) -> ResponseReturnValue:
    """Let a gateway send again."""
    gateway = lines.switch(name, GatewayStatus.ACTIVE, me().public_id)
    if gateway is not None:
        bell.ring(bell.gateway_queue(gateway.id), "send.run", gateway.id)
        flash(_("The gateway sends again."), "good")
    return redirect(url_for("admin.gateways"), code=303)


@bp.route("/audit", endpoint="audit")
@allow(Access.ADMIN)
def audit_log() -> ResponseReturnValue:
    """What was done, from the newest on."""
    before = request.args.get("before", type=int)
    found = audit.recent(before, ENTRIES + 1)
    return render_template(
        "admin/audit.html",
        entries=found[:ENTRIES],
        names=admin.admin_emails(),
        first=before is not None,
        further=found[ENTRIES - 1].id if len(found) > ENTRIES else None,
    )


def _found(public_id: str) -> Account:
    found = admin.account(public_id)
    return found if found is not None else abort(404)


def _page(found: Account, suspend_form: SuspendForm, adjust_form: AdjustForm) -> str:
    return render_template(
        "admin/account.html",
        account=found,
        people=admin.people([found])[found.id],
        suspend_form=suspend_form,
        adjust_form=adjust_form,
    )


def _book(found: Account, form: AdjustForm) -> bool:
    reason, reference = form.reason.data or "", form.reference.data or ""
    try:
        admin.adjust(found.id, form.units, reason, me().public_id, reference)
    except ledger.InsufficientBalance as error:
        missing = money(error.missing)
        form.amount.errors = [_("The balance is %(missing)s too small for this.", missing=missing)]
        return False
    except admin.AlreadyBooked:
        flash(_("This correction is booked already. Nothing was booked twice."), "info")
        return True
    for campaign_id in sweep.continue_blocked():
        bell.ring("work", "prepare.run", campaign_id)
    flash(_("The balance is corrected by %(amount)s.", amount=money(form.units)), "good")
    return True


def _jobs(name: str) -> int | None:
    """Jobs in a queue; None when Redis cannot be reached."""
    try:
        return len(bell.queue(name))
    except RedisError:
        return None
