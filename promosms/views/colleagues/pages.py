"""The pages of colleagues: who signs in to the account, invitations, roles, and the end of one."""

from flask import Blueprint, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from promosms import queue
from promosms.forms.colleagues import InvitationForm, InviteForm, LeaveForm, RemoveForm, RoleForm
from promosms.language import gettext as _
from promosms.models import EmailLink, Role, User
from promosms.services.auth import totp
from promosms.services.auth.rights import Right
from promosms.services.colleagues import colleagues, invitations
from promosms.services.colleagues.colleagues import (
    Change,
    Gone,
    KeysUndecided,
    LastOwner,
    NotAllowed,
)
from promosms.services.webhooks import endpoints
from promosms.views.auth import leaving
from promosms.views.colleagues import labels
from promosms.web.access import Access, allow, fresh, has, me, my_account
from promosms.web.limits import limit

bp = Blueprint("colleagues", __name__, url_prefix="/settings/colleagues")

INVITATIONS = "20/hour;50/day"


@bp.route("")
@allow(Right.LOOK)
def index() -> ResponseReturnValue:
    """Everybody who signs in to the account, the invitations, and what each role may do."""
    account = my_account()
    people = colleagues.of(account.id)
    return render_template(
        "colleagues/index.html",
        people=people,
        invitations=invitations.waiting(account.id) if has(Right.COLLEAGUES) else (),
        owners=[person.email for person in people if person.role == Role.OWNER],
        me=me(),
        labels=labels,
    )


@bp.route("/invite", methods=["GET", "POST"])
@allow(Right.COLLEAGUES)
@fresh
@limit(INVITATIONS, methods=["POST"])
def invite() -> ResponseReturnValue:
    """Send a link by which somebody can join."""
    form = InviteForm()
    if form.validate_on_submit():
        email = form.email.data or ""
        if not (problem := _invite(email, Role(form.role.data))):
            flash(_("The invitation is on its way to %(email)s.", email=email), "good")
            return redirect(url_for("colleagues.index"), 303)
        form.email.errors = [problem]
    page = render_template("colleagues/invite.html", form=form, labels=labels)
    return page, 422 if form.errors else 200


@bp.route("/invitation/again", methods=["POST"])
@allow(Right.COLLEAGUES)
@fresh
@limit(INVITATIONS, methods=["POST"])
def again() -> ResponseReturnValue:
    """Send an invitation once more, with a new link: the old one does not work any more."""
    waiting = _waiting(InvitationForm())
    if waiting is None:
        flash(_("This invitation was used or has expired. Nothing was changed."), "warn")
        return redirect(url_for("colleagues.index"), 303)
    email = waiting.email
    if problem := _invite(email, Role(waiting.role)):
        flash(problem, "warn")
    else:
        flash(_("The invitation is on its way to %(email)s.", email=email), "good")
    return redirect(url_for("colleagues.index"), 303)


@bp.route("/invitation/withdraw", methods=["POST"])
@allow(Right.COLLEAGUES)
def withdraw() -> ResponseReturnValue:
    """Take an invitation back: its link works no more."""
    form = InvitationForm()
    account_id = my_account().id
    if form.validate() and invitations.withdraw(account_id, form.email.data or "", me()):
        flash(_("The invitation is void: its link does not work any more."), "good")
    else:
        flash(_("This invitation was used or has expired. Nothing was changed."), "warn")
    return redirect(url_for("colleagues.index"), 303)


@bp.route("/<public_id>", methods=["GET", "POST"])
@allow(Right.COLLEAGUES)
@fresh
def change(public_id: str) -> ResponseReturnValue:
    """Choose another role for somebody."""
    person = _person(public_id)
    keys = colleagues.keys_made_by(person)
    form = RoleForm(has_keys=bool(keys), data={"role": person.role})
    if form.validate_on_submit():
        wanted, email = Role(form.role.data), person.email
        try:
            colleagues.change_role(_change(person, form.keep_keys), wanted)
        except LastOwner:
            form.role.errors = [_("An owner has to stay. Make somebody else an owner first.")]
        except KeysUndecided:
            return _ask_about_keys(url_for("colleagues.change", public_id=public_id))
        except Gone:
            abort(404)
        except NotAllowed:
            abort(403)
        else:
            queue.wake("mail", "mail.run")
            role = labels.role(wanted)
            flash(_("The role of %(email)s: %(role)s.", email=email, role=role), "good")
            return redirect(url_for("colleagues.index"), 303)
    page = render_template(
        *("colleagues/change.html",), person=person, form=form, keys=keys, me=me(), labels=labels
    )
    return page, 422 if form.errors else 200


@bp.route("/<public_id>/remove", methods=["GET", "POST"])
@allow(Right.COLLEAGUES)
@fresh
def remove(public_id: str) -> ResponseReturnValue:
    """Say what follows, then end the sign-in of a colleague."""
    person = _person(public_id)
    if person.id == me().id:
        return redirect(url_for("colleagues.leave"), 303)
    keys = colleagues.keys_made_by(person)
    form = RemoveForm(has_keys=bool(keys))
    if form.validate_on_submit():
        return _remove(person, form)
    page = render_template(
        "colleagues/remove.html",
        person=person,
        form=form,
        keys=keys,
        last=colleagues.is_last_owner(person),
        webhooks=bool(endpoints.of(my_account().id)),
    )
    return page, 422 if form.errors else 200


@bp.route("/leave", methods=["GET", "POST"])
@allow(Access.OF_ACCOUNT)
@limit("20 per hour", methods=["POST"])
def leave() -> ResponseReturnValue:
    """End one's own sign-in."""
    form = LeaveForm(password_needed=me().password_hash is not None, code_needed=totp.is_on(me()))
    if form.validate_on_submit() and leaving.is_proved(form):
        return _leave()
    page = render_template(
        "colleagues/leave.html",
        form=form,
        last=colleagues.is_last_owner(me()),
        keys=colleagues.keys_made_by(me()),
    )
    return page, 422 if form.errors else 200


def _invite(email: str, role: Role) -> str:
    """Send the invitation; returns why it was not sent, or nothing."""
    try:
        invitations.invite(email, role, me().id)
    except invitations.AlreadyHere:
        return str(_("Somebody with this address is a colleague already."))
    except invitations.TooMany as error:
        return str(
            _(
                "At most %(most)s people can sign in to your account, with those who are invited. "
                "End a sign-in or withdraw an invitation first.",
                most=error.most,
            )
        )
    except NotAllowed:
        abort(403)
    queue.wake("mail", "mail.run")
    return ""


def _waiting(form: InvitationForm) -> EmailLink | None:
    email = form.email.data or "" if form.validate() else ""
    rows = invitations.waiting(my_account().id)
    return next((row for row in rows if row.email == email), None)


def _person(public_id: str) -> User:
    return colleagues.find(my_account().id, public_id) or abort(404)


def _change(person: User, keep_keys: bool | None) -> Change:
    return Change(my_account().id, person.public_id, me().public_id, keep_keys)


def _remove(person: User, form: RemoveForm) -> ResponseReturnValue:
    try:
        email = colleagues.remove(_change(person, form.keep_keys))
    except LastOwner:
        flash(_("An owner has to stay. Nothing was changed."), "bad")
    except KeysUndecided:
        return _ask_about_keys(url_for("colleagues.remove", public_id=person.public_id))
    except Gone:
        flash(_("This sign-in has ended already. Nothing was changed."), "warn")
    except NotAllowed:
        abort(403)
    else:
        _wake()
        flash(_("%(email)s cannot sign in any more.", email=email), "good")
    return redirect(url_for("colleagues.index"), 303)


def _ask_about_keys(page: str) -> ResponseReturnValue:
    """A key was made while the page was open."""
    flash(_("This person has just made an API key. Say what becomes of it."), "warn")
    return redirect(page, 303)


def _leave() -> ResponseReturnValue:
    try:
        colleagues.leave(me())
    except LastOwner:
        flash(_("An owner has to stay. Nothing was changed."), "bad")
        return redirect(url_for("colleagues.leave"), 303)
    except Gone:
        abort(404)
    logout_user()
    session.clear()
    _wake()
    flash(_("Your sign-in has ended, and your password is deleted."), "good")
    return redirect(url_for("auth.sign_in"), 303)


def _wake() -> None:
    queue.wake("mail", "mail.run")
    queue.wake("work", "erasure.tidy")
