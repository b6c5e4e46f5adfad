"""The import pages: upload or paste, columns, progress, result."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.extensions import csrf
from promosms.forms.import_problems import file_words, mapping_words, row_words
from promosms.forms.imports import MappingForm, PasteForm, UploadForm
from promosms.language import gettext as _
from promosms.language import timezone
from promosms.models import Import, ImportStatus, now
from promosms.services.gateways import workers
from promosms.services.imports import columns as import_columns
from promosms.services.imports import imports
from promosms.services.imports import preview as import_preview
from promosms.services.imports import run as import_run
from promosms.services.imports.files import BadFile
from promosms.services.recipients import exports, lists
from promosms.views.recipients import tables as recipient_tables
from promosms.web.access import Access, allow, my_account, owned

bp = Blueprint("imports", __name__)
SHOWN = 50
BUSY = (ImportStatus.QUEUED, ImportStatus.RUNNING, ImportStatus.UNDOING)


@bp.route("/imports")
@allow(Access.MEMBER)
def index() -> ResponseReturnValue:
    """The last imports."""
    return render_template("imports/index.html", imports=imports.recent(my_account().id))


@bp.route("/imports/new", methods=["GET", "POST"])
@allow(Access.MEMBER)
def new() -> ResponseReturnValue:
    """Upload a file."""
    form = UploadForm()
    if form.validate_on_submit():
        try:
            file = form.file.data
            which = imports.upload(my_account(), file.stream, file.filename or "")
            return redirect(url_for("imports.show", public_id=which.public_id), 303)
        except BadFile as error:
            form.file.errors = [file_words(error.problem)]
    return render_template("imports/new.html", form=form)


@bp.route("/imports/paste", methods=["GET", "POST"])
@allow(Access.MEMBER)
@csrf.exempt
def paste() -> ResponseReturnValue:
    """Paste numbers."""
    account = my_account()
    own = lists.all_of(account.id)
    form = PasteForm(consent_on=_today())
    form.offer(own)
    if form.validate_on_submit():
        try:
            text = form.text.data or ""
            which = imports.paste(account, text, form.target(own), form.basis())
            _begin(which, which.total)
            return redirect(url_for("imports.show", public_id=which.public_id), 303)
        except BadFile as error:
            form.text.errors = [file_words(error.problem)]
    return render_template("imports/paste.html", form=form)


@bp.route("/imports/<public_id>", methods=["GET", "POST"])
@allow(Access.MEMBER)
def show(public_id: str) -> ResponseReturnValue:
    """Choose columns and start; later the progress, then the result."""
    which = owned(Import, public_id)
    if which.status != ImportStatus.MAPPING:
        return render_template("imports/show.html", **_state(which))
    account = my_account()
    own = lists.all_of(account.id)
    form = MappingForm(has_header=which.has_header, consent_on=_today())
    form.offer(own)
    mapping = _mapping(which)
    problem = import_columns.why_not(mapping) if request.method == "POST" else ""
    if form.validate_on_submit() and not problem:
        has_header = bool(form.has_header.data)
        if imports.start(which, mapping, has_header, form.target(own), form.basis()):
            queue.wake("work", "imports.run", which.id)
        return redirect(url_for("imports.show", public_id=public_id), 303)
    preview = import_preview.preview(which, mapping, bool(form.has_header.data), account.region)
    return render_template(
        "imports/mapping.html",
        which=which,
        form=form,
        mapping=mapping,
        mapping_error=mapping_words(problem) if problem else "",
        preview=preview,
        fields=recipient_tables.names(),
        row_words=row_words,
    )


@bp.route("/imports/<public_id>/progress")
@allow(Access.MEMBER)
def progress(public_id: str) -> ResponseReturnValue:
    """The part of the page that changes while the import runs."""
    return render_template("imports/progress.html", **_state(owned(Import, public_id)))


@bp.route("/imports/<public_id>/cancel", methods=["POST"])
@allow(Access.MEMBER)
def cancel(public_id: str) -> ResponseReturnValue:
    """Stop an import; what it has done stays."""
    if imports.cancel(owned(Import, public_id)):
        flash(_("The import was stopped."), "good")
    return redirect(url_for("imports.show", public_id=public_id), 303)


@bp.route("/imports/<public_id>/undo", methods=["POST"])
@allow(Access.MEMBER)
def undo(public_id: str) -> ResponseReturnValue:
    """Delete the recipients that the import has added."""
    which = owned(Import, public_id)
    if imports.undo(which):
        _begin(which, which.added)
    return redirect(url_for("imports.show", public_id=public_id), 303)


@bp.route("/imports/<public_id>/refused.csv")
@allow(Access.MEMBER)
def refused(public_id: str) -> ResponseReturnValue:
    """The refused rows as a file."""
    which = owned(Import, public_id)
    words = {code: row_words(code) for code in exports.problems_of(which)}
    return recipient_tables.csv_file(exports.refused_rows(which, words), "refused-rows.csv")


def _begin(which: Import, rows: int) -> None:
    """A little is done while the page waits, more of it by the worker."""
    if rows > imports.AT_ONCE or import_run.work(which.id):
        queue.wake("work", "imports.run", which.id)


def _state(which: Import) -> dict[str, object]:
    """What the templates of the progress and the result need."""
    busy = which.status in BUSY
    return {
        "which": which,
        "busy": busy,
        "target": imports.list_of(which),
        "seconds_left": _seconds_left(which),
        "no_worker": busy and "work" in workers.missing(),
        "bad_rows": [] if busy else imports.refused(which, SHOWN),
        "row_words": row_words,
    }


def _seconds_left(which: Import) -> int | None:
    if which.status != ImportStatus.RUNNING or not which.started_at or not which.position:
        return None
    spent = (now() - which.started_at).total_seconds()
    return round(spent / which.position * (which.total - which.position))


def _mapping(which: Import) -> list[str]:
    """The chosen columns; those that were guessed when the page is opened first."""
    if request.method == "GET":
        return list(which.mapping)
    chosen = request.form.getlist("column")[: len(which.mapping)]
    return chosen + [""] * (len(which.mapping) - len(chosen))


def _today() -> object:
    return now().astimezone(timezone()).date()
