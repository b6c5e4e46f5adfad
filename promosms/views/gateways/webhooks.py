"""Webhooks of providers: receipts and replies. They have no session, but a secret address."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from promosms import logs, queue
from promosms.extensions import csrf
from promosms.gateways import WEBHOOKS
from promosms.gateways.base import BadSignature, BadWebhook, WebhookRequest, WebhookTopic
from promosms.logs import security
from promosms.services.gateways import countries, credentials, webhooks
from promosms.services.inbox import gateway_inbox
from promosms.settings import settings
from promosms.web.access import Access, allow
from promosms.web.limits import limit

bp = Blueprint("webhooks", __name__, url_prefix="/gateways")
log = logs.get(__name__)
LARGEST = 64 * 1024
MOST_EVENTS = 1_000  # of one call: a list of short ids could make 44,000 rows
# Only refused calls count: guessing an address is slow, but a busy provider is not limited.
REFUSED = "120/minute;2000/day"


def refused(answer: Response) -> bool:
    """Was the call refused?"""
    return answer.status_code >= 400


@bp.route("/<token>/receipt", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@csrf.exempt
@limit(REFUSED, deduct_when=refused)
def receipt(token: str) -> Response:
    """Delivery receipts."""
    return _answer(token, WebhookTopic.RECEIPT)


@bp.route("/<token>/inbound", methods=["GET", "POST"])
@allow(Access.PUBLIC)
@csrf.exempt
@limit(REFUSED, deduct_when=refused)
def inbound(token: str) -> Response:
    """Replies of recipients."""
    return _answer(token, WebhookTopic.INBOUND)


def _answer(token: str, topic: WebhookTopic) -> Response:
    """Answer with success only when everything is stored: otherwise the provider tries again."""
    gateway = webhooks.find(token)
    if gateway is None:
        return Response(status=404)
    webhook, gateway_id = WEBHOOKS[gateway.kind], gateway.id
    try:
        given = {**credentials.decrypted(gateway), **countries.for_adapter(gateway)}
        events = webhook.parse(given, _read(topic))
        if len(events) > MOST_EVENTS:
            raise RequestEntityTooLarge
    except (BadSignature, BadWebhook, RequestEntityTooLarge) as error:
        code = CODES[type(error)]
        log.warning("webhook.refused", extra={"gateway": gateway_id, "code": code})
        security.because(REASONS[code])
        return Response(status=code)
    if events:
        gateway_inbox.store(gateway_id, events)
        queue.wake("receive", "receive.run")
    return Response(webhook.answer, content_type=webhook.content_type)


CODES = {BadSignature: 401, BadWebhook: 400, RequestEntityTooLarge: 413}
REASONS = {401: "signature", 400: "webhook", 413: "size"}


def _read(topic: WebhookTopic) -> WebhookRequest:
    request.max_content_length = LARGEST
    query = request.query_string.decode("ascii", "replace")
    return WebhookRequest(
        topic=topic,
        # The public address, which the provider signs; a proxy may have changed host and scheme.
        url=settings.public_url.rstrip("/") + request.path + (f"?{query}" if query else ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=list(request.args.items(multi=True)),
        body=request.get_data(),
        form=list(request.form.items(multi=True)),
        address=request.remote_addr or "",
    )
