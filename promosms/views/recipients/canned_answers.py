"""The pages of canned answers."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.canned_answers import CannedAnswerForm
from promosms.language import gettext as _
from promosms.models import CannedAnswer
from promosms.services.auth.rights import Right
from promosms.services.inbox import canned_answers
from promosms.services.inbox.canned_answers import NameTaken, TooMany
from promosms.web.access import allow, my_account, owned

bp = Blueprint("canned_answers", __name__)


@bp.route("/recipients/answers", methods=["GET", "POST"])
@allow(Right.ANSWER)
def index() -> ResponseReturnValue:
    """All saved answers, and the form for a new one."""
    form = CannedAnswerForm()
    if form.validate_on_submit() and _saved(form):
        flash(_("The answer is saved. You find it below each conversation."), "good")
        return redirect(url_for("canned_answers.index"), 303)
    answers = canned_answers.all_of(my_account().id)
    return render_template("canned_answers/index.html", form=form, answers=answers)


@bp.route("/recipients/answers/<public_id>", methods=["GET", "POST"])
@allow(Right.ANSWER)
def change(public_id: str) -> ResponseReturnValue:
    """Change a saved answer."""
    answer = owned(CannedAnswer, public_id)
    form = CannedAnswerForm(data={"name": answer.name, "text": answer.text})
    if form.validate_on_submit() and _saved(form, public_id):
        flash(_("The answer is saved."), "good")
        return redirect(url_for("canned_answers.index"), 303)
    return render_template("canned_answers/change.html", form=form, public_id=public_id)


@bp.route("/recipients/answers/<public_id>/delete", methods=["POST"])
@allow(Right.ANSWER)
def delete(public_id: str) -> ResponseReturnValue:
    """Delete a saved answer; texts that were sent stay."""
    canned_answers.delete(owned(CannedAnswer, public_id))
    flash(_("The answer is deleted. Texts that were sent stay."), "good")
    return redirect(url_for("canned_answers.index"), 303)


def _saved(form: CannedAnswerForm, public_id: str = "") -> bool:
    name, text = form.name.data or "", form.text.data or ""
    try:
        canned_answers.save(my_account().id, name, text, public_id)
    except NameTaken:
        form.name.errors = [_("You have an answer of this name already.")]
        return False
    except TooMany:
        form.name.errors = [_("You have saved as many answers as there can be. Delete one first.")]
        return False
    return True
