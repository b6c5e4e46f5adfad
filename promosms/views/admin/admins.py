"""The admins: the list, invitations, taking a right away, and giving up one's own."""

from flask import abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from promosms import queue
from promosms.forms.admin import (
    AdminLeavesForm,
    InviteAdminForm,
    RevokeAdminForm,
    WithdrawForm,
)
from promosms.language import gettext as _
from promosms.models import User
from promosms.services.accounts import admins as services
from promosms.services.auth import invitations, totp
from promosms.services.auth.invitations import EmailTaken
from promosms.views.admin.blueprint import bp
from promosms.views.auth import leaving
from promosms.web.access import Access, allow, fresh, me
from promosms.web.limits import limit


@bp.route("/admins")
@allow(Access.ADMIN)
def admins() -> ResponseReturnValue:
    """Everybody who is an admin."""
    return render_template(
        "admin/admins.html",
        admins=services.admins(),
        invitations=invitations.waiting(),
        me=me(),
        can_work=services.can_work,
    )


@bp.route("/admins/invite", methods=["GET", "POST"])
@allow(Access.ADMIN)
@fresh
@limit("20 per hour", methods=["POST"])
def invite_admin() -> ResponseReturnValue:
    """Send a link by which another admin can join."""
    form = InviteAdminForm()
    if form.validate_on_submit():
        email = form.email.data or ""
        try:
            invitations.invite(email, me().id)
        except EmailTaken:
            form.email.errors = [_("There is a user with this address. Choose another one.")]
        except invitations.NotAdmin:
            abort(404)
        else:
            queue.wake("mail", "mail.run")
            flash(_("The invitation is on its way to %(email)s.", email=email.lower()), "good")
            return redirect(url_for("admin.admins"), code=303)
    page = render_template("admin/invite.html", form=form, two_steps=totp.required_of_admins())
    return page, 422 if form.errors else 200


@bp.route("/admins/withdraw-invitation", methods=["POST"])
@allow(Access.ADMIN)
def withdraw_invitation() -> ResponseReturnValue:
    """Make an invitation void."""
    form = WithdrawForm()
    if form.validate() and invitations.withdraw(form.email.data or "", me().public_id):
        flash(_("The invitation is void: its link does not work any more."), "good")
    else:
        flash(_("This invitation was used or has expired. Nothing was changed."), "warn")
    return redirect(url_for("admin.admins"), code=303)


@bp.route("/admins/<public_id>/revoke", methods=["GET", "POST"])
@allow(Access.ADMIN)
@fresh
def revoke_admin(public_id: str) -> ResponseReturnValue:
    """Take the right of another admin away."""
    admin = services.find(public_id) or abort(404)
    if admin.id == me().id:
        return redirect(url_for("admin.leave"), code=303)
    form = RevokeAdminForm()
    if form.validate_on_submit():
        return _revoke(admin, form.reason.data or "")
    page = render_template(
        "admin/revoke.html", admin=admin, form=form, last=services.is_last(admin)
    )
    return page, 422 if form.errors else 200


@bp.route("/leave", methods=["GET", "POST"])
@allow(Access.ADMIN)
@limit("20 per hour", methods=["POST"])
def leave() -> ResponseReturnValue:
    """Give up one's own right; the sign-in is deleted with it."""
    form = AdminLeavesForm(code_needed=totp.is_on(me()))
    if form.validate_on_submit() and leaving.is_proved(form):
        return _leave()
    page = render_template("admin/leave.html", form=form, last=services.is_last(me()))
    return page, 422 if form.errors else 200


def _revoke(admin: User, reason: str) -> ResponseReturnValue:
    email = admin.email
    try:
        services.revoke(admin.public_id, me().public_id, reason)
    except services.LastAdmin:
        flash(_("Nobody else could do the work of an admin. Nothing was changed."), "bad")
    except services.NotAdmin:
        flash(_("This right has ended already. Nothing was changed."), "warn")
    else:
        _wake()
        flash(_("%(email)s is no longer an admin.", email=email), "good")
    return redirect(url_for("admin.admins"), code=303)


def _leave() -> ResponseReturnValue:
    try:
        services.leave(me().public_id)
    except services.LastAdmin:
        flash(_("Nobody else could do the work of an admin. Nothing was changed."), "bad")
        return redirect(url_for("admin.leave"), code=303)
    except services.NotAdmin:
        abort(404)
    logout_user()
    session.clear()
    _wake()
    flash(_("You are no longer an admin, and your sign-in is deleted."), "good")
    return redirect(url_for("auth.sign_in"), code=303)


def _wake() -> None:
    queue.wake("mail", "mail.run")
    queue.wake("work", "erasure.tidy")
