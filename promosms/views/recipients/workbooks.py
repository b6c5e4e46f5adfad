"""Workbooks that are too long to be made while somebody waits: a worker makes them."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.language import gettext as _
from promosms.lib.tables import Table
from promosms.models import ExportStatus, RecipientList, Segment, Workbook, WorkbookKind
from promosms.services.auth.rights import Right
from promosms.services.gateways import workers
from promosms.services.recipients.filters import Search
from promosms.services.workbooks import workbooks
from promosms.views import files
from promosms.views.recipients import tables as recipient_tables
from promosms.views.recipients.labels import NAMES
from promosms.web.access import allow, fresh, owned
from promosms.web.limits import limit

bp = Blueprint("workbooks", __name__, url_prefix="/recipients/workbooks")


@bp.route("", methods=["POST"])
@allow(Right.DOWNLOAD)
@fresh
@limit("20 per hour")
def start() -> ResponseReturnValue:
    """Begin a workbook of everybody whom the page with the same query shows, or of another kind."""
    asked = request.form.get("kind", "")
    if asked not in set(WorkbookKind):
        abort(404)
    kind, search = WorkbookKind(asked), search_of(request.form.get)
    total = 0
    if kind is WorkbookKind.RECIPIENTS:
        total = workbooks.count(search)
    elif kind is WorkbookKind.OPT_OUTS:
        total = workbooks.count_opt_outs(search.account_id)
    new = workbooks.start(search.account_id, kind, _chosen(kind, search), total)
    queue.wake("work", "workbooks.run", new.id)
    return redirect(url_for("workbooks.show", public_id=new.public_id), 303)


@bp.route("/<public_id>")
@allow(Right.DOWNLOAD)
def show(public_id: str) -> ResponseReturnValue:
    """How far it is, or the file."""
    return render_template("workbooks/show.html", **_state(owned(Workbook, public_id)))


@bp.route("/<public_id>/progress")
@allow(Right.DOWNLOAD)
def progress(public_id: str) -> ResponseReturnValue:
    """The part of the page that changes while it is made."""
    return render_template("workbooks/progress.html", **_state(owned(Workbook, public_id)))


@bp.route("/<public_id>/file")
@allow(Right.DOWNLOAD)
@fresh
def download(public_id: str) -> ResponseReturnValue:
    """Download the file."""
    workbook = owned(Workbook, public_id)
    path, name = workbooks.file(workbook), f"{workbook.kind}.xlsx"
    if workbook.status != ExportStatus.READY or not path.exists():
        abort(404)
    answer = send_file(path, files.WORKBOOK, as_attachment=True, download_name=name, etag=False)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/<public_id>/delete", methods=["POST"])
@allow(Right.DOWNLOAD)
def delete(public_id: str) -> ResponseReturnValue:
    """Delete the file early, or stop the work."""
    workbooks.discard(owned(Workbook, public_id))
    flash(_("The workbook is deleted."), "good")
    return redirect(url_for("recipients.index"), 303)


def answer(table: Table, kind: WorkbookKind, search: Search) -> ResponseReturnValue:
    """The table in the form that is asked for; what is too long is offered as work for a worker."""
    as_workbook = request.args.get("form") == files.Form.WORKBOOK
    made = workbooks.of(search.account_id, kind, _chosen(kind, search)) if as_workbook else None
    if made is not None:
        return redirect(url_for("workbooks.show", public_id=made.public_id), 303)
    try:
        return files.answer(table, kind)
    except files.TooLong:
        fields = recipient_tables.search_fields(search)
        return render_template(
            "workbooks/offer.html", kind=kind, fields=fields, most=files.MOST_AT_ONCE
        )


def search_of(get: Any) -> Search:
    """What is asked for; one that is gone, or of others, must not give the file with everybody."""
    lists, segments = get("list", ""), get("segment", "")
    on_list = owned(RecipientList, lists) if lists else None
    segment = owned(Segment, segments) if segments else None
    words = {"q": get("q", ""), "state": get("state", "")}
    return recipient_tables.search_of(words, on_list, segment)


def _chosen(kind: WorkbookKind, search: Search) -> dict[str, Any]:
    if kind is WorkbookKind.RECIPIENTS:
        return workbooks.chosen_of(search)
    if kind is WorkbookKind.OPT_OUTS:
        return {source.value: str(label) for source, label in NAMES.items()}
    return {}


def _state(workbook: Workbook) -> dict[str, Any]:
    busy = workbook.status in workbooks.OPEN
    size = workbook.place.get("book", {}).get("size", 0)
    return {
        "workbook": workbook,
        "title": _titles()[workbook.kind],
        "busy": busy,
        "size": size,
        "no_worker": busy and "work" in workers.missing(),
    }


def _titles() -> dict[str, str]:
    return {
        WorkbookKind.RECIPIENTS: _("Workbook with recipients"),
        WorkbookKind.CONSENTS: _("Workbook with the consents"),
        WorkbookKind.OPT_OUTS: _("Workbook with the opt-outs"),
    }
