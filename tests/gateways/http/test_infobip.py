"""Infobip: what we send, what its answers mean, which of its calls we accept."""

import json
from typing import Any

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
from promosms.gateways.http.infobip import Infobip
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

ID = "6b2f4c8e1d3a-5e7f-90246-b8d1-4a6c8e0f2b57"
KEYS = {"api_key": "not-a-secret", "base_url": "https://abcdef.api.infobip.com"}


def says(group: object, status_id: object, message_id: object = ID) -> Says:
    status = {"groupId": group, "groupName": "…", "id": status_id, "name": "…"}
    message = {"messageId": message_id, "status": status, "destination": PHONE[1:]}
    return Says(200, json.dumps({"bulkId": "1", "messages": [message]}).encode())


def refusal(status: int) -> Says:
    return Says(status, json.dumps({"errorCode": f"E{status}", "description": "…"}).encode())


REFUSED = {
    6: (ErrorClass.PERMANENT, "country"),
    8: (ErrorClass.PERMANENT, "bad_number"),
    10: (ErrorClass.PERMANENT, "opted_out"),
    11: (ErrorClass.SETTINGS, "bad_sender"),
    12: (ErrorClass.SETTINGS, "no_credit"),
    13: (ErrorClass.SETTINGS, "bad_sender"),
    14: (ErrorClass.PERMANENT, "bad_number"),
    17: (ErrorClass.SETTINGS, "no_credit"),
    18: (ErrorClass.SETTINGS, "settings"),
    19: (ErrorClass.SETTINGS, "settings"),
    20: (ErrorClass.TEMPORARY, "busy"),
    21: (ErrorClass.TEMPORARY, "busy"),
    23: (ErrorClass.UNKNOWN, "bad_answer"),
    24: (ErrorClass.PERMANENT, "rejected"),
    25: (ErrorClass.PERMANENT, "too_long"),
    51: (ErrorClass.PERMANENT, "rejected"),
    52: (ErrorClass.PERMANENT, "bad_number"),
    87: (ErrorClass.PERMANENT, "rejected"),
    100: (ErrorClass.TEMPORARY, "busy"),
    9999: (ErrorClass.PERMANENT, "rejected"),
}
UNCLEAR = (ErrorClass.UNKNOWN, "bad_answer")
TABLE = cases(
    [
        Case("taken", says(1, 26), (ID,)),
        Case("taken in two parts", says(1, 7), (ID, f"{ID}.2"), parts=2),
        Case("delivered at once", says(3, 5), (ID,)),
        *(Case(f"refusal {code}", says(5, code), line) for code, line in REFUSED.items()),
        Case("no id", says(1, 26, ""), UNCLEAR),
        Case("an odd id", says(1, 26, 5), UNCLEAR),
        Case("an odd status", says("5", 12), UNCLEAR),
        Case("no status", Says(200, b'{"messages": [{"messageId": "1"}]}'), UNCLEAR),
        Case("no messages", Says(200, b'{"messages": []}'), UNCLEAR),
        Case("odd messages", Says(200, b'{"messages": [1]}'), UNCLEAR),
        Case("malformed", refusal(400), (ErrorClass.PERMANENT, "rejected")),
        Case("wrong key", refusal(401), (ErrorClass.SETTINGS, "credentials")),
        Case("forbidden", refusal(403), (ErrorClass.SETTINGS, "credentials")),
        Case("wrong address", refusal(404), (ErrorClass.SETTINGS, "settings")),
        Case("too fast", refusal(429), (ErrorClass.THROTTLED, "throttled")),
        Case("error inside", refusal(500), (ErrorClass.UNKNOWN, "no_answer")),
        Case("a stranger refuses", Says(400, b"<html>"), (ErrorClass.TEMPORARY, "bad_answer")),
        Case(
            "redirect", Says(308, b"", (("Location", "/x"),)), (ErrorClass.TEMPORARY, "redirected")
        ),
    ]
)


def settings(there: Provider) -> dict[str, str]:
    return {**KEYS, **LOOPBACK, "base_url": there.url, "callback_url": CALLBACK}


@pytest.mark.parametrize("case", TABLE, ids=labels)
def test_it_knows_what_the_answer_means(there: Provider, case: Case) -> None:
    run_case(Infobip, settings(there), there, case)


def test_it_sends_what_is_documented(there: Provider) -> None:
    there.says = says(1, 26)
    submit(Infobip, settings(there), text(2))
    (request,) = there.requests
    assert (request.method, request.path) == ("POST", "/sms/3/messages")
    assert request.headers["authorization"] == "App not-a-secret"
    assert request.headers["content-type"] == "application/json"
    delivery = {"url": f"{CALLBACK}/receipt", "intermediateReport": False, "notify": True}
    message = {
        "sender": SENDER[1:],
        "destinations": [{"to": PHONE[1:]}],
        "content": {"text": UNICODE},
        "webhooks": {
            "delivery": delivery,
            "contentType": "application/json",
            "callbackData": "4711-2",
        },
    }
    assert json.loads(request.body) == {"messages": [message]}


@pytest.mark.parametrize(
    ("minutes", "amount"), [(0, None), (1, 1), (2879, 2879), (2880, None), (4320, None)]
)
def test_it_is_told_for_how_long_to_try(there: Provider, minutes: int, amount: int | None) -> None:
    there.says = says(1, 26)
    submit(Infobip, settings(there), text()._replace(validity=minutes))
    (message,) = json.loads(there.requests[0].body)["messages"]
    period = {"amount": amount, "timeUnit": "MINUTES"}
    assert message.get("options") == ({"validityPeriod": period} if amount else None)
    assert Infobip.can_limit_validity(KEYS)


def test_it_knows_who_has_opted_out(there: Provider) -> None:
    check_opt_out(Infobip, settings(there), there, says(5, 10))


def test_it_says_how_long_to_wait(there: Provider) -> None:
    check_wait(Infobip, settings(there), there, refusal(429).body)


def test_what_it_may_have_taken_is_never_sent_again() -> None:
    assert Infobip.resend(KEYS) is Resend.NEVER


def test_it_has_no_flash() -> None:
    assert not Infobip.can_flash(KEYS)


@pytest.mark.parametrize(
    "given",
    [{"base_url": ""}, {"base_url": "http://a.example"}, {"addresses": "x"}, {"api_key": ""}],
)
def test_it_refuses_settings_that_cannot_work(given: dict[str, str]) -> None:
    with pytest.raises(BadSettings):
        Infobip({**KEYS, **given})


def result(group: int, status_id: int, **more: object) -> dict[str, Any]:
    status = {"groupId": group, "id": status_id}
    return {
        "messageId": ID,
        "to": PHONE[1:],
        "status": status,
        "callbackData": "4711-2",
        "error": {"groupId": 0, "id": 0, "permanent": False},
        **more,
    }


def both(status: ReceiptStatus) -> list[Receipt]:
    return [Receipt(name, "4711", status, PHONE) for name in (ID, f"{ID}.2")]


@pytest.mark.parametrize(
    ("group", "status_id", "status"),
    [
        (1, 3, None),
        (1, 7, None),
        (3, 2, None),  # delivered to the operator
        (3, 5, ReceiptStatus.DELIVERED),
        (2, 4, ReceiptStatus.UNDELIVERED),
        (2, 9, ReceiptStatus.UNDELIVERED),
        (4, 15, ReceiptStatus.EXPIRED),
        (4, 29, None),  # no report came
        (5, 12, ReceiptStatus.UNDELIVERED),
        (9, 1, None),
    ],
)
def test_a_status_means(group: int, status_id: int, status: ReceiptStatus | None) -> None:
    events = call_json("infobip", KEYS, "receipt", {"results": [result(group, status_id)]})
    assert events == (both(status) if status else [])


def test_one_call_brings_many_receipts() -> None:
    other = result(5, 6, messageId="2", callbackData="4712-1")
    body = {"results": [result(3, 5), {"messageId": ""}, 7, result(1, 3), other]}
    undelivered = Receipt("2", "4712", ReceiptStatus.UNDELIVERED, PHONE)
    expected = [*both(ReceiptStatus.DELIVERED), undelivered]
    assert call_json("infobip", KEYS, "receipt", body) == expected


def test_replies_are_understood() -> None:
    reply = {"messageId": "8", "from": PHONE[1:], "to": SENDER[1:], "text": "STOP x"}
    reply |= {"cleanText": "x", "keyword": "STOP"}
    body = {"results": [reply, {**reply, "messageId": "9"}], "messageCount": 2}
    expected = [Inbound(name, PHONE, SENDER, "STOP x") for name in ("8", "9")]
    assert call_json("infobip", KEYS, "inbound", body) == expected


@pytest.mark.parametrize("topic", ["receipt", "inbound"])
@pytest.mark.parametrize(
    "body",
    [
        {"results": 5},
        {"other": []},
        {"results": [{}]},
        {"results": [[]]},
        {"results": [{"messageId": ID}]},
        {"results": [{"from": PHONE, "to": SENDER, "status": {"groupId": 3, "id": 5}}]},
        {"results": [{"messageId": ID, "status": {"groupId": "3"}}]},
    ],
)
def test_it_refuses_an_incomplete_call(topic: str, body: object) -> None:
    with pytest.raises(BadWebhook):
        call_json("infobip", KEYS, topic, body)


def test_the_portal_may_try_the_address() -> None:
    assert call_json("infobip", KEYS, "receipt", b"") == []
    assert call_json("infobip", KEYS, "receipt", {"results": []}) == []


def test_only_listed_addresses_may_call() -> None:
    body = {"results": [result(3, 5)]}
    assert call_json("infobip", {**KEYS, "addresses": "192.0.2.0/24"}, "receipt", body)
    with pytest.raises(BadSignature):
        call_json("infobip", {**KEYS, "addresses": "203.0.113.0/24"}, "receipt", body)
