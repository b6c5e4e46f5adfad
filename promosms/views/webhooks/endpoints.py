"""The pages of an account's webhooks: where programs are told what happens."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from promosms.forms.webhooks import WebhookForm
from promosms.language import gettext as _
from promosms.lib import pseudonyms
from promosms.logs import security
from promosms.models import DeliveryStatus, EndpointKind, WebhookDelivery, WebhookEndpoint
from promosms.services.auth.rights import Right
from promosms.services.webhooks import endpoints, event_ids, log
from promosms.views.webhooks import labels
from promosms.web.access import allow, fresh, me, my_account, owned
from promosms.web.limits import limit

bp = Blueprint("webhook_endpoints", __name__, url_prefix="/settings/webhooks")


@bp.route("")
@allow(Right.CONNECT)
def index() -> ResponseReturnValue:
    """All webhooks."""
    rows = endpoints.of(my_account().id)
    return render_template(
        "webhooks/index.html",
        rows=rows,
        full=sum(row.kind == EndpointKind.WEBHOOK for row in rows) >= endpoints.MOST,
        told={row.id: labels.told(endpoints.events_of(row)) for row in rows},
        words=labels,
    )


@bp.route("/new", methods=["GET", "POST"])
@allow(Right.CONNECT)
@fresh
@limit("20/minute;100/day", methods=["POST"])
def new() -> ResponseReturnValue:
    """Make a webhook."""
    form = WebhookForm()
    if form.validate_on_submit():
        try:
            made = endpoints.make(my_account().id, form.wish(), me().public_id)
        except endpoints.AlreadyThere:
            _there_already(form)
        except endpoints.TooMany:
            form.url.errors = [
                _("You have %(most)s webhooks. Delete one before.", most=endpoints.MOST)
            ]
        else:
            flash(_("The webhook is on. Put its secret into your program, then test it."), "good")
            return redirect(url_for("webhook_endpoints.secret", public_id=made.public_id), 303)
    return render_template("webhooks/edit.html", form=form, endpoint=None), _code(form)


@bp.route("/<public_id>")
@allow(Right.CONNECT)
def page(public_id: str) -> ResponseReturnValue:
    """One webhook: whether it works, and what it was told."""
    endpoint = owned(WebhookEndpoint, public_id)
    chosen = request.args.get("status", "")
    status = DeliveryStatus(chosen) if chosen in {*DeliveryStatus} else None
    after = request.args.get("after", type=int)
    found = log.page(endpoint, after, status)
    return render_template(
        "webhooks/page.html",
        endpoint=endpoint,
        told=labels.told(endpoints.events_of(endpoint)),
        rows=found.rows,
        names=event_ids.encode([row.id for row in found.rows]),
        status=status,
        statuses=DeliveryStatus,
        first=_at(public_id, chosen) if after else "",
        further=_further(public_id, chosen, found.next_key),
        failed_at=log.last_failed(endpoint),
        words=labels,
    )


@bp.route("/<public_id>/change", methods=["GET", "POST"])
@allow(Right.CONNECT)
@fresh
def change(public_id: str) -> ResponseReturnValue:
    """Change the address of a webhook, or what it is told."""
    endpoint, form = _webhook(public_id), WebhookForm()
    del form.texts  # that stays
    if request.method == "GET":
        form.fill(endpoint)
    if form.validate_on_submit():
        try:
            endpoints.change(endpoint, form.wish(), me().public_id)
        except endpoints.AlreadyThere:
            _there_already(form)
        else:
            flash(_("The webhook was saved."), "good")
            return redirect(url_for("webhook_endpoints.page", public_id=public_id), 303)
    return render_template("webhooks/edit.html", form=form, endpoint=endpoint), _code(form)


@bp.route("/<public_id>/secret")
@allow(Right.CONNECT)
@fresh
def secret(public_id: str) -> ResponseReturnValue:
    """The secret that signs what is sent."""
    endpoint = _webhook(public_id)
    return render_template(
        "webhooks/secret.html",
        endpoint=endpoint,
        secret=endpoints.secret_of(endpoint),
        old_until=endpoint.old_secret_until if endpoints.has_old_secret(endpoint) else None,
    )


@bp.route("/<public_id>/secret/new", methods=["POST"])
@allow(Right.CONNECT)
@fresh
def rotate(public_id: str) -> ResponseReturnValue:
    """Make a new secret, beside which the old one signs for a day."""
    endpoint = _webhook(public_id)
    try:
        endpoints.rotate(endpoint, me().public_id)
    except endpoints.AlreadyRotated:
        flash(_("This secret is new already. Put it into your program."), "info")
    else:
        flash(_("The secret is new. The old one signs beside it for one more day."), "good")
    return redirect(url_for("webhook_endpoints.secret", public_id=public_id), 303)


@bp.route("/<public_id>/secret/end-old", methods=["POST"])
@allow(Right.CONNECT)
@fresh
def end_old(public_id: str) -> ResponseReturnValue:
    """Let the old secret sign no more."""
    endpoints.end_old_secret(_webhook(public_id), me().public_id)
    flash(_("Only the new secret signs from now on."), "good")
    return redirect(url_for("webhook_endpoints.secret", public_id=public_id), 303)


@bp.route("/<public_id>/test", methods=["POST"])
@allow(Right.CONNECT)
@limit("20/minute;200/day")
def test(public_id: str) -> ResponseReturnValue:
    """Send a test."""
    if endpoints.test(_webhook(public_id)):
        flash(_("A test is on its way. Load this page again in some seconds."), "good")
    else:
        flash(_("The webhook is off: switch it on first."), "info")
    return _back(public_id)


@bp.route("/<public_id>/off", methods=["POST"])
@allow(Right.CONNECT)
def off(public_id: str) -> ResponseReturnValue:
    """Tell a webhook nothing any more."""
    endpoints.switch_off(owned(WebhookEndpoint, public_id), me().public_id)
    flash(_("The webhook is off. What happens meanwhile is not sent to it later."), "good")
    return _back(public_id)


@bp.route("/<public_id>/on", methods=["POST"])
@allow(Right.CONNECT)
def on(public_id: str) -> ResponseReturnValue:
    """Tell a webhook again what happens."""
    endpoints.switch_on(owned(WebhookEndpoint, public_id), me().public_id)
    flash(_("The webhook is on: it is told what happens from now on."), "good")
    return _back(public_id)


@bp.route("/<public_id>/again", methods=["POST"])
@allow(Right.CONNECT)
@limit("20/minute")
def all_again(public_id: str) -> ResponseReturnValue:
    """Send again what did not arrive."""
    number = log.all_again(owned(WebhookEndpoint, public_id))
    if number:
        flash(_("What did not arrive is sent again, the oldest first."), "good")
    else:
        flash(_("There is nothing to send again, or the webhook is off."), "info")
    return _back(public_id)


@bp.route("/events/<name>")
@allow(Right.CONNECT)
def event(name: str) -> ResponseReturnValue:
    """One event: each try, and what came of it."""
    endpoint, delivery = _event(name)
    return render_template(
        "webhooks/event.html",
        endpoint=endpoint,
        delivery=delivery,
        name=name,
        next_at=log.next_try(endpoint, delivery),
        words=labels,
    )


@bp.route("/events/<name>/again", methods=["POST"])
@allow(Right.CONNECT)
@limit("60/minute")
def again(name: str) -> ResponseReturnValue:
    """Send one event once more."""
    endpoint, delivery = _event(name)
    if log.again(endpoint, delivery):
        flash(_("It is sent again."), "good")
    else:
        flash(_("It is on its way already, or the webhook is off."), "info")
    return redirect(url_for("webhook_endpoints.event", name=name), 303)


@bp.route("/<public_id>/delete", methods=["GET", "POST"])
@allow(Right.CONNECT)
def delete(public_id: str) -> ResponseReturnValue:
    """Say what is lost, then delete a webhook and its log."""
    endpoint = owned(WebhookEndpoint, public_id)
    if request.method == "POST":
        endpoints.delete(endpoint, me().public_id)
        flash(_("The webhook was deleted."), "good")
        return redirect(url_for("webhook_endpoints.index"), 303)
    return render_template("webhooks/delete.html", endpoint=endpoint)


def _webhook(public_id: str) -> WebhookEndpoint:
    """One that its owner has added, else 404: a server of plug-ins has no form and no secret."""
    endpoint = owned(WebhookEndpoint, public_id)
    if endpoint.kind != EndpointKind.WEBHOOK:
        abort(HTTPStatus.NOT_FOUND)
    return endpoint


def _event(name: str) -> tuple[WebhookEndpoint, WebhookDelivery]:
    """An event of the account, by the id that programs see; else 404."""
    found = log.find(my_account().id, name)
    if found is None:
        security.note("unknown_id", pseudonyms.of(my_account().id))
        abort(HTTPStatus.NOT_FOUND)
    return found


def _there_already(form: WebhookForm) -> None:
    form.url.errors = [_("There is a webhook with this address already: change that one.")]


def _code(form: WebhookForm) -> int:
    return 422 if form.errors else 200


def _at(public_id: str, status: str) -> str:
    return url_for("webhook_endpoints.page", public_id=public_id, status=status or None)


def _further(public_id: str, status: str, key: int | str | None) -> str:
    if key is None:
        return ""
    return url_for("webhook_endpoints.page", public_id=public_id, status=status or None, after=key)


def _back(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("webhook_endpoints.page", public_id=public_id), 303)
