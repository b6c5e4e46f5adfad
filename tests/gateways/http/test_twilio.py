"""Twilio: what we send, what its answers mean, which of its calls we accept."""

import base64
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
from promosms.gateways.http.twilio import STATUSES, Twilio, signature
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

SID = "SM0123456789abcdef0123456789abcdef"
KEYS = {"account_sid": "AC0123456789abcdef0123456789abcdef", "auth_token": "12345"}


def refusal(status: int, code: int) -> Says:
    body = {"code": code, "message": "…", "more_info": "…", "status": status}
    return Says(status, json.dumps(body).encode())


TAKEN = Says(201, json.dumps({"sid": SID, "status": "queued", "error_code": None}).encode())
TABLE = cases(
    [
        Case("taken", TAKEN, (SID,)),
        Case("taken in three parts", TAKEN, (SID, f"{SID}.2", f"{SID}.3"), parts=3),
        Case("wrong number", refusal(400, 21211), (ErrorClass.PERMANENT, "bad_number")),
        Case("not a mobile", refusal(400, 21614), (ErrorClass.PERMANENT, "bad_number")),
        Case("opted out", refusal(400, 21610), (ErrorClass.PERMANENT, "opted_out")),
        Case("country not allowed", refusal(400, 21408), (ErrorClass.PERMANENT, "country")),
        Case("wrong sender", refusal(400, 21606), (ErrorClass.SETTINGS, "bad_sender")),
        Case("queue of the sender full", refusal(400, 21611), (ErrorClass.THROTTLED, "throttled")),
        Case("wrong token", refusal(401, 20003), (ErrorClass.SETTINGS, "credentials")),
        Case("no such account", refusal(404, 20404), (ErrorClass.SETTINGS, "credentials")),
        Case("too fast", refusal(429, 20429), (ErrorClass.THROTTLED, "throttled")),
        Case("a refusal nobody knows", refusal(400, 29999), (ErrorClass.PERMANENT, "rejected")),
        Case("error inside", refusal(500, 20500), (ErrorClass.UNKNOWN, "no_answer")),
        Case("error inside, worded", refusal(500, 21211), (ErrorClass.UNKNOWN, "no_answer")),
        Case("a stranger refuses", Says(400, b"<html>"), (ErrorClass.TEMPORARY, "bad_answer")),
        Case("a stranger denies", Says(403, b"<html>"), (ErrorClass.SETTINGS, "credentials")),
        Case("sid of a wrong kind", Says(201, b'{"sid": 5}'), (ErrorClass.UNKNOWN, "bad_answer")),
        Case(
            "redirect",
            Says(307, b"", (("Location", "/elsewhere"),)),
            (ErrorClass.TEMPORARY, "redirected"),
        ),
    ]
)


@pytest.mark.parametrize("case", TABLE, ids=labels)
def test_it_knows_what_the_answer_means(there: Provider, case: Case) -> None:
    run_case(Twilio, {**KEYS, **LOOPBACK, "base_url": there.url}, there, case)


def test_it_sends_what_is_documented(there: Provider) -> None:
    there.says = TAKEN
    settings = {**KEYS, **LOOPBACK, "base_url": there.url, "callback_url": CALLBACK}
    submit(Twilio, settings, text(2))
    (request,) = there.requests
    assert (request.method, request.path) == (
        "POST",
        f"/2010-04-01/Accounts/{KEYS['account_sid']}/Messages.json",
    )
    pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == f"{KEYS['account_sid']}:12345"
    assert request.form == {
        "To": PHONE,
        "From": SENDER,
        "Body": UNICODE,
        "StatusCallback": f"{CALLBACK}/receipt?our_reference=4711-2",
    }


def test_it_knows_who_has_opted_out(there: Provider) -> None:
    settings = {**KEYS, **LOOPBACK, "base_url": there.url}
    check_opt_out(Twilio, settings, there, refusal(400, 21610))


def test_it_says_how_long_to_wait(there: Provider) -> None:
    settings = {**KEYS, **LOOPBACK, "base_url": there.url}
    check_wait(Twilio, settings, there)
    check_wait(Twilio, settings, there, refusal(429, 20429).body)


def test_what_it_may_have_taken_is_never_sent_again(there: Provider) -> None:
    assert Twilio.resend(KEYS) is Resend.NEVER


def test_a_messaging_service_chooses_the_sender(there: Provider) -> None:
    there.says = TAKEN
    settings = {**KEYS, **LOOPBACK, "base_url": there.url, "messaging_service": "MG1"}
    submit(Twilio, settings, text())
    assert there.requests[0].form == {"To": PHONE, "Body": UNICODE, "MessagingServiceSid": "MG1"}


def test_the_signature_is_the_one_of_the_documentation() -> None:
    # twilio.com/docs/usage/security: URL, fields, token and signature of its example.
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }
    assert signature("12345", url, list(form.items())) == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def signed(topic: str, form: dict[str, str], query: str = "") -> dict[str, str]:
    url = f"{CALLBACK}/{topic}" + (f"?{query}" if query else "")
    return {"x-twilio-signature": signature("12345", url, list(form.items()))}


RECEIPT = {"MessageSid": SID, "MessageStatus": "delivered", "To": PHONE, "From": SENDER}
REPLY = {"MessageSid": "SM9", "From": PHONE, "To": SENDER, "Body": "STOP"}


@pytest.mark.parametrize("word", [*STATUSES, "queued", "sending", "sent"])
def test_a_receipt_is_one_for_each_part(word: str) -> None:
    form = {**RECEIPT, "MessageStatus": word}
    headers = signed("receipt", form, "our_reference=4711-2")
    events = call("twilio", KEYS, "receipt", form, headers=headers, query="our_reference=4711-2")
    status = STATUSES.get(word)
    expected = [Receipt(SID, "4711", status), Receipt(f"{SID}.2", "4711", status)] if status else []
    assert events == expected


def test_a_text_that_ran_out_of_time_is_expired() -> None:
    form = {**RECEIPT, "MessageStatus": "undelivered", "ErrorCode": "30036"}
    (receipt,) = call("twilio", KEYS, "receipt", form, headers=signed("receipt", form))
    assert receipt == Receipt(SID, "", ReceiptStatus.EXPIRED)


def test_a_reply_is_stored_without_what_a_database_refuses() -> None:
    form = {**REPLY, "Body": "STOP \0żółw"}
    (reply,) = call("twilio", KEYS, "inbound", form, headers=signed("inbound", form))
    assert reply == Inbound("SM9", PHONE, SENDER, "STOP żółw")


@pytest.mark.parametrize(
    ("form", "headers", "query"),
    [
        (RECEIPT, {}, ""),
        (RECEIPT, {"x-twilio-signature": ""}, ""),
        (RECEIPT, {"x-twilio-signature": "ęę"}, ""),
        ({**RECEIPT, "MessageStatus": "failed"}, signed("receipt", RECEIPT), ""),
        ({**RECEIPT, "Extra": "1"}, signed("receipt", RECEIPT), ""),
        (RECEIPT, signed("receipt", RECEIPT, "our_reference=1-1"), "our_reference=2-1"),
        (RECEIPT, signed("inbound", RECEIPT), ""),
    ],
)
def test_it_refuses_a_forged_call(
    form: dict[str, str], headers: dict[str, str], query: str
) -> None:
    with pytest.raises(BadSignature):
        call("twilio", KEYS, "receipt", form, headers=headers, query=query)


def test_it_refuses_a_call_without_its_fields() -> None:
    with pytest.raises(BadWebhook):
        call("twilio", KEYS, "receipt", {"a": "1"}, headers=signed("receipt", {"a": "1"}))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {**KEYS, "account_sid": "../x"},
        {**KEYS, "tokn": "x"},
        {**KEYS, "base_url": "http://api.twilio.com"},
        {**KEYS, "base_url": "https://user:secret@api.twilio.com"},
    ],
)
def test_it_refuses_settings_that_cannot_work(settings: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        Twilio(settings)
