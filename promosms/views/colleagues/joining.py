"""The page of an invitation: somebody chooses a password and joins an account."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from promosms import queue
from promosms.forms.auth import JoinForm
from promosms.language import gettext as _
from promosms.models import EmailLink, Role
from promosms.services.auth import passwords, sessions
from promosms.services.auth.email_links import LinkGone
from promosms.services.colleagues import invitations, role_words
from promosms.services.colleagues.invitations import EmailTaken
from promosms.views.auth.sign_in_flow import enter
from promosms.web.access import Access, allow, me
from promosms.web.limits import limit

bp = Blueprint("joining_colleagues", __name__, url_prefix="/colleagues")


@bp.route("/join/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limit("10/minute;60/hour", methods=["POST"])
def join(token: str) -> ResponseReturnValue:
    """Accept the invitation to an account."""
    try:
        invitation = invitations.find(token)
        form = JoinForm(invitation.email)
        if form.validate_on_submit():
            return _join(token, form)
    except EmailTaken:
        flash(
            _(
                "There is a sign-in with this address already. Change its address in its settings, "
                "or ask for an invitation to another address of yours."
            ),
            "warn",
        )
    except LinkGone:
        page = render_template(
            "auth/link_gone.html", url=url_for("auth.sign_in"), action=_("Sign in")
        )
        return page, 410
    return _page(token, form, invitation)


def _join(token: str, form: JoinForm) -> ResponseReturnValue:
    user = invitations.join(token, form.password.data or "")
    if current_user.is_authenticated:
        sessions.close(current_user.token)  # of another person, in this browser
    queue.wake("mail", "mail.run")
    flash(_("Welcome! You have joined the account."), "good")
    return enter(user)


def _page(token: str, form: JoinForm, invitation: EmailLink) -> ResponseReturnValue:
    page = render_template(
        "colleagues/join.html",
        form=form,
        token=token,
        may_do=role_words.may_do(Role(invitation.role)),
        suggestion=passwords.suggestion(),
        signed_in=me().email if current_user.is_authenticated else "",
    )
    return page, 422 if form.errors else 200
