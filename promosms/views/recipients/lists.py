"""The lists pages."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.lists import ListForm
from promosms.language import gettext as _
from promosms.models import RecipientList
from promosms.services.recipients import lists
from promosms.services.recipients.lists import ListInUse, NameTaken
from promosms.views.recipients import tables as recipient_tables
from promosms.web.access import Access, allow, my_account, owned

bp = Blueprint("lists", __name__)


@bp.route("/lists", methods=["GET", "POST"])
@allow(Access.MEMBER)
def index() -> ResponseReturnValue:
    """All lists, and a new one."""
    account = my_account()
    form = ListForm()
    if form.validate_on_submit():
        try:
            new = lists.create(account.id, form.name.data or "")
            flash(_("The list was created. Put recipients on it."), "good")
            return redirect(url_for("lists.page", public_id=new.public_id), 303)
        except NameTaken:
            form.name.errors = [_("You have a list of this name already.")]
    return render_template("lists/index.html", form=form, lists=lists.all_of(account.id))


@bp.route("/lists/<public_id>")
@allow(Access.MEMBER)
def page(public_id: str) -> ResponseReturnValue:
    """One list and who is on it."""
    which = owned(RecipientList, public_id)
    return render_template("lists/page.html", which=which, **recipient_tables.table(which))


@bp.route("/lists/<public_id>/rename", methods=["GET", "POST"])
@allow(Access.MEMBER)
def rename(public_id: str) -> ResponseReturnValue:
    """Give a list another name."""
    which = owned(RecipientList, public_id)
    form = ListForm(data={"name": which.name})
    if form.validate_on_submit():
        try:
            lists.rename(which, form.name.data or "")
            flash(_("The list was renamed."), "good")
            return redirect(url_for("lists.page", public_id=public_id), 303)
        except NameTaken:
            form.name.errors = [_("You have a list of this name already.")]
    return render_template("lists/rename.html", form=form, public_id=public_id)


@bp.route("/lists/<public_id>/delete")
@allow(Access.MEMBER)
def delete(public_id: str) -> ResponseReturnValue:
    """Ask before a list is deleted; a list in use says by which campaign."""
    which = owned(RecipientList, public_id)
    return render_template("lists/delete.html", which=which, campaign=lists.why_not_delete(which))


@bp.route("/lists/<public_id>/delete", methods=["POST"])
@allow(Access.MEMBER)
def delete_now(public_id: str) -> ResponseReturnValue:
    """Delete a list, not its recipients."""
    which = owned(RecipientList, public_id)
    try:
        lists.delete_list(which)
    except ListInUse:
        return redirect(url_for("lists.delete", public_id=public_id), 303)
    flash(_("The list was deleted. Its recipients are still here."), "good")
    return redirect(url_for("lists.index"), 303)
