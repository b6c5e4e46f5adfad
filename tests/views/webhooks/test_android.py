"""A phone as a gateway: it is asked to call us, its parts are counted, its replies kept once."""

import hashlib
import hmac
import time
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.models import GatewayInboxRow, InboundMessage, Message, Suppression
from tests.gateways.http.phone import Phone, event
from tests.gateways.http.provider import Provider
from tests.gateways.http.runner import LOOPBACK
from tests.services.sending.conftest import MakeCampaign, make_campaign
from tests.support.pages import PageClient
from tests.views.webhooks.test_webhooks import (
    PHONE,
    apply,
    come_due,
    connect,
    provider_server,
    send_through_gateway,
    status_counts,
)

__all__ = ["make_campaign", "provider_server"]

Settle = Callable[..., None]
KEY = b"sign"


def line(app: Flask, server: Provider, phone: Phone, number: str = "+48732000001") -> str:
    """Connect the phone; returns the secret in its webhook addresses."""
    server.answer = phone
    keys = {"username": "sms", "password": "p", "signing_key": KEY.decode(), "per_hour": "3600"}
    return connect(app, "android", **keys, **LOOPBACK, number=number, base_url=server.url)


def tell(app: Flask, client: PageClient, path: str, body: bytes) -> None:
    """The phone calls, and what it says is applied."""
    stamp = str(int(time.time()))
    digest = hmac.new(KEY, body + stamp.encode(), hashlib.sha256).hexdigest()
    headers = {"X-Signature": digest, "X-Timestamp": stamp, "Content-Type": "application/json"}
    assert client.post(path, data=body, headers=headers).status_code == 200
    come_due(app, GatewayInboxRow)
    apply(app)


@pytest.mark.parametrize("last", ["delivered", "failed"])
def test_a_long_text_arrives_when_all_of_it_has(
    app: Flask,
    provider_server: Provider,
    make_campaign: MakeCampaign,
    settle: Settle,
    visitor: PageClient,
    last: str,
) -> None:
    phone = Phone(goes_away=True)
    token = line(app, provider_server, phone)
    campaign_id = send_through_gateway(app, make_campaign)  # in two parts
    settle(
        until=lambda: len(phone.messages) == 1 and status_counts(app, campaign_id) == {"queued": 1}
    )
    come_due(app, Message)
    settle(until=lambda: status_counts(app, campaign_id) == {"sent": 1})
    ((ours, sent),) = phone.messages.items()  # asked for twice, there once
    assert sent["phoneNumbers"] == [PHONE]
    urls = {one["event"]: one["url"] for one in phone.webhooks.values()}
    path = f"/gateways/{token}/receipt"
    assert urls["sms:delivered"] == urls["sms:failed"] == f"https://localhost:8443{path}"
    payload = {"messageId": ours, "recipient": PHONE}
    for name in ("e1", "e1"):
        tell(app, visitor, path, event("sms:delivered", name, **payload))
        assert status_counts(app, campaign_id) == {"sent": 1}
    tell(app, visitor, path, event(f"sms:{last}", "e2", **payload))
    final = {"delivered": "delivered", "failed": "undelivered"}[last]
    assert status_counts(app, campaign_id) == {final: 1}


def test_a_reply_is_kept_once_and_belongs_to_who_has_texted(
    app: Flask,
    provider_server: Provider,
    make_campaign: MakeCampaign,
    settle: Settle,
    visitor: PageClient,
) -> None:
    make_campaign([PHONE])
    settle()
    with app.app_context():
        sender = db.session.scalars(select(Message.sender)).one()
        db.session.remove()
    token = line(app, provider_server, Phone(), number=sender)
    reply = {"messageId": "1a2b3c4d", "sender": PHONE, "recipient": None, "message": "STOP"}
    for name in ("e1", "e2"):
        path = f"/gateways/{token}/inbound"
        tell(app, visitor, path, event("sms:received", name, **reply))
    with app.app_context():
        assert db.session.scalars(select(InboundMessage.text)).all() == ["STOP"]
        assert db.session.scalars(select(Suppression.phone)).all() == [PHONE]
