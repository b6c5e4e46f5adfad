"""The two-factor challenge of a sign-in: a code of the app, or a recovery code."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.forms.two_factor import CodeForm
from promosms.language import gettext as _
from promosms.models import Role
from promosms.services.auth import two_factor
from promosms.services.auth.two_factor import ChallengeGone, NotProved
from promosms.views.auth import browsers
from promosms.views.auth.sign_in_flow import CHALLENGE, STAY, open_session
from promosms.web.access import Access, allow, safe_path
from promosms.web.limits import limit

bp = Blueprint("two_factor_challenge", __name__, url_prefix="/login/code")
PER_BROWSER = "20/minute;120/hour"


@bp.route("", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limit(PER_BROWSER, methods=["POST"])
def index() -> ResponseReturnValue:
    """Ask for the code; without the password, go back to the sign-in."""
    target = safe_path(request.args.get("next", ""))
    form = CodeForm()
    try:
        challenge = two_factor.find(_token())
        if form.validate_on_submit():
            user = two_factor.verify(_token(), form.code.data or "", browsers.client())
            if user is not None:
                return open_session(user, target, stay=bool(session.get(STAY)))
            queue.wake("mail", "mail.run")
            two_factor.find(_token())  # raises if it was the last try
            form.code.errors = [_("This code is not right, or too many were tried just now.")]
    except ChallengeGone:
        return _start_again()
    page = render_template(
        "auth/two_factor_challenge.html",
        form=form,
        target=target,
        by_text=challenge.by_text,
        admin=challenge.user.role == Role.ADMIN,
        off_at=challenge.user.totp_off_at,
        removal_due=two_factor.removal_due(challenge.user),
    )
    return page, 422 if form.errors else 200


@bp.route("/lost", methods=["POST"])
@allow(Access.PUBLIC)
@limit(PER_BROWSER)
def lost() -> ResponseReturnValue:
    """App and codes are lost: start the waiting time."""
    try:
        two_factor.request_removal(_token())
    except (ChallengeGone, NotProved):
        return _start_again()
    queue.wake("mail", "mail.run")
    return redirect(url_for("two_factor_challenge.index"), 303)


@bp.route("/leave-out", methods=["POST"])
@allow(Access.PUBLIC)
@limit(PER_BROWSER)
def remove() -> ResponseReturnValue:
    """The waiting time is over: switch two-factor sign-in off."""
    try:
        user = two_factor.remove(_token(), browsers.client())
    except ChallengeGone:
        user = None
    if user is None:
        return _start_again()
    flash(_("Two-step sign-in is off. Switch it on again with your new phone."), "warn")
    return open_session(user)


def _token() -> str:
    return str(session.get(CHALLENGE, ""))


def _start_again() -> ResponseReturnValue:
    session.pop(CHALLENGE, None)
    flash(_("Please start again with your password."), "warn")
    return redirect(url_for("auth.sign_in"), 303)
