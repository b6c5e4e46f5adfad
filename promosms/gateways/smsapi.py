"""SMSAPI (smsapi.pl, smsapi.com).

Facts as smsapi.pl/docs and docs.smsapi.com are quoted by others; not tried with a live account:
- `POST /sms.do` with a bearer token, form fields to, from, message, format=json, encoding, idx
  (ours, returned in receipts), notify_url, max_parts; numbers without plus sign. The answer is 200
  with `list`, one entry per number, `id`; a refusal, also with 200, an object with the code in
  `error`.
- Receipts ("callback"): MsgId, status (a number), idx; several in one call, separated by commas.
  One per text, whatever its parts. Replies: sms_from, sms_to, sms_text, MsgId.
- The answer to either must be the text OK, or the call is repeated.
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
    Event,
    GatewayError,
    OutboundSms,
    ReceiptStatus,
    Trouble,
    Webhook,
    WebhookRequest,
    WebhookTopic,
)
from promosms.gateways.http import (
    HttpAnswer,
    HttpGateway,
    HttpRequest,
    Settings,
    by_status,
    check_address,
    check_url,
    digits,
    fields,
    inbound,
    need,
    networks,
    receipts,
    references,
    tag,
)

BASE_URL = "https://api.smsapi.pl"
MOST_PARTS = 6
# What is wrong with the connection or the account is temporary: the texts wait for the operator.
ERRORS = {
    11: (Trouble.PERMANENT, "too_long"),
    12: (Trouble.PERMANENT, "too_long"),
    13: (Trouble.PERMANENT, "bad_number"),
    14: (Trouble.TEMPORARY, "bad_sender"),
    52: (Trouble.TEMPORARY, "busy"),  # too many texts to one number within a minute
    57: (Trouble.PERMANENT, "opted_out"),
    59: (Trouble.PERMANENT, "opted_out"),
    70: (Trouble.TEMPORARY, "settings"),  # notify_url not valid
    98: (Trouble.PERMANENT, "bad_number"),  # a new account sends to its own number only
    101: (Trouble.TEMPORARY, "credentials"),
    102: (Trouble.TEMPORARY, "credentials"),
    103: (Trouble.TEMPORARY, "no_credit"),
    105: (Trouble.TEMPORARY, "credentials"),  # filter of addresses
    110: (Trouble.TEMPORARY, "credentials"),
    112: (Trouble.PERMANENT, "country"),
    200: (Trouble.TEMPORARY, "busy"),  # not submitted
    201: (Trouble.UNKNOWN, "no_answer"),
    202: (Trouble.THROTTLED, "throttled"),
    203: (Trouble.THROTTLED, "throttled"),
    401: (Trouble.TEMPORARY, "credentials"),  # the token may not do this
    997: (Trouble.TEMPORARY, "credentials"),
    999: (Trouble.UNKNOWN, "no_answer"),
    1000: (Trouble.TEMPORARY, "credentials"),
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

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.url = f"{check_url(settings, 'base_url', BASE_URL)}/sms.do"
        networks(settings)

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A form."""
        callback = self.callback()
        form = {
            "to": digits(sms.phone),
            "from": digits(sms.sender),
            "message": sms.text,
            "encoding": "utf-8",
            "format": "json",
            "max_parts": str(MOST_PARTS),
            "idx": tag(sms),
        }
        form |= {"notify_url": callback} if callback else {}
        headers = {
            "Authorization": f"Bearer {self.settings['token']}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return HttpRequest("POST", self.url, headers, urlencode(form).encode())

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """One id for the whole text."""
        body = answer.object()
        listed = body.get("list")
        entry = listed[0] if isinstance(listed, list) and listed else {}
        entry = entry if isinstance(entry, dict) else {}
        error = body.get("error") or entry.get("error")
        if error and answer.status < 500:
            code = int(error) if re.fullmatch(r"\d{1,5}", str(error), re.ASCII) else 0
            raise GatewayError(*ERRORS.get(code, (Trouble.PERMANENT, "rejected")))
        if problem := by_status(answer):
            raise problem
        if answer.ok and entry.get("id"):
            return references(str(entry["id"]), sms.parts)
        if answer.ok:
            raise GatewayError(Trouble.UNKNOWN, "bad_answer")
        denied = answer.status in (401, 403)
        raise GatewayError(Trouble.TEMPORARY, "credentials" if denied else "bad_answer")


def parse(settings: Settings, request: WebhookRequest) -> list[Event]:
    """Receipts, or a reply; an empty call is the panel trying the address."""
    check_address(settings, request)
    found = fields(request)
    if not found:
        return []
    given = need(found, "MsgId")
    if request.topic is WebhookTopic.INBOUND:
        sender, number = need(found, "sms_from"), need(found, "sms_to")
        return [inbound(given, sender, number, found.get("sms_text", ""))]
    ids, statuses = given.split(","), need(found, "status").split(",")
    ours = found.get("idx", "").split(",")
    if len(ids) != len(statuses):
        raise BadWebhook("status")
    if len(ours) != len(ids):
        ours = [""] * len(ids)
    events: list[Event] = []
    for reference, status, own in zip(ids, statuses, ours, strict=True):
        if status in STATUSES:  # else it is on its way
            events += receipts(reference, own, STATUSES[status])
    return events


WEBHOOK = Webhook(parse, "OK")
