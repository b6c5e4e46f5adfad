"""The pages of imports: upload or paste, columns, progress, result."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import logs, queue
from promosms.extensions import csrf
from promosms.forms.imports import (
    MappingForm,
    PasteForm,
    ReadingForm,
    SheetForm,
    UploadForm,
    column_labels,
    file_problem,
    mapping_problem,
    row_problem,
    sheet_problem,
    understood,
)
from promosms.language import gettext as _
from promosms.language import pgettext
from promosms.lib.charts.stacked import THINNEST, THINNEST_IN_ROW, Part, Stacked, stacked
from promosms.lib.text_encodings import Reading
from promosms.models import Account, Import, ImportStatus, now
from promosms.services.auth.rights import Right
from promosms.services.gateways import workers
from promosms.services.imports import batch as import_batch
from promosms.services.imports import columns as import_columns
from promosms.services.imports import imports
from promosms.services.imports import mending as import_mending
from promosms.services.imports import preview as import_preview
from promosms.services.imports import run as import_run
from promosms.services.imports import sheets as import_sheets
from promosms.services.imports.files import BadFile
from promosms.services.imports.outcome import Choice
from promosms.services.recipients import exports, lists
from promosms.settings import settings
from promosms.views import files, mending, outcomes
from promosms.views.recipients import tables as recipient_tables
from promosms.web.access import allow, fresh, me, my_account, owned

log = logs.get(__name__)

bp = Blueprint("imports", __name__)
BUSY = (ImportStatus.QUEUED, ImportStatus.RUNNING, ImportStatus.UNDOING)


@bp.route("/imports")
@allow(Right.RECIPIENTS)
def index() -> ResponseReturnValue:
    """The latest imports."""
    rows = [(one, _bar(one, THINNEST_IN_ROW)) for one in imports.recent(my_account().id)]
    return render_template("imports/index.html", imports=rows)


@bp.url_value_preprocessor
def _take_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A file may be larger than other forms; said before anything reads the body."""
    if endpoint == "imports.new":
        request.max_content_length = settings.import_bytes


@bp.route(imports.UPLOAD, methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def new() -> ResponseReturnValue:
    """Upload a file."""
    form = UploadForm()
    if form.validate_on_submit():
        try:
            file = form.file.data
            import_ = imports.upload(my_account(), file.stream, file.filename or "")
            return redirect(url_for("imports.show", public_id=import_.public_id), 303)
        except BadFile as error:
            log.info("import.refused", extra={"code": error.problem.value})
            form.file.errors = [file_problem(error.problem, error.row)]
    return render_template("imports/new.html", form=form)


@bp.route("/imports/paste", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
@csrf.exempt
def paste() -> ResponseReturnValue:
    """Paste numbers."""
    account = my_account()
    all_lists = lists.all_of(account.id)
    form = PasteForm()
    form.offer(all_lists)
    form.offer_wordings(account.id)
    if form.validate_on_submit():
        try:
            text = form.text.data or ""
            target, basis, mode = form.target(all_lists), form.basis(), form.chosen_mode()
            import_ = imports.paste(account, text, target, basis, mode, me().public_id)
            _begin(import_, import_.total)
            return redirect(url_for("imports.show", public_id=import_.public_id), 303)
        except BadFile as error:
            log.info("import.refused", extra={"code": error.problem.value})
            form.text.errors = [file_problem(error.problem, error.row)]
    return render_template("imports/paste.html", form=form)


@bp.route("/imports/<public_id>", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def show(public_id: str) -> ResponseReturnValue:
    """Choose columns and start; later, the progress and the result."""
    import_ = owned(Import, public_id)
    if import_.status != ImportStatus.MAPPING:
        return render_template("imports/show.html", **_state(import_))
    account = my_account()
    if readings := imports.readings(import_, account):
        return _reading(import_, account, readings)
    if (choice := import_sheets.choice(import_.stored_as)).offers:
        return _sheet(import_, account, choice)
    return _columns(import_, account)


def _columns(import_: Import, account: Account) -> ResponseReturnValue:
    """Ask what each column means, and say what will happen."""
    all_lists = lists.all_of(account.id)
    form = MappingForm(has_header=import_.has_header, mode=import_.mode)
    form.offer(all_lists)
    form.offer_wordings(account.id)
    mapping = _mapping(import_)
    problem = import_columns.why_not(mapping) if request.method == "POST" else ""
    only_check = "check" in request.form
    if not only_check and form.validate_on_submit() and not problem:
        has_header = bool(form.has_header.data)
        target, basis, mode = form.target(all_lists), form.basis(), form.chosen_mode()
        if imports.start(import_, mapping, has_header, target, basis, mode, me().public_id):
            queue.wake("work", "imports.run", import_.id)
        return redirect(url_for("imports.show", public_id=import_.public_id), 303)
    choice = Choice(tuple(mapping), bool(form.has_header.data), form.chosen_mode())
    if only_check and not problem:
        imports.choose(import_, mapping, choice.has_header, form.chosen_mode())
    return render_template(
        "imports/mapping.html",
        import_=import_,
        form=form,
        mapping=mapping,
        mapping_error=mapping_problem(problem) if problem else "",
        preview=import_preview.preview(import_, choice.has_header),
        fields=column_labels(recipient_tables.labels()),
        understood=understood(import_.encoding, import_.delimiter),
        **outcomes.context(import_, account, choice),
    )


def _reading(import_: Import, account: Account, readings: Sequence[Reading]) -> ResponseReturnValue:
    """Ask which reading of the file is right, before anything else."""
    form = ReadingForm()
    form.offer(readings)
    if form.validate_on_submit():
        try:
            imports.choose_reading(import_, account, form.encoding.data)
            return redirect(url_for("imports.show", public_id=import_.public_id), 303)
        except BadFile as error:
            log.info("import.refused", extra={"code": error.problem.value})
            form.encoding.errors = [file_problem(error.problem, error.row)]
    return render_template("imports/reading.html", import_=import_, form=form)


def _sheet(import_: Import, account: Account, choice: import_sheets.Choice) -> ResponseReturnValue:
    """Ask which sheet of a workbook is right, before anything else."""
    form = SheetForm()
    form.offer(choice)
    if form.validate_on_submit():
        try:
            imports.choose_sheet(import_, account, int(form.sheet.data))
            return redirect(url_for("imports.show", public_id=import_.public_id), 303)
        except BadFile as error:
            log.info("import.refused", extra={"code": error.problem.value})
            form.sheet.errors = [sheet_problem(error.problem)]
    return render_template("imports/sheet.html", import_=import_, form=form, choice=choice)


@bp.route("/imports/<public_id>/progress")
@allow(Right.RECIPIENTS)
def progress(public_id: str) -> ResponseReturnValue:
    """The part of the page that changes while the import runs."""
    return render_template("imports/progress.html", **_state(owned(Import, public_id)))


@bp.route("/imports/<public_id>/cancel", methods=["POST"])
@allow(Right.RECIPIENTS)
def cancel(public_id: str) -> ResponseReturnValue:
    """Stop an import; the rows imported so far stay."""
    if imports.cancel(owned(Import, public_id)):
        flash(_("The import was stopped."), "good")
    return redirect(url_for("imports.show", public_id=public_id), 303)


@bp.route("/imports/<public_id>/undo", methods=["POST"])
@allow(Right.RECIPIENTS)
def undo(public_id: str) -> ResponseReturnValue:
    """Delete the recipients that the import has added."""
    import_ = owned(Import, public_id)
    if imports.undo(import_):
        _begin(import_, import_.added)
    elif import_.status in imports.UNDOABLE:
        flash(_("This import ended more than 24 hours ago and cannot be undone any more."), "bad")
    return redirect(url_for("imports.show", public_id=public_id), 303)


@bp.route("/imports/<public_id>/refused/download")
@allow(Right.DOWNLOAD)
@fresh
def refused(public_id: str) -> ResponseReturnValue:
    """The refused rows as a file."""
    import_ = owned(Import, public_id)
    problems = {code: row_problem(code, my_account()) for code in exports.problems_of(import_)}
    labels = column_labels(recipient_tables.labels())
    return files.answer(exports.refused_table(import_, problems, labels), "refused-rows")


def _begin(import_: Import, rows: int) -> None:
    """Do small imports within the request; leave large ones to the worker."""
    if rows > imports.MOST_INLINE or import_run.work(import_.id):
        queue.wake("work", "imports.run", import_.id)


def _state(import_: Import) -> dict[str, object]:
    """The context of the templates of progress and result."""
    busy = import_.status in BUSY
    return {
        "import_": import_,
        "busy": busy,
        "target": imports.list_of(import_),
        "seconds_left": _seconds_left(import_),
        "no_worker": busy and "work" in workers.missing(),
        "bar": _bar(import_),
        "mend": mending.of_page(import_, my_account().region),
        "reasons": [] if busy else _reasons(import_),
        "most_lists": lists.MOST_LISTS,
        "most_refused": import_batch.MOST_REFUSED,
        "row_problem": partial(row_problem, account=my_account()),
        "undo_until": imports.undo_until(import_),
        "undo_over": not imports.may_undo(import_),
    }


def _bar(import_: Import, thinnest: float = THINNEST) -> Stacked:
    """What became of the rows of an import."""
    waiting = import_.bad if import_mending.may_mend(import_) else 0
    out = import_.bad - waiting + import_.left_out
    return stacked(
        [
            Part("good", import_.added, pgettext("rows of an import", "added")),
            Part("sent", import_.updated, pgettext("rows of an import", "here before")),
            Part("sent", import_.duplicates, pgettext("rows of an import", "repeated")),
            Part("doubt", waiting, pgettext("rows of an import", "need a look")),
            Part("bad", out, pgettext("rows of an import", "left out")),
        ],
        thinnest,
    )


def _reasons(import_: Import) -> list[tuple[str, int]]:
    """Why rows were left out, and how many; what is said in the same words is one reason."""
    numbers: Counter[str] = Counter()
    for code, number in imports.reasons(import_):
        numbers[str(row_problem(code, my_account()))] += number
    return numbers.most_common()


def _seconds_left(import_: Import) -> int | None:
    if import_.status != ImportStatus.RUNNING or not import_.started_at or not import_.position:
        return None
    spent = (now() - import_.started_at).total_seconds()
    return round(spent / import_.position * (import_.total - import_.position))


def _mapping(import_: Import) -> list[str]:
    """The chosen columns; the guessed ones when the page is opened."""
    if request.method == "GET":
        return list(import_.mapping)
    chosen = request.form.getlist("column")[: len(import_.mapping)]
    return chosen + [""] * (len(import_.mapping) - len(chosen))
