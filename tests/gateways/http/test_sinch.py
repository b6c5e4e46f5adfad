"""Sinch: what we send, what its answers mean, which of its calls we accept."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest

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
from promosms.gateways.http.sinch import Sinch
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
    check_wait,
    labels,
    run_case,
    submit,
    text,
)

ID = "01J8Z3K5M7N9P2Q4R6S8T0V1W3"
KEYS = {"service_plan_id": "plan1", "token": "not-a-secret", "signature_secret": "sign"}
TAKEN = Says(201, json.dumps({"id": ID, "to": ["48601234567"], "canceled": False}).encode())


def refusal(status: int, code: str) -> Says:
    return Says(status, json.dumps({"code": code, "text": "…"}).encode())


TABLE = cases(
    [
        Case("taken", TAKEN, (ID,)),
        Case("taken in three parts", TAKEN, (ID, f"{ID}.2", f"{ID}.3"), parts=3),
        *(
            Case(code, refusal(400, code), (ErrorClass.PERMANENT, "rejected"))
            for code in ("syntax_invalid_json", "syntax_constraint_violation")
        ),
        *(
            Case(code, refusal(403, code), (ErrorClass.SETTINGS, "settings"))
            for code in ("unknown_group", "unknown_campaign", "missing_callback_url")
        ),
        Case("no credit", refusal(403, "blocked_account"), (ErrorClass.SETTINGS, "no_credit")),
        Case("bad number", refusal(403, "illegal_number"), (ErrorClass.PERMANENT, "bad_number")),
        Case("another refusal", refusal(400, "other"), (ErrorClass.PERMANENT, "rejected")),
        Case("another prohibition", refusal(403, "other"), (ErrorClass.SETTINGS, "credentials")),
        Case("wrong token", refusal(401, "unauthorized"), (ErrorClass.SETTINGS, "credentials")),
        *(
            Case(f"wrong address {status}", Says(status, b"{}"), (ErrorClass.SETTINGS, "settings"))
            for status in (404, 405, 415)
        ),
        Case("too fast", refusal(429, "too_many"), (ErrorClass.THROTTLED, "throttled")),
        Case(
            "error inside", refusal(500, "syntax_invalid_json"), (ErrorClass.UNKNOWN, "no_answer")
        ),
        Case("no id", Says(201, b'{"id": 5}'), (ErrorClass.UNKNOWN, "bad_answer")),
        Case("an empty id", Says(201, b'{"id": ""}'), (ErrorClass.UNKNOWN, "bad_answer")),
        Case("a stranger refuses", Says(400, b"<html>"), (ErrorClass.TEMPORARY, "bad_answer")),
        Case("odd code", Says(400, b'{"code": 5}'), (ErrorClass.TEMPORARY, "bad_answer")),
        Case(
            "redirect", Says(301, b"", (("Location", "/x"),)), (ErrorClass.TEMPORARY, "redirected")
        ),
    ]
)


def settings(there: Provider) -> dict[str, str]:
    return {**KEYS, **LOOPBACK, "base_url": there.url, "callback_url": CALLBACK}


@pytest.mark.parametrize("case", TABLE, ids=labels)
def test_it_knows_what_the_answer_means(there: Provider, case: Case) -> None:
    run_case(Sinch, settings(there), there, case)


def test_it_sends_what_is_documented(there: Provider) -> None:
    there.says = TAKEN
    submit(Sinch, settings(there), text(2))
    (request,) = there.requests
    assert (request.method, request.path) == ("POST", "/xms/v1/plan1/batches")
    assert request.headers["authorization"] == "Bearer not-a-secret"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {
        "from": SENDER[1:],
        "to": [PHONE[1:]],
        "body": UNICODE,
        "type": "mt_text",
        "client_reference": "4711-2",
        "delivery_report": "per_recipient_final",
        "callback_url": f"{CALLBACK}/receipt",
    }


@pytest.mark.parametrize(("minutes", "said"), [(0, False), (1, True), (4309, True), (4310, False)])
def test_it_is_told_when_a_text_expires(there: Provider, minutes: int, said: bool) -> None:
    there.says = TAKEN
    before = datetime.now(UTC).replace(microsecond=0)
    submit(Sinch, settings(there), text()._replace(validity=minutes))
    after = datetime.now(UTC)
    expires = json.loads(there.requests[0].body).get("expire_at")
    assert (expires is not None) == said
    if said:
        assert expires.endswith("Z")
        moment = datetime.fromisoformat(expires)
        assert before <= moment - timedelta(minutes=minutes) <= after
    assert Sinch.can_limit_validity(KEYS)


def test_it_says_how_long_to_wait(there: Provider) -> None:
    check_wait(Sinch, settings(there), there, refusal(429, "too_many").body)


def test_what_it_may_have_taken_is_never_sent_again() -> None:
    assert Sinch.resend(KEYS) is Resend.NEVER


def test_it_has_no_flash() -> None:
    assert not Sinch.can_flash(KEYS)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "https://eu.sms.api.sinch.com/xms/v1/plan1/batches"),
        ({"region": "us"}, "https://us.sms.api.sinch.com/xms/v1/plan1/batches"),
        ({"base_url": "https://sms.example"}, "https://sms.example/xms/v1/plan1/batches"),
    ],
)
def test_the_region_chooses_the_address(given: dict[str, str], url: str) -> None:
    assert Sinch({**KEYS, **given}).url == url


@pytest.mark.parametrize(
    "given",
    [
        {"region": "moon"},
        {"service_plan_id": "a/b"},
        {"service_plan_id": "ż"},
        {"base_url": "http://sms.example"},
        {"signature_secret": ""},
        {"token": ""},
        {"unsigned": "perhaps"},
    ],
)
def test_it_refuses_settings_that_cannot_work(given: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        Sinch({**KEYS, **given})


RECEIPT = {
    "type": "recipient_delivery_report_sms",
    "batch_id": ID,
    "recipient": PHONE[1:],
    "code": 0,
    "status": "Delivered",
    "at": "2026-11-30T06:17:09.000Z",
    "client_reference": "4711-2",
}
REPLY = {
    "type": "mo_text",
    "id": "01XXREPLY",
    "from": PHONE[1:],
    "to": SENDER[1:],
    "body": "STOP",
    "received_at": "2026-11-30T06:17:09.000Z",
}


def signed(body: bytes, nonce: str = "n1", timestamp: str = "1789000000") -> dict[str, str]:
    text = body + b"." + nonce.encode() + b"." + timestamp.encode()
    return {
        "x-sinch-webhook-signature": base64.b64encode(
            hmac.new(b"sign", text, hashlib.sha256).digest()
        ).decode(),
        "x-sinch-webhook-signature-nonce": nonce,
        "x-sinch-webhook-signature-timestamp": timestamp,
        "x-sinch-webhook-signature-algorithm": "HmacSHA256",
    }


def both(status: ReceiptStatus) -> list[Receipt]:
    return [Receipt(name, "4711", status, PHONE) for name in (ID, f"{ID}.2")]


@pytest.mark.parametrize("topic", ["receipt", "inbound"])
def test_a_signed_call_is_believed_at_either_address(topic: str) -> None:
    body = json.dumps(RECEIPT).encode()
    expected = both(ReceiptStatus.DELIVERED)
    assert call_json("sinch", KEYS, topic, body, headers=signed(body)) == expected
    body = json.dumps(REPLY).encode()
    reply = [Inbound("01XXREPLY", PHONE, SENDER, "STOP")]
    assert call_json("sinch", KEYS, topic, body, headers=signed(body)) == reply


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (RECEIPT, {}),
        (RECEIPT, {"x-sinch-webhook-signature": ""}),
        (RECEIPT, {"x-sinch-webhook-signature": "ęę\ud800"}),
        ({**RECEIPT, "status": "Failed"}, signed(json.dumps(RECEIPT).encode())),
        (RECEIPT, {**signed(json.dumps(RECEIPT).encode()), "x-sinch-webhook-signature-nonce": "x"}),
        (
            RECEIPT,
            {**signed(json.dumps(RECEIPT).encode()), "x-sinch-webhook-signature-timestamp": "1"},
        ),
    ],
)
def test_it_refuses_a_forged_call(body: dict[str, object], headers: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        call_json("sinch", KEYS, "receipt", body, headers=headers)


def test_without_signatures_only_if_the_settings_say_so() -> None:
    open_keys = {"service_plan_id": "plan1", "token": "t", "unsigned": "yes"}
    Sinch(open_keys)
    assert call_json("sinch", open_keys, "receipt", RECEIPT) == both(ReceiptStatus.DELIVERED)
    assert call_json("sinch", open_keys, "receipt", b"") == []


OPEN = {"unsigned": "yes"}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Queued", None),
        ("Dispatched", None),
        ("Unknown", None),
        ("Delivered", ReceiptStatus.DELIVERED),
        ("Expired", ReceiptStatus.EXPIRED),
        *(
            (word, ReceiptStatus.UNDELIVERED)
            for word in ("Aborted", "Cancelled", "Rejected", "Deleted", "Failed")
        ),
    ],
)
def test_a_status_means(word: str, status: ReceiptStatus | None) -> None:
    events = call_json("sinch", OPEN, "receipt", {**RECEIPT, "status": word})
    assert events == (both(status) if status else [])


def test_what_ran_out_of_time_inside_is_expired() -> None:
    failed = {**RECEIPT, "status": "Failed"}
    assert call_json("sinch", OPEN, "receipt", {**failed, "code": 406}) == both(
        ReceiptStatus.EXPIRED
    )
    assert call_json("sinch", OPEN, "receipt", {**failed, "code": 407}) == both(
        ReceiptStatus.UNDELIVERED
    )


def test_other_kinds_of_calls_are_acknowledged() -> None:
    for kind in ("delivery_report_sms", "mo_binary"):
        assert call_json("sinch", OPEN, "inbound", {**REPLY, "type": kind}) == []


@pytest.mark.parametrize(
    "body",
    [
        *({**RECEIPT, name: ""} for name in ("type", "batch_id", "status")),
        *({**REPLY, name: None} for name in ("id", "from", "to")),
    ],
)
def test_it_refuses_an_incomplete_call(body: dict[str, object]) -> None:
    with pytest.raises(BadWebhook):
        call_json("sinch", OPEN, "inbound", body)
