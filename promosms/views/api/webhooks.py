"""Webhooks of the API: programs add an address for themselves, and take it away again."""

from typing import Any

from flask import Blueprint, url_for

from promosms.extensions import csrf
from promosms.forms.api.webhook_endpoints import (
    AddedWebhook,
    DeletedWebhook,
    NewWebhook,
    Told,
    WebhookOut,
    WebhooksOut,
)
from promosms.models import EndpointStatus, Scope, WebhookEndpoint, WebhookEvent
from promosms.services.api import keys, webhooks
from promosms.services.api.idempotency import Once
from promosms.services.webhooks import addresses, endpoints
from promosms.services.webhooks.endpoints import Wish
from promosms.settings import settings
from promosms.web.access import Access, allow
from promosms.web.api import PREFIX, caller, problems
from promosms.web.api.endpoint import Answer, endpoint
from promosms.web.api.problems import TYPES, Problem

bp = Blueprint("api_webhooks", __name__, url_prefix=f"{PREFIX}/webhooks")
csrf.exempt(bp)


def _again(result: str, _body: NewWebhook) -> Answer:
    """The answer to a webhook that was added before."""
    found = webhooks.of_result(caller.key(), result)
    if found is None:
        raise Problem("done-and-deleted")
    return _added(found)


@bp.get("")
@allow(Access.KEY)
@endpoint(scope=Scope.WEBHOOKS, gives={200: WebhooksOut})
def index() -> Answer:
    """List the webhooks of the account.

    A key of the sandbox sees those of the sandbox, another one the others.
    """
    return Answer(WebhooksOut(webhooks=[_out(one) for one in webhooks.all_of(caller.key())]))


@bp.post("")
@allow(Access.KEY)
@endpoint(
    scope=Scope.WEBHOOKS,
    body=NewWebhook,
    gives={201: AddedWebhook},
    fails=("invalid-webhook-address", "webhook-exists", "too-many-stored"),
    once=_again,
)
def add(body: NewWebhook, once: Once | None) -> Answer:
    """Add a webhook.

    It is told what happens from now on. One that was added with a key of the sandbox hears of texts
    of the sandbox.
    """
    key = caller.key()
    if body.details and Scope.READ not in keys.scopes_of(key):
        raise Problem("missing-scope", more={"scope": Scope.READ.value})
    if addresses.problem_of(body.url, private=settings.webhook_private):
        wrong = problems.at("url", TYPES["invalid-webhook-address"].advice)
        raise Problem("invalid-webhook-address", errors=wrong)
    wish = Wish(
        url=body.url,
        events=[WebhookEvent(event) for event in body.events],
        with_details=body.details,
        sandbox=key.sandbox,
    )
    try:
        return _added(webhooks.add(key, wish, once))
    except endpoints.AlreadyThere as error:
        raise Problem("webhook-exists") from error
    except endpoints.TooMany as error:
        raise Problem("too-many-stored", more={"most": endpoints.MOST}) from error


@bp.get("/<public_id>")
@allow(Access.KEY)
@endpoint(scope=Scope.WEBHOOKS, gives={200: WebhookOut}, fails=("not-found",))
def show(public_id: str) -> Answer:
    """Read a webhook, and whether it works."""
    return Answer(_out(_found(public_id)))


@bp.post("/<public_id>/delete")
@allow(Access.KEY)
@endpoint(scope=Scope.WEBHOOKS, gives={200: DeletedWebhook}, fails=("not-found",))
def delete(public_id: str) -> Answer:
    """Delete a webhook.

    It is told nothing any more, and its log is gone.
    """
    endpoints.delete(_found(public_id), caller.key().created_by)
    return Answer(DeletedWebhook(id=public_id, deleted=True))


def _found(public_id: str) -> WebhookEndpoint:
    found = webhooks.find(caller.key(), public_id)
    if found is None:
        raise Problem("not-found")
    return found


def _added(made: WebhookEndpoint) -> Answer:
    location = url_for("api_webhooks.show", public_id=made.public_id)
    secret = endpoints.secret_of(made) or ""
    return Answer(AddedWebhook(**_members(made), secret=secret), 201, {"Location": location})


def _out(one: WebhookEndpoint) -> WebhookOut:
    return WebhookOut(**_members(one))


def _members(one: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "url": one.url,
        "events": [Told(event.value) for event in endpoints.events_of(one)],
        "details": one.with_details,
        "sandbox": one.sandbox,
        "status": EndpointStatus(one.status),
        "failing_since": one.failing_since,
        "created_at": one.created_at,
    }
