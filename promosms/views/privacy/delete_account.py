"""Leaving: the decision, the way out without signing in, how far it is, the certificate."""

from collections import Counter
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user
from werkzeug.wrappers import Response

from promosms import queue
from promosms.extensions import csrf, db, limiter
from promosms.forms.auth import EmailForm
from promosms.forms.delete_account import CertificateForm, LeaveForm
from promosms.language import gettext as _
from promosms.models import Account, Erasure
from promosms.services.auth import passwords
from promosms.services.auth.email_links import LinkGone
from promosms.services.privacy import certificates, delete_account, erasure, erasure_requests
from promosms.views.gateways import simulated_phone
from promosms.views.privacy.erasure_labels import amounts
from promosms.web.access import Access, allow, me, my_account

bp = Blueprint("leaving", __name__)
POST = ["POST"]


@bp.route("/settings/leave", methods=["GET", "POST"])
@allow(Access.OWNER)
@limiter.limit("20 per hour", methods=POST)
def leave() -> ResponseReturnValue:
    """Delete the account: what goes with it, then the password and one confirmation."""
    account, stored = my_account(), me().password_hash
    form = LeaveForm(password_needed=stored is not None)
    if form.validate_on_submit():
        if stored is None or passwords.matches(stored, form.password.data or ""):
            link = erasure_requests.new_link()
            erasure.begin(account.id, me().public_id, link)
            return _say_goodbye(account.id, link)
        form.password.errors = [_("This is not your password.")]
    return _ask(form, account, url_for("leaving.leave")), 422 if form.errors else 200


@bp.route("/leave", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@csrf.exempt  # the form checks its own token, so that what was typed stays when it is too old
@limiter.limit("10/minute;30/hour", methods=POST)
def ask() -> ResponseReturnValue:
    """For somebody who cannot sign in: a link by e-mail; the answer is the same for everybody."""
    form = EmailForm()
    if not form.validate_on_submit():
        return render_template("leaving/ask.html", form=form), 422 if form.errors else 200
    delete_account.ask(form.email.data or "")
    queue.wake("mail", "mail.run")
    return render_template("auth/check_email.html", address=form.email.data, again="leaving.ask")


@bp.route("/leave/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limiter.limit("10/minute;60/hour", methods=POST)
def by_link(token: str) -> ResponseReturnValue:
    """The link of the e-mail: what will be lost, and the button."""
    try:
        who = delete_account.leaver(token)
        form = LeaveForm(password_needed=who.password_needed)
        if form.validate_on_submit():
            link = erasure_requests.new_link()
            typed = form.password.data if who.password_needed else ""
            return _say_goodbye(delete_account.leave(token, typed or "", link), link)
    except LinkGone:
        page = render_template(
            "auth/link_gone.html", url=url_for("leaving.ask"), action=_("Ask for a new link")
        )
        return page, 410
    except delete_account.WrongPassword:
        form.password.errors = [_("This is not your password.")]
    status = 422 if form.errors else 200
    if who.account_id is None:
        return render_template("leaving/unfinished.html", form=form, token=token), status
    account = db.session.get_one(Account, who.account_id)
    return _ask(form, account, url_for("leaving.by_link", token=token)), status


@bp.route("/gone")
@allow(Access.PUBLIC)
def registration_gone() -> ResponseReturnValue:
    """Good-bye to somebody whose registration was not finished."""
    return render_template("leaving/registration_gone.html")


@bp.route("/gone/<link>")
@allow(Access.PUBLIC)
def gone(link: str) -> ResponseReturnValue:
    """Good-bye: how far the deletion is, then the certificate; for a week, without signing in."""
    return render_template("settings/gone.html", link=link, **_shown(_erasure(link)))


@bp.route("/gone/<link>/progress")
@allow(Access.PUBLIC)
def progress(link: str) -> ResponseReturnValue:
    """The part of that page that changes."""
    return render_template("leaving/_progress.html", link=link, **_shown(_erasure(link)))


@bp.route("/gone/<link>/certificate.json")
@allow(Access.PUBLIC)
def certificate(link: str) -> ResponseReturnValue:
    """The signed certificate."""
    found = _erasure(link)
    if not found.certificate:
        abort(404)
    name = f"deletion-certificate-{found.public_id}.json"
    answer = Response(found.certificate, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/certificate", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limiter.limit("30/minute", methods=POST)
def verify() -> ResponseReturnValue:
    """Check a certificate; what is uploaded is not kept."""
    form, said = CertificateForm(), None
    if form.validate_on_submit():
        try:
            said = certificates.read(form.file.data.stream.read(certificates.LARGEST))
        except certificates.NotOurs:
            form.file.errors = [_("This is no certificate of ours, or somebody has changed it.")]
    rows = amounts(said["erased"]) if said else []
    page = render_template("leaving/verify.html", form=form, said=said, rows=rows)
    return page, 422 if form.errors else 200


@bp.route("/.well-known/deletion-key.pem")
@allow(Access.PUBLIC)
def key() -> ResponseReturnValue:
    """The public key with which anybody can check a certificate without us."""
    return Response(certificates.public_key(), mimetype="application/x-pem-file")


@bp.context_processor
def _trial() -> dict[str, object]:
    """Whoever tries the product on the machine itself finds e-mails on a page."""
    return {"phone_visible": simulated_phone.visible}


def _ask(form: LeaveForm, account: Account, action: str) -> str:
    losses = erasure.losses(account.id)
    return render_template(
        "settings/leave.html",
        form=form,
        losses=losses,
        account=account,
        action=action,
        signed_in=request.endpoint == "leaving.leave",
    )


def _say_goodbye(account_id: int | None, link: str) -> ResponseReturnValue:
    logout_user()
    session.clear()
    if account_id is None:
        queue.wake("work", "erasure.tidy")
        target = url_for("leaving.registration_gone")
    else:
        queue.wake("work", "erasure.run", account_id)
        target = url_for("leaving.gone", link=link)
    return redirect(target, code=303)


def _erasure(link: str) -> Erasure:
    found = erasure_requests.by_link(link)
    if found is None:
        abort(404)
    return found


def _shown(found: Erasure) -> dict[str, Any]:
    until = found.finished_at + erasure_requests.SHOWN if found.finished_at else None
    return {
        "erasure": found,
        "percent": erasure_requests.percent(found),
        "rows": amounts(found.counts),
        "kept": _kept(found),
        "until": until,
    }


def _kept(found: Erasure) -> list[tuple[int, date]]:
    """How many documents stay until which day."""
    days: Counter[date] = Counter()
    for each in found.kept:
        days[date.fromisoformat(each["until"])] += each["count"]
    return [(days[day], day) for day in sorted(days)]
