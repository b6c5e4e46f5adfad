"""ClickSend: what we send, what its answers mean, which of its calls we accept."""

import base64
import json

import pytest

from promosms.gateways.base import (
    BadSettings,
    BadSignature,
    BadWebhook,
    ErrorClass,
    Inbound,
    InboxEvent,
    Receipt,
    ReceiptStatus,
    Resend,
)
from promosms.gateways.http.clicksend import ClickSend
from tests.gateways.http.provider import Provider, Says
from tests.gateways.http.runner import (
    CALLBACK,
    LOOPBACK,
    PHONE,
    SENDER,
    UNICODE,
    Case,
    call,
    call_json,
    cases,
    check_wait,
    labels,
    run_case,
    submit,
    text,
)

ID = "4E8A1C6D-7B92-4D35-A0F8-3C5B6D7E9F12"
KEYS = {"username": "shop", "api_key": "not-a-secret"}


def says(status: object, message_id: object = ID, http: int = 200) -> Says:
    message = {"message_id": message_id, "status": status, "message_parts": 1}
    body = {"http_code": http, "response_code": "SUCCESS", "data": {"messages": [message]}}
    return Says(http, json.dumps(body).encode())


def refusal(status: int) -> Says:
    return Says(status, json.dumps({"http_code": status, "response_code": "…"}).encode())


UNCLEAR = (ErrorClass.UNKNOWN, "bad_answer")
REJECTED = (ErrorClass.PERMANENT, "rejected")
CREDENTIALS = (ErrorClass.SETTINGS, "credentials")
REFUSED = {
    "INVALID_RECIPIENT": (ErrorClass.PERMANENT, "bad_number"),
    "EMPTY_MESSAGE": REJECTED,
    "MISSING_REQUIRED_FIELDS": REJECTED,
    "THROTTLED": (ErrorClass.THROTTLED, "throttled"),
    "INSUFFICIENT_CREDIT": (ErrorClass.SETTINGS, "no_credit"),
    "INVALID_SENDER_ID": (ErrorClass.SETTINGS, "bad_sender"),
    "MISSING_CREDENTIALS": CREDENTIALS,
    "INVALID_CREDENTIALS": CREDENTIALS,
    "ACCOUNT_NOT_ACTIVATED": CREDENTIALS,
    "COUNTRY_NOT_ENABLED": (ErrorClass.PERMANENT, "country"),
    "INTERNAL_ERROR": (ErrorClass.UNKNOWN, "no_answer"),
    "WAIT_APPROVAL": UNCLEAR,
    "": UNCLEAR,
}
TABLE = cases(
    [
        Case("taken", says("SUCCESS"), (ID,)),
        Case("taken in two parts", says("SUCCESS"), (ID, f"{ID}.2"), parts=2),
        *(Case(f"status {word}", says(word), line) for word, line in REFUSED.items()),
        Case("no id", says("SUCCESS", ""), UNCLEAR),
        Case("an odd id", says("SUCCESS", 5), UNCLEAR),
        Case("an odd status", says(["SUCCESS"]), UNCLEAR),
        Case("no data", Says(200, b'{"data": null}'), UNCLEAR),
        Case("no messages", Says(200, b'{"data": {"messages": []}}'), UNCLEAR),
        Case("odd messages", Says(200, b'{"data": {"messages": [1]}}'), UNCLEAR),
        Case("malformed", refusal(400), REJECTED),
        Case("wrong key", refusal(401), CREDENTIALS),
        Case("forbidden", refusal(403), CREDENTIALS),
        Case("wrong address", refusal(404), (ErrorClass.SETTINGS, "settings")),
        Case("too fast", refusal(429), (ErrorClass.THROTTLED, "throttled")),
        Case("error inside", says("EMPTY_MESSAGE", http=500), (ErrorClass.UNKNOWN, "no_answer")),
        Case("a stranger refuses", Says(400, b"<html>"), (ErrorClass.TEMPORARY, "bad_answer")),
        Case(
            "redirect", Says(301, b"", (("Location", "/x"),)), (ErrorClass.TEMPORARY, "redirected")
        ),
    ]
)


def settings(there: Provider) -> dict[str, str]:
    return {**KEYS, **LOOPBACK, "base_url": there.url, "callback_url": CALLBACK}


@pytest.mark.parametrize("case", TABLE, ids=labels)
def test_it_knows_what_the_answer_means(there: Provider, case: Case) -> None:
    run_case(ClickSend, settings(there), there, case)


def test_it_sends_what_is_documented(there: Provider) -> None:
    there.says = says("SUCCESS")
    submit(ClickSend, settings(there), text(2))
    (request,) = there.requests
    assert (request.method, request.path) == ("POST", "/v3/sms/send")
    pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == "shop:not-a-secret"
    assert request.headers["content-type"] == "application/json"
    message = {"from": SENDER, "to": PHONE, "body": UNICODE, "custom_string": "4711-2"}
    assert json.loads(request.body) == {"messages": [message]}


def test_it_says_how_long_to_wait(there: Provider) -> None:
    check_wait(ClickSend, settings(there), there, refusal(429).body)


def test_what_it_may_have_taken_is_never_sent_again() -> None:
    assert ClickSend.resend(KEYS) is Resend.NEVER


def test_it_has_neither_flash_nor_a_time_to_try() -> None:
    assert not ClickSend.can_flash(KEYS)
    assert not ClickSend.can_limit_validity(KEYS)


@pytest.mark.parametrize(
    "given",
    [{"username": ""}, {"api_key": ""}, {"addresses": "x"}, {"base_url": "http://sms.example"}],
)
def test_it_refuses_settings_that_cannot_work(given: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        ClickSend({**KEYS, **given})


RECEIPT = {
    "message_id": ID,
    "status_code": "201",
    "status_text": "Success: Message received on handset.",
    "error_code": "",
    "custom_string": "4711-2",
    "timestamp": "1450000000",
}
REPLY = {"message_id": "r1", "from": PHONE, "to": SENDER, "body": "STOP", "original_body": "…"}


def by(form: str, topic: str, values: dict[str, str], **given: str) -> list[InboxEvent]:
    """The same call as a form and as JSON: which one comes is not said."""
    settings = {**KEYS, **given}
    if form == "JSON":
        return call_json("clicksend", settings, topic, values)
    return call("clicksend", settings, topic, values)


@pytest.mark.parametrize("form", ["form", "JSON"])
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("200", None),
        ("300", None),
        ("302", None),
        ("201", ReceiptStatus.DELIVERED),
        ("301", ReceiptStatus.UNDELIVERED),
    ],
)
def test_a_status_means(form: str, code: str, status: ReceiptStatus | None) -> None:
    events = by(form, "receipt", {**RECEIPT, "status_code": code})
    expected = [Receipt(name, "4711", status) for name in (ID, f"{ID}.2")]
    assert events == (expected if status else [])


def test_a_code_may_be_a_number() -> None:
    events = call_json("clicksend", KEYS, "receipt", {**RECEIPT, "status_code": 201})
    assert len(events) == 2


@pytest.mark.parametrize("form", ["form", "JSON"])
def test_a_reply_is_understood(form: str) -> None:
    assert by(form, "inbound", REPLY) == [Inbound("r1", PHONE, SENDER, "STOP")]


@pytest.mark.parametrize(
    ("topic", "values"),
    [
        *(("receipt", {**RECEIPT, name: ""}) for name in ("message_id", "status_code")),
        *(("inbound", {**REPLY, name: ""}) for name in ("message_id", "from", "to")),
    ],
)
def test_it_refuses_an_incomplete_call(topic: str, values: dict[str, str]) -> None:
    with pytest.raises(BadWebhook):
        by("form", topic, values)


def test_only_listed_addresses_may_call() -> None:
    assert by("form", "receipt", RECEIPT, addresses="192.0.2.0/24")
    with pytest.raises(BadSignature):
        by("form", "receipt", RECEIPT, addresses="203.0.113.0/24")
