"""Telnyx: Messaging API, version 2.

Facts from its public documentation and client, as far as they could be read; not tried with a live
account:
- developers.telnyx.com/docs/messaging, the client telnyx-python: `POST /v2/messages` with a bearer
  token, JSON fields from, to, text, type, webhook_url, messaging_profile_id (needed with a name as
  the sender). The answer is 200 with `data`, in it `id`; a refusal has `errors`, each with a code.
- Error codes: those below. What 10007 and 10008 leave open is unknown.
- Receiving webhooks: `data` with event_type and payload. message.finalized ends a text:
  payload.to[0].status. Replies are message.received: payload.id, from.phone_number,
  to[0].phone_number, text. An answer is expected within two seconds; after three tries it gives up.
- A message has no reference of ours and no key that tells repetitions: our reference stands in the
  query of webhook_url, which the payload returns, and nothing is sent a second time.
- Calls are signed by Ed25519 (RFC 8032): telnyx-signature-ed25519 is the Base64 of the signature of
  telnyx-timestamp, `|` and the body, with the public key of the account. The timestamp may be five
  minutes off.

`delivery_unconfirmed` says that no report came: it ends nothing.
"""

import base64
import json
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from promosms.gateways.base import (
    BadSettings,
    BadSignature,
    BadWebhook,
    ErrorClass,
    GatewayError,
    HttpAnswer,
    HttpRequest,
    InboxEvent,
    OutboundSms,
    ReceiptStatus,
    Webhook,
    WebhookRequest,
)
from promosms.gateways.http import (
    OUR_REFERENCE,
    HttpGateway,
    Settings,
    as_object,
    by_status,
    check_url,
    denied,
    inbound,
    json_object,
    plain,
    receipts,
    recipient_of,
    references,
    refusal,
)
from promosms.gateways.http.signatures import check_secret
from promosms.gateways.offered import GUARDS, UNSIGNED, Offered, rare, secret

BASE_URL = "https://api.telnyx.com"
ERRORS = {
    "10002": (ErrorClass.PERMANENT, "bad_number"),
    "10004": (ErrorClass.PERMANENT, "rejected"),  # something is missing
    "10005": (ErrorClass.SETTINGS, "settings"),  # no such profile or address
    "10007": (ErrorClass.UNKNOWN, "no_answer"),
    "10008": (ErrorClass.UNKNOWN, "no_answer"),
    "10009": (ErrorClass.SETTINGS, "credentials"),
    "10010": (ErrorClass.SETTINGS, "credentials"),
    "10011": (ErrorClass.THROTTLED, "throttled"),
    "10015": (ErrorClass.PERMANENT, "rejected"),
    "10016": (ErrorClass.PERMANENT, "bad_number"),  # not in E.164
    "40300": (ErrorClass.PERMANENT, "opted_out"),
    "40305": (ErrorClass.SETTINGS, "bad_sender"),
    "40310": (ErrorClass.PERMANENT, "bad_number"),
    "40318": (ErrorClass.THROTTLED, "throttled"),  # queue of the sender is full
}
RECEIPTS, REPLY = ("message.sent", "message.finalized"), "message.received"
STATUSES = {
    "delivered": ReceiptStatus.DELIVERED,
    "sending_failed": ReceiptStatus.UNDELIVERED,
    "delivery_failed": ReceiptStatus.UNDELIVERED,
    "expired": ReceiptStatus.EXPIRED,
}
EXPIRED = "40005"  # an error of a text that was not delivered
CLOCKS = 300  # seconds
SECONDS = re.compile("[0-9]{1,12}", re.ASCII)
KEY_BYTES = 32


class Telnyx(HttpGateway):
    """Settings: api_key, public_key or unsigned=yes; messaging_profile_id, base_url if wanted."""

    required = frozenset({"api_key"})
    optional = frozenset({"public_key", "unsigned", "messaging_profile_id", "base_url"})

    offered = (
        secret("api_key"),
        Offered("public_key"),
        UNSIGNED,
        Offered("messaging_profile_id"),
        rare("base_url", default=BASE_URL),
        *GUARDS,
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.url = f"{check_url(settings, 'base_url', BASE_URL)}/v2/messages"
        check_secret(settings, "public_key")
        if settings.get("public_key") and _key(settings["public_key"]) is None:
            raise BadSettings("public_key: 32 bytes in Base64 are needed, as the portal shows them")

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A message whose receipts go to an address of its own."""
        profile, callback = self.settings.get("messaging_profile_id"), self.callback_for(sms)
        message = {"from": sms.sender, "to": sms.phone, "text": sms.text, "type": "SMS"}
        message |= {"messaging_profile_id": profile} if profile else {}
        message |= {"webhook_url": callback} if callback else {}
        headers = {
            "Authorization": f"Bearer {self.settings['api_key']}",
            "Content-Type": "application/json",
        }
        return HttpRequest("POST", self.url, headers, json.dumps(message).encode())

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """One id for the whole text."""
        if problem := by_status(answer):
            raise problem
        if answer.ok:
            data = answer.object().get("data")
            message_id = data.get("id") if isinstance(data, dict) else None
            if isinstance(message_id, str) and message_id:
                return references(message_id, sms.parts)
            raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")
        code = _code(answer.object().get("errors"))
        if code in ERRORS:
            raise refusal(answer, *ERRORS[code])
        if answer.status == 404:
            raise GatewayError(ErrorClass.SETTINGS, "settings")
        if code and answer.status in (400, 422):
            raise GatewayError(ErrorClass.PERMANENT, "rejected")
        raise denied(answer)


def _code(errors: object) -> str:
    """The code of the first error in a list; empty if there is none."""
    first = errors[0] if isinstance(errors, list) and errors else None
    return plain(first.get("code")) if isinstance(first, dict) else ""


def _key(text: str) -> Ed25519PublicKey | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return Ed25519PublicKey.from_public_bytes(raw) if len(raw) == KEY_BYTES else None


def is_recent(timestamp: str, moment: float) -> bool:
    """Is it five minutes off at most? Both are seconds since 1970."""
    if not SECONDS.fullmatch(timestamp):
        return False
    return abs(int(timestamp) - moment) <= CLOCKS


def _check_signature(settings: Settings, request: WebhookRequest) -> None:
    key = _key(settings.get("public_key", ""))
    if key is None:
        return
    sent = request.headers.get("telnyx-signature-ed25519", "")
    timestamp = request.headers.get("telnyx-timestamp", "")
    try:
        signature = base64.b64decode(sent, validate=True)
        key.verify(signature, timestamp.encode() + b"|" + request.body)
    except (ValueError, InvalidSignature) as error:
        raise BadSignature(request.topic) from error
    if not is_recent(timestamp, time.time()):
        raise BadSignature(request.topic)


def parse(settings: Settings, request: WebhookRequest) -> list[InboxEvent]:
    """A receipt or a reply, told apart by their type: a profile has one address for both."""
    _check_signature(settings, request)
    body = json_object(request)
    if not body:
        return []
    data = as_object(body.get("data"))
    kind, payload = _text(data, "event_type"), data.get("payload")
    if kind in RECEIPTS:
        query = dict(request.query).get(OUR_REFERENCE, "")
        return _receipts(settings, as_object(payload), query)
    return [_reply(settings, as_object(payload))] if kind == REPLY else []


def _receipts(settings: Settings, payload: Mapping[str, Any], query: str) -> list[InboxEvent]:
    message_id, to = _text(payload, "id"), _recipient(payload)
    status = STATUSES.get(_text(to, "status"))
    if status is None:
        return []  # on its way
    if status is ReceiptStatus.UNDELIVERED and _code(payload.get("errors")) == EXPIRED:
        status = ReceiptStatus.EXPIRED
    # The query of the call is not signed, what the payload says about it is.
    sent_to = plain(payload.get("webhook_url")).partition("?")[2]
    tagged = dict(parse_qsl(sent_to)).get(OUR_REFERENCE, query)
    recipient = recipient_of(settings, plain(to.get("phone_number")))
    return receipts(message_id, tagged, status, recipient=recipient)


def _reply(settings: Settings, payload: Mapping[str, Any]) -> InboxEvent:
    sender = _text(as_object(payload.get("from")), "phone_number")
    number = _text(_recipient(payload), "phone_number")
    return inbound(settings, _text(payload, "id"), sender, number, plain(payload.get("text")))


def _recipient(payload: Mapping[str, Any]) -> dict[str, Any]:
    to = payload.get("to")
    return as_object(to[0] if isinstance(to, list) and to else None)


def _text(values: Mapping[str, Any], name: str) -> str:
    """A text that must be there; raises BadWebhook."""
    value = values.get(name)
    if not isinstance(value, str) or not value:
        raise BadWebhook(name)
    return value


WEBHOOK = Webhook(parse)
