"""The pages of lists."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.recipients import ListForm
from promosms.language import gettext as _
from promosms.models import RecipientList
from promosms.services.auth.rights import Right
from promosms.services.automations import automations
from promosms.services.recipients import detail_names, lists
from promosms.services.recipients.lists import ListInUse, NameTaken
from promosms.services.recipients.segments import segments
from promosms.views.recipients import sign_up_forms
from promosms.views.recipients import tables as recipient_tables
from promosms.web.access import allow, my_account, owned

bp = Blueprint("lists", __name__)


@bp.route("/lists", methods=["GET", "POST"])
@allow(Right.LOOK, post=Right.RECIPIENTS)
def index() -> ResponseReturnValue:
    """All lists, and the form for a new one."""
    account = my_account()
    form = ListForm()
    if form.validate_on_submit():
        try:
            recipient_list = lists.create(account.id, form.name.data or "")
            flash(_("The list was created. Put recipients on it."), "good")
            return redirect(url_for("lists.page", public_id=recipient_list.public_id), 303)
        except NameTaken:
            form.name.errors = [_("You have a list of this name already.")]
    return render_template("lists/index.html", form=form, lists=lists.all_of(account.id))


@bp.route("/lists/<public_id>")
@allow(Right.LOOK)
def page(public_id: str) -> ResponseReturnValue:
    """One list and its recipients."""
    recipient_list = owned(RecipientList, public_id)
    return render_template(
        "lists/page.html", recipient_list=recipient_list, **recipient_tables.table(recipient_list)
    )


@bp.route("/lists/<public_id>/rename", methods=["GET", "POST"])
@allow(Right.RECIPIENTS)
def rename(public_id: str) -> ResponseReturnValue:
    """Give a list another name."""
    recipient_list = owned(RecipientList, public_id)
    form = ListForm(data={"name": recipient_list.name})
    if form.validate_on_submit():
        try:
            lists.rename(recipient_list, form.name.data or "")
            flash(_("The list was renamed."), "good")
            return redirect(url_for("lists.page", public_id=public_id), 303)
        except NameTaken:
            form.name.errors = [_("You have a list of this name already.")]
    return render_template("lists/rename.html", form=form, public_id=public_id)


@bp.route("/lists/<public_id>/delete")
@allow(Right.RECIPIENTS)
def delete(public_id: str) -> ResponseReturnValue:
    """Ask before a list is deleted; name what uses it: a campaign or a segment prevents it."""
    recipient_list = owned(RecipientList, public_id)
    return render_template(
        "lists/delete.html",
        recipient_list=recipient_list,
        campaign=lists.why_not_delete(recipient_list),
        segment=segments.with_list(recipient_list),
        sign_up_forms=sign_up_forms.open_titles(recipient_list),
        automations=automations.with_list(recipient_list),
        title=detail_names.campaign_title,
    )


@bp.route("/lists/<public_id>/delete", methods=["POST"])
@allow(Right.RECIPIENTS)
def delete_now(public_id: str) -> ResponseReturnValue:
    """Delete a list, not its recipients."""
    recipient_list = owned(RecipientList, public_id)
    try:
        lists.delete_list(recipient_list)
    except ListInUse:
        return redirect(url_for("lists.delete", public_id=public_id), 303)
    flash(_("The list was deleted. Its recipients are still here."), "good")
    return redirect(url_for("lists.index"), 303)
