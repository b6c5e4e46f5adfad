"""ClickSend: SMS API, version 3.

Facts from its public documentation and client, as far as they could be read; not tried with a live
account:
- developers.clicksend.com/docs/messaging/sms: `POST /v3/sms/send`, Basic authentication with name
  and key, JSON with `messages`, each with from, to, body, custom_string (comes back in receipts).
  The answer is 200 with `data.messages`, each with message_id and a `status`; **also a refusal is
  one of these**, see below.
- The client clicksend-python-v2, SmsReceipt and InboundSms: fields of a receipt (message_id,
  status_code, custom_string) and of a reply (message_id, from, to, body). Where they go is a rule
  of the account. One receipt for a text of several parts.
- Calls are not signed. What protects them is the secret address; `addresses` narrows it to those
  from which ClickSend calls.

Texts of a new customer with an address in them are held: any status that is not known may be of one
that was taken, so it is unknown. No key tells repetitions, so nothing is sent a second time. What
the codes 300 and 302 of a receipt mean is not certain: they end nothing. No code says that a text
has expired.
"""

import base64
import json

from promosms.gateways.base import (
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
    check_address,
    check_url,
    denied,
    fields,
    inbound,
    need,
    networks,
    receipts,
    references,
    refusal,
    tag,
)
from promosms.gateways.offered import ADDRESSES, GUARDS, Offered, rare, secret

BASE_URL = "https://rest.clicksend.com"
TAKEN = "SUCCESS"
REFUSALS = {
    "INVALID_RECIPIENT": (ErrorClass.PERMANENT, "bad_number"),
    "EMPTY_MESSAGE": (ErrorClass.PERMANENT, "rejected"),
    "MISSING_REQUIRED_FIELDS": (ErrorClass.PERMANENT, "rejected"),
    "THROTTLED": (ErrorClass.THROTTLED, "throttled"),  # the same text again
    "INSUFFICIENT_CREDIT": (ErrorClass.SETTINGS, "no_credit"),
    "INVALID_SENDER_ID": (ErrorClass.SETTINGS, "bad_sender"),
    "MISSING_CREDENTIALS": (ErrorClass.SETTINGS, "credentials"),
    "INVALID_CREDENTIALS": (ErrorClass.SETTINGS, "credentials"),
    "ACCOUNT_NOT_ACTIVATED": (ErrorClass.SETTINGS, "credentials"),
    "COUNTRY_NOT_ENABLED": (ErrorClass.PERMANENT, "country"),  # others may be
    "INTERNAL_ERROR": (ErrorClass.UNKNOWN, "no_answer"),
}
STATUSES = {"201": ReceiptStatus.DELIVERED, "301": ReceiptStatus.UNDELIVERED}


class ClickSend(HttpGateway):
    """Settings: username, api_key; addresses and base_url if wanted."""

    required = frozenset({"username", "api_key"})
    optional = frozenset({"addresses", "base_url"})

    offered = (
        Offered("username"),
        secret("api_key"),
        ADDRESSES,
        rare("base_url", default=BASE_URL),
        *GUARDS,
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.url = f"{check_url(settings, 'base_url', BASE_URL)}/v3/sms/send"
        pair = f"{settings['username']}:{settings['api_key']}".encode()
        self.authorization = f"Basic {base64.b64encode(pair).decode()}"
        networks(settings)

    def request(self, sms: OutboundSms) -> HttpRequest:
        """A list with one message."""
        message = {
            "from": sms.sender,
            "to": sms.phone,
            "body": sms.text,
            "custom_string": tag(sms),
        }
        headers = {"Authorization": self.authorization, "Content-Type": "application/json"}
        body = json.dumps({"messages": [message]}).encode()
        return HttpRequest("POST", self.url, headers, body)

    def read(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        """One id for the whole text."""
        if problem := by_status(answer):
            raise problem
        if answer.ok:
            return self._taken(sms, answer)
        if answer.status == 404:
            raise GatewayError(ErrorClass.SETTINGS, "settings")
        if answer.status == 400 and answer.object():
            raise GatewayError(ErrorClass.PERMANENT, "rejected")
        raise denied(answer)

    def _taken(self, sms: OutboundSms, answer: HttpAnswer) -> tuple[str, ...]:
        data = answer.object().get("data")
        listed = data.get("messages") if isinstance(data, dict) else None
        message = listed[0] if isinstance(listed, list) and listed else None
        if isinstance(message, dict):
            status, message_id = message.get("status"), message.get("message_id")
            if status == TAKEN and isinstance(message_id, str) and message_id:
                return references(message_id, sms.parts)
            if isinstance(status, str) and status in REFUSALS:
                raise refusal(answer, *REFUSALS[status])
        raise GatewayError(ErrorClass.UNKNOWN, "bad_answer")


def parse(settings: Settings, request: WebhookRequest) -> list[InboxEvent]:
    """A receipt or a reply, as a form or JSON; an empty call is a test of the address."""
    check_address(settings, request)
    values = fields(request)
    if not values:
        return []
    message_id = need(values, "message_id")
    if request.topic is WebhookTopic.INBOUND:
        sender, number = need(values, "from"), need(values, "to")
        return [inbound(settings, message_id, sender, number, values.get("body", ""))]
    status = STATUSES.get(need(values, "status_code"))
    if status is None:
        return []  # on its way
    return receipts(message_id, values.get("custom_string", ""), status)


WEBHOOK = Webhook(parse)
