"""SMSAPI (smsapi.pl, smsapi.com).

Facts as smsapi.pl/docs and docs.smsapi.com are quoted by others; not tried with a live account:
- `POST /sms.do` with a bearer token, form fields to, from, message, format=json, encoding, idx
  (ours, returned in receipts), notify_url, max_parts; numbers without plus sign. The answer is 200
  with `list`, one entry per number, `id`; a refusal, also with 200, an object with the code in
  `error`.
- Receipts ("callback"): MsgId, status (a number), idx; several in one call, separated by commas.
  One per text, whatever its parts. Replies: sms_from, sms_to, sms_text, MsgId.
- The answer to either must be the text OK, or the call is repeated.
- With check_idx=1 a text whose idx was taken before is refused with error 53 and not sent again (so
  the lists of errors in several published clients): 53 means that SMSAPI has taken it already.
  An idx has at most 255 characters; ours ends with a mark of this installation.
- With flash=1 it opens on the screen and is not kept (so the published clients send it).
- Calls are not signed. What protects them is the secret address; `addresses` narrows it to those
  from which SMSAPI calls.

The names of the fields of calls could not be compared with a real one: a call that lacks them is
refused with 400, logged, and repeated by SMSAPI, so that nothing is lost meanwhile.

The code for an error inside (201, 999) does not say that the text was not taken: unknown.
"""

import re
from urllib.parse import urlencode

from promosms.gateways.base import (
    BadWebhook,
    ErrorClass,
    GatewayError,
    HttpAnswer,
    HttpRequest,
    InboxEvent,
    OutboundSms,
    ReceiptStatus,
    Resend,
    Webhook,
    WebhookRequest,
    WebhookTopic,
)
from promosms.gateways.http import (
    HttpGateway,
    Settings,
    by_status,
    check_address,
    check_url,
    denied,
    digits,
    each,
    fields,
    inbound,
    mark,
    need,
    networks,
    receipts,
    references,
    refusal,
    tag,
)
from promosms.gateways.offered import ADDRESSES, GUARDS, Offered, secret

BASE_URL = "https://api.smsapi.pl"
MOST_PARTS = 6
DUPLICATE = 53
ERRORS = {
    11: (ErrorClass.PERMANENT, "too_long"),
    12: (ErrorClass.PERMANENT, "too_long"),
    13: (ErrorClass.PERMANENT, "bad_number"),
    14: (ErrorClass.SETTINGS, "bad_sender"),
    52: (ErrorClass.TEMPORARY, "busy"),  # too many texts to one number within a minute
    57: (ErrorClass.PERMANENT, "opted_out"),
    59: (ErrorClass.PERMANENT, "opted_out"),
    70: (ErrorClass.SETTINGS, "settings"),  # notify_url not valid
    98: (ErrorClass.PERMANENT, "bad_number"),  # a new account sends to its own number only
    101: (ErrorClass.SETTINGS, "credentials"),
    102: (ErrorClass.SETTINGS, "credentials"),
    103: (ErrorClass.SETTINGS, "no_credit"),
    105: (ErrorClass.SETTINGS, "credentials"),  # filter of addresses
    110: (ErrorClass.SETTINGS, "credentials"),
    112: (ErrorClass.PERMANENT, "country"),
    200: (ErrorClass.TEMPORARY, "busy"),  # not submitted
    201: (ErrorClass.UNKNOWN, "no_answer"),
    202: (ErrorClass.THROTTLED, "throttled"),
    203: (ErrorClass.THROTTLED, "throttled"),
    401: (ErrorClass.SETTINGS, "credentials"),  # the token may not do this
    997: (ErrorClass.SETTINGS, "credentials"),
    999: (ErrorClass.UNKNOWN, "no_answer"),
    1000: (ErrorClass.SETTINGS, "credentials"),
}
STATUSES = {
    "402": ReceiptStatus.EXPIRED,
    "404": ReceiptStatus.DELIVERED,
    "405": ReceiptStatus.UNDELIVERED,
    "406": ReceiptStatus.UNDELIVERED,  # failed
    "407": ReceiptStatus.UNDELIVERED,  # rejected
    "412": ReceiptStatus.UNDELIVERED,  # stopped
}


class Smsapi(HttpGateway):
    """Settings: token; base_url (https://api.smsapi.com) and addresses if wanted."""

    required = frozenset({"token"})
    optional = frozenset({"base_url", "addresses"})

    offered = (
        secret("token"),
        Offered("base_url", example="https://api.smsapi.com", default=BASE_URL),
        ADDRESSES,
        *GUARDS,
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.url = f"{check_url(settings, 'base_url', BASE_URL)}/sms.do"
        self.mark = mark(settings)
        networks(settings)

    @classmethod
    def resend(cls, settings: Settings) -> Resend:
        """Repetitions are dropped, as long as no other installation can use our references."""
        return Resend.DEDUPE if mark(settings) else Resend.NEVER

    @classmethod
    def can_flash(cls, settings: Settings) -> bool:
        """By the field flash."""
        return True

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A POST with the fields of SMSAPI."""
        callback = self.callback()
        form = {
            "to": digits(sms.phone),
            "from": digits(sms.sender),
            "message": sms.text,
            "encoding": "utf-8",
            "format": "json",
            "max_parts": str(MOST_PARTS),
            "idx": tag(sms, self.mark),
        }
        form |= {"check_idx": "1"} if self.mark else {}
        form |= {"flash": "1"} if sms.flash else {}
        form |= {"notify_url": callback} if callback else {}
        headers = {
            "Authorization": f"Bearer {self.settings['token']}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return HttpRequest("POST", self.url, headers, urlencode(form).encode())

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """One id for the whole text; none for one that was taken before, its receipt tells it."""
        body = answer.object()
        listed = body.get("list")
        entry = listed[0] if isinstance(listed, list) and listed else {}
        entry = entry if isinstance(entry, dict) else {}
        error = body.get("error") or entry.get("error")
        if error and answer.status < 500:
            code = int(error) if re.fullmatch(r"\d{1,5}", str(error), re.ASCII) else 0
            if code == DUPLICATE:
                return ()
            raise refusal(answer, *ERRORS.get(code, (ErrorClass.PERMANENT, "rejected")))
        if problem := by_status(answer):
            raise problem
        if answer.ok and entry.get("id"):
            return references(str(entry["id"]), sms.parts)
        if answer.ok:
            raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")
        raise denied(answer)


def parse(settings: Settings, request: WebhookRequest) -> list[InboxEvent]:
    """Receipts, or a reply; an empty call is the panel trying the address."""
    check_address(settings, request)
    values = fields(request)
    if not values:
        return []
    message_ids = need(values, "MsgId")
    if request.topic is WebhookTopic.INBOUND:
        sender, number = need(values, "sms_from"), need(values, "sms_to")
        text = values.get("sms_text", "")
        return [inbound(settings, message_ids, sender, number, text)]
    ids, statuses = message_ids.split(","), need(values, "status").split(",")
    our_references = values.get("idx", "").split(",")
    if len(ids) != len(statuses):
        raise BadWebhook("status")
    if len(our_references) != len(ids):
        our_references = [""] * len(ids)
    entries = list(zip(ids, statuses, our_references, strict=True))
    return each(entries, lambda entry: _receipts(settings, *entry))


def _receipts(
    settings: Settings, reference: str, status: str, our_reference: str
) -> list[InboxEvent]:
    if not reference.strip():
        raise BadWebhook("MsgId")
    if status.strip() not in STATUSES:
        return []  # on its way
    return receipts(
        reference.strip(), our_reference.strip(), STATUSES[status.strip()], mark(settings)
    )


WEBHOOK = Webhook(parse, "OK")
