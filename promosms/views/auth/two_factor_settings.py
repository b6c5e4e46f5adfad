"""Settings of two-factor sign-in: on, off, and recovery codes."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from promosms import queue
from promosms.forms.two_factor import SetUpForm
from promosms.language import gettext as _
from promosms.models import Role
from promosms.services.auth import recovery_codes, totp
from promosms.services.auth.totp import Offer, OfferGone, WrongCode
from promosms.views.auth.sign_in_flow import home, renew
from promosms.web.access import Access, allow, fresh, me
from promosms.web.limits import limit

bp = Blueprint("two_factor", __name__, url_prefix="/settings/two-steps")


@bp.route("")
@allow(Access.SIGNED_IN)
def index() -> ResponseReturnValue:
    """Show whether it is on, and how many recovery codes are left."""
    user = me()
    return render_template(
        "settings/two_factor.html",
        user=user,
        on=totp.is_on(user),
        required=totp.required(user),
        left=recovery_codes.left(user),
    )


@bp.route("/on", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
@fresh
@limit("20/minute", methods=["POST"])
def switch_on() -> ResponseReturnValue:
    """Show a secret; a code proves that the app has it."""
    if totp.is_on(me()):
        return redirect(url_for("two_factor.index"), 303)
    form = SetUpForm()
    row = current_user.session
    if form.validate_on_submit():
        encrypted, code = form.offer.data or "", form.code.data or ""
        try:
            return _codes(totp.switch_on(row, current_user.token, encrypted, code))
        except WrongCode:
            form.code.errors = [_("This code is not right. Is the clock of your phone?")]
            return _set_up(form, totp.offered(row, encrypted)), 422
        except OfferGone:
            flash(_("This page was open too long. Here is a new square."), "warn")
            return redirect(url_for("two_factor.switch_on"), 303)
    return _set_up(form, totp.offer(row)), 422 if form.errors else 200


@bp.route("/off", methods=["POST"])
@allow(Access.SIGNED_IN)
@fresh
def switch_off() -> ResponseReturnValue:
    """Switch two-factor sign-in off."""
    user = me()
    if totp.required(user):
        flash(_("Admins cannot do without two-step sign-in."), "bad")
    elif totp.is_on(user):
        totp.switch_off(user, current_user.token)
        renew()
        queue.wake("mail", "mail.run")
        flash(_("Two-step sign-in is off."), "good")
    return redirect(url_for("two_factor.index"), 303)


@bp.route("/codes", methods=["POST"])
@allow(Access.SIGNED_IN)
@fresh
@limit("5/minute")
def new_codes() -> ResponseReturnValue:
    """Make ten new recovery codes and show them once; the old ones become void."""
    user = me()
    if not totp.is_on(user):
        return redirect(url_for("two_factor.index"), 303)
    return _codes(totp.new_codes(user))


def _set_up(form: SetUpForm, offer: Offer) -> str:
    form.offer.data = offer.encrypted
    return render_template(
        "settings/two_factor_on.html",
        form=form,
        offer=offer,
        required=totp.required(me()),
        admin=me().role == Role.ADMIN,
    )


def _codes(codes: list[str]) -> ResponseReturnValue:
    """The codes are in the answer to the form, not on a page: nobody can open them again."""
    renew()
    queue.wake("mail", "mail.run")
    return render_template("settings/recovery_codes.html", codes=codes, home=home())
