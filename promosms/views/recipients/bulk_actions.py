"""Bulk actions: the same for all recipients of a page's filter, or for those chosen on it."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.forms.bulk_actions import BulkForm, PutOnListForm, RecordConsentForm, TakeOffListForm
from promosms.language import gettext as _
from promosms.models import BulkAction, BulkKind, BulkStatus, RecipientList
from promosms.services.auth.rights import Right
from promosms.services.bulk_actions import actions
from promosms.services.bulk_actions import run as bulk_run
from promosms.services.bulk_actions.actions import ON_LISTS, WAITING, Chosen
from promosms.services.gateways import workers
from promosms.services.privacy import retention
from promosms.services.recipients import lists
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.states import State
from promosms.views.recipients import bulk_words
from promosms.views.recipients import tables as recipient_tables
from promosms.web.access import allow, me, my_account, owned

bp = Blueprint("bulk_actions", __name__)
MOST_INLINE, MOST_ERASED_INLINE = 500, 5
"""So many recipients are changed within the request, without a worker."""
FORMS: dict[BulkKind, type[BulkForm]] = {
    BulkKind.PUT_ON_LIST: PutOnListForm,
    BulkKind.TAKE_OFF_LIST: TakeOffListForm,
    BulkKind.RECORD_CONSENT: RecordConsentForm,
}
TO_CONFIRM = (BulkKind.DELETE, BulkKind.ERASE)


@bp.route("/recipients/together", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def choose() -> ResponseReturnValue:
    """Choose what happens to all of them; ask again before anybody is deleted."""
    return offer(_chosen())


def offer(chosen: Chosen) -> ResponseReturnValue:
    """The page with what can be done with them, or what was chosen there."""
    people = actions.count(chosen)
    if not people:
        flash(_("Nobody is chosen any more."), "warn")
        return redirect(_back(chosen), 303)
    kind, all_lists = _kind(), lists.all_of(chosen.search.account_id)
    forms = {each: _form(each, all_lists, sent=each is kind) for each in FORMS}
    if kind in forms and forms[kind].validate_on_submit():
        form = forms[kind]
        if isinstance(form, RecordConsentForm):
            return _start(chosen, kind, basis=form.basis())
        return _start(chosen, kind, _target(form, all_lists))
    if kind in TO_CONFIRM:
        return (
            _start(chosen, kind) if "confirmed" in request.form else _confirm(chosen, kind, people)
        )
    return render_template(
        "bulk_actions/choose.html",
        people=people,
        forms=forms,
        open_kind=kind or request.args.get("kind"),
        any_list=bool(all_lists),
        **_who(chosen),
    )


@bp.route("/recipients/together/<public_id>")
@allow(Right.RECIPIENTS)
def show(public_id: str) -> ResponseReturnValue:
    """How far an action is, or what it has done."""
    return render_template("bulk_actions/show.html", **_state(owned(BulkAction, public_id)))


@bp.route("/recipients/together/<public_id>/progress")
@allow(Right.RECIPIENTS)
def progress(public_id: str) -> ResponseReturnValue:
    """The part of the page that changes while the action runs."""
    return render_template("bulk_actions/progress.html", **_state(owned(BulkAction, public_id)))


@bp.route("/recipients/together/<public_id>/cancel", methods=["POST"])
@allow(Right.RECIPIENTS)
def cancel(public_id: str) -> ResponseReturnValue:
    """Stop an action; what is done stays."""
    if actions.cancel(owned(BulkAction, public_id)):
        flash(_("It was stopped."), "good")
    return redirect(url_for("bulk_actions.show", public_id=public_id), 303)


def _chosen() -> Chosen:
    """Those whose boxes are ticked, or else all whom the page of recipients has shown."""
    search = recipient_tables.search_of(request.values)
    known = {
        "state": str(search.state),
        "list": search.on_list.public_id if search.on_list else "",
        "segment": search.segment.public_id if search.segment else "",
    }
    for name, value in known.items():
        # On a page what is unknown is left out; here that would mean everybody.
        if request.values.get(name, "") not in ("", value):
            abort(404)
    if "recipient" not in request.form:
        return Chosen(search)
    return Chosen(search, [name for name in request.form.getlist("recipient") if name.isalnum()])


def _kind() -> BulkKind | None:
    kind = request.form.get("kind", "")
    return BulkKind(kind) if kind in set(BulkKind) else None


def _form(kind: BulkKind, all_lists: list[RecipientList], *, sent: bool) -> BulkForm:
    """The form of a kind; empty if another was sent. Its fields are not those of the filter."""
    form = FORMS[kind](prefix="to") if sent else FORMS[kind](formdata=None, prefix="to")
    form.offer(all_lists)
    if isinstance(form, RecordConsentForm):
        form.offer_wordings(my_account().id)
    return form


def _target(form: PutOnListForm | TakeOffListForm, all_lists: list[RecipientList]) -> RecipientList:
    if isinstance(form, TakeOffListForm):
        return form.target(all_lists)
    target = form.target(all_lists)
    return target.existing or lists.find_or_create(my_account().id, target.new_name)


def _start(
    chosen: Chosen,
    kind: BulkKind,
    target: RecipientList | None = None,
    basis: Basis | None = None,
) -> ResponseReturnValue:
    """Do it at once for a few; leave many to the worker."""
    action = actions.begin(chosen, kind, me(), target, basis)
    action_id, public_id = action.id, action.public_id
    few = action.total <= (MOST_ERASED_INLINE if kind == BulkKind.ERASE else MOST_INLINE)
    if not few or bulk_run.work(action_id):
        queue.wake("work", "bulk_actions.run", action_id)
        return redirect(url_for("bulk_actions.show", public_id=public_id), 303)
    if kind == BulkKind.ERASE:
        queue.wake("work", "erasure.tidy")
    done = owned(BulkAction, public_id)
    if done.status != BulkStatus.FINISHED:
        return redirect(url_for("bulk_actions.show", public_id=public_id), 303)
    flash(bulk_words.result(done, _name(done)), "warn" if done.left else "good")
    return redirect(_back(chosen), 303)


def _confirm(chosen: Chosen, kind: BulkKind, people: int) -> str:
    kept = retention.kept_of_deleted_recipients(my_account().retention_days)
    return render_template(
        "bulk_actions/confirm.html", kind=kind, people=people, kept=kept, **_who(chosen)
    )


def _who(chosen: Chosen) -> dict[str, object]:
    """Who is meant: in words, as fields of a form, and the page that shows them."""
    search = chosen.search
    words = []
    if chosen.recipients is None:
        if search.segment is not None:
            words.append(_("In the segment “%(name)s”", name=search.segment.name))
        if search.on_list is not None:
            words.append(_("On the list “%(name)s”", name=search.on_list.name))
        if search.state is not State.ALL:
            words.append(str(recipient_tables.state_labels()[search.state]))
        if search.words.strip():
            words.append(_("Found by “%(words)s”", words=search.words.strip()))
    fields = [("recipient", name) for name in chosen.recipients or ()]
    fields += list(recipient_tables.search_fields(search).items())
    return {
        "who": " · ".join(str(each) for each in words),
        "everybody": not words and chosen.recipients is None,
        "fields": fields,
        "back": _back(chosen),
        "back_label": next(
            (one.name for one in (search.segment, search.on_list) if one), _("Recipients")
        ),
    }


def _back(chosen: Chosen) -> str:
    """The page on which they were chosen."""
    search = chosen.search
    fields: dict[str, Any] = {**recipient_tables.search_fields(search)}
    if search.segment is not None:
        del fields["segment"]
        return url_for("segments.page", public_id=search.segment.public_id, **fields)
    if search.on_list is not None:
        del fields["list"]
        return url_for("lists.page", public_id=search.on_list.public_id, **fields)
    return url_for("recipients.index", **fields)


def _state(action: BulkAction) -> dict[str, object]:
    busy, name = action.status in WAITING, _name(action)
    return {
        "action": action,
        "busy": busy,
        "target": actions.list_of(action),
        "doing": bulk_words.doing(action, name),
        "result": bulk_words.result(action, name),
        "no_worker": busy and "work" in workers.missing(),
        "on_list": action.kind in ON_LISTS,
    }


def _name(action: BulkAction) -> str:
    target = actions.list_of(action)
    return target.name if target else ""
