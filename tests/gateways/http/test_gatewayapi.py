"""GatewayAPI: what we send, what its answers mean, which of its calls we accept."""

import base64
import hashlib
import hmac
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
from promosms.gateways.http.gatewayapi import GatewayApi
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

KEYS = {"token": "not-a-secret", "signature_token": "secret"}
OPEN = {"token": "not-a-secret", "unsigned": "yes"}
TAKEN = Says(200, json.dumps({"ids": [730518264], "usage": {"currency": "DKK"}}).encode())


def refusal(status: int, code: object) -> Says:
    return Says(status, json.dumps({"code": code, "message": "…", "variables": []}).encode())


UNCLEAR = (ErrorClass.UNKNOWN, "bad_answer")
STRANGER = (ErrorClass.TEMPORARY, "bad_answer")
CREDENTIALS, SETTINGS = ((ErrorClass.SETTINGS, word) for word in ("credentials", "settings"))
REJECTED = (ErrorClass.PERMANENT, "rejected")
REFUSED = [
    *((401, f"0x02{code}", CREDENTIALS) for code in ("10", "11", "12", "23", "24", "25", "26")),
    (403, "0x0213", CREDENTIALS),
    (403, "0x0214", (ErrorClass.TEMPORARY, "busy")),
    (403, "0x0215", (ErrorClass.PERMANENT, "bad_number")),
    (403, "0x0216", (ErrorClass.SETTINGS, "no_credit")),
    (403, "0x0217", (ErrorClass.PERMANENT, "country")),
    (403, "0x021D", SETTINGS),
    (403, "0x021d", SETTINGS),
    (403, "0x021F", (ErrorClass.PERMANENT, "country")),
    (403, "0x022A", SETTINGS),
    (401, "0x0229", SETTINGS),
    (422, "0x0218", SETTINGS),
    (422, "0x0310", REJECTED),
    (422, "0x0311", SETTINGS),
    (422, "0x0312", REJECTED),
    (400, "0x0220", REJECTED),
    (400, "0x0222", REJECTED),
    (400, "0x0FFF", REJECTED),
    (422, "0x0FFF", REJECTED),
    (401, "0x0FFF", CREDENTIALS),
    (403, "0x0FFF", CREDENTIALS),
    (429, "0x0216", (ErrorClass.THROTTLED, "throttled")),
    (500, "0x0216", (ErrorClass.UNKNOWN, "no_answer")),
    (400, "x0216", STRANGER),
    (400, 534, STRANGER),
]
TABLE = cases(
    [
        Case("taken", TAKEN, ("730518264",)),
        Case("taken in two parts", TAKEN, ("730518264", "730518264.2"), parts=2),
        Case("an id as text", Says(200, b'{"ids": ["7"]}'), ("7",)),
        *(Case(f"{code} {status}", refusal(status, code), line) for status, code, line in REFUSED),
        Case("wrong address", Says(404, b"<html>"), SETTINGS),
        Case("no ids", Says(200, b'{"ids": []}'), UNCLEAR),
        Case("no id", Says(200, b'{"ids": [null]}'), UNCLEAR),
        Case("an odd id", Says(200, b'{"ids": [{"id": 1}]}'), UNCLEAR),
        Case("odd ids", Says(200, b'{"ids": 5}'), UNCLEAR),
        Case("a stranger refuses", Says(400, b"<html>"), STRANGER),
        Case(
            "redirect", Says(308, b"", (("Location", "/x"),)), (ErrorClass.TEMPORARY, "redirected")
        ),
    ]
)


def settings(there: Provider) -> dict[str, str]:
    return {**KEYS, **LOOPBACK, "base_url": there.url, "callback_url": CALLBACK}


@pytest.mark.parametrize("case", TABLE, ids=labels)
def test_it_knows_what_the_answer_means(there: Provider, case: Case) -> None:
    run_case(GatewayApi, settings(there), there, case)


MESSAGE = {
    "message": UNICODE,
    "sender": SENDER[1:],
    "recipients": [{"msisdn": int(PHONE[1:])}],
    "userref": "4711-2",
    "max_parts": 6,
}


@pytest.mark.parametrize(("encoding", "said"), [("gsm7", "UTF8"), ("ucs2", "UCS2")])
def test_it_sends_what_is_documented(there: Provider, encoding: str, said: str) -> None:
    there.says = TAKEN
    submit(GatewayApi, settings(there), text(2, encoding=encoding))
    (request,) = there.requests
    assert (request.method, request.path) == ("POST", "/rest/mtsms")
    pair = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert pair == "not-a-secret:"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {**MESSAGE, "encoding": said}


def test_without_signatures_it_is_told_where_to_call(there: Provider) -> None:
    there.says = TAKEN
    submit(GatewayApi, {**settings(there), **OPEN, "signature_token": ""}, text())
    assert json.loads(there.requests[0].body)["callback_url"] == f"{CALLBACK}/receipt"


@pytest.mark.parametrize(("minutes", "seconds"), [(0, None), (1, 60), (4320, 259_200)])
def test_it_is_told_in_seconds_how_long_to_try(
    there: Provider, minutes: int, seconds: int | None
) -> None:
    there.says = TAKEN
    submit(GatewayApi, settings(there), text()._replace(validity=minutes))
    assert json.loads(there.requests[0].body).get("validity_period") == seconds
    assert GatewayApi.can_limit_validity(KEYS)


@pytest.mark.parametrize(("flash", "said"), [(False, None), (True, "DISPLAY")])
def test_it_is_told_of_flash(there: Provider, flash: bool, said: str | None) -> None:
    there.says = TAKEN
    submit(GatewayApi, settings(there), text()._replace(flash=flash))
    assert json.loads(there.requests[0].body).get("destaddr") == said
    assert GatewayApi.can_flash(KEYS)


def test_it_says_how_long_to_wait(there: Provider) -> None:
    check_wait(GatewayApi, settings(there), there, refusal(429, "0x0214").body)


def test_what_it_may_have_taken_is_never_sent_again() -> None:
    assert GatewayApi.resend(KEYS) is Resend.NEVER


@pytest.mark.parametrize(
    "given", [{"signature_token": ""}, {"token": ""}, {"base_url": "http://sms.example"}]
)
def test_it_refuses_settings_that_cannot_work(given: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        GatewayApi({**KEYS, **given})


RECEIPT = {
    "id": 1000001,
    "msisdn": int(PHONE[1:]),
    "time": 1450000000,
    "status": "DELIVERED",
    "error": None,
    "userref": "4711-2",
}
REPLY = {
    "id": 1000002,
    "msisdn": int(PHONE[1:]),
    "receiver": 451204,
    "message": "STOP",
    "senttime": 1450000000,
    "webhook_label": "test",
}


def token(claims: object, secret: str = "secret", algorithm: str = "HS256") -> str:
    """A JSON Web Token."""
    header = {"typ": "JWT", "alg": algorithm}
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_encoded(digest)}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def both(status: ReceiptStatus) -> list[Receipt]:
    return [Receipt(name, "4711", status, PHONE) for name in ("1000001", "1000001.2")]


def test_the_signature_of_the_documentation_is_believed() -> None:
    # gatewayapi-docs, docs/rest.rst: token, secret and claims of its example.
    example = (
        "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpZCI6MjM4MTcwMywibXNpc2RuIjo0NTQyNjA5MDQ1LCJ0aW1"
        "lIjoxNTIyNzY0MDYyLCJzdGF0dXMiOiJERUxJVkVSRUQiLCJlcnJvciI6bnVsbCwiY29kZSI6bnVsbCwidXNlcnJ"
        "lZiI6bnVsbCwiY2FsbGJhY2tfdXJsIjoiaHR0cDovL2JiYWY3MTQyLm5ncm9rLmlvIiwiYXBpIjo0fQ.KdfDH65b"
        "nQtgxEkFnpAQodOciAJedZFB13r9wEo8t3Y"
    )
    body = {"id": 2381703, "msisdn": 4542609045, "status": "DELIVERED", "userref": None}
    headers = {"x-gwapi-signature": example}
    (receipt,) = call_json("gatewayapi", KEYS, "receipt", body, headers=headers)
    assert receipt == Receipt("2381703", "", ReceiptStatus.DELIVERED, "+4542609045")


def test_signed_calls_are_believed() -> None:
    headers = {"x-gwapi-signature": token(RECEIPT)}
    found = call_json("gatewayapi", KEYS, "receipt", RECEIPT, headers=headers)
    assert found == both(ReceiptStatus.DELIVERED)
    headers = {"x-gwapi-signature": token(REPLY)}
    replies = call_json("gatewayapi", KEYS, "inbound", REPLY, headers=headers)
    assert replies == [Inbound("1000002", PHONE, "451204", "STOP")]
    headers = {"x-gwapi-signature": token({"iss": "GatewayAPI"})}
    assert call_json("gatewayapi", KEYS, "inbound", REPLY, headers=headers) == replies


def test_claims_are_read_in_the_alphabet_for_addresses() -> None:
    body = {**REPLY, "message": "STOP???>>>"}
    sent = token(body)
    assert "_" in sent.split(".")[1]
    (reply,) = call_json("gatewayapi", KEYS, "inbound", body, headers={"x-gwapi-signature": sent})
    assert reply == Inbound("1000002", PHONE, "451204", "STOP???>>>")


@pytest.mark.parametrize(
    "sent",
    [
        "",
        ".",
        "..",
        "ęę",
        token(RECEIPT, "wrong"),
        token(RECEIPT).rpartition(".")[0],
        token(RECEIPT).rpartition(".")[0] + ".",
        token(RECEIPT)[:-1],
        token({**RECEIPT, "id": 5}),
        token({**RECEIPT, "status": "EXPIRED"}),
        token({**RECEIPT, "userref": None}),
        token([RECEIPT]),
    ],
)
def test_it_refuses_a_forged_call(sent: str) -> None:
    headers = {"x-gwapi-signature": sent}
    with pytest.raises(BadSignature):
        call_json("gatewayapi", KEYS, "receipt", RECEIPT, headers=headers)


def test_a_token_signed_over_something_else_is_refused() -> None:
    signed = f"{_encoded(b'{}')}.{_encoded(b'no json')}"
    digest = hmac.new(b"secret", signed.encode(), hashlib.sha256).digest()
    headers = {"x-gwapi-signature": f"{signed}.{_encoded(digest)}"}
    with pytest.raises(BadSignature):
        call_json("gatewayapi", KEYS, "receipt", RECEIPT, headers=headers)


def test_without_signatures_only_if_the_settings_say_so() -> None:
    GatewayApi(OPEN)
    found = call_json("gatewayapi", OPEN, "receipt", RECEIPT)
    assert found == both(ReceiptStatus.DELIVERED)
    assert call_json("gatewayapi", OPEN, "receipt", b"") == []


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *((word, None) for word in ("UNKNOWN", "SCHEDULED", "BUFFERED", "ENROUTE", "ACCEPTED")),
        ("DELIVERED", ReceiptStatus.DELIVERED),
        ("EXPIRED", ReceiptStatus.EXPIRED),
        *(
            (word, ReceiptStatus.UNDELIVERED)
            for word in ("UNDELIVERABLE", "REJECTED", "DELETED", "SKIPPED")
        ),
    ],
)
def test_a_status_means(word: str, status: ReceiptStatus | None) -> None:
    events = call_json("gatewayapi", OPEN, "receipt", {**RECEIPT, "status": word})
    assert events == (both(status) if status else [])


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        *(("receipt", {**RECEIPT, name: None}) for name in ("id", "msisdn", "status")),
        *(("inbound", {**REPLY, name: ""}) for name in ("id", "msisdn", "receiver")),
    ],
)
def test_it_refuses_an_incomplete_call(topic: str, body: dict[str, object]) -> None:
    with pytest.raises(BadWebhook):
        call_json("gatewayapi", OPEN, topic, body)
