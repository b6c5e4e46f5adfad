"""Vonage: what we send, what its answers mean, which of its calls we accept."""

import hashlib
import hmac
import json
from urllib.parse import urlencode

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
from promosms.gateways.http.vonage import ERRORS, STATUSES, Vonage, signature
from tests.gateways.http.provider import Provider, Says
from tests.gateways.http.runner import (
    CALLBACK,
    LOOPBACK,
    PHONE,
    SENDER,
    UNICODE,
    Case,
    call,
    cases,
    check_wait,
    labels,
    run_case,
    submit,
    text,
)

KEYS = {"api_key": "abcd1234", "api_secret": "not-a-secret", "signature_secret": "sign"}


def says(*statuses: str, http: int = 200) -> Says:
    messages = [
        {"to": "48601234567", "status": status, "message-id": f"0A{number}", "error-text": "…"}
        for number, status in enumerate(statuses, 1)
    ]
    body = {"message-count": str(len(messages)), "messages": messages}
    return Says(http, json.dumps(body).encode())


TABLE = cases(
    [
        Case("taken", says("0"), ("0A1",)),
        Case("taken in three parts", says("0", "0", "0"), ("0A1", "0A2", "0A3"), parts=3),
        Case("some parts taken", says("0", "1"), (ErrorClass.UNKNOWN, "bad_answer"), parts=2),
        *(Case(f"status {code}", says(code), line) for code, line in ERRORS.items()),
        Case("a status nobody knows", says("99"), (ErrorClass.PERMANENT, "rejected")),
        Case("broken, with words", says("4", http=500), (ErrorClass.UNKNOWN, "no_answer")),
        Case("no messages", Says(200, b'{"messages": []}'), (ErrorClass.UNKNOWN, "bad_answer")),
        Case("odd messages", Says(200, b'{"messages": [1]}'), (ErrorClass.UNKNOWN, "bad_answer")),
        Case(
            "no id",
            Says(200, b'{"messages": [{"status": "0"}]}'),
            (ErrorClass.UNKNOWN, "bad_answer"),
        ),
        Case("denied", Says(401, b"<html>"), (ErrorClass.SETTINGS, "credentials")),
        Case("a stranger refuses", Says(400, b"<html>"), (ErrorClass.TEMPORARY, "bad_answer")),
        Case(
            "redirect", Says(301, b"", (("Location", "/x"),)), (ErrorClass.TEMPORARY, "redirected")
        ),
    ]
)


@pytest.mark.parametrize("case", TABLE, ids=labels)
def test_it_knows_what_the_answer_means(there: Provider, case: Case) -> None:
    run_case(Vonage, {**KEYS, **LOOPBACK, "base_url": there.url}, there, case)


@pytest.mark.parametrize(("encoding", "type_"), [("gsm7", "text"), ("ucs2", "unicode")])
def test_it_sends_what_is_documented(there: Provider, encoding: str, type_: str) -> None:
    there.says = says("0")
    settings = {**KEYS, **LOOPBACK, "base_url": there.url, "callback_url": CALLBACK}
    submit(Vonage, settings, text(2, encoding=encoding))
    (request,) = there.requests
    assert (request.method, request.path) == ("POST", "/sms/json")
    assert request.form == {
        "api_key": "abcd1234",
        "api_secret": "not-a-secret",
        "from": SENDER[1:],
        "to": PHONE[1:],
        "text": UNICODE,
        "type": type_,
        "client-ref": "4711-2",
        "callback": f"{CALLBACK}/receipt",
    }


def test_it_says_how_long_to_wait(there: Provider) -> None:
    check_wait(Vonage, {**KEYS, **LOOPBACK, "base_url": there.url}, there)


def test_what_it_may_have_taken_is_never_sent_again() -> None:
    assert Vonage.resend(KEYS) is Resend.NEVER


RECEIPT = {
    "messageId": "0A1",
    "msisdn": PHONE[1:],
    "to": SENDER[1:],
    "status": "delivered",
    "err-code": "0",
    "client-ref": "4711-2",
    "timestamp": "1789000000",
}
REPLY = {
    "messageId": "0B1",
    "msisdn": PHONE[1:],
    "to": SENDER[1:],
    "text": "A & B = STOP",
    "type": "text",
}


def signed(fields: dict[str, str]) -> dict[str, str]:
    return {**fields, "sig": signature("sign", "sha256", fields)}


def test_the_signature_is_made_as_described() -> None:
    text = "&a=1_2_3&b=x"
    fields = {"b": "x", "sig": "0", "a": "1&2=3"}
    assert signature("k", "sha512", fields) == hmac.new(b"k", text.encode(), "sha512").hexdigest()
    assert signature("k", "md5hash", fields) == hashlib.md5(f"{text}k".encode()).hexdigest()


@pytest.mark.parametrize("method", ["GET", "form", "JSON"])
def test_a_receipt_is_for_one_part(method: str) -> None:
    expected = Receipt("0A1", "4711", ReceiptStatus.DELIVERED, PHONE)
    assert by(method, "receipt", signed(RECEIPT)) == [expected]


@pytest.mark.parametrize("method", ["GET", "form", "JSON"])
def test_a_reply_is_understood(method: str) -> None:
    assert by(method, "inbound", signed(REPLY)) == [Inbound("0B1", PHONE, SENDER, "A & B = STOP")]


@pytest.mark.parametrize("method", ["GET", "form", "JSON"])
def test_a_long_reply_comes_in_parts(method: str) -> None:
    half = {**REPLY, "concat": "true", "concat-ref": "66", "concat-part": "2", "concat-total": "3"}
    expected = Inbound("0B1", PHONE, SENDER, "A & B = STOP", "66", 2, 3)
    assert by(method, "inbound", signed(half)) == [expected]


def test_a_part_keeps_half_a_character() -> None:
    half = {**REPLY, "text": "a\ud83d", "concat-ref": "66", "concat-part": "1", "concat-total": "2"}
    body = json.dumps(half).encode()
    unsigned = {"api_key": "a", "api_secret": "b", "unsigned": "yes"}
    headers = {"content-type": "application/json"}
    (reply,) = call("vonage", unsigned, "inbound", {}, headers=headers, body=body)
    assert reply == Inbound("0B1", PHONE, SENDER, "a\ud83d", "66", 1, 2)


@pytest.mark.parametrize("number", ["", "0", "x", "²", "1000", "-1"])
def test_a_part_without_its_number_is_a_separate_reply(number: str) -> None:
    half = {**REPLY, "concat-ref": "66", "concat-part": number, "concat-total": "2"}
    events = call("vonage", KEYS, "inbound", signed(half))
    assert events == [Inbound("0B1", PHONE, SENDER, "A & B = STOP")]


@pytest.mark.parametrize("word", [*STATUSES, "accepted", "buffered", "unknown"])
def test_a_status_means(word: str) -> None:
    events = call("vonage", KEYS, "receipt", signed({**RECEIPT, "status": word}))
    status = STATUSES.get(word)
    assert events == ([Receipt("0A1", "4711", status, PHONE)] if status else [])


@pytest.mark.parametrize(
    "fields",
    [
        RECEIPT,
        {**RECEIPT, "sig": ""},
        {**RECEIPT, "sig": "ęę"},
        {**signed(RECEIPT), "status": "failed"},
        {**signed(RECEIPT), "client-ref": "4712-2"},
        {**signed(RECEIPT), "extra": "1"},
    ],
)
def test_it_refuses_a_forged_call(fields: dict[str, str]) -> None:
    for method in ("GET", "form", "JSON"):
        with pytest.raises(BadSignature):
            by(method, "receipt", fields)


@pytest.mark.parametrize(
    "fields", [{"sig": "\ud800"}, {"sig": "0", "a": "\ud800"}, {"\ud800": "0"}]
)
def test_it_refuses_a_forged_call_with_half_a_character(fields: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        by("JSON", "receipt", {**RECEIPT, **fields})


def test_it_refuses_a_call_without_its_fields() -> None:
    with pytest.raises(BadWebhook):
        call("vonage", KEYS, "receipt", signed({"status": "delivered"}))


def test_the_dashboard_may_try_the_address() -> None:
    assert call("vonage", KEYS, "receipt", {}) == []


def test_without_signatures_only_if_the_settings_say_so() -> None:
    keys = {"api_key": "a", "api_secret": "b"}
    with pytest.raises(BadSettings):
        Vonage(keys)
    Vonage({**keys, "unsigned": "yes"})
    assert call("vonage", {**keys, "unsigned": "yes"}, "receipt", RECEIPT)
    with pytest.raises(BadSettings):
        Vonage({**KEYS, "signature_method": "rot13"})


def by(method: str, topic: str, fields: dict[str, str]) -> list[InboxEvent]:
    """The same call in each of the ways in which Vonage can make it."""
    if method == "form":
        return call("vonage", KEYS, topic, fields)
    if method == "JSON":
        headers = {"content-type": "application/json"}
        return call("vonage", KEYS, topic, {}, headers=headers, body=json.dumps(fields).encode())
    return call("vonage", KEYS, topic, {}, query=urlencode(fields), headers={"content-type": ""})
