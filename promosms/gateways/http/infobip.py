"""Infobip: SMS API, version 3.

Facts from its public documentation and clients, as far as they could be read; not tried with a live
account:
- infobip.com/docs, the client infobip-api-python-client: `POST /sms/3/messages` at an address of
  the account, `Authorization: App` and the key; JSON with `messages`, each with sender,
  destinations, content.text, options.validityPeriod (48 hours unless given) and webhooks (delivery,
  contentType, callbackData, which comes back in receipts). Numbers without plus sign.
- infobip.com/docs, response status and error codes: the answer is 200 with `messages`, each with a
  messageId and a status. **A status of the group 5 is a refusal**; its ids are below.
- Receipts: `results`, up to a hundred in a call, each with messageId, to, status, callbackData; one
  for a text of several parts. Replies: `results` with messageId, from, to, text.
- Calls are not signed. What protects them is the secret address; `addresses` narrows it to those
  from which Infobip calls.

A messageId of our own would be refused when it comes again (status 23), but not for how long, and
whether also one is remembered that was refused. So the ids are those of Infobip, and what it may
have taken is never sent again. For how long its lookups lag behind is not said either. Status 2
says that only the operator has the text, 29 that no report came: neither ends anything.
"""

import json
from collections.abc import Mapping
from typing import Any

from promosms.gateways.base import (
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
    WebhookTopic,
)
from promosms.gateways.http import (
    HttpGateway,
    Settings,
    as_object,
    by_status,
    check_address,
    check_url,
    denied,
    digits,
    each,
    inbound,
    json_object,
    need,
    networks,
    plain,
    receipts,
    recipient_of,
    references,
    refusal,
    tag,
)
from promosms.gateways.offered import ADDRESSES, GUARDS, Offered, secret

USUAL_VALIDITY = 48 * 60  # minutes; longer ones are not described
REJECTED = 5  # the group of refusals
REJECTIONS = {
    6: (ErrorClass.PERMANENT, "country"),  # network
    8: (ErrorClass.PERMANENT, "bad_number"),  # no prefix
    10: (ErrorClass.PERMANENT, "opted_out"),  # do not disturb
    11: (ErrorClass.SETTINGS, "bad_sender"),
    12: (ErrorClass.SETTINGS, "no_credit"),
    13: (ErrorClass.SETTINGS, "bad_sender"),
    14: (ErrorClass.PERMANENT, "bad_number"),  # on their list of barred numbers
    17: (ErrorClass.SETTINGS, "no_credit"),  # the package has expired
    18: (ErrorClass.SETTINGS, "settings"),  # a trial account sends to registered numbers only
    19: (ErrorClass.SETTINGS, "settings"),  # no route
    20: (ErrorClass.TEMPORARY, "busy"),  # too many texts to one number within an hour
    21: (ErrorClass.TEMPORARY, "busy"),  # error inside
    23: (ErrorClass.UNKNOWN, "bad_answer"),  # taken before, which cannot be: see above
    25: (ErrorClass.PERMANENT, "too_long"),
    52: (ErrorClass.PERMANENT, "bad_number"),
    100: (ErrorClass.TEMPORARY, "busy"),
}
HANDSET, NO_REPORT = 5, 29  # ids
STATUSES = {
    2: ReceiptStatus.UNDELIVERED,
    3: ReceiptStatus.DELIVERED,
    4: ReceiptStatus.EXPIRED,
    REJECTED: ReceiptStatus.UNDELIVERED,
}
"""By the group of a status."""


class Infobip(HttpGateway):
    """Settings: api_key, base_url (https://….api.infobip.com); addresses if wanted."""

    required = frozenset({"api_key", "base_url"})
    optional = frozenset({"addresses"})

    offered = (
        Offered("base_url"),
        secret("api_key"),
        ADDRESSES,
        *GUARDS,
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.url = f"{check_url(settings, 'base_url').rstrip('/')}/sms/3/messages"
        networks(settings)

    @classmethod
    def can_limit_validity(cls, settings: Settings) -> bool:
        """By the field validityPeriod."""
        return True

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A message to one destination."""
        message: dict[str, Any] = {
            "sender": digits(sms.sender),
            "destinations": [{"to": digits(sms.phone)}],
            "content": {"text": sms.text},
            "webhooks": self._webhooks(sms),
        }
        if 0 < sms.validity < USUAL_VALIDITY:
            period = {"amount": sms.validity, "timeUnit": "MINUTES"}
            message |= {"options": {"validityPeriod": period}}
        headers = {
            "Authorization": f"App {self.settings['api_key']}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        body = json.dumps({"messages": [message]}).encode()
        return HttpRequest("POST", self.url, headers, body)

    def _webhooks(self, sms: OutboundSms) -> dict[str, Any]:
        callback = self.callback()
        delivery = {"url": callback, "intermediateReport": False, "notify": True}
        return {
            **({"delivery": delivery, "contentType": "application/json"} if callback else {}),
            "callbackData": tag(sms),
        }

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """One id for the whole text."""
        if problem := by_status(answer):
            raise problem
        body = answer.object()
        if answer.ok:
            return self._taken(sms, answer, body)
        if answer.status == 404:  # no such account
            raise GatewayError(ErrorClass.SETTINGS, "settings")
        if answer.status == 400 and body:
            raise GatewayError(ErrorClass.PERMANENT, "rejected")
        raise denied(answer)

    def _taken(
        self, sms: OutboundSms, answer: HttpAnswer, body: Mapping[str, Any]
    ) -> tuple[str, ...]:
        listed = body.get("messages")
        message = listed[0] if isinstance(listed, list) and listed else None
        message = message if isinstance(message, dict) else {}
        group, status_id = _group(message), _id(message)
        if group == REJECTED:
            raise refusal(answer, *REJECTIONS.get(status_id, (ErrorClass.PERMANENT, "rejected")))
        message_id = message.get("messageId")
        if group and isinstance(message_id, str) and message_id:
            return references(message_id, sms.parts)
        raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")


def _group(message: Mapping[str, Any]) -> int:
    return _number(message, "groupId")


def _id(message: Mapping[str, Any]) -> int:
    return _number(message, "id")


def _number(message: Mapping[str, Any], name: str) -> int:
    """A number of the status of a message; 0 if there is none."""
    status = message.get("status")
    number = status.get(name) if isinstance(status, dict) else None
    return number if isinstance(number, int) else 0


def parse(settings: Settings, request: WebhookRequest) -> list[InboxEvent]:
    """Receipts or replies; an empty call is the portal trying the address."""
    check_address(settings, request)
    body = json_object(request)
    if not body:
        return []
    results = body.get("results")
    if not isinstance(results, list):
        raise BadWebhook("results")
    read = _receipts if request.topic is WebhookTopic.RECEIPT else _replies
    return each(results, lambda entry: read(settings, as_object(entry)))


def _receipts(settings: Settings, entry: Mapping[str, Any]) -> list[InboxEvent]:
    values = {name: plain(value) for name, value in entry.items()}
    message_id, group, status_id = need(values, "messageId"), _group(entry), _id(entry)
    if not group:
        raise BadWebhook("status")
    status = STATUSES.get(group)
    on_its_way = status is ReceiptStatus.DELIVERED and status_id != HANDSET
    if status is None or on_its_way or status_id == NO_REPORT:
        return []
    recipient = recipient_of(settings, values.get("to", ""))
    return receipts(message_id, values.get("callbackData", ""), status, recipient=recipient)


def _replies(settings: Settings, entry: Mapping[str, Any]) -> list[InboxEvent]:
    values = {name: plain(value) for name, value in entry.items()}
    message_id, sender, number = (need(values, name) for name in ("messageId", "from", "to"))
    return [inbound(settings, message_id, sender, number, values.get("text", ""))]


WEBHOOK = Webhook(parse)
