"""Changes of e-mail address and mobile number: requested in the settings, confirmed by links."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, logout_user

from promosms import queue
from promosms.forms.two_factor import EmailChangeForm, PhoneChangeForm, TextCodeForm
from promosms.language import gettext as _
from promosms.models import EmailLink, EmailLinkKind, Message
from promosms.services.abuse.sms_pumping import PumpingProblem
from promosms.services.auth import email_changes, factors, phone_changes, two_factor, undo_changes
from promosms.services.auth.email_links import LinkGone, find
from promosms.services.auth.one_time_passwords import TextRefused
from promosms.services.auth.undo_changes import AddressTaken
from promosms.sms.phone import mask
from promosms.views.abuse import proof_of_work
from promosms.views.auth import check_email
from promosms.views.auth.sign_in_flow import renew
from promosms.views.gateways import simulated_phone as phone_page
from promosms.web.access import Access, allow, fresh, me
from promosms.web.limits import limit

bp = Blueprint("email_and_phone", __name__)
bp.context_processor(phone_page.in_templates)
PER_BROWSER = "10/minute;30/hour"
POST = ["POST"]


@bp.route("/settings/email", methods=["GET", "POST"])
@allow(Access.SIGNED_IN)
@fresh
@limit(PER_BROWSER, methods=POST)
def email() -> ResponseReturnValue:
    """Request a new address; the answer is the same whether it is free or taken."""
    form = EmailChangeForm()
    if form.validate_on_submit():
        email_changes.ask(me(), form.email.data or "", proven=form.proven)
        queue.wake("mail", "mail.run")
        return check_email.page(form.email.data, "email_and_phone.email")
    page = render_template("settings/email.html", form=form, user=me())
    return page, 422 if form.errors else 200


@bp.route("/settings/phone", methods=["GET", "POST"])
@allow(Access.OF_ACCOUNT)
@fresh
@limit(PER_BROWSER, methods=POST)
def phone() -> ResponseReturnValue:
    """Request a new number, and text a code to it."""
    form = PhoneChangeForm()
    if form.validate_on_submit():
        try:
            message = phone_changes.ask(me(), form.number, *proof_of_work.submitted())
        except TextRefused as refused:
            form.phone.errors = [_refusal_message(refused)]
        else:
            _wake(message)
            return redirect(url_for("email_and_phone.phone_code"), 303)
    page = render_template(
        "settings/phone.html", form=form, number=mask(me().phone) if me().phone else ""
    )
    return page, 422 if form.errors else 200


@bp.route("/settings/phone/code", methods=["GET", "POST"])
@allow(Access.OF_ACCOUNT)
@limit(PER_BROWSER, methods=POST)
def phone_code() -> ResponseReturnValue:
    """Check the code that was texted to the new number; then a link is e-mailed."""
    change = phone_changes.pending(me())
    if change is None:
        return redirect(url_for("email_and_phone.phone"), 303)
    form, number = TextCodeForm(), mask(change.phone)
    if form.validate_on_submit():
        if phone_changes.prove(me(), form.code.data or ""):
            queue.wake("mail", "mail.run")
            flash(_("Almost done: open the link that we have e-mailed to you."), "good")
            return redirect(url_for("settings.index"), 303)
        form.code.errors = [_("This is not the code from the text.")]
    page = render_template("settings/phone_code.html", form=form, number=number)
    return page, 422 if form.errors else 200


@bp.route("/change/email/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limit(PER_BROWSER, methods=POST)
def confirm_email(token: str) -> ResponseReturnValue:
    """The link in the e-mail to the new address."""

    def confirm() -> str:
        email_changes.apply(token, _token())
        words: str = _("Your new e-mail address counts from now on.")
        return words

    try:
        link = email_changes.find(token)
        return _link(
            confirm,
            _("Confirm your new e-mail address"),
            _("From then on you sign in with %(address)s.", address=link.email),
            _("Use this address"),
        )
    except LinkGone:
        return _gone()


@bp.route("/change/undo/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limit(PER_BROWSER, methods=POST)
def undo(token: str) -> ResponseReturnValue:
    """The link in an e-mail about a change of address, number or second step."""

    def confirm() -> str:
        undo_changes.apply(token)
        logout_user()
        words: str = _("All is as it was before the change. Now get a new password.")
        return words

    try:
        link = undo_changes.find(token)
        return _link(
            confirm,
            _("Take the change back"),
            _undo_text(link),
            _("Take the change back"),
            url_for("auth.forgotten"),
        )
    except AddressTaken:
        return render_template("auth/address_taken.html"), 409
    except LinkGone:
        return _gone()


@bp.route("/change/phone/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limit(PER_BROWSER, methods=POST)
def confirm_phone(token: str) -> ResponseReturnValue:
    """The link in the e-mail about the new number."""

    def confirm() -> str:
        _wake(phone_changes.apply(token, _token()))
        queue.wake("mail", "mail.run")
        words: str = _("Your new mobile number counts from now on.")
        return words

    try:
        link = phone_changes.find(token)
        return _link(
            confirm,
            _("Confirm your new mobile number"),
            _("From then on passwords by text go to %(number)s.", number=mask(link.phone)),
            _("Use this number"),
        )
    except LinkGone:
        return _gone()


@bp.route("/change/keep/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limit(PER_BROWSER, methods=POST)
def keep_two_factor(token: str) -> ResponseReturnValue:
    """The link in the e-mail about a lost app."""

    def confirm() -> str:
        two_factor.cancel_removal(token)
        words: str = _(
            "Two-step sign-in stays on. If it was not you who asked, change your password."
        )
        return words

    try:
        find(EmailLinkKind.KEEP, token)
        return _link(
            confirm,
            _("Keep two-step sign-in"),
            _("Signing in takes a code, as before."),
            _("Keep it on"),
        )
    except LinkGone:
        return _gone()


def _link(
    confirm: Callable[[], str], title: str, text: str, button: str, after: str = ""
) -> ResponseReturnValue:
    """A GET only shows a button, because mail scanners open links; the POST confirms."""
    if request.method == "POST":
        flash(confirm(), "good")
        if current_user.is_authenticated and not after:
            renew()
        return redirect(after or url_for("settings.index"), 303)
    return render_template("auth/confirm_link.html", title=title, text=text, button=button)


def _undo_text(link: EmailLink) -> str:
    sentences = [_("You sign in with %(address)s again.", address=link.email)]
    if number := factors.phone_of(link):
        sentences.append(_("Passwords by text go to %(number)s again.", number=mask(number)))
    sentences.append(
        _(
            "Two-step sign-in is again as it was before the change, and what was changed later "
            "falls with it. Everybody is signed out and the password is void, because the person "
            "who made the change knew it."
        )
    )
    return " ".join(sentences)


def _wake(message: Message | None) -> None:
    if message is not None and message.gateway_id is not None:
        name = queue.gateway_queue(message.gateway_id)
        queue.wake(name, "send.run", message.gateway_id)


def _gone() -> ResponseReturnValue:
    page = render_template(
        "auth/link_gone.html", url=url_for("settings.index"), action=_("Settings")
    )
    return page, 410


def _token() -> str:
    return str(current_user.token) if current_user.is_authenticated else ""


def _refusal_message(refused: TextRefused) -> str:
    if refused.code == PumpingProblem.NUMBER:
        return str(_("This number has had too many texts from us. Please try again tomorrow."))
    return proof_of_work.text_refusal(refused.code)
