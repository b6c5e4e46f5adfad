"""SMSAPI: what we send, what its answers mean, which of its calls we accept."""

import json

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
from promosms.gateways.http.smsapi import ERRORS, STATUSES, WEBHOOK, Smsapi
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
    check_opt_out,
    check_wait,
    labels,
    run_case,
    submit,
    text,
)

KEYS = {"token": "0123456789abcdef"}
ID = "5F17B4D4E0D6"


def taken(**entry: object) -> Says:
    listed = {"id": ID, "points": 0.16, "number": "48601234567", "status": "QUEUE", "error": None}
    return Says(200, json.dumps({"count": 1, "list": [{**listed, **entry}]}).encode())


def refusal(code: object, status: int = 200) -> Says:
    return Says(status, json.dumps({"error": code, "message": "…"}).encode())


TABLE = cases(
    [
        Case("taken", taken(), (ID,)),
        Case("taken in two parts", taken(), (ID, f"{ID}.2"), parts=2),
        *(Case(f"error {code}", refusal(code), line) for code, line in ERRORS.items()),
        Case("error as text", refusal("103"), (ErrorClass.SETTINGS, "no_credit")),
        Case("error with a status", refusal(101, 401), (ErrorClass.SETTINGS, "credentials")),
        Case("error of the number", taken(error=13), (ErrorClass.PERMANENT, "bad_number")),
        Case("an error nobody knows", refusal("x²"), (ErrorClass.PERMANENT, "rejected")),
        Case("broken, with words", refusal(13, 500), (ErrorClass.UNKNOWN, "no_answer")),
        Case("nothing listed", Says(200, b'{"list": []}'), (ErrorClass.UNKNOWN, "bad_answer")),
        Case("odd list", Says(200, b'{"list": [7]}'), (ErrorClass.UNKNOWN, "bad_answer")),
        Case("denied", Says(403, b"<html>"), (ErrorClass.SETTINGS, "credentials")),
        Case("a stranger refuses", Says(404, b"<html>"), (ErrorClass.TEMPORARY, "bad_answer")),
        Case(
            "redirect", Says(308, b"", (("Location", "/x"),)), (ErrorClass.TEMPORARY, "redirected")
        ),
    ]
)


@pytest.mark.parametrize("case", TABLE, ids=labels)
def test_it_knows_what_the_answer_means(there: Provider, case: Case) -> None:
    run_case(Smsapi, {**KEYS, **LOOPBACK, "base_url": there.url}, there, case)


def test_it_sends_what_is_documented(there: Provider) -> None:
    there.says = taken()
    settings = {**KEYS, **LOOPBACK, "base_url": there.url, "callback_url": CALLBACK}
    submit(Smsapi, settings, text(2))
    (request,) = there.requests
    assert (request.method, request.path) == ("POST", "/sms.do")
    assert request.headers["authorization"] == "Bearer 0123456789abcdef"
    assert request.form == {
        "to": PHONE[1:],
        "from": SENDER[1:],
        "message": UNICODE,
        "encoding": "utf-8",
        "format": "json",
        "max_parts": "6",
        "idx": "4711-2",
        "notify_url": f"{CALLBACK}/receipt",
    }


def test_a_repetition_is_recognised_and_counts_as_taken(there: Provider) -> None:
    settings = {**KEYS, **LOOPBACK, "base_url": there.url, "webhook_token": "secret"}
    there.says = refusal(53)
    assert submit(Smsapi, settings, text(2)) == ()
    form = there.requests[0].form
    assert form["check_idx"] == "1"
    assert form["idx"].startswith("4711-2-")
    assert Smsapi.resend(settings) is Resend.DEDUPE
    (receipt, _) = call(
        "smsapi", settings, "receipt", {"MsgId": ID, "status": "404", "idx": form["idx"]}
    )
    assert receipt == Receipt(ID, "4711", ReceiptStatus.DELIVERED)


def test_the_reference_of_another_installation_is_not_ours(there: Provider) -> None:
    there.says = taken()
    marks = set()
    for token in ("one", "two"):
        settings = {**KEYS, **LOOPBACK, "base_url": there.url, "webhook_token": token}
        submit(Smsapi, settings, text())
        marks.add(there.requests[-1].form["idx"])
    assert len(marks) == 2
    idx = there.requests[0].form["idx"]
    fields = {"MsgId": ID, "status": "404", "idx": idx}
    assert call("smsapi", settings, "receipt", fields) == [Receipt(ID, "", ReceiptStatus.DELIVERED)]


def test_without_our_reference_nothing_is_sent_again(there: Provider) -> None:
    assert Smsapi.resend(KEYS) is Resend.NEVER
    there.says = taken()
    submit(Smsapi, {**KEYS, **LOOPBACK, "base_url": there.url}, text())
    assert "check_idx" not in there.requests[0].form


def test_it_says_how_long_to_wait(there: Provider) -> None:
    check_wait(Smsapi, {**KEYS, **LOOPBACK, "base_url": there.url}, there)


@pytest.mark.parametrize("code", [57, 59])
def test_it_knows_who_has_opted_out(there: Provider, code: int) -> None:
    check_opt_out(Smsapi, {**KEYS, **LOOPBACK, "base_url": there.url}, there, refusal(code))


@pytest.mark.parametrize("code", [*STATUSES, "403", "409", "410"])
def test_a_status_means(code: str) -> None:
    events = call("smsapi", KEYS, "receipt", {"MsgId": ID, "status": code, "idx": "4711-1"})
    status = STATUSES.get(code)
    assert events == ([Receipt(ID, "4711", status)] if status else [])


def test_one_call_brings_many_receipts() -> None:
    fields = {"MsgId": "A,B,C", "status": "404,403,402", "idx": "1-2,2-1,3-1"}
    assert call("smsapi", KEYS, "receipt", fields) == [
        Receipt("A", "1", ReceiptStatus.DELIVERED),
        Receipt("A.2", "1", ReceiptStatus.DELIVERED),
        Receipt("C", "3", ReceiptStatus.EXPIRED),
    ]
    assert WEBHOOK.answer == "OK"


def test_a_bad_entry_does_not_refuse_the_others() -> None:
    fields = {"MsgId": "A,,C", "status": "404,404, 402", "idx": "1-1,2-1,nonsense"}
    assert call("smsapi", KEYS, "receipt", fields) == [
        Receipt("A", "1", ReceiptStatus.DELIVERED),
        Receipt("C", "", ReceiptStatus.EXPIRED),
    ]
    for fields in ({"MsgId": ",", "status": "404,404"}, {"MsgId": "A,B", "status": "404"}):
        with pytest.raises(BadWebhook):
            call("smsapi", KEYS, "receipt", fields)


@pytest.mark.parametrize("idx", ["", "nonsense", "4711", "4711-0", "4711-99", f"{9**30}-1", "²-1"])
def test_a_receipt_without_our_reference_is_kept_with_theirs(idx: str) -> None:
    fields = {"MsgId": ID, "status": "404", "idx": idx}
    assert call("smsapi", KEYS, "receipt", fields) == [Receipt(ID, "", ReceiptStatus.DELIVERED)]


def test_a_reply_is_understood() -> None:
    fields = {"MsgId": "R1", "sms_from": PHONE[1:], "sms_to": SENDER[1:], "sms_text": "STOP"}
    assert call("smsapi", KEYS, "inbound", fields) == [Inbound("R1", PHONE, SENDER, "STOP")]


def test_the_panel_may_try_the_address() -> None:
    assert call("smsapi", KEYS, "receipt", {}) == []


@pytest.mark.parametrize(
    ("topic", "fields"),
    [
        ("receipt", {"MsgId": "A"}),
        ("receipt", {"MsgId": "A,B", "status": "404"}),
        ("inbound", {"MsgId": "A", "sms_text": "x"}),
    ],
)
def test_it_refuses_an_incomplete_call(topic: str, fields: dict[str, str]) -> None:
    with pytest.raises(BadWebhook):
        call("smsapi", KEYS, topic, fields)


@pytest.mark.parametrize(("address", "good"), [("192.0.2.9", True), ("198.51.100.1", False)])
def test_only_listed_addresses_may_call(address: str, good: bool) -> None:
    settings = {**KEYS, "addresses": "192.0.2.0/24, 2001:db8::1"}
    Smsapi(settings)
    fields = {"MsgId": ID, "status": "404"}
    if good:
        assert call("smsapi", settings, "receipt", fields, address=address)
        return
    with pytest.raises(BadSignature):
        call("smsapi", settings, "receipt", fields, address=address)


@pytest.mark.parametrize("settings", [{}, {**KEYS, "addresses": "everybody"}])
def test_it_refuses_settings_that_cannot_work(settings: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        Smsapi(settings)
