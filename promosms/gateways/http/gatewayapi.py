"""GatewayAPI: classic REST API (gatewayapi.com, gatewayapi.eu).

Facts from its public documentation, as far as it could be read; not tried with a live account:
- GitHub onlinecity/gatewayapi-docs, docs/rest.rst: `POST /rest/mtsms`, Basic authentication with
  the token as the name and no password; JSON with message, sender, recipients (msisdn, a number
  without plus sign), userref (comes back in receipts), callback_url, encoding (UTF8 stands for the
  alphabet of GSM 03.38, or UCS2), validity_period (seconds, 60 at least), destaddr (DISPLAY opens
  on the screen and is not kept), max_parts. The answer is 200 with `ids`.
- docs/errors.rst: a refusal is a JSON object with a `code` in hexadecimal digits; those below.
- Receipts: id, msisdn, status, userref; one for a text of several parts, in any order. Replies: id,
  msisdn (the sender), receiver, message. Both are repeated unless the answer is a 2xx.
- A webhook with an authentication token sends X-Gwapi-Signature, a JSON Web Token (RFC 7519) signed
  by HMAC-SHA256 (HS256) with it. In the example of the documentation its claims are the fields of
  the call, so what stands in both must be the same. It has no time that could be looked at.

Whether a call to callback_url is signed is not said, so with signatures it is left out: both
addresses are entered as webhooks. ACCEPTED says that the network took a text on behalf of the
person: it ends nothing.
"""

import base64
import json
import re
from collections.abc import Mapping
from typing import Any

from promosms.gateways.base import (
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
    HttpGateway,
    Settings,
    by_status,
    check_url,
    denied,
    digits,
    fields,
    inbound,
    need,
    plain,
    receipts,
    recipient_of,
    references,
    refusal,
    tag,
)
from promosms.gateways.http.signatures import check_secret, claims_of
from promosms.gateways.offered import GUARDS, UNSIGNED, Offered, secret

BASE_URL = "https://gatewayapi.com"  # of accounts in the European Union: https://gatewayapi.eu
MOST_PARTS = 6
CREDENTIALS = (ErrorClass.SETTINGS, "credentials")
ERRORS = {
    **dict.fromkeys((0x0210, 0x0211, 0x0212, 0x0213), CREDENTIALS),  # name, password, address
    **dict.fromkeys((0x0223, 0x0224, 0x0225, 0x0226), CREDENTIALS),
    0x0214: (ErrorClass.TEMPORARY, "busy"),  # the same text to the same number a moment ago
    0x0215: (ErrorClass.PERMANENT, "bad_number"),  # on their list of barred numbers
    0x0216: (ErrorClass.SETTINGS, "no_credit"),
    0x0217: (ErrorClass.PERMANENT, "country"),  # not opened for the account; others may be
    0x0218: (ErrorClass.SETTINGS, "settings"),  # message class
    0x021D: (ErrorClass.SETTINGS, "settings"),  # no SMS for this account
    0x021F: (ErrorClass.PERMANENT, "country"),  # network
    0x0220: (ErrorClass.PERMANENT, "rejected"),
    0x0222: (ErrorClass.PERMANENT, "rejected"),
    0x0229: (ErrorClass.SETTINGS, "settings"),
    0x022A: (ErrorClass.SETTINGS, "settings"),
    0x0310: (ErrorClass.PERMANENT, "rejected"),
    0x0311: (ErrorClass.SETTINGS, "settings"),  # priority
    0x0312: (ErrorClass.PERMANENT, "rejected"),  # filter of contents and links
}
CODE = re.compile("0x([0-9a-fA-F]{4})", re.ASCII)
REFUSED = (400, 422)
STATUSES = {
    "DELIVERED": ReceiptStatus.DELIVERED,
    "EXPIRED": ReceiptStatus.EXPIRED,
    "UNDELIVERABLE": ReceiptStatus.UNDELIVERED,
    "REJECTED": ReceiptStatus.UNDELIVERED,
    "DELETED": ReceiptStatus.UNDELIVERED,
    "SKIPPED": ReceiptStatus.UNDELIVERED,
}


class GatewayApi(HttpGateway):
    """Settings: token, signature_token or unsigned=yes; base_url (https://gatewayapi.eu)."""

    required = frozenset({"token"})
    optional = frozenset({"signature_token", "unsigned", "base_url"})

    offered = (
        secret("token"),
        secret("signature_token"),
        UNSIGNED,
        Offered("base_url", example="https://gatewayapi.eu", default=BASE_URL),
        *GUARDS,
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.url = f"{check_url(settings, 'base_url', BASE_URL)}/rest/mtsms"
        pair = f"{settings['token']}:".encode()
        self.authorization = f"Basic {base64.b64encode(pair).decode()}"
        check_secret(settings, "signature_token")

    @classmethod
    def can_flash(cls, settings: Settings) -> bool:
        """By the field destaddr."""
        return True

    @classmethod
    def can_limit_validity(cls, settings: Settings) -> bool:
        """By the field validity_period."""
        return True

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A message to one recipient."""
        message: dict[str, Any] = {
            "message": sms.text,
            "sender": digits(sms.sender),
            "recipients": [{"msisdn": int(digits(sms.phone))}],
            "userref": tag(sms),
            "encoding": "UTF8" if sms.encoding == "gsm7" else "UCS2",
            "max_parts": MOST_PARTS,
        }
        callback = "" if self.settings.get("signature_token") else self.callback()
        message |= {"callback_url": callback} if callback else {}
        message |= {"destaddr": "DISPLAY"} if sms.flash else {}
        message |= {"validity_period": sms.validity * 60} if sms.validity else {}
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
        return HttpRequest("POST", self.url, headers, json.dumps(message).encode())

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """One id for the whole text."""
        if problem := by_status(answer):
            raise problem
        body = answer.object()
        if answer.ok:
            ids = body.get("ids")
            message_id = plain(ids[0]) if isinstance(ids, list) and ids else ""
            if message_id.isascii() and message_id.isalnum():
                return references(message_id, sms.parts)
            raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")
        code = CODE.fullmatch(plain(body.get("code")))
        if code and int(code[1], 16) in ERRORS:
            raise refusal(answer, *ERRORS[int(code[1], 16)])
        if answer.status == 404:
            raise GatewayError(ErrorClass.SETTINGS, "settings")
        if code and answer.status in REFUSED:
            raise GatewayError(ErrorClass.PERMANENT, "rejected")
        raise denied(answer)


def _check_signature(
    settings: Settings, request: WebhookRequest, values: Mapping[str, str]
) -> None:
    secret = settings.get("signature_token")
    if not secret:
        return
    claims = claims_of(secret, request.headers.get("x-gwapi-signature", ""))
    if claims is None:
        raise BadSignature(request.topic)
    shared = claims.keys() & values.keys()
    if any(plain(claims[name]) != values[name] for name in shared):
        raise BadSignature(request.topic)  # the signature of another call


def parse(settings: Settings, request: WebhookRequest) -> list[InboxEvent]:
    """A status of a text, or a reply."""
    values = fields(request)
    _check_signature(settings, request, values)
    if not values:
        return []
    message_id, msisdn = need(values, "id"), need(values, "msisdn")
    if request.topic is WebhookTopic.INBOUND:
        text = values.get("message", "")
        return [inbound(settings, message_id, msisdn, need(values, "receiver"), text)]
    status = STATUSES.get(need(values, "status"))
    if status is None:
        return []  # on its way
    recipient = recipient_of(settings, msisdn)
    return receipts(message_id, values.get("userref", ""), status, recipient=recipient)


WEBHOOK = Webhook(parse)
