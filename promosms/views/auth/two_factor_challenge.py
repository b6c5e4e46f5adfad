"""The second step of a sign-in: a code of the app, or a recovery code."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from promosms import queue
from promosms.extensions import limiter
from promosms.forms.two_factor import CodeForm
from promosms.language import gettext as _
from promosms.models import Role
from promosms.services.auth import two_factor
from promosms.services.auth.two_factor import NotProved, StepGone
from promosms.views.auth import browsers
from promosms.views.auth.sign_in_flow import STEP, let_in
from promosms.web.access import Access, allow, safe_path

bp = Blueprint("second_step", __name__, url_prefix="/login/code")
PER_BROWSER = "20/minute;120/hour"


@bp.route("", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limiter.limit(PER_BROWSER, methods=["POST"])
def index() -> ResponseReturnValue:
    """Ask for the code; who has come without the password begins with it."""
    target = safe_path(request.args.get("next", ""))
    form = CodeForm()
    try:
        step = two_factor.find(_token())
        if form.validate_on_submit():
            user = two_factor.take(_token(), form.code.data or "", browsers.where())
            if user is not None:
                return let_in(user, target)
            queue.wake("mail", "mail.run")
            two_factor.find(_token())  # or it was the last try
            form.code.errors = [_("This code is not right, or too many were tried just now.")]
    except StepGone:
        return _again()
    page = render_template(
        "auth/second_step.html",
        form=form,
        target=target,
        by_text=step.by_text,
        admin=step.user.role == Role.ADMIN,
        off_at=step.user.totp_off_at,
        may_leave_out=two_factor.may_leave_out(step.user),
    )
    return page, 422 if form.errors else 200


@bp.route("/lost", methods=["POST"])
@allow(Access.PUBLIC)
@limiter.limit(PER_BROWSER)
def lost() -> ResponseReturnValue:
    """App and codes are lost: begin to wait."""
    try:
        two_factor.ask_without(_token())
    except (StepGone, NotProved):
        return _again()
    queue.wake("mail", "mail.run")
    return redirect(url_for("second_step.index"), 303)


@bp.route("/leave-out", methods=["POST"])
@allow(Access.PUBLIC)
@limiter.limit(PER_BROWSER)
def leave_out() -> ResponseReturnValue:
    """Somebody has waited for long enough: the second step is switched off."""
    try:
        user = two_factor.leave_out(_token(), browsers.where())
    except StepGone:
        user = None
    if user is None:
        return _again()
    flash(_("Two-step sign-in is off. Switch it on again with your new phone."), "warn")
    return let_in(user)


def _token() -> str:
    return str(session.get(STEP, ""))


def _again() -> ResponseReturnValue:
    session.pop(STEP, None)
    flash(_("Please start again with your password."), "warn")
    return redirect(url_for("auth.sign_in"), 303)
