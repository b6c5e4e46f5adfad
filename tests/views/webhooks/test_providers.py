"""Each provider by HTTP, through the whole application: its receipt settles a text in doubt."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from promosms.gateways.http import plivo
from promosms.settings import settings_of
from tests.gateways.http.provider import Provider, ReceivedRequest, Says
from tests.gateways.http.runner import LOOPBACK
from tests.services.sending.conftest import MakeCampaign, make_campaign
from tests.support.pages import PageClient
from tests.views.webhooks.test_webhooks import (
    PHONE,
    Settle,
    apply,
    connect,
    provider_server,
    send_through_gateway,
    status_counts,
)

__all__ = ["make_campaign", "provider_server"]

OPEN = {"unsigned": "yes"}
KEYS: dict[str, dict[str, str]] = {
    "sinch": {"service_plan_id": "p1", "token": "t", **OPEN},
    "infobip": {"api_key": "k"},
    "telnyx": {"api_key": "k", **OPEN},
    "plivo": {"auth_id": "MA1", "auth_token": "12345"},
    "gatewayapi": {"token": "t", **OPEN},
    "clicksend": {"username": "u", "api_key": "k"},
}
Report = tuple[str, Any]  # the address for a receipt, and its JSON or form


def sinch(sent: Any) -> Report:
    return sent["callback_url"], {
        "type": "recipient_delivery_report_sms",
        "batch_id": "A1",
        "recipient": sent["to"][0],
        "status": "Delivered",
        "client_reference": sent["client_reference"],
    }


def infobip(sent: Any) -> Report:
    (message,) = sent["messages"]
    result = {
        "messageId": "A1",
        "to": message["destinations"][0]["to"],
        "status": {"groupId": 3, "id": 5},
        "callbackData": message["webhooks"]["callbackData"],
    }
    return message["webhooks"]["delivery"]["url"], {"results": [result]}


def telnyx(sent: Any) -> Report:
    to = [{"phone_number": sent["to"], "status": "delivered"}]
    payload = {"id": "A1", "to": to, "webhook_url": sent["webhook_url"]}
    return sent["webhook_url"], {"data": {"event_type": "message.finalized", "payload": payload}}


def by_plivo(sent: Any) -> Report:
    return sent["url"], {"MessageUUID": "A1", "To": sent["dst"], "Status": "delivered"}


def gatewayapi(sent: Any) -> Report:
    return sent["callback_url"], {
        "id": 1,
        "msisdn": sent["recipients"][0]["msisdn"],
        "status": "DELIVERED",
        "userref": sent["userref"],
    }


def clicksend(sent: Any) -> Report:
    (message,) = sent["messages"]
    receipt = {"message_id": "A1", "status_code": "201", "custom_string": message["custom_string"]}
    return "", receipt


REPORTS: dict[str, Callable[[Any], Report]] = {
    "sinch": sinch,
    "infobip": infobip,
    "telnyx": telnyx,
    "plivo": by_plivo,
    "gatewayapi": gatewayapi,
    "clicksend": clicksend,
}


def report(
    app: Flask, client: PageClient, kind: str, token: str, request: ReceivedRequest
) -> TestResponse:
    """The provider reports what it was sent as delivered."""
    url, body = REPORTS[kind](json.loads(request.body))
    parts = urlsplit(url or f"{settings_of(app).public_url}/gateways/{token}/receipt")
    assert parts.path == f"/gateways/{token}/receipt"
    address = f"{parts.path}?{parts.query}"
    if kind != "plivo":
        return client.post(address, json=body)
    query = [tuple(pair.split("=")) for pair in parts.query.split("&")]
    signed = plivo.signature("12345", url, query, list(body.items()), "n1")
    headers = {"X-Plivo-Signature-V3": signed, "X-Plivo-Signature-V3-Nonce": "n1"}
    return client.post(address, data=body, headers=headers)


@pytest.mark.parametrize("kind", KEYS)
def test_a_receipt_settles_a_text_whose_response_was_lost(
    app: Flask,
    provider_server: Provider,
    make_campaign: MakeCampaign,
    settle: Settle,
    visitor: PageClient,
    kind: str,
) -> None:
    given = {**LOOPBACK, **KEYS[kind], "base_url": provider_server.url}
    token = connect(app, kind, **given)
    provider_server.says = Says(hangs_up=True)
    campaign_id = send_through_gateway(app, make_campaign)
    settle(until=lambda: status_counts(app, campaign_id) == {"unknown": 1})
    (request,) = provider_server.requests
    assert PHONE[1:].encode() in request.body
    assert report(app, visitor, kind, token, request).status_code == 200
    apply(app)
    assert status_counts(app, campaign_id) == {"delivered": 1}
    assert len(provider_server.requests) == 1
