"""The data of an account: how long it is kept, and the export of everything."""

from flask import Blueprint, abort, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.forms.privacy import RetentionForm
from promosms.language import gettext as _
from promosms.language import ngettext
from promosms.models import AccountExport, ExportStatus
from promosms.services.auth.rights import Right
from promosms.services.gateways import workers
from promosms.services.privacy import export as account_export
from promosms.services.privacy import retention
from promosms.web.access import allow, fresh, me, my_account, owned
from promosms.web.limits import limit

bp = Blueprint("data", __name__, url_prefix="/settings/data")
NAME = "promosms-account.zip"


@bp.route("")
@allow(Right.ACCOUNT)
def index() -> ResponseReturnValue:
    """Show how long numbers and texts are kept, and the export."""
    return _page(RetentionForm(formdata=None, data={"days": my_account().retention_days}))


@bp.route("/retention", methods=["POST"])
@allow(Right.ACCOUNT)
def keep() -> ResponseReturnValue:
    """Choose how long numbers and texts are kept."""
    form = RetentionForm()
    if not form.validate():
        return _page(form), 422
    days = form.days.data or 0
    retention.choose(my_account().id, days)
    saved = ngettext(
        "Saved. Numbers and texts are deleted after %(n)s day.",
        "Saved. Numbers and texts are deleted after %(n)s days.",
        days,
        n=days,
    )
    flash(saved, "good")
    return redirect(url_for("data.index"), code=303)


@bp.route("/export", methods=["POST"])
@allow(Right.ACCOUNT)
@fresh
@limit("10 per hour")
def export() -> ResponseReturnValue:
    """Start the export of everything."""
    try:
        new = account_export.start(my_account(), me().public_id)
        queue.wake("work", "exports.run", new.id)
    except account_export.AlreadyRunning:
        flash(_("The file is being made already."), "info")
    return redirect(url_for("data.index"), code=303)


@bp.route("/export/progress")
@allow(Right.ACCOUNT)
def progress() -> ResponseReturnValue:
    """The progress of the export; the part of the page that changes."""
    return render_template("data/progress.html", **_export())


@bp.route("/export/<public_id>/file")
@allow(Right.ACCOUNT)
@fresh
def download(public_id: str) -> ResponseReturnValue:
    """Download the file."""
    export = owned(AccountExport, public_id)
    path = account_export.file(export)
    if export.status != ExportStatus.READY or not path.exists():
        abort(404)
    answer = send_file(path, "application/zip", as_attachment=True, download_name=NAME, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/export/<public_id>/delete", methods=["POST"])
@allow(Right.ACCOUNT)
def delete(public_id: str) -> ResponseReturnValue:
    """Delete the file early, or stop the export."""
    account_export.discard(owned(AccountExport, public_id))
    flash(_("The file is deleted."), "good")
    return redirect(url_for("data.index"), code=303)


def _export() -> dict[str, object]:
    export = account_export.of(my_account().id)
    busy = export is not None and export.status in account_export.OPEN
    return {"export": export, "busy": busy, "no_worker": busy and "work" in workers.missing()}


def _page(form: RetentionForm) -> str:
    days = my_account().retention_days
    return render_template(
        "data/index.html", form=form, days=days, rules=retention.rows(), **_export()
    )
