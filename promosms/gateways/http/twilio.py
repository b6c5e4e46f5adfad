"""Twilio: Programmable Messaging.

Facts from its public documentation, as far as it could be read; not tried with a live account:
- twilio.com/docs/messaging/api/message-resource: `POST /2010-04-01/Accounts/{sid}/Messages.json`,
  form fields To, From or MessagingServiceSid, Body, StatusCallback; Basic authentication; 201 with
  `sid`. One sid and one row of statuses for a text of several parts.
- twilio.com/docs/usage/twilios-response: a refusal is a JSON object with `code` and `status`.
- twilio.com/docs/api/errors: the codes below.
- twilio.com/docs/messaging/guides/track-outbound-message-status: MessageSid, MessageStatus.
- twilio.com/docs/usage/security: X-Twilio-Signature is the Base64 of HMAC-SHA1, keyed with the auth
  token, over the full URL followed by every form field and its value in the order of the names.

A status 5xx proves nothing, even with a code in the body: the code for it says only that something
inside went wrong, so the text is left as unknown.
"""

import base64
import hashlib
import hmac
from urllib.parse import urlencode, urlsplit, urlunsplit

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
    inbound,
    need,
    receipts,
    references,
    refusal,
)
from promosms.gateways.offered import GUARDS, Offered, rare, secret

BASE_URL = "https://api.twilio.com"
ERRORS = {
    10001: (ErrorClass.SETTINGS, "credentials"),  # account not active
    14107: (ErrorClass.THROTTLED, "throttled"),  # message rate limit
    20003: (ErrorClass.SETTINGS, "credentials"),
    20005: (ErrorClass.SETTINGS, "credentials"),  # account not active
    20404: (ErrorClass.SETTINGS, "credentials"),  # no such account
    20429: (ErrorClass.THROTTLED, "throttled"),
    21211: (ErrorClass.PERMANENT, "bad_number"),
    21212: (ErrorClass.SETTINGS, "bad_sender"),
    21408: (ErrorClass.PERMANENT, "country"),  # no permission for this region
    21603: (ErrorClass.SETTINGS, "bad_sender"),
    21606: (ErrorClass.SETTINGS, "bad_sender"),
    21608: (ErrorClass.PERMANENT, "bad_number"),  # a trial account sends to verified numbers only
    21609: (ErrorClass.SETTINGS, "settings"),  # status callback not valid
    21610: (ErrorClass.PERMANENT, "opted_out"),
    21611: (ErrorClass.THROTTLED, "throttled"),  # queue of the sender is full
    21612: (ErrorClass.PERMANENT, "bad_number"),  # no way from this sender to this number
    21614: (ErrorClass.PERMANENT, "bad_number"),  # not a mobile number
    21617: (ErrorClass.PERMANENT, "too_long"),
    21730: (ErrorClass.TEMPORARY, "busy"),  # maintenance
    30001: (ErrorClass.THROTTLED, "throttled"),  # queue overflow
}
STATUSES = {
    "delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.DELIVERED,
    "undelivered": ReceiptStatus.UNDELIVERED,
    "failed": ReceiptStatus.UNDELIVERED,
    "canceled": ReceiptStatus.UNDELIVERED,
}
EXPIRED = "30036"  # validity period expired


class Twilio(HttpGateway):
    """Settings: account_sid, auth_token; messaging_service and base_url if wanted."""

    required = frozenset({"account_sid", "auth_token"})
    optional = frozenset({"messaging_service", "base_url"})

    offered = (
        Offered("account_sid", example="AC00000000000000000000000000000000"),
        secret("auth_token"),
        rare("messaging_service", example="MG00000000000000000000000000000000"),
        rare("base_url", default=BASE_URL),
        *GUARDS,
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        base, sid = check_url(settings, "base_url", BASE_URL), settings["account_sid"]
        if not sid.isascii() or not sid.isalnum():
            raise BadSettings("account_sid: letters and digits are needed")
        self.url = f"{base}/2010-04-01/Accounts/{sid}/Messages.json"
        pair = f"{sid}:{settings['auth_token']}".encode()
        self.authorization = f"Basic {base64.b64encode(pair).decode()}"

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A POST with the fields of Twilio."""
        service, callback = self.settings.get("messaging_service"), self.callback_for(sms)
        form = {"To": sms.phone, "Body": sms.text}
        form |= {"MessagingServiceSid": service} if service else {"From": sms.sender}
        form |= {"StatusCallback": callback} if callback else {}
        headers = {
            "Authorization": self.authorization,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return HttpRequest("POST", self.url, headers, urlencode(form).encode())

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """One sid for the whole text."""
        body = answer.object()
        sid, code = body.get("sid"), body.get("code")
        if answer.ok:
            if isinstance(sid, str) and sid:
                return references(sid, sms.parts)
            raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")
        if answer.status < 500 and isinstance(code, int) and code in ERRORS:
            raise refusal(answer, *ERRORS[code])
        if problem := by_status(answer):
            raise problem
        if isinstance(code, int) and answer.status not in (401, 403, 404):
            raise GatewayError(ErrorClass.PERMANENT, "rejected")
        raise denied(answer)


def signature(token: str, url: str, form: list[tuple[str, str]]) -> str:
    """The signature of a call."""
    signed = url + "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def parse(settings: Settings, request: WebhookRequest) -> list[InboxEvent]:
    """A status of a text, or a reply."""
    sent_signature = request.headers.get("x-twilio-signature", "").encode()
    form = list(request.form)
    if not any(
        hmac.compare_digest(sent_signature, signature(settings["auth_token"], url, form).encode())
        for url in _spellings(request.url)
    ):
        raise BadSignature(request.topic)
    values = dict(form)
    sid = need(values, "MessageSid")
    if request.topic is WebhookTopic.INBOUND:
        sender, number = need(values, "From"), need(values, "To")
        return [inbound(settings, sid, sender, number, values.get("Body", ""))]
    status = STATUSES.get(need(values, "MessageStatus"))
    if status is None:
        return []  # on its way
    if values.get("ErrorCode") == EXPIRED:
        status = ReceiptStatus.EXPIRED
    return receipts(sid, dict(request.query).get(OUR_REFERENCE, ""), status)


def _spellings(url: str) -> list[str]:
    """The URL with and without its port: Twilio signs either."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    without = urlunsplit(parts._replace(netloc=host))
    return [url, without, urlunsplit(parts._replace(netloc=f"{host}:{parts.port or 443}"))]


# An answer of plain text would be sent to the recipient as a reply.
WEBHOOK = Webhook(parse, "<Response/>", "text/xml")
