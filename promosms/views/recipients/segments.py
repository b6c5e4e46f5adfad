"""The pages of segments: who is in one, and the form that makes or changes it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.extensions import csrf
from promosms.forms import segment_words
from promosms.forms import segments as segment_forms
from promosms.forms.segments import SegmentForm
from promosms.language import gettext as _
from promosms.models import Segment
from promosms.services.auth.rights import Right
from promosms.services.recipients import detail_names, filters, lists
from promosms.services.recipients.segments import counts, preview, segments
from promosms.services.recipients.segments.conditions import MOST, Filter
from promosms.services.recipients.segments.segments import (
    ListGone,
    NameTaken,
    SegmentInUse,
    TooMany,
)
from promosms.views.recipients import tables as recipient_tables
from promosms.web.access import allow, my_account, no_act, owned

bp = Blueprint("segments", __name__)


@bp.route("/segments")
@allow(Right.LOOK)
def index() -> ResponseReturnValue:
    """All segments with their counts."""
    all_segments = segments.all_of(my_account().id)
    recipient_tables.count_segments(all_segments)
    return render_template(
        "segments/index.html",
        segments=all_segments,
        counted=counts.of(my_account().id, all_segments),
        in_words=_in_words,
    )


@bp.route("/segments/new", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
@csrf.exempt
def new() -> ResponseReturnValue:
    """Make a segment; it begins with the filter of the recipients' page."""
    if request.method == "POST":
        return _submitted(None)
    shown = filters.as_filter(recipient_tables.search_of(request.args))
    return _page(_form(segment_forms.shown(shown)), None)


@bp.route("/segments/<public_id>")
@allow(Right.LOOK)
def page(public_id: str) -> ResponseReturnValue:
    """One segment and the recipients in it."""
    segment = owned(Segment, public_id)
    return render_template(
        "segments/page.html",
        segment=segment,
        in_words=_in_words,
        **recipient_tables.table(segment=segment),
    )


@bp.route("/segments/<public_id>/edit", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
@csrf.exempt
def edit(public_id: str) -> ResponseReturnValue:
    """Change a segment."""
    segment = owned(Segment, public_id)
    if request.method == "POST":
        return _submitted(segment)
    chosen = Filter.read(segment.conditions)
    form = _form(segment_forms.shown(chosen))
    form.name.data, form.match.data = segment.name, chosen.match.value
    return _page(form, segment)


@bp.route("/segments/count", methods=["POST"])
@allow(Right.RECIPIENTS)
@no_act
def count() -> ResponseReturnValue:
    """The part of the form that says how many there are, and who comes first."""
    form = _form(segment_forms.typed(request.form))
    return render_template("segments/count.html", **_shown(form))


@bp.route("/segments/<public_id>/delete")
@allow(Right.RECIPIENTS)
def delete(public_id: str) -> ResponseReturnValue:
    """Ask before a segment is deleted; for one in use, name the campaign."""
    segment = owned(Segment, public_id)
    return render_template(
        "segments/delete.html",
        segment=segment,
        campaign=segments.why_not_delete(segment),
        title=detail_names.campaign_title,
    )


@bp.route("/segments/<public_id>/delete", methods=["POST"])
@allow(Right.RECIPIENTS)
def delete_now(public_id: str) -> ResponseReturnValue:
    """Delete a segment, not its recipients."""
    segment = owned(Segment, public_id)
    try:
        segments.delete(segment)
    except SegmentInUse:
        return redirect(url_for("segments.delete", public_id=public_id), 303)
    flash(_("The segment was deleted. Its recipients are still here."), "good")
    return redirect(url_for("segments.index"), 303)


def _form(rows: list[dict[str, str]]) -> SegmentForm:
    form = SegmentForm()
    form.prepare(my_account(), rows, lists.all_of(my_account().id))
    return form


def _submitted(segment: Segment | None) -> ResponseReturnValue:
    """Add a condition, take one out, count, or save."""
    rows, action = segment_forms.typed(request.form), request.form.get("action", "save")
    if action.startswith("remove-") and action.removeprefix("remove-").isdigit():
        place = int(action.removeprefix("remove-"))
        return _page(_form([*rows[:place], *rows[place + 1 :]]), segment)
    form = _form(rows)
    if action == "add":
        return _page(_with_row(form, rows), segment)
    valid = form.validate() if action == "save" else True
    chosen = form.read()
    if not valid or chosen is None or action != "save":
        return _page(form, segment)
    return _saved(form, segment, chosen) or _page(form, segment)


def _with_row(form: SegmentForm, rows: list[dict[str, str]]) -> SegmentForm:
    """The form with another condition, or with an error at the choice."""
    kind = form.kinds.get(form.add.data or "")
    if kind is None:
        form.add.errors = [_("Choose what the condition is about.")]
    elif len(rows) >= MOST:
        form.add.errors = [_("A segment has at most 10 conditions.")]
    else:
        form = _form([*rows, {"kind": kind.value, "subject": form.add.data or ""}])
        form.add.data = ""
    return form


def _saved(
    form: SegmentForm, segment: Segment | None, chosen: Filter
) -> ResponseReturnValue | None:
    """Save, and go to the segment; None with an error if it cannot be."""
    name = form.name.data or ""
    try:
        if segment is None:
            segment = segments.create(my_account().id, name, chosen)
        else:
            segments.change(segment, name, chosen)
    except NameTaken:
        form.name.errors = [_("You have a segment of this name already.")]
    except ListGone:
        form.add.errors = [_("A chosen list no longer exists. Please choose again.")]
    except TooMany:
        form.name.errors = [_("You have 100 segments: delete one that you do not need first.")]
    except SegmentInUse as error:
        title = detail_names.campaign_title(error.campaign)
        form.add.errors = [
            _(
                "The campaign “%(name)s” is being prepared with it. Try again in a minute.",
                name=title,
            )
        ]
    else:
        flash(_("The segment was saved."), "good")
        return redirect(url_for("segments.page", public_id=segment.public_id), 303)
    return None


def _page(form: SegmentForm, segment: Segment | None) -> str:
    return render_template("segments/edit.html", form=form, segment=segment, **_shown(form))


def _shown(form: SegmentForm) -> dict[str, object]:
    """How many meet the conditions as they are typed, and the first of them; nothing if unready."""
    chosen = form.ready()
    return {"shown": preview.of(my_account(), chosen) if chosen else None, "most": MOST}


def _in_words(segment: Segment) -> list[str]:
    """The conditions of a segment as sentences."""
    account = my_account()
    names = segment_words.subjects(account)
    all_lists = {one.public_id: one.name for one in lists.all_of(account.id)}
    rows = Filter.read(segment.conditions).conditions
    return [segment_words.sentence(row, names, all_lists) for row in rows]
