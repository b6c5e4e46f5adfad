"""Registering, signing in and out, choosing and replacing passwords, the first admin."""

import hashlib

from flask import (
    Blueprint,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from promosms import queue
from promosms.extensions import csrf
from promosms.forms.auth import (
    ChangePasswordForm,
    EmailLinkForm,
    JoinForm,
    PasswordForm,
    RegisterForm,
    SignInForm,
)
from promosms.language import gettext as _
from promosms.models import EmailLinkKind, Message, Role, User
from promosms.services.abuse import refusals
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.services.auth import (
    email_links,
    invitations,
    known_browsers,
    password_reset,
    passwords,
    reauthentication,
    registration,
    sessions,
    totp,
)
from promosms.services.auth import sign_in as services
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.invitations import EmailTaken
from promosms.services.auth.one_time_passwords import TextRefused
from promosms.services.auth.sign_in import WrongPassword
from promosms.settings import settings
from promosms.sms.phone import mask
from promosms.views.abuse import proof_of_work
from promosms.views.auth import browsers, check_email, typed_email
from promosms.views.auth.sign_in_flow import enter, home, renew
from promosms.views.gateways import simulated_phone
from promosms.web.access import Access, allow, me, safe_path
from promosms.web.limits import limit

bp = Blueprint("auth", __name__)
bp.context_processor(simulated_phone.in_templates)

POST = ["POST"]
PER_BROWSER = "10/minute;60/hour"
PER_ADDRESS = "10/minute;100/hour"
EMAILS = "3/minute;10/hour"


def typed_address() -> str:
    """The typed e-mail address, hashed: the limits in Redis must not contain it in clear."""
    address = request.form.get("email", "").strip().lower()
    return hashlib.sha256(f"{settings.secret_key}:{address}".encode()).hexdigest()


def from_known_browser() -> bool:
    """Has this user signed in from here before? Then guesses from elsewhere do not block it."""
    return known_browsers.is_known(request.form.get("email", ""), browsers.client())


@bp.route("/register", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@csrf.exempt  # the form checks its token itself, and so keeps the input when the token is too old
@limit(PER_BROWSER, methods=POST)
@limit(EMAILS, methods=POST, key_func=typed_address)
def register() -> ResponseReturnValue:
    """Ask for e-mail and mobile number; the answer is the same for known and unknown ones."""
    if current_user.is_authenticated:
        return redirect(home(), 303)
    form = RegisterForm(data=typed_email.kept())
    if not form.validate_on_submit():
        proof_of_work.note_problems(form)
        return render_template("auth/register.html", form=form)
    if form.website.data:
        refusals.note(PumpingProblem.PROGRAM)
    elif problem := proof_of_work.why_no_email(form):
        refusal = proof_of_work.email_refusal(problem)
        return render_template("auth/register.html", form=form, refusal=refusal), 422
    else:
        _network, proof = proof_of_work.submitted()
        typed_email.keep(form.email.data)
        registration.ask(form.email.data or "", form.number, proven=bool(proof))
        queue.wake("mail", "mail.run")
    return check_email.page(form.email.data, "auth.register")


@bp.route("/register/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limit(PER_BROWSER, methods=POST)
def confirm(token: str) -> ResponseReturnValue:
    """The link of the e-mail shows a button, because mail scanners open links too."""
    try:
        link = email_links.find(EmailLinkKind.REGISTER, token)
        if request.method == "POST":
            return _text_sent(registration.confirm(token, *proof_of_work.submitted()))
    except LinkGone:
        return _link_gone("auth.register", _("Register again"))
    except TextRefused as refused:
        return _text_refused(refused)
    return render_template("auth/send_password.html", number=mask(link.phone), token=token)


@bp.route("/login", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@csrf.exempt  # as for registering
@limit(PER_BROWSER, methods=POST)
@limit(PER_ADDRESS, methods=POST, key_func=typed_address, exempt_when=from_known_browser)
def sign_in() -> ResponseReturnValue:
    """Sign in with the user's own password, or once with a system password."""
    target = safe_path(request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(target or home(), 303)
    form = SignInForm(data=typed_email.kept())
    refused = False
    if form.validate_on_submit():
        authenticated = services.attempt(
            form.email.data or "", form.password.data or "", browsers.client()
        )
        if authenticated is not None:
            return enter(
                authenticated.user, target, by_text=authenticated.by_text, stay=form.stay.data
            )
        refused = True
        typed_email.keep(form.email.data)
        form.password.errors = [
            _(
                "E-mail address and password do not belong together, or the password from the text "
                "is too old. Please try again."
            )
        ]
    return render_template("auth/sign_in.html", form=form, refused=refused, target=target)


@bp.route("/logout", methods=["POST"])
@allow(Access.SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End the session in the browser and in the database: an old cookie is useless then."""
    sessions.close(current_user.token)
    logout_user()
    session.clear()
    flash(_("You are signed out."), "good")
    return redirect(url_for("auth.sign_in"), 303)


@bp.route("/password/new", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
@limit(PER_BROWSER, methods=POST)
def choose_password() -> ResponseReturnValue:
    """Choose an own password after a system password."""
    user = me()
    if not user.must_choose_password:
        return redirect(url_for("auth.change_password"), 303)
    form = PasswordForm()
    form.own_data = (user.email, user.phone)
    if form.validate_on_submit():
        try:
            services.choose_password(user, form.password.data or "", current_user.token)
        except WrongPassword:
            return redirect(url_for("auth.sign_in"), 303)
        renew()
        flash(_("Your password is set. Welcome!"), "good")
        return redirect(home(), 303)
    return render_template(
        "auth/choose_password.html", form=form, suggestion=passwords.suggestion(), email=user.email
    )


@bp.route("/password/change", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
@limit(PER_BROWSER, methods=POST)
def change_password() -> ResponseReturnValue:
    """Replace the own password; the current one is needed."""
    user = me()
    if totp.is_on(user) and reauthentication.required(current_user.session):
        return redirect(
            url_for("reauthentication.index", next=url_for("auth.change_password")), 303
        )
    form = ChangePasswordForm()
    form.own_data = (user.email, user.phone)
    if form.validate_on_submit():
        if _changed(form, user):
            return redirect(_back(), 303)
        form.current.errors = [_("This is not your current password.")]
    return render_template(
        "auth/change_password.html",
        form=form,
        suggestion=passwords.suggestion(),
        email=user.email,
        back=_back(),
    )


@bp.route("/forgotten", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@csrf.exempt  # as for registering
@limit(PER_BROWSER, methods=POST)
@limit(EMAILS, methods=POST, key_func=typed_address)
def forgotten() -> ResponseReturnValue:
    """Ask for the e-mail address; the answer is the same for known and unknown ones."""
    form = EmailLinkForm(data=typed_email.kept())
    if not form.validate_on_submit():
        return render_template("auth/forgotten.html", form=form)
    typed_email.keep(form.email.data)
    password_reset.ask(form.email.data or "", proven=form.proven)
    queue.wake("mail", "mail.run")
    return check_email.page(form.email.data, "auth.forgotten")


@bp.route("/forgotten/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limit(PER_BROWSER, methods=POST)
def reset(token: str) -> ResponseReturnValue:
    """Send a system password or, to a user without a number, show the form for a new password."""
    try:
        user = password_reset.user_of_link(token)
        if not user.phone:
            return _choose_at_once(token, user)
        if request.method == "POST":
            return _text_sent(password_reset.send_password(token, *proof_of_work.submitted()))
    except LinkGone:
        return _link_gone("auth.forgotten", _("Ask for a new link"))
    except TextRefused as refused:
        return _text_refused(refused)
    return render_template("auth/send_reset.html", number=mask(user.phone), token=token)


@bp.route("/admin/join/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limit(PER_BROWSER, methods=POST)
def join(token: str) -> ResponseReturnValue:
    """Accept the invitation of an admin."""
    try:
        form = JoinForm(email_links.find(EmailLinkKind.ADMIN, token).email)
        if form.validate_on_submit():
            typed = "" if form.invited else form.email.data or ""
            return enter(invitations.join(token, typed, form.password.data or ""))
    except EmailTaken:
        if form.invited:
            flash(_("There is a user with this address. Ask for an invitation to another one."))
        else:
            form.email.errors = [_("There is a user with this address. Choose another one.")]
    except LinkGone:
        return _link_gone("auth.sign_in", _("Sign in"))
    return render_template(
        "auth/join.html",
        form=form,
        token=token,
        suggestion=passwords.suggestion(),
        two_steps=totp.required_of_admins(),
    )


def _text_sent(message: Message) -> ResponseReturnValue:
    if message.gateway_id is not None:
        queue.wake(queue.gateway_queue(message.gateway_id), "send.run", message.gateway_id)
    flash(
        _(
            "We are texting a password to %(number)s. It works once, within %(minutes)s minutes.",
            number=mask(message.phone),
            minutes=settings.system_password_minutes,
        ),
        "good",
    )
    return redirect(url_for("auth.sign_in"), 303)


def _text_refused(refused: TextRefused) -> ResponseReturnValue:
    flash(proof_of_work.text_refusal(refused.code), "warn")
    return redirect(request.path, 303)


def _link_gone(endpoint: str, action: str) -> ResponseReturnValue:
    page = render_template("auth/link_gone.html", url=url_for(endpoint), action=action)
    return page, 410


def _choose_at_once(token: str, user: User) -> ResponseReturnValue:
    form = PasswordForm()
    form.own_data = (user.email, user.phone)
    if form.validate_on_submit():
        password_reset.choose(token, form.password.data or "")
        flash(_("Your new password is set. Sign in with it."), "good")
        return redirect(url_for("auth.sign_in"), 303)
    return render_template(
        "auth/reset_password.html",
        form=form,
        token=token,
        suggestion=passwords.suggestion(),
        email=user.email,
    )


def _changed(form: ChangePasswordForm, user: User) -> bool:
    try:
        services.change_password(
            user, form.current.data or "", form.password.data or "", current_user.token
        )
    except WrongPassword:
        return False
    renew()
    queue.wake("mail", "mail.run")
    flash(_("Your password is changed. Other browsers have been signed out."), "good")
    return True


def _back() -> str:
    return home() if me().role == Role.ADMIN else url_for("settings.index")
