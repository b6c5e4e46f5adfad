"""Plivo: Messaging API.

Facts from its public documentation and client, as far as they could be read; not tried with a live
account:
- plivo.com/docs/messaging/api/message: `POST /v1/Account/{auth_id}/Message/`, Basic authentication
  with auth_id and auth_token, JSON fields src or powerpack_uuid, dst, text, type, url, method;
  numbers without plus sign. The answer is 202 with `message_uuid`, a list; a refusal has `error`,
  words without a code.
- The same, message_expiry: for how long a text may wait in the queue of Plivo, not for how long the
  network tries. So nothing is said about it.
- plivo.com/docs/messaging, status callbacks and incoming messages: form fields MessageUUID, To,
  From, Status, ErrorCode; of a reply MessageUUID, From, To, Text. One for a text of several parts.
- The client plivo-python, utils/signature_v3: X-Plivo-Signature-V3 has one signature or several
  with commas between, X-Plivo-Signature-V3-Nonce. Each is the Base64 of HMAC-SHA256, keyed with the
  auth token, of the address, a dot and the nonce; the address ends with its sorted query, and for a
  POST with the sorted fields. Calls about texts may have X-Plivo-Signature-MA-V3 instead.

A message has no reference of ours and no key that tells repetitions: our reference stands in the
query of url, and nothing is sent a second time. Texts to the United States and Canada may end with
`sent`, which ends nothing here.
"""

import base64
import json
import re
from collections.abc import Sequence

from promosms.gateways.base import (
    BadSettings,
    BadSignature,
    ErrorClass,
    GatewayError,
    HttpAnswer,
    HttpRequest,
    InboxEvent,
    OutboundSms,
    ReceiptStatus,
    Webhook,
    WebhookRequest,
    WebhookTopic,
)
from promosms.gateways.http import (
    OUR_REFERENCE,
    HttpGateway,
    Settings,
    by_status,
    check_url,
    denied,
    digits,
    inbound,
    need,
    plain,
    receipts,
    recipient_of,
    references,
)
from promosms.gateways.http.signatures import base64_hmac, equal
from promosms.gateways.offered import GUARDS, Offered, rare, secret

BASE_URL = "https://api.plivo.com"
REFUSED = (400, 422)
SENDER = re.compile(r"\b(src|powerpack_uuid)\b", re.ASCII)  # in the words of a refusal
STATUSES = {
    "delivered": ReceiptStatus.DELIVERED,
    "undelivered": ReceiptStatus.UNDELIVERED,
    "rejected": ReceiptStatus.UNDELIVERED,
    "failed": ReceiptStatus.UNDELIVERED,
}
EXPIRED = "420"  # in the queue of Plivo
SIGNATURES = ("x-plivo-signature-v3", "x-plivo-signature-ma-v3")


class Plivo(HttpGateway):
    """Settings: auth_id, auth_token; powerpack and base_url if wanted."""

    required = frozenset({"auth_id", "auth_token"})
    optional = frozenset({"powerpack", "base_url"})

    offered = (
        Offered("auth_id", example="MA00000000000000000000"),
        secret("auth_token"),
        rare("powerpack"),
        rare("base_url", default=BASE_URL),
        *GUARDS,
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        base, auth_id = check_url(settings, "base_url", BASE_URL), settings["auth_id"]
        if not auth_id.isascii() or not auth_id.isalnum():
            raise BadSettings("auth_id: letters and digits are needed")
        self.url = f"{base}/v1/Account/{auth_id}/Message/"
        pair = f"{auth_id}:{settings['auth_token']}".encode()
        self.authorization = f"Basic {base64.b64encode(pair).decode()}"

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A message of Plivo; a powerpack chooses the sender itself."""
        powerpack, callback = self.settings.get("powerpack"), self.callback_for(sms)
        message = {"dst": digits(sms.phone), "text": sms.text, "type": "sms"}
        message |= {"powerpack_uuid": powerpack} if powerpack else {"src": digits(sms.sender)}
        message |= {"url": callback, "method": "POST"} if callback else {}
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
        return HttpRequest("POST", self.url, headers, json.dumps(message).encode())

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """One id for the whole text."""
        if problem := by_status(answer):
            raise problem
        body = answer.object()
        if answer.ok:
            listed = body.get("message_uuid")
            message_id = listed[0] if isinstance(listed, list) and listed else None
            if isinstance(message_id, str) and message_id:
                return references(message_id, sms.parts)
            raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")
        words = plain(body.get("error"))
        if answer.status in REFUSED and SENDER.search(words):
            raise GatewayError(ErrorClass.SETTINGS, "bad_sender")
        if answer.status in REFUSED and words:
            raise GatewayError(ErrorClass.PERMANENT, "rejected")
        if answer.status == 404:
            raise GatewayError(ErrorClass.SETTINGS, "settings")
        raise denied(answer)


def signature(
    token: str,
    url: str,
    query: Sequence[tuple[str, str]],
    form: Sequence[tuple[str, str]],
    nonce: str,
) -> str:
    """The signature of a call by POST, or by GET if it has no form."""
    sorted_query = "&".join(f"{name}={value}" for name, value in sorted(query))
    address = url.partition("?")[0]
    address += "?" if sorted_query or form else ""
    address += sorted_query + ("." if sorted_query and form else "")
    fields = "".join(name + value for name, value in sorted(form))
    return base64_hmac(token, f"{address}{fields}.{nonce}".encode())


def _check_signature(settings: Settings, request: WebhookRequest) -> None:
    nonce = request.headers.get("x-plivo-signature-v3-nonce", "")
    token = settings["auth_token"]
    expected = signature(token, request.url, request.query, request.form, nonce)
    sent = ",".join(request.headers.get(name, "") for name in SIGNATURES).split(",")
    if not any(equal(one.strip(), expected) for one in sent):
        raise BadSignature(request.topic)


def parse(settings: Settings, request: WebhookRequest) -> list[InboxEvent]:
    """A status of a text, or a reply."""
    _check_signature(settings, request)
    values = {**dict(request.query), **dict(request.form)}
    message_id = need(values, "MessageUUID")
    if request.topic is WebhookTopic.INBOUND:
        sender, number = need(values, "From"), need(values, "To")
        return [inbound(settings, message_id, sender, number, values.get("Text", ""))]
    status = STATUSES.get(need(values, "Status"))
    if status is None:
        return []  # on its way
    if status is ReceiptStatus.UNDELIVERED and values.get("ErrorCode") == EXPIRED:
        status = ReceiptStatus.EXPIRED
    recipient = recipient_of(settings, values.get("To", ""))
    tagged = dict(request.query).get(OUR_REFERENCE, "")
    return receipts(message_id, tagged, status, recipient=recipient)


WEBHOOK = Webhook(parse)
