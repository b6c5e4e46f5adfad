"""Telnyx: what we send, what its answers mean, which of its calls we accept."""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from promosms.gateways.base import (
    BadSettings,
    BadSignature,
    BadWebhook,
    ErrorClass,
    Inbound,
    Receipt,
    ReceiptStatus,
    Resend,
)
from promosms.gateways.http.telnyx import Telnyx, is_recent
from tests.gateways.http.provider import Provider, Says
from tests.gateways.http.runner import (
    CALLBACK,
    LOOPBACK,
    PHONE,
    SENDER,
    UNICODE,
    Case,
    call_json,
    cases,
    check_opt_out,
    check_wait,
    labels,
    run_case,
    submit,
    text,
)

ID = "1d5e9a37-6b2c-4f80-a4d7-9c3e5b7f1a28"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
KEYS = {"api_key": "not-a-secret", "public_key": PUBLIC}
OPEN = {"api_key": "not-a-secret", "unsigned": "yes"}
TAKEN = Says(200, json.dumps({"data": {"id": ID, "parts": 1, "errors": []}}).encode())


def refusal(status: int, code: object) -> Says:
    return Says(status, json.dumps({"errors": [{"code": code, "title": "…"}]}).encode())


UNCLEAR = (ErrorClass.UNKNOWN, "bad_answer")
NO_ANSWER = (ErrorClass.UNKNOWN, "no_answer")
SLOWER = (ErrorClass.THROTTLED, "throttled")
TABLE = cases(
    [
        Case("taken", TAKEN, (ID,)),
        Case("taken in three parts", TAKEN, (ID, f"{ID}.2", f"{ID}.3"), parts=3),
        Case("bad number", refusal(422, "10002"), (ErrorClass.PERMANENT, "bad_number")),
        Case("something missing", refusal(422, "10004"), (ErrorClass.PERMANENT, "rejected")),
        Case("no such profile", refusal(404, "10005"), (ErrorClass.SETTINGS, "settings")),
        Case("error inside 10007", refusal(400, "10007"), NO_ANSWER),
        Case("error inside 10008", refusal(422, "10008"), NO_ANSWER),
        Case("wrong key", refusal(401, "10009"), (ErrorClass.SETTINGS, "credentials")),
        Case("not allowed", refusal(403, "10010"), (ErrorClass.SETTINGS, "credentials")),
        Case("too fast", refusal(429, "10011"), SLOWER),
        Case("bad request", refusal(400, "10015"), (ErrorClass.PERMANENT, "rejected")),
        Case("no number", refusal(400, "10016"), (ErrorClass.PERMANENT, "bad_number")),
        Case("blocked by STOP", refusal(400, "40300"), (ErrorClass.PERMANENT, "opted_out")),
        Case("bad sender", refusal(400, "40305"), (ErrorClass.SETTINGS, "bad_sender")),
        Case("bad recipient", refusal(400, "40310"), (ErrorClass.PERMANENT, "bad_number")),
        Case("queue full", refusal(400, "40318"), SLOWER),
        Case("code as a number", refusal(400, 40318), SLOWER),
        Case("no credit", refusal(402, "1"), (ErrorClass.SETTINGS, "no_credit")),
        Case("another refusal", refusal(400, "49999"), (ErrorClass.PERMANENT, "rejected")),
        Case("another one", refusal(422, "49999"), (ErrorClass.PERMANENT, "rejected")),
        Case("prohibited", refusal(403, "49999"), (ErrorClass.SETTINGS, "credentials")),
        Case("wrong address", Says(404, b"<html>"), (ErrorClass.SETTINGS, "settings")),
        Case("error inside, worded", refusal(500, "10002"), NO_ANSWER),
        Case("no id", Says(200, b'{"data": {"id": 5}}'), UNCLEAR),
        Case("an empty id", Says(200, b'{"data": {"id": ""}}'), UNCLEAR),
        Case("odd data", Says(200, b'{"data": [1]}'), UNCLEAR),
        Case("odd errors", Says(400, b'{"errors": [1]}'), (ErrorClass.TEMPORARY, "bad_answer")),
        Case("no errors", Says(400, b'{"errors": []}'), (ErrorClass.TEMPORARY, "bad_answer")),
        Case("a stranger refuses", Says(400, b"<html>"), (ErrorClass.TEMPORARY, "bad_answer")),
        Case(
            "redirect", Says(302, b"", (("Location", "/x"),)), (ErrorClass.TEMPORARY, "redirected")
        ),
    ]
)


def settings(there: Provider) -> dict[str, str]:
    return {**KEYS, **LOOPBACK, "base_url": there.url, "callback_url": CALLBACK}


@pytest.mark.parametrize("case", TABLE, ids=labels)
def test_it_knows_what_the_answer_means(there: Provider, case: Case) -> None:
    run_case(Telnyx, settings(there), there, case)


@pytest.mark.parametrize("profile", ["", "4001"])
def test_it_sends_what_is_documented(there: Provider, profile: str) -> None:
    there.says = TAKEN
    given = {"messaging_profile_id": profile} if profile else {}
    submit(Telnyx, {**settings(there), **given}, text(2))
    (request,) = there.requests
    assert (request.method, request.path) == ("POST", "/v2/messages")
    assert request.headers["authorization"] == "Bearer not-a-secret"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {
        "from": SENDER,
        "to": PHONE,
        "text": UNICODE,
        "type": "SMS",
        "webhook_url": f"{CALLBACK}/receipt?our_reference=4711-2",
        **given,
    }


def test_it_knows_who_has_opted_out(there: Provider) -> None:
    check_opt_out(Telnyx, settings(there), there, refusal(400, "40300"))


def test_it_says_how_long_to_wait(there: Provider) -> None:
    check_wait(Telnyx, settings(there), there, refusal(429, "10011").body)


def test_what_it_may_have_taken_is_never_sent_again() -> None:
    assert Telnyx.resend(KEYS) is Resend.NEVER


def test_it_has_neither_flash_nor_a_time_to_try() -> None:
    assert not Telnyx.can_flash(KEYS)
    assert not Telnyx.can_limit_validity(KEYS)


@pytest.mark.parametrize(
    "given",
    [
        {"public_key": ""},
        {"public_key": "ż"},
        {"public_key": "not base64"},
        {"public_key": PUBLIC[:-4]},
        {"public_key": base64.b64encode(bytes(33)).decode()},
        {"base_url": "http://sms.example"},
        {"api_key": ""},
    ],
)
def test_it_refuses_settings_that_cannot_work(given: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        Telnyx({**KEYS, **given})


def receipt(status: str, event: str = "message.finalized", **more: object) -> dict[str, Any]:
    payload = {
        "id": ID,
        "direction": "outbound",
        "to": [{"phone_number": PHONE, "status": status}],
        "from": {"phone_number": SENDER},
        "webhook_url": f"{CALLBACK}/receipt?our_reference=4711-2",
        "errors": [],
        **more,
    }
    return {"data": {"event_type": event, "id": "1", "payload": payload}}


def both(status: ReceiptStatus, ours: str = "4711") -> list[Receipt]:
    return [Receipt(name, ours, status, PHONE) for name in (ID, f"{ID}.2")]


REPLY_PAYLOAD = {
    "id": "84cca175",
    "from": {"phone_number": PHONE},
    "to": [{"phone_number": SENDER}],
    "text": "STOP",
}
REPLY = {"data": {"event_type": "message.received", "payload": REPLY_PAYLOAD}}


def signed(body: object, off: int = 0) -> dict[str, str]:
    """The headers of a call whose clock is off by so many seconds."""
    timestamp = str(int(time.time()) + off)
    raw = json.dumps(body).encode()
    signature = PRIVATE.sign(timestamp.encode() + b"|" + raw)
    return {
        "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
        "telnyx-timestamp": timestamp,
    }


@pytest.mark.parametrize("topic", ["receipt", "inbound"])
def test_a_signed_call_is_believed_at_either_address(topic: str) -> None:
    body = receipt("delivered")
    expected = both(ReceiptStatus.DELIVERED)
    assert call_json("telnyx", KEYS, topic, body, headers=signed(body)) == expected
    reply = [Inbound("84cca175", PHONE, SENDER, "STOP")]
    assert call_json("telnyx", KEYS, topic, REPLY, headers=signed(REPLY)) == reply


@pytest.mark.parametrize(
    ("wrong", "off"),
    [
        ({"telnyx-signature-ed25519": ""}, 0),
        ({"telnyx-signature-ed25519": "ęę"}, 0),
        ({"telnyx-signature-ed25519": "AAAA"}, 0),
        ({"telnyx-timestamp": "1"}, 0),
        ({"telnyx-timestamp": ""}, 0),
        ({}, -3600),
        ({}, 3600),
    ],
)
def test_it_refuses_a_forged_or_old_call(wrong: Mapping[str, str], off: int) -> None:
    with pytest.raises(BadSignature):
        call_json("telnyx", KEYS, "inbound", REPLY, headers={**signed(REPLY, off), **wrong})


def test_it_refuses_a_call_without_or_with_another_signature() -> None:
    for headers in ({}, signed(receipt("delivered"))):
        with pytest.raises(BadSignature):
            call_json("telnyx", KEYS, "inbound", REPLY, headers=headers)


def test_it_refuses_the_signature_of_somebody_else() -> None:
    other = base64.b64encode(
        Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    ).decode()
    given = {**KEYS, "public_key": other}
    with pytest.raises(BadSignature):
        call_json("telnyx", given, "inbound", REPLY, headers=signed(REPLY))


@pytest.mark.parametrize(
    ("timestamp", "moment", "good"),
    [
        ("1000", 1000.0, True),
        ("1000", 1300.0, True),
        ("1000", 1300.5, False),
        ("1000", 700.0, True),
        ("1000", 699.5, False),
        ("", 0.0, False),
        ("-1", 0.0, False),
        ("١", 1.0, False),
        ("9" * 5000, 0.0, False),
    ],
)
def test_a_timestamp_may_be_five_minutes_off(timestamp: str, moment: float, good: bool) -> None:
    assert is_recent(timestamp, moment) is good


def test_without_signatures_only_if_the_settings_say_so() -> None:
    Telnyx(OPEN)
    assert call_json("telnyx", OPEN, "receipt", receipt("delivered"))
    assert call_json("telnyx", OPEN, "receipt", b"") == []


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", None),
        ("sending", None),
        ("sent", None),
        ("delivery_unconfirmed", None),
        ("delivered", ReceiptStatus.DELIVERED),
        ("sending_failed", ReceiptStatus.UNDELIVERED),
        ("delivery_failed", ReceiptStatus.UNDELIVERED),
        ("expired", ReceiptStatus.EXPIRED),
    ],
)
def test_a_status_means(word: str, status: ReceiptStatus | None) -> None:
    events = call_json("telnyx", OPEN, "receipt", receipt(word))
    assert events == (both(status) if status else [])


def test_what_ran_out_of_time_is_expired() -> None:
    for code, status in (("40005", ReceiptStatus.EXPIRED), ("40001", ReceiptStatus.UNDELIVERED)):
        body = receipt("delivery_failed", errors=[{"code": code}])
        assert call_json("telnyx", OPEN, "receipt", body) == both(status)
    body = receipt("delivered", errors=[{"code": "40005"}])
    assert call_json("telnyx", OPEN, "receipt", body) == both(ReceiptStatus.DELIVERED)


def test_our_reference_is_the_one_in_what_is_signed() -> None:
    query = "our_reference=9-1"
    body = receipt("delivered")
    found = call_json("telnyx", OPEN, "receipt", body, query=query)
    assert found == both(ReceiptStatus.DELIVERED)
    for missing in (None, "", 5, "https://[sms"):
        found = call_json(
            "telnyx", OPEN, "receipt", receipt("delivered", webhook_url=missing), query=query
        )
        assert found == [Receipt(ID, "9", ReceiptStatus.DELIVERED, PHONE)]


def test_what_is_only_on_its_way_is_acknowledged() -> None:
    assert call_json("telnyx", OPEN, "receipt", receipt("sent", "message.sent")) == []
    assert call_json("telnyx", OPEN, "receipt", receipt("delivered", "number.ordered")) == []


@pytest.mark.parametrize(
    "body",
    [
        {"data": 5},
        {"data": {}},
        {"data": {"event_type": "message.finalized"}},
        receipt("delivered", to=[]),
        receipt("delivered", to=5),
        receipt("delivered", to=[5]),
        receipt("delivered", to=[{}]),
        receipt("delivered", id=""),
        *(
            {"data": {"event_type": "message.received", "payload": {**REPLY_PAYLOAD, name: wrong}}}
            for name, wrong in (("id", 5), ("from", PHONE), ("from", {}), ("to", None))
        ),
    ],
)
def test_it_refuses_an_incomplete_call(body: dict[str, object]) -> None:
    with pytest.raises(BadWebhook):
        call_json("telnyx", OPEN, "inbound", body)
