"""The page on which an owner chooses e-mails about replies."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.reply_emails import ReplyEmailsForm
from promosms.language import gettext as _
from promosms.services.auth.rights import Right
from promosms.services.reply_emails import preferences
from promosms.web.access import allow, me, my_account

bp = Blueprint("reply_emails", __name__)


@bp.route("/recipients/replies/emails", methods=["GET", "POST"])
@allow(Right.ACCOUNT)
def index() -> ResponseReturnValue:
    """When e-mails about replies leave, and what is in them."""
    form = ReplyEmailsForm()
    if form.validate_on_submit():
        choice = form.choice()
        preferences.save(my_account().id, choice)
        said = _("From now on you get these e-mails.") if choice.mode else _("You get no e-mails.")
        flash(said, "good")
        return redirect(url_for("inbox.index"), 303)
    if request.method == "GET":
        form.fill(preferences.of(my_account().id))
    return render_template("inbox/emails.html", form=form, address=me().email)
