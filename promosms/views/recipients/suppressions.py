"""The page of opt-outs: numbers that get no texts, even if they are imported again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.extensions import csrf
from promosms.forms.imports import NumbersForm
from promosms.language import gettext as _
from promosms.language import ngettext
from promosms.models import Suppression
from promosms.services.auth import people
from promosms.services.auth.rights import Right
from promosms.services.imports import pasting
from promosms.services.recipients import held_replies, suppression_list
from promosms.services.recipients.suppression_list import MOST_ADDED, Added
from promosms.views.recipients.labels import SOURCES
from promosms.web.access import allow, my_account, owned

bp = Blueprint("suppressions", __name__)


@bp.route("/recipients/opt-outs", methods=["GET", "POST"])
@allow(Right.LOOK, post=Right.RECIPIENTS)
@csrf.exempt
def index() -> ResponseReturnValue:
    """All numbers that opted out; more can be added by hand."""
    account = my_account()
    form = NumbersForm()
    if form.validate_on_submit():
        typed = [row[0] for row in pasting.rows(form.text.data or "")]
        if len(typed) <= MOST_ADDED:
            added = suppression_list.add(account.id, account.region, typed)
            _flash_result(added)
            if not added.bad:
                return redirect(url_for("suppressions.index"), 303)
            form.text.data = "\n".join(added.bad)
        else:
            form.text.errors = [_("Add at most %(most)s numbers at once.", most=MOST_ADDED)]
    query = request.args.get("q", "")[:40].replace("\0", "")
    held = request.args.get("show") == "held"
    page = suppression_list.page(account.id, query, request.args.get("after", ""), held=held)
    return render_template(
        "suppressions/index.html",
        form=form,
        page=page,
        query=query,
        held=held,
        sources=SOURCES,
        names=people.emails_of(account.id, (row.decided_by for row in page.rows)),
        reply_of=held_replies.reply_of,
        may_lift=suppression_list.may_lift,
    )


@bp.route("/recipients/opt-outs/<public_id>/lift", methods=["POST"])
@allow(Right.RECIPIENTS)
def lift(public_id: str) -> ResponseReturnValue:
    """Remove a number that was added by hand by mistake."""
    suppression = owned(Suppression, public_id)
    account_id, number = suppression.account_id, suppression.phone
    if suppression_list.lift(suppression):
        if suppression_list.of_number(account_id, number) is None:
            flash(_("The number was taken off. It can be texted again."), "good")
        else:
            flash(_("Noted. The number still gets no texts, for another reason."), "warn")
    else:
        flash(
            _("Only the recipient can take this opt-out back, by texting START."),
            "bad",
        )
    return redirect(url_for("suppressions.index"), 303)


def _flash_result(added: Added) -> None:
    if added.new or not added.bad:
        text = ngettext(
            "%(n)s number was added. It is not texted any more.",
            "%(n)s numbers were added. They are not texted any more.",
            added.new,
            n=added.new,
        )
        flash(text, "good")
    if added.bad:
        text = ngettext(
            "%(n)s entry is not a mobile number. It is still below: correct it and add it again.",
            "%(n)s entries are not mobile numbers. They are still below: "
            "correct and add them again.",
            len(added.bad),
            n=len(added.bad),
        )
        flash(text, "warn")
