"""Before a dangerous action: prove again that it is you."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from promosms import queue
from promosms.forms.two_factor import ReauthenticationForm
from promosms.language import gettext as _
from promosms.services.auth import reauthentication, totp
from promosms.services.auth.reauthentication import NotConfirmed
from promosms.views.auth import browsers
from promosms.views.auth.sign_in_flow import renew
from promosms.web.access import Access, allow, me, safe_path
from promosms.web.limits import limit

bp = Blueprint("reauthentication", __name__, url_prefix="/confirm")


@bp.route("", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
@limit("10/minute;60/hour", methods=["POST"])
def index() -> ResponseReturnValue:
    """Ask for the password and, where it is on, a code; then go back to the page."""
    target = safe_path(request.args.get("next", "")) or url_for("settings.index")
    form = ReauthenticationForm()
    if not totp.is_on(me()):
        del form.code
    if form.validate_on_submit():
        code = form.code.data or "" if form.code else ""
        try:
            token = reauthentication.confirm(
                current_user.session, form.password.data or "", code, browsers.client()
            )
        except NotConfirmed:
            form.password.errors = [
                _("This is not right, or too many were tried just now: then wait a few minutes.")
            ]
        else:
            renew(token)
            queue.wake("mail", "mail.run")
            return redirect(target, 303)
    page = render_template("auth/reauthentication.html", form=form, target=target)
    return page, 422 if form.errors else 200
