"""The pages of recipients: the table, and one recipient."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.extensions import csrf
from promosms.forms.imports import row_problem
from promosms.forms.recipients import RecipientForm
from promosms.language import gettext as _
from promosms.language import ngettext
from promosms.models import FIELD_NAMES, BulkKind, FieldType, Recipient, RecipientList
from promosms.services.auth.rights import Right
from promosms.services.bulk_actions.actions import Chosen
from promosms.services.campaigns import clicks
from promosms.services.imports import imports
from promosms.services.privacy import retention
from promosms.services.recipients import (
    consent_history,
    consents,
    fields,
    lists,
    recipients,
    wordings,
)
from promosms.services.recipients import pages as recipient_pages
from promosms.services.recipients.consent import Basis
from promosms.services.recipients.field_values import shown
from promosms.services.recipients.filters import Search
from promosms.services.recipients.recipients import DuplicatePhone
from promosms.sms.phone import InvalidPhone
from promosms.views.recipients import bulk_actions, bulk_words
from promosms.views.recipients import tables as recipient_tables
from promosms.views.recipients.answering import AnswerBox
from promosms.views.recipients.inbox import conversation_with
from promosms.web.access import allow, me, my_account, owned

TITLE = ("phone", "first_name", "last_name")
"""What the title of a recipient's page says."""

bp = Blueprint("recipients", __name__)
bp.app_template_filter("phone")(recipient_tables.pretty)


@bp.route("/recipients")
@allow(Right.LOOK)
def index() -> ResponseReturnValue:
    """All recipients, searched and filtered."""
    if not recipient_pages.any_recipient(my_account().id):
        return render_template("recipients/empty.html")
    return render_template("recipients/index.html", **recipient_tables.table())


@bp.route("/recipients/add", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
@csrf.exempt
def add() -> ResponseReturnValue:
    """Add one recipient."""
    account = my_account()
    all_lists = lists.all_of(account.id)
    form = RecipientForm()
    form.prepare(account, all_lists)
    existing = None
    if form.validate_on_submit():
        try:
            chosen = form.list_ids(all_lists)
            recipients.add(account, form.values(), form.basis(), chosen, me().public_id)
            flash(_("The recipient was added."), "good")
            return redirect(url_for("recipients.index"), 303)
        except InvalidPhone as error:
            form.phone.errors = [row_problem(error.code)]
        except DuplicatePhone as error:
            existing = error.public_id
            form.phone.errors = [_("You have a recipient with this number already.")]
    elif request.method == "GET":
        form.lists.data = request.args.getlist("list")
    return render_template("recipients/add.html", form=form, existing=existing)


@bp.route("/recipients/<public_id>")
@allow(Right.LOOK)
def person(public_id: str) -> ResponseReturnValue:
    """One recipient: the conversation, what is known, and why texts are allowed."""
    return person_page(owned(Recipient, public_id))


def person_page(recipient: Recipient, box: AnswerBox | None = None) -> str:
    """The page of a recipient; `box` if something was written to them."""
    labels, types = recipient_tables.labels(), fields.types(my_account())
    known = [
        (labels[name], shown(types.get(name, FieldType.TEXT), getattr(recipient, name)))
        for name in FIELD_NAMES
        if name not in TITLE
    ]
    return render_template(
        "recipients/person.html",
        recipient=recipient,
        lists=recipients.lists_of([recipient.id])[recipient.id],
        known=[(label, value) for label, value in known if value],
        said=consent_history.of(recipient),
        opened=clicks.of_recipient(recipient),
        brought_in=imports.of_recipient(recipient),
        all_lists=lists.all_of(recipient.account_id),
        **conversation_with(recipient.phone, box),
    )


@bp.route("/recipients/<public_id>/edit", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
@csrf.exempt
def edit(public_id: str) -> ResponseReturnValue:
    """Change one recipient."""
    recipient = owned(Recipient, public_id)
    account = my_account()
    all_lists = lists.all_of(account.id)
    basis = consents.basis_of(consents.of(recipient))
    form = RecipientForm(data=_form_data(recipient, basis))
    form.prepare(account, all_lists, basis.wording_id)
    existing = None
    if form.validate_on_submit():
        try:
            chosen = form.list_ids(all_lists)
            values, basis = form.values(), form.basis()
            recipients.change(recipient, account.region, values, basis, chosen, me().public_id)
            flash(_("The changes were saved."), "good")
            return redirect(url_for("recipients.person", public_id=public_id), 303)
        except InvalidPhone as error:
            form.phone.errors = [row_problem(error.code)]
        except DuplicatePhone as error:
            existing = error.public_id
            form.phone.errors = [_("Another recipient has this number already.")]
    return render_template(
        "recipients/edit.html", form=form, recipient=recipient, existing=existing
    )


@bp.route("/recipients/<public_id>/lists", methods=["POST"])
@allow(Right.RECIPIENTS)
def change_lists(public_id: str) -> ResponseReturnValue:
    """Put a recipient on the chosen lists, and take it off those that were shown as chosen."""
    recipient = owned(Recipient, public_id)
    recipients.put_on_lists(
        recipient, chosen=request.form.getlist("list"), shown=request.form.getlist("shown")
    )
    flash(_("The lists were saved."), "good")
    return redirect(url_for("recipients.person", public_id=public_id), 303)


@bp.route("/recipients/<public_id>/delete")
@allow(Right.RECIPIENTS)
def delete(public_id: str) -> ResponseReturnValue:
    """Ask before one recipient is deleted."""
    return _ask_to_delete([owned(Recipient, public_id).public_id])


@bp.route("/recipients/delete", methods=["POST"])
@allow(Right.RECIPIENTS)
def delete_many() -> ResponseReturnValue:
    """Delete the recipients that were chosen and confirmed."""
    count = recipients.delete_many(my_account().id, request.form.getlist("recipient"))
    text = ngettext(
        "%(n)s recipient was deleted.", "%(n)s recipients were deleted.", count, n=count
    )
    flash(text, "good" if count else "warn")
    return redirect(recipient_tables.back_to(_from_list()), 303)


@bp.route("/recipients/chosen", methods=["POST"])
@allow(Right.RECIPIENTS)
def bulk() -> ResponseReturnValue:
    """Put the chosen recipients on a list, take them off, or ask before deleting them."""
    account = my_account()
    chosen = request.form.getlist("recipient")
    ids = recipients.ids_of(account.id, chosen)
    back_url = recipient_tables.back_to(_from_list())
    action = request.form.get("action", "")
    if not ids:
        flash(_("Choose recipients first: tick the boxes in front of them."), "warn")
        return redirect(back_url, 303)
    if action == "delete":
        return _ask_to_delete(chosen, _from_list())
    if action == "more":
        return bulk_actions.offer(_chosen(chosen))
    chosen_list = request.form.get("list", "")
    if action == "remove":
        chosen_list = _from_list() or chosen_list
    if not chosen_list:
        flash(_("Choose a list first, beside the button."), "warn")
        return redirect(back_url, 303)
    recipient_list = owned(RecipientList, chosen_list)
    count = (
        lists.take_off(recipient_list, ids)
        if action == "remove"
        else lists.put(recipient_list, ids)
    )
    kind = BulkKind.TAKE_OFF_LIST if action == "remove" else BulkKind.PUT_ON_LIST
    flash(bulk_words.done(kind, count, recipient_list.name), "good")
    return redirect(back_url, 303)


def _ask_to_delete(chosen: list[str], from_list: str = "") -> str:
    kept = retention.kept_of_deleted_recipients(my_account().retention_days)
    return render_template("recipients/delete.html", chosen=chosen, from_list=from_list, kept=kept)


def _form_data(recipient: Recipient, basis: Basis) -> dict[str, object]:
    """The values with which the form of a recipient opens."""
    current_lists = recipients.lists_of([recipient.id])[recipient.id]
    return {
        **{name: getattr(recipient, name) for name in FIELD_NAMES[1:]},
        "phone": recipient_tables.pretty(recipient.phone),
        "consent": recipient.consent,
        "consent_source": basis.source,
        "consent_on": basis.day,
        "wording": wordings.public_id_of(basis.wording_id),
        "lists": [recipient_list.public_id for recipient_list in current_lists],
    }


def _chosen(recipients: list[str]) -> Chosen:
    """These recipients, chosen on the page of all or of a list."""
    account_id, from_list = my_account().id, _from_list()
    on_list = owned(RecipientList, from_list) if from_list else None
    return Chosen(Search(account_id, on_list=on_list), recipients)


def _from_list() -> str:
    """The public id of the list on whose page the action was chosen; "" for all recipients."""
    public_id = request.form.get("from_list", "")
    return owned(RecipientList, public_id).public_id if public_id else ""
