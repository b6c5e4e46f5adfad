"""Numbers of replies by HTTP: in national form they are read by the country of the gateway."""

import json

import pytest

from promosms.gateways import WEBHOOKS
from promosms.gateways.base import Inbound, WebhookRequest, WebhookTopic
from promosms.gateways.http import plivo, twilio

URL = "https://sms.example/gateways/x/inbound"
FIELDS = {
    "http": {"from": "{}", "to": "8080", "id": "R1", "text": "STOP"},
    "twilio": {"From": "{}", "To": "8080", "MessageSid": "R1", "Body": "STOP"},
    "vonage": {"msisdn": "{}", "to": "8080", "messageId": "R1", "text": "STOP"},
    "plivo": {"From": "{}", "To": "8080", "MessageUUID": "R1", "Text": "STOP"},
    "clicksend": {"from": "{}", "to": "8080", "message_id": "R1", "body": "STOP"},
    "smsapi": {"sms_from": "{}", "sms_to": "8080", "MsgId": "R1", "sms_text": "STOP"},
}
JSON: dict[str, object] = {
    "sinch": {"type": "mo_text", "from": "{}", "to": "8080", "id": "R1", "body": "STOP"},
    "infobip": {"results": [{"messageId": "R1", "from": "{}", "to": "8080", "text": "STOP"}]},
    "gatewayapi": {"id": "R1", "msisdn": "{}", "receiver": 8080, "message": "STOP"},
    "telnyx": {
        "data": {
            "event_type": "message.received",
            "payload": {
                "id": "R1",
                "from": {"phone_number": "{}"},
                "to": [{"phone_number": "8080"}],
                "text": "STOP",
            },
        }
    },
    "android": {
        "event": "sms:received",
        "payload": {"messageId": "R1", "sender": "{}", "recipient": "8080", "message": "STOP"},
    },
}
SETTINGS = {
    "auth_token": "12345",
    "unsigned": "yes",
    "inbound_phone": "from",
    "inbound_number": "to",
    "inbound_reference": "id",
    "inbound_text": "text",
}


@pytest.mark.parametrize("kind", WEBHOOKS)
@pytest.mark.parametrize(
    ("typed", "phone", "address"),
    [
        ("48500001997", "+48500001997", ""),
        ("500001997", "+48500001997", "500001997"),
        ("+500001997", "+48500001997", "+500001997"),
        ("0500 001 997", "+48500001997", "0500001997"),
        ("+0048500001997", "+48500001997", ""),
        ("70001", "70001", "70001"),
        ("SHOP", "SHOP", "SHOP"),
    ],
)
def test_a_number_is_read_by_the_country(kind: str, typed: str, phone: str, address: str) -> None:
    form = [(name, value.format(typed)) for name, value in FIELDS.get(kind, {}).items()]
    headers = {
        "x-twilio-signature": twilio.signature("12345", URL, form),
        "x-plivo-signature-v3": plivo.signature("12345", URL, (), form, ""),
    }
    body = json.dumps(JSON[kind]).replace("{}", typed).encode() if kind in JSON else b""
    request = WebhookRequest(WebhookTopic.INBOUND, URL, headers, (), form, body, "192.0.2.1")
    events = WEBHOOKS[kind].parse({**SETTINGS, "country": "PL"}, request)
    assert events == [Inbound("R1", phone, "8080", "STOP", address=address)]
