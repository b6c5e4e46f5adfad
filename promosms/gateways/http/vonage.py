"""Vonage: SMS API.

Facts from its public documentation, as far as it could be read; not tried with a live account:
- developer.vonage.com/en/api/sms: `POST /sms/json`, fields api_key, api_secret, from, to, text,
  type (unicode), client-ref, callback; numbers without plus sign. The answer is 200 with
  `messages`, one per part, each with `status` ("0": taken) and `message-id`; a receipt per part.
- developer.vonage.com/messaging/sms/guides/troubleshooting-sms: the statuses below.
- developer.vonage.com/messaging/sms/guides/delivery-receipts and inbound-sms: fields of a receipt
  (messageId, status, err-code, client-ref; msisdn is the recipient) and of a reply (msisdn, to,
  messageId, text; of a long one each part by itself with concat-ref, concat-part, concat-total);
  called by GET or POST, form or JSON; repeated for 24 hours unless the answer is 200 or 204.
- The public clients for it: `ttl`, for how many milliseconds delivery is attempted, from 20,000 to
  604,800,000; networks often stop after 24 to 48 hours. `message-class` 0 to 3, as in the data
  coding scheme: 0 opens on the screen.
- developer.vonage.com/getting-started/concepts/signing-messages: `sig` is a digest over
  `&name=value` of all other fields in the order of their names, `&` and `=` in values as `_`;
  either MD5 over that and the secret, or an HMAC keyed with the secret.

A status that is not 0 says of a part that it was not taken, also for an error inside (5), so that
one is temporary; a 5xx of HTTP proves nothing. The age of a signature is not looked at: a repeated
call changes nothing, and one that is delivered again after an hour must not be lost.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from promosms.gateways.base import (
    BadSettings,
    BadSignature,
    ErrorClass,
    GatewayError,
    HttpAnswer,
    HttpRequest,
    Inbound,
    InboxEvent,
    OutboundSms,
    Receipt,
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
    part_of,
    read_tag,
    recipient_of,
    refusal,
    short,
    tag,
    yes,
)
from promosms.gateways.offered import GUARDS, UNSIGNED, Offered, Shape, rare, secret

BASE_URL = "https://rest.nexmo.com"
TAKEN = "0"
MINUTE = 60_000  # milliseconds
ERRORS = {
    "1": (ErrorClass.THROTTLED, "throttled"),
    "2": (ErrorClass.PERMANENT, "rejected"),  # something is missing
    "3": (ErrorClass.PERMANENT, "rejected"),  # something is not valid
    "4": (ErrorClass.SETTINGS, "credentials"),
    "5": (ErrorClass.TEMPORARY, "busy"),  # error inside
    "6": (ErrorClass.PERMANENT, "rejected"),  # the message cannot be read
    "7": (ErrorClass.PERMANENT, "bad_number"),  # barred
    "8": (ErrorClass.SETTINGS, "credentials"),  # account barred
    "9": (ErrorClass.SETTINGS, "no_credit"),
    "10": (ErrorClass.THROTTLED, "throttled"),  # too many connections
    "11": (ErrorClass.SETTINGS, "credentials"),  # account not made for HTTP
    "12": (ErrorClass.PERMANENT, "too_long"),
    "14": (ErrorClass.SETTINGS, "credentials"),  # signature
    "15": (ErrorClass.SETTINGS, "bad_sender"),
    "22": (ErrorClass.PERMANENT, "bad_number"),  # network code
    "23": (ErrorClass.SETTINGS, "settings"),  # callback not valid
    "29": (ErrorClass.PERMANENT, "bad_number"),  # a trial account sends to listed numbers only
    "32": (ErrorClass.SETTINGS, "credentials"),  # signature and secret together
    "33": (ErrorClass.PERMANENT, "bad_number"),  # deactivated
}
STATUSES = {
    "delivered": ReceiptStatus.DELIVERED,
    "expired": ReceiptStatus.EXPIRED,
    "failed": ReceiptStatus.UNDELIVERED,
    "rejected": ReceiptStatus.UNDELIVERED,
    "deleted": ReceiptStatus.UNDELIVERED,
}
PART = re.compile("[1-9][0-9]?", re.ASCII)
METHODS = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "sha512": "sha512", "md5hash": ""}


class Vonage(HttpGateway):
    """Settings: api_key, api_secret; signature_secret, or unsigned=yes; signature_method."""

    required = frozenset({"api_key", "api_secret"})
    optional = frozenset({"signature_secret", "signature_method", "unsigned", "base_url"})

    offered = (
        secret("api_key"),
        secret("api_secret"),
        secret("signature_secret"),
        UNSIGNED,
        Offered(
            "signature_method", Shape.CHOICE, default="sha256", choices=tuple(METHODS), rare=True
        ),
        rare("base_url", default=BASE_URL),
        *GUARDS,
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.url = f"{check_url(settings, 'base_url', BASE_URL)}/sms/json"
        if not settings.get("signature_secret") and not yes(settings, "unsigned"):
            raise BadSettings("signature_secret is missing; unsigned=yes does without")
        if settings.get("signature_method", "sha256") not in METHODS:
            raise BadSettings(f"signature_method: one of {', '.join(METHODS)}")

    @classmethod
    def can_flash(cls, settings: Settings) -> bool:
        """By the field message-class."""
        return True

    @classmethod
    def can_limit_validity(cls, settings: Settings) -> bool:
        """By the field ttl."""
        return True

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A form; the secret stands in the body, where no log of addresses keeps it."""
        callback = self.callback()
        form = {
            "api_key": self.settings["api_key"],
            "api_secret": self.settings["api_secret"],
            "from": digits(sms.sender),
            "to": digits(sms.phone),
            "text": sms.text,
            "type": "text" if sms.encoding == "gsm7" else "unicode",
            "client-ref": tag(sms),
        }
        form |= {"callback": callback} if callback else {}
        form |= {"message-class": "0"} if sms.flash else {}
        form |= {"ttl": str(sms.validity * MINUTE)} if sms.validity else {}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return HttpRequest("POST", self.url, headers, urlencode(form).encode())

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """A reference per part."""
        if problem := by_status(answer):
            raise problem
        messages = _messages(answer)
        statuses = {str(message.get("status")) for message in messages}
        if statuses == {TAKEN}:
            ids = tuple(short(str(message.get("message-id") or "")) for message in messages)
            if all(ids):
                return ids
        if TAKEN in statuses:
            raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")  # only some of the parts
        if statuses:
            raise refusal(answer, *ERRORS.get(min(statuses), (ErrorClass.PERMANENT, "rejected")))
        if answer.ok:
            raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")
        raise denied(answer)


def _messages(answer: HttpAnswer) -> list[Mapping[str, Any]]:
    messages = answer.object().get("messages")
    if not isinstance(messages, list):
        return []
    return [message for message in messages if isinstance(message, dict)]


def signature(secret: str, method: str, values: Mapping[str, str]) -> str:
    """The signature of a call with these fields, in hexadecimal digits."""
    pairs = sorted((name, value) for name, value in values.items() if name != "sig")
    text = "".join(f"&{name}={_harmless(value)}" for name, value in pairs)
    signed = text.encode(errors="surrogatepass")  # a part may end with half of a pair
    if not METHODS[method]:
        return hashlib.md5(signed + secret.encode(), usedforsecurity=False).hexdigest()
    return hmac.new(secret.encode(), signed, METHODS[method]).hexdigest()


def _reply(settings: Settings, reference: str, values: Mapping[str, str]) -> Inbound:
    """A reply; a long one comes in parts, in any order."""
    text, concat_ref = values.get("text", ""), values.get("concat-ref", "")
    whole = inbound(settings, reference, need(values, "msisdn"), need(values, "to"), text)
    part, parts = (values.get(f"concat-{name}", "") for name in ("part", "total"))
    if not concat_ref or not PART.fullmatch(part) or not PART.fullmatch(parts):
        return whole
    return part_of(whole, text, concat_ref, int(part), int(parts))


def _harmless(value: str) -> str:
    return value.replace("&", "_").replace("=", "_")


def parse(settings: Settings, request: WebhookRequest) -> list[InboxEvent]:
    """A receipt of a part, or a reply; an empty call is the dashboard trying the address."""
    values = fields(request)
    if not values:
        return []
    secret, method = settings.get("signature_secret"), settings.get("signature_method", "sha256")
    if secret:
        sent_signature, expected = values.get("sig", "").lower(), signature(secret, method, values)
        if not hmac.compare_digest(sent_signature.encode(errors="replace"), expected.encode()):
            raise BadSignature(request.topic)
    reference = need(values, "messageId")
    if request.topic is WebhookTopic.INBOUND:
        return [_reply(settings, reference, values)]
    status = STATUSES.get(need(values, "status"))
    if status is None:
        return []  # on its way
    our_reference, _parts = read_tag(values.get("client-ref", ""))
    recipient = recipient_of(settings, values.get("msisdn", ""))
    return [Receipt(short(reference), our_reference, status, *recipient)]


WEBHOOK = Webhook(parse)
