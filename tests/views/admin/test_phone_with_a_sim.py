"""From the page to a real text: a phone is added, sends a test, and reports that it arrived."""

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select

from promosms.extensions import db
from promosms.gateways.http.android import signature
from promosms.models import Message
from tests.gateways.http.phone import Phone, event
from tests.gateways.http.provider import provider
from tests.support.pages import PageClient, words

KEY = "the signing key"
FORM = {
    "name": "My phone",
    "username": "sms",
    "password": "secret words",
    "number": "+48732000001",
    "signing_key": KEY,
    "per_hour": "3600",
    "allow_private": "y",
    "allow_insecure": "y",
    "rate": "30",
    "window": "10",
    "connections": "1",
}


def status(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(select(Message.status)).one()


def test_a_phone_is_added_and_sends_a_test(
    app: Flask, admin: PageClient, settle: Callable[..., None]
) -> None:
    with provider() as there:
        phone = there.answer = Phone()
        form = {**FORM, "base_url": there.url}
        page = admin.post_page("/admin/add-gateway/android", form)
        field = page.select_one("textarea#receipt")
        assert field
        address = urlsplit(field.get_text())
        page = admin.post_page("/admin/gateways/My%20phone/test", {"phone": "+48601222333"})
        assert "Waiting" in page.get_text()
        settle(until=lambda: status(app) == "sent")
        (text,) = phone.messages.values()
        report(app, address.path, text["id"])
        settle(until=lambda: status(app) == "delivered")
    assert text["phoneNumbers"] == ["+48601222333"]
    assert text["textMessage"]["text"].startswith("Test of the gateway My phone")
    asked = {urlsplit(webhook["url"]).path for webhook in phone.webhooks.values()}
    assert address.path in asked
    assert "Delivered" in words(admin.get_page("/admin/gateways/My%20phone").get_text(" "))


def report(app: Flask, path: str, message_id: str) -> None:
    """Tell PromoSMS as the phone does that the text has arrived."""
    body = event("sms:delivered", messageId=message_id, phoneNumber="+48601222333")
    moment = str(int(time.time()))
    headers = {"X-Timestamp": moment, "X-Signature": signature(KEY, body, moment)}
    client = PageClient(app)
    answer = client.post(path, data=body, headers=headers, content_type="application/json")
    assert answer.status_code == 200
