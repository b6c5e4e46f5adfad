"""Calls by a phone: which are believed, and what they say of texts, parts and replies."""

import hashlib
import hmac
import time

import pytest

from promosms.gateways.base import (
    BadSignature,
    BadWebhook,
    Inbound,
    InboxEvent,
    Receipt,
    ReceiptStatus,
)
from tests.gateways.http.phone import event
from tests.gateways.http.runner import PHONE, call
from tests.gateways.http.test_android import ID, KEYS, MARK

D, U, E = ReceiptStatus.DELIVERED, ReceiptStatus.UNDELIVERED, ReceiptStatus.EXPIRED
NOW = 1_790_000_000
RECEIPT = {"messageId": ID, "sender": "+48732000001", "recipient": PHONE, "simNumber": 1}
REPLY = {"messageId": "1a2b3c4d", "sender": PHONE, "recipient": None, "message": "STOP"}


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW + 0.0)


def signed(body: bytes, key: bytes = b"sign", at: str = str(NOW)) -> dict[str, str]:
    digest = hmac.new(key, body + at.encode(), hashlib.sha256).hexdigest()
    return {"content-type": "application/json", "x-signature": digest, "x-timestamp": at}


def heard(body: bytes, topic: str = "receipt", **settings: str) -> list[InboxEvent]:
    return call("android", {**KEYS, **settings}, topic, {}, body=body, headers=signed(body))


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_signed_call_is_believed_for_five_minutes(seconds: int) -> None:
    body = event("sms:delivered", **RECEIPT)
    headers = signed(body, at=str(NOW + seconds))
    assert call("android", KEYS, "receipt", {}, body=body, headers=headers)
    capitals = {**headers, "x-signature": headers["x-signature"].upper()}
    assert call("android", KEYS, "receipt", {}, body=body, headers=capitals)


BODY = event("sms:delivered", **RECEIPT)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**signed(BODY), "x-signature": ""},
        {**signed(BODY), "x-signature": "ęę"},
        {**signed(BODY), "x-timestamp": ""},
        {**signed(BODY), "x-timestamp": str(NOW + 1)},
        signed(BODY, key=b"other"),
        signed(event("sms:failed", **RECEIPT)),
        signed(BODY, at=str(NOW - 301)),
        signed(BODY, at=str(NOW + 301)),
        signed(BODY, at="now"),
        signed(BODY, at=f"{NOW}.0"),
        signed(BODY, at="９" * 10),
        signed(BODY, at="9" * 13),
    ],
)
def test_a_forged_or_old_call_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        call("android", KEYS, "receipt", {}, body=BODY, headers=headers)


def test_without_a_key_the_secret_address_must_do() -> None:
    bare = {**KEYS, "signing_key": "", "unsigned": "yes"}
    assert call("android", bare, "receipt", {}, body=BODY)


@pytest.mark.parametrize(
    ("name", "reason", "status"),
    [
        ("sms:delivered", None, D),
        ("sms:failed", "Send result: RESULT_ERROR_NO_SERVICE", U),
        ("sms:failed", None, U),
        ("sms:failed", "TTL expired", E),
        ("sms:sent", None, None),
        ("system:ping", None, None),
        ("sms:data-received", None, None),
    ],
)
def test_an_event_means(name: str, reason: str | None, status: ReceiptStatus | None) -> None:
    payload = {**RECEIPT, "reason": reason} if reason else RECEIPT
    expected = [Receipt(ID, "4711", status, PHONE)] if status else []
    assert heard(event(name, **payload)) == expected


def test_each_event_of_a_long_text_is_one_part() -> None:
    payload = {**RECEIPT, "messageId": f"4711-3-{MARK}"}
    found = [heard(event("sms:delivered", name, **payload)) for name in ("e1", "e2", "e1")]
    assert found == [[Receipt(name, "4711", D, PHONE)] for name in ("e1", "e2", "e1")]
    failed = heard(event("sms:failed", "e3", **payload))
    assert failed == [Receipt("e3", "4711", U, PHONE)]
    with pytest.raises(BadWebhook):
        heard(event("sms:delivered", "", **payload))


@pytest.mark.parametrize(
    "message_id", ["zXDYfTmTVf3iMd16zzdBj", "4711-1-00000000", "4711-21", "4711", "-1-1"]
)
def test_texts_of_other_programs_are_not_ours(message_id: str) -> None:
    assert heard(event("sms:delivered", **{**RECEIPT, "messageId": message_id})) == []


def test_an_older_app_names_the_number_elsewhere() -> None:
    payload = {"messageId": ID, "phoneNumber": PHONE}
    assert heard(event("sms:delivered", **payload)) == [Receipt(ID, "4711", D, PHONE)]
    reply = {"messageId": "1a", "phoneNumber": PHONE, "message": "STOP"}
    expected = Inbound("1a", PHONE, "+48732000001", "STOP")
    assert heard(event("sms:received", **reply), "inbound") == [expected]


@pytest.mark.parametrize("recipient", [None, "732000001", "+48732000009"])
def test_a_reply_is_to_the_number_of_the_settings(recipient: str | None) -> None:
    body = event("sms:received", **{**REPLY, "recipient": recipient})
    for topic in ("inbound", "receipt"):
        assert heard(body, topic) == [Inbound("1a2b3c4d", PHONE, "+48732000001", "STOP")]


def test_a_reply_that_is_reported_twice_is_the_same() -> None:
    first, second = (heard(event("sms:received", name, **REPLY)) for name in ("e1", "e2"))
    assert first == second
    assert isinstance(first[0], Inbound)
    assert first[0].reference == "1a2b3c4d"


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"event": "sms:received"}',
        b'{"event": "sms:received", "payload": []}',
        event("sms:received", sender=PHONE, message="STOP"),
        event("sms:received", messageId="1", message="STOP"),
        event("sms:delivered", recipient=PHONE),
    ],
)
def test_what_lacks_its_fields_is_not_acknowledged(body: bytes) -> None:
    with pytest.raises(BadWebhook):
        heard(body)
