"""Deleting an account: the decision, the link without signing in, the progress, the certificate."""

import json
from collections import Counter
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user
from werkzeug.wrappers import Response

from promosms import queue
from promosms.extensions import csrf, db
from promosms.forms.auth import EmailLinkForm
from promosms.forms.privacy import CertificateForm, DeleteAccountForm
from promosms.language import gettext as _
from promosms.models import Account, Erasure
from promosms.services.auth import totp
from promosms.services.auth.email_links import LinkGone
from promosms.services.auth.rights import Right
from promosms.services.payments import refunds
from promosms.services.privacy import (
    certificates,
    delete_account,
    erasure,
    erasure_requests,
    policies,
)
from promosms.views.auth import check_email, leaving
from promosms.views.gateways import simulated_phone
from promosms.views.privacy.erasure_labels import amounts
from promosms.web.access import Access, allow, me, my_account, no_act
from promosms.web.limits import limit

bp = Blueprint("delete_account", __name__)
bp.context_processor(simulated_phone.in_templates)
POST = ["POST"]


@bp.route("/settings/leave", methods=["GET", "POST"])
@allow(Right.ACCOUNT)
@no_act
@limit("20 per hour", methods=POST)
def delete() -> ResponseReturnValue:
    """Show what is lost, ask for password, code and confirmation, then delete the account.

    Somebody who has lost the second factor takes the way by e-mail, see `by_link`.
    """
    account = my_account()
    form = DeleteAccountForm(
        password_needed=me().password_hash is not None, code_needed=totp.is_on(me())
    )
    if form.validate_on_submit() and leaving.is_proved(form):
        link = erasure_requests.new_link()
        erasure.begin(account.id, me().public_id, link)
        return _finish(account.id, link)
    return _decide(form, account, url_for("delete_account.delete")), 422 if form.errors else 200


@bp.route("/leave", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@csrf.exempt  # the form checks its token itself, and so keeps the input when the token is too old
@limit("10/minute;30/hour", methods=POST)
def ask() -> ResponseReturnValue:
    """E-mail a link to somebody who cannot sign in; the answer is the same for every address."""
    form = EmailLinkForm()
    if not form.validate_on_submit():
        return render_template("delete_account/ask.html", form=form), 422 if form.errors else 200
    delete_account.ask(form.email.data or "", proven=form.proven)
    queue.wake("mail", "mail.run")
    return check_email.page(form.email.data, "delete_account.ask")


@bp.route("/leave/<token>", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limit("10/minute;60/hour", methods=POST)
def by_link(token: str) -> ResponseReturnValue:
    """The link of the e-mail: show what is lost, then delete the account."""
    try:
        deletion = delete_account.find(token)
        form = DeleteAccountForm(password_needed=deletion.password_needed)
        if form.validate_on_submit():
            link = erasure_requests.new_link()
            password = form.password.data if deletion.password_needed else ""
            return _finish(delete_account.delete(token, password or "", link), link)
    except LinkGone:
        page = render_template(
            "auth/link_gone.html", url=url_for("delete_account.ask"), action=_("Ask for a new link")
        )
        return page, 410
    except delete_account.WrongPassword:
        form.password.errors = [_("This is not your password.")]
    status = 422 if form.errors else 200
    if deletion.account_id is None:
        return render_template("delete_account/unfinished.html", form=form, token=token), status
    account = db.session.get_one(Account, deletion.account_id)
    return _decide(form, account, url_for("delete_account.by_link", token=token)), status


@bp.route("/gone")
@allow(Access.PUBLIC)
def registration_gone() -> ResponseReturnValue:
    """The page after the deletion of an unfinished registration."""
    return render_template("delete_account/registration_gone.html")


@bp.route("/gone/<link>")
@allow(Access.PUBLIC)
def gone(link: str) -> ResponseReturnValue:
    """The progress of the deletion, then the certificate; for a week, without signing in."""
    return render_template("delete_account/gone.html", link=link, **_facts(_erasure(link), link))


@bp.route("/gone/<link>/progress")
@allow(Access.PUBLIC)
def progress(link: str) -> ResponseReturnValue:
    """The part of that page that changes."""
    facts = _facts(_erasure(link), link)
    return render_template("delete_account/_progress.html", link=link, **facts)


@bp.route("/gone/<link>/certificate.json")
@allow(Access.PUBLIC)
def certificate(link: str) -> ResponseReturnValue:
    """The signed certificate."""
    erasure = _erasure(link)
    content = erasure_requests.certificate(erasure, link)
    if not content:
        abort(404)
    name = f"deletion-certificate-{erasure.public_id}.json"
    answer = Response(content, mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.route("/certificate", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@limit("30/minute", methods=POST)
def verify() -> ResponseReturnValue:
    """Check a certificate; what is uploaded is not kept."""
    form, content = CertificateForm(), None
    if form.validate_on_submit():
        try:
            content = certificates.read(form.file.data.stream.read(certificates.LARGEST))
        except certificates.NotOurs:
            form.file.errors = [_("This is no certificate of ours, or somebody has changed it.")]
    rows = amounts(content["erased"]) if content else []
    page = render_template("delete_account/verify.html", form=form, content=content, rows=rows)
    return page, 422 if form.errors else 200


@bp.route("/.well-known/deletion-key.pem")
@allow(Access.PUBLIC)
def key() -> ResponseReturnValue:
    """The public key, to check certificates without this site."""
    return Response(certificates.public_key(), mimetype="application/x-pem-file")


def _decide(form: DeleteAccountForm, account: Account, action: str) -> str:
    losses = erasure.losses(account.id)
    return render_template(
        "delete_account/decide.html",
        form=form,
        losses=losses,
        account=account,
        action=action,
        signed_in=request.endpoint == "delete_account.delete",
        paid_balance=refunds.paid_balance(account),
        operator_email=policies.operator().email,
    )


def _finish(account_id: int | None, link: str) -> ResponseReturnValue:
    logout_user()
    session.clear()
    if account_id is None:
        queue.wake("work", "erasure.tidy")
        target = url_for("delete_account.registration_gone")
    else:
        queue.wake("work", "erasure.run", account_id)
        target = url_for("delete_account.gone", link=link)
    return redirect(target, code=303)


def _erasure(link: str) -> Erasure:
    row = erasure_requests.by_link(link)
    if row is None:
        abort(404)
    return row


def _facts(row: Erasure, link: str) -> dict[str, Any]:
    content = erasure_requests.certificate(row, link)
    stated = json.loads(content)["certificate"] if content else {"erased": {}, "kept": []}
    until = row.finished_at + erasure_requests.SHOWN if row.finished_at else None
    return {
        "erasure": row,
        "percent": erasure_requests.percent(row),
        "rows": amounts(stated["erased"]),
        "kept": _kept(stated["kept"]),
        "until": until,
    }


def _kept(kept: list[dict[str, Any]]) -> list[tuple[int, date]]:
    """The number of documents that stay, by their last day."""
    days: Counter[date] = Counter()
    for documents in kept:
        days[date.fromisoformat(documents["until"])] += documents["count"]
    return [(days[day], day) for day in sorted(days)]
