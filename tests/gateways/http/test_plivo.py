"""Plivo: what we send, what its answers mean, which of its calls we accept."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping

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
from promosms.gateways.http.plivo import Plivo
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

ID = "7c1e0b52-4a6d-4f39-9b8e-2d5f6a7c8e90"
KEYS = {"auth_id": "MA0123456789", "auth_token": "12345"}
TAKEN = Says(202, json.dumps({"message": "…", "message_uuid": [ID], "api_id": "1"}).encode())


def refusal(status: int, words: object) -> Says:
    return Says(status, json.dumps({"api_id": "1", "error": words}).encode())


UNCLEAR = (ErrorClass.UNKNOWN, "bad_answer")
REJECTED = (ErrorClass.PERMANENT, "rejected")
STRANGER = (ErrorClass.TEMPORARY, "bad_answer")
TABLE = cases(
    [
        Case("taken", TAKEN, (ID,)),
        Case("taken in three parts", TAKEN, (ID, f"{ID}.2", f"{ID}.3"), parts=3),
        Case("bad recipient", refusal(400, "dst parameter not valid"), REJECTED),
        Case("bad recipient, by field", refusal(422, {"dst": ["not valid"]}), REJECTED),
        Case(
            "bad sender",
            refusal(400, "src parameter not valid"),
            (ErrorClass.SETTINGS, "bad_sender"),
        ),
        Case(
            "bad powerpack",
            refusal(422, {"powerpack_uuid": "not found"}),
            (ErrorClass.SETTINGS, "bad_sender"),
        ),
        Case("a word with src", refusal(400, "unsrced"), REJECTED),
        Case("wrong token", refusal(401, "…"), (ErrorClass.SETTINGS, "credentials")),
        Case("forbidden", refusal(403, "src"), (ErrorClass.SETTINGS, "credentials")),
        Case("no such account", refusal(404, "not found"), (ErrorClass.SETTINGS, "settings")),
        Case("too fast", refusal(429, "src"), (ErrorClass.THROTTLED, "throttled")),
        Case("error inside", refusal(500, "src"), (ErrorClass.UNKNOWN, "no_answer")),
        Case("no id", Says(202, b'{"message_uuid": []}'), UNCLEAR),
        Case("an odd id", Says(202, b'{"message_uuid": [5]}'), UNCLEAR),
        Case("an empty id", Says(202, b'{"message_uuid": [""]}'), UNCLEAR),
        Case("an odd list", Says(202, b'{"message_uuid": "x"}'), UNCLEAR),
        Case("a stranger refuses", Says(400, b"<html>"), STRANGER),
        Case("no words", Says(400, b"{}"), STRANGER),
        Case(
            "redirect", Says(307, b"", (("Location", "/x"),)), (ErrorClass.TEMPORARY, "redirected")
        ),
    ]
)


def settings(there: Provider) -> dict[str, str]:
    return {**KEYS, **LOOPBACK, "base_url": there.url, "callback_url": CALLBACK}


@pytest.mark.parametrize("case", TABLE, ids=labels)
def test_it_knows_what_the_answer_means(there: Provider, case: Case) -> None:
    run_case(Plivo, settings(there), there, case)


@pytest.mark.parametrize(
    ("given", "sender"),
    [({}, {"src": SENDER[1:]}), ({"powerpack": "p1"}, {"powerpack_uuid": "p1"})],
)
def test_it_sends_what_is_documented(
    there: Provider, given: dict[str, str], sender: dict[str, str]
) -> None:
    there.says = TAKEN
    submit(Plivo, {**settings(there), **given}, text(2))
    (request,) = there.requests
    assert (request.method, request.path) == ("POST", "/v1/Account/MA0123456789/Message/")
    pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == "MA0123456789:12345"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {
        **sender,
        "dst": PHONE[1:],
        "text": UNICODE,
        "type": "sms",
        "url": f"{CALLBACK}/receipt?our_reference=4711-2",
        "method": "POST",
    }


def test_it_says_how_long_to_wait(there: Provider) -> None:
    check_wait(Plivo, settings(there), there, refusal(429, "…").body)


def test_what_it_may_have_taken_is_never_sent_again() -> None:
    assert Plivo.resend(KEYS) is Resend.NEVER


def test_it_has_neither_flash_nor_a_time_to_try() -> None:
    assert not Plivo.can_flash(KEYS)
    assert not Plivo.can_limit_validity(KEYS)


@pytest.mark.parametrize(
    "given",
    [
        {"auth_id": "a/b"},
        {"auth_id": "ż"},
        {"auth_id": ""},
        {"auth_token": ""},
        {"base_url": "http://sms.example"},
    ],
)
def test_it_refuses_settings_that_cannot_work(given: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        Plivo({**KEYS, **given})


QUERY = "our_reference=4711-2"
RECEIPT = {
    "MessageUUID": ID,
    "To": PHONE[1:],
    "From": SENDER[1:],
    "Status": "delivered",
    "ErrorCode": "000",
    "Units": "2",
}
REPLY = {"MessageUUID": "r1", "From": PHONE[1:], "To": SENDER[1:], "Text": "STOP", "Type": "sms"}


def sign(signed: str) -> str:
    return base64.b64encode(hmac.new(b"12345", signed.encode(), hashlib.sha256).digest()).decode()


def signed_form(
    topic: str, form: Mapping[str, str], query: str = "", name: str = "x-plivo-signature-v3"
) -> dict[str, str]:
    """The headers of a POST."""
    fields = "".join(key + form[key] for key in sorted(form))
    address = f"{CALLBACK}/{topic}?{query}." if query else f"{CALLBACK}/{topic}?"
    return {name: sign(f"{address}{fields}.n1"), "x-plivo-signature-v3-nonce": "n1"}


def receipt(**changes: str) -> list[InboxEvent]:
    form = {**RECEIPT, **changes}
    headers = signed_form("receipt", form, QUERY)
    return call("plivo", KEYS, "receipt", form, headers=headers, query=QUERY)


def both(status: ReceiptStatus) -> list[Receipt]:
    return [Receipt(name, "4711", status, PHONE) for name in (ID, f"{ID}.2")]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", None),
        ("sent", None),
        ("delivered", ReceiptStatus.DELIVERED),
        ("undelivered", ReceiptStatus.UNDELIVERED),
        ("rejected", ReceiptStatus.UNDELIVERED),
        ("failed", ReceiptStatus.UNDELIVERED),
    ],
)
def test_a_status_means(word: str, status: ReceiptStatus | None) -> None:
    assert receipt(Status=word) == (both(status) if status else [])


def test_what_waited_too_long_is_expired() -> None:
    assert receipt(Status="failed", ErrorCode="420") == both(ReceiptStatus.EXPIRED)
    assert receipt(Status="failed", ErrorCode="42") == both(ReceiptStatus.UNDELIVERED)
    assert receipt(Status="delivered", ErrorCode="420") == both(ReceiptStatus.DELIVERED)


def test_it_may_call_by_get() -> None:
    query = f"To={PHONE[1:]}&Status=delivered&MessageUUID={ID}&our_reference=4711-2"
    ordered = f"MessageUUID={ID}&Status=delivered&To={PHONE[1:]}&our_reference=4711-2"
    headers = {
        "x-plivo-signature-v3": sign(f"{CALLBACK}/receipt?{ordered}.n1"),
        "x-plivo-signature-v3-nonce": "n1",
    }
    found = call("plivo", KEYS, "receipt", {}, headers=headers, query=query)
    assert found == both(ReceiptStatus.DELIVERED)


@pytest.mark.parametrize("name", ["x-plivo-signature-v3", "x-plivo-signature-ma-v3"])
@pytest.mark.parametrize("many", ["{}", "{},AAAA", "AAAA, {}"])
def test_a_reply_is_understood_with_one_signature_or_several(name: str, many: str) -> None:
    headers = signed_form("inbound", REPLY, name=name)
    headers[name] = many.format(headers[name])
    found = call("plivo", KEYS, "inbound", REPLY, headers=headers)
    assert found == [Inbound("r1", PHONE, SENDER, "STOP")]


GOOD = signed_form("receipt", RECEIPT, QUERY)


@pytest.mark.parametrize(
    ("form", "headers", "query"),
    [
        (RECEIPT, {}, QUERY),
        (RECEIPT, {**GOOD, "x-plivo-signature-v3": ""}, QUERY),
        (RECEIPT, {**GOOD, "x-plivo-signature-v3": "ęę,ę"}, QUERY),
        (RECEIPT, {**GOOD, "x-plivo-signature-v3-nonce": "n2"}, QUERY),
        ({**RECEIPT, "Status": "failed"}, GOOD, QUERY),
        ({**RECEIPT, "Extra": "1"}, GOOD, QUERY),
        (RECEIPT, GOOD, "our_reference=4712-2"),
        (RECEIPT, GOOD, ""),
        (RECEIPT, signed_form("inbound", RECEIPT, QUERY), QUERY),
        ({}, {}, ""),
    ],
)
def test_it_refuses_a_forged_call(
    form: dict[str, str], headers: dict[str, str], query: str
) -> None:
    with pytest.raises(BadSignature):
        call("plivo", KEYS, "receipt", form, headers=headers, query=query)


@pytest.mark.parametrize(
    ("topic", "missing"),
    [
        ("receipt", "MessageUUID"),
        ("receipt", "Status"),
        ("inbound", "MessageUUID"),
        ("inbound", "From"),
        ("inbound", "To"),
    ],
)
def test_it_refuses_an_incomplete_call(topic: str, missing: str) -> None:
    form = {**RECEIPT, missing: ""}
    with pytest.raises(BadWebhook):
        call("plivo", KEYS, topic, form, headers=signed_form(topic, form))
