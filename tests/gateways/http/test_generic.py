"""The configurable gateway: templates, answers, calls, and settings that cannot work."""

import json
from collections.abc import Mapping
from contextlib import nullcontext

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
    WebhookRequest,
    WebhookTopic,
)
from promosms.gateways.http import check_address
from promosms.gateways.http.configurable import GenericHttp
from tests.gateways.http.provider import Provider, Says
from tests.gateways.http.runner import (
    ANY,
    CALLBACK,
    LOOPBACK,
    PHONE,
    SENDER,
    Case,
    call,
    check_opt_out,
    check_wait,
    labels,
    run_case,
    submit,
    text,
)

NASTY = 'He said "hi" & <b>5 > 4</b> \\ {to} %41 + = ; \n é 🙂'
JSON = {
    "body": '{"to": "{to}", "from": "{from}", "text": "{text}", "ref": "{reference}"}',
    "id_path": "messages.0.id",
    "receipt_reference": "report.id",
    "receipt_status": "report.state",
    "receipt_our_reference": "report.ref",
    "inbound_reference": "id",
    "inbound_phone": "from.number",
    "inbound_number": "to",
    "inbound_text": "text",
}
TAKEN = Says(202, b'{"messages": [{"id": "abc"}], "ok": true}')
LONG = "x" * 200


def settings(server: Provider, more: Mapping[str, str]) -> dict[str, str]:
    return {**LOOPBACK, **JSON, "url": f"{server.url}/send", "callback_url": CALLBACK, **more}


TABLE = [
    Case("taken", TAKEN, ("abc",)),
    Case("taken in parts", TAKEN, ("abc", "abc.2"), parts=2),
    Case("a number as id", Says(200, b'{"messages": [{"id": 17}]}'), ("17",)),
    Case("no id", Says(200, b'{"messages": []}'), (ErrorClass.UNKNOWN, "bad_answer")),
    Case("refused", Says(400, b"{}"), (ErrorClass.PERMANENT, "rejected")),
    Case("denied", Says(401), (ErrorClass.SETTINGS, "credentials")),
    Case("forbidden", Says(403), (ErrorClass.SETTINGS, "credentials")),
    Case("not paid", Says(402), (ErrorClass.SETTINGS, "no_credit")),
    Case("a conflict", Says(409), (ErrorClass.PERMANENT, "rejected")),
    Case("not found", Says(404), (ErrorClass.TEMPORARY, "busy")),
    Case("too early", Says(425), (ErrorClass.TEMPORARY, "busy")),
    Case("redirect", Says(302, b"", (("Location", "/x"),)), (ErrorClass.TEMPORARY, "busy")),
    Case("a proxy breaks", Says(502), (ErrorClass.UNKNOWN, "no_answer")),
    *(Case(label, *line) for label, line in ANY.items()),
]


@pytest.mark.parametrize("case", TABLE, ids=labels)
def test_it_knows_what_the_answer_means(there: Provider, case: Case) -> None:
    run_case(GenericHttp, settings(there, {}), there, case)


WORDED = {
    "success_status": "200",
    "success_path": "ok",
    "permanent_pattern": "bad number",
    "temporary_pattern": "try later",
    "settings_pattern": "no credit",
    "opted_out_pattern": "opted out",
    "throttled_pattern": "slow down",
    "permanent_status": "500",
}
WORDS = [
    Case("it says yes", Says(200, b'{"messages": [{"id": "a"}], "ok": true}'), ("a",)),
    Case("it says no", Says(200, b'{"ok": false}'), (ErrorClass.UNKNOWN, "no_answer")),
    Case("bad number", Says(200, b"bad number"), (ErrorClass.PERMANENT, "rejected")),
    Case("try later", Says(400, b"try later"), (ErrorClass.TEMPORARY, "busy")),
    Case("no credit", Says(400, b"no credit"), (ErrorClass.SETTINGS, "settings")),
    Case("no credit, by status", Says(402, b"no credit"), (ErrorClass.SETTINGS, "no_credit")),
    Case("slow down", Says(400, b"slow down"), (ErrorClass.THROTTLED, "throttled")),
    Case("its own status", Says(500), (ErrorClass.PERMANENT, "rejected")),
]


@pytest.mark.parametrize("case", WORDS, ids=labels)
def test_its_words_can_be_set(there: Provider, case: Case) -> None:
    run_case(GenericHttp, settings(there, WORDED), there, case)


def test_it_knows_who_has_opted_out(there: Provider) -> None:
    check_opt_out(GenericHttp, settings(there, WORDED), there, Says(200, b"he opted out"))


def test_it_says_how_long_to_wait(there: Provider) -> None:
    check_wait(GenericHttp, settings(there, {}), there)


DEDUPE = {"resend": "dedupe", "webhook_token": "secret"}


def test_a_provider_that_drops_repetitions_gets_the_same_key(there: Provider) -> None:
    there.says = TAKEN
    dedupe = settings(there, DEDUPE)
    for unconfirmed in (False, True):
        assert submit(GenericHttp, dedupe, text()._replace(unconfirmed=unconfirmed)) == ("abc",)
    keys = [request.headers["idempotency-key"] for request in there.requests]
    assert keys[0] == keys[1]
    assert keys[0].startswith("4711-1-")
    assert json.loads(there.requests[0].body)["ref"] == keys[0]
    assert GenericHttp.resend(dedupe) is Resend.DEDUPE
    document = {"report": {"id": "abc", "state": "delivered", "ref": keys[0]}}
    expected = [Receipt("abc", "4711", ReceiptStatus.DELIVERED)]
    assert events_of("receipt", document, **DEDUPE) == expected


def test_a_key_of_its_own_stays(there: Provider) -> None:
    there.says = TAKEN
    with_key = {**DEDUPE, "headers": '{"idempotency-key": "x-{reference}"}'}
    submit(GenericHttp, settings(there, with_key), text())
    assert there.requests[0].headers["idempotency-key"].startswith("x-4711-1-")


def test_a_repetition_still_in_progress_is_unknown(there: Provider) -> None:
    case = Case("at work", Says(409), (ErrorClass.UNKNOWN, "no_answer"))
    run_case(GenericHttp, settings(there, DEDUPE), there, case)


LOOKUP = {
    "resend": "lookup",
    "lookup_path": "found.0.id",
    "lookup_missing_pattern": '"found": ?\\[\\]',
    "headers": '{"X-Key": "k"}',
}
FOUND = Says(200, b'{"found": [{"id": "abc"}]}')
LOOKUPS = [
    Case("there", FOUND, ("abc", "abc.2"), parts=2),
    Case("as when it was sent", TAKEN, ("abc",)),
    Case("denied", Says(401), (ErrorClass.SETTINGS, "credentials")),
    Case("too fast", Says(429), (ErrorClass.THROTTLED, "throttled")),
    Case("broken", Says(500), (ErrorClass.TEMPORARY, "busy")),
    Case("refused", Says(400, b"{}"), (ErrorClass.TEMPORARY, "busy")),
    Case("rubbish", Says(200, b"<html>"), (ErrorClass.TEMPORARY, "bad_answer")),
    Case("too late", Says(200, b"{}", after=0.8), (ErrorClass.TEMPORARY, "no_answer")),
    Case("hung up", Says(hangs_up=True), (ErrorClass.TEMPORARY, "no_answer")),
]


def with_lookup(server: Provider) -> dict[str, str]:
    return settings(server, {**LOOKUP, "lookup_url": f"{server.url}/find?ref={{reference}}"})


@pytest.mark.parametrize("case", LOOKUPS, ids=labels)
def test_it_looks_up_an_unconfirmed_text_and_sends_it_only_if_missing(
    there: Provider, case: Case
) -> None:
    there.says = case.says
    unconfirmed = text(case.parts)._replace(unconfirmed=True)
    chosen = {**with_lookup(there), **case.patience}
    assert submit(GenericHttp, chosen, unconfirmed) == case.expected
    (request,) = there.requests
    assert (request.method, request.body) == ("GET", b"")
    assert request.query == {"ref": f"4711-{case.parts}"}
    assert request.headers["x-key"] == "k"


@pytest.mark.parametrize("missing", [Says(404), Says(200, b'{"found": []}')])
def test_a_text_that_is_missing_is_sent(there: Provider, missing: Says) -> None:
    there.says = missing
    unconfirmed = text()._replace(unconfirmed=True)
    assert GenericHttp.resend(with_lookup(there)) is Resend.LOOKUP
    submit(GenericHttp, with_lookup(there), unconfirmed)
    assert [request.method for request in there.requests] == ["GET", "POST"]
    there.requests.clear()
    submit(GenericHttp, with_lookup(there), text())
    assert [request.method for request in there.requests] == ["POST"]


def test_json_is_escaped(there: Provider) -> None:
    there.says = TAKEN
    submit(GenericHttp, settings(there, {}), text(2, NASTY))
    (request,) = there.requests
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {
        "to": PHONE,
        "from": SENDER,
        "text": NASTY,
        "ref": "4711-2",
    }


def test_forms_are_escaped(there: Provider) -> None:
    there.says = Says(200, b"OK: abc-1\n")
    form = {
        "content_type": "application/x-www-form-urlencoded",
        "body": "to={to_digits}&text={text}&cb={callback}",
        "id_path": "",
        "id_pattern": r"OK: (\S+)",
    }
    assert submit(GenericHttp, settings(there, form), text(1, NASTY)) == ("abc-1",)
    assert there.requests[0].form == {
        "to": PHONE[1:],
        "text": NASTY,
        "cb": f"{CALLBACK}/receipt?our_reference=4711-1",
    }


def test_addresses_are_escaped(there: Provider) -> None:
    there.says = TAKEN
    url = f"{there.url}/send?to={{to}}&text={{text}}&ref={{reference}}"
    get = {"method": "GET", "url": url, "body": ""}
    submit(GenericHttp, settings(there, get), text(1, NASTY))
    (request,) = there.requests
    assert request.method == "GET"
    assert request.query == {"to": PHONE, "text": NASTY, "ref": "4711-1"}


def test_xml_is_escaped(there: Provider) -> None:
    there.says = TAKEN
    xml = {"content_type": "text/xml", "body": "<sms>{text}</sms>", "receipt_reference": ""}
    submit(GenericHttp, settings(there, xml), text(1, "<a> & b 🙂"))
    assert there.requests[0].body.decode() == "<sms>&lt;a&gt; &amp; b 🙂</sms>"


def test_headers_are_sent_and_carry_our_reference(there: Provider) -> None:
    there.says = TAKEN
    headers = {"headers": '{"X-Key": "k 1", "Idempotency-Key": "{reference}"}'}
    submit(GenericHttp, settings(there, headers), text())
    assert there.requests[0].headers["x-key"] == "k 1"
    assert there.requests[0].headers["idempotency-key"] == "4711-1"


def test_a_very_long_reference_is_the_same_in_answer_and_receipt(there: Provider) -> None:
    there.says = Says(200, json.dumps({"messages": [{"id": LONG}]}).encode())
    references = submit(GenericHttp, settings(there, {}), text(2))
    events = events_of("receipt", {"report": {"id": LONG, "state": "DELIVRD", "ref": "4711-2"}})
    assert references == tuple(event.reference for event in events)
    assert all(len(str(reference)) <= 64 for reference in references)


CALLS = {"content-type": "application/json; charset=utf-8"}


def events_of(topic: str, document: object, query: str = "", **more: str) -> list[object]:
    body = json.dumps(document).encode()
    return list(call("http", {**JSON, **more}, topic, {}, headers=CALLS, query=query, body=body))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("delivered", ReceiptStatus.DELIVERED),
        ("DELIVRD", ReceiptStatus.DELIVERED),
        ("Failed", ReceiptStatus.UNDELIVERED),
        ("expired", ReceiptStatus.EXPIRED),
    ],
)
def test_a_receipt_is_found_by_its_paths(word: str, status: ReceiptStatus) -> None:
    document = {"report": {"id": "abc", "state": word, "ref": "4711-2"}}
    expected = [Receipt("abc", "4711", status), Receipt("abc.2", "4711", status)]
    assert events_of("receipt", document) == expected
    assert events_of("receipt", [document, document]) == [*expected, *expected]


def test_words_of_receipts_can_be_set() -> None:
    document = {"report": {"id": "abc", "state": 3}}
    assert events_of("receipt", document) == []
    events = events_of("receipt", document, "our_reference=7-1", delivered="1,3")
    assert events == [Receipt("abc", "7", ReceiptStatus.DELIVERED)]


def test_a_form_and_a_query_are_understood() -> None:
    flat = {"receipt_reference": "id", "receipt_status": "state"}
    expected = [Receipt("a", "7", ReceiptStatus.DELIVERED)]
    fields = {"id": "a", "state": "delivered"}
    assert call("http", flat, "receipt", fields, query="our_reference=7-1") == expected
    query = "our_reference=7-1&id=a&state=delivered"
    assert call("http", flat, "receipt", {}, query=query) == expected
    assert call("http", flat, "receipt", {}, query="our_reference=7-1") == []


def test_a_reply_is_found_by_its_paths() -> None:
    document = {
        "id": 5,
        "from": {"number": "48 601 234 567"},
        "to": "00" + SENDER[1:],
        "text": "STOP",
    }
    assert events_of("inbound", document) == [Inbound("5", PHONE, SENDER, "STOP")]


def test_a_reply_is_cut_to_what_can_be_stored() -> None:
    document = {"id": LONG, "from": {"number": LONG}, "to": LONG, "text": "a\0\ud800" + "b" * 9999}
    (reply,) = events_of("inbound", document)
    assert isinstance(reply, Inbound)
    sizes = (len(reply.reference), len(reply.phone), len(reply.inbound_number), len(reply.text))
    assert sizes == (60, 20, 20, 2000)
    assert reply.text.startswith("a?b")


@pytest.mark.parametrize("document", [{}, 5, None, "x", {"report": 1}, {"report": {"id": "a"}}])
def test_it_refuses_rubbish(document: object) -> None:
    for topic in ("receipt", "inbound"):
        with pytest.raises(BadWebhook):
            events_of(topic, document)


@pytest.mark.parametrize(
    ("address", "called"),
    [
        ("203.0.113.7", True),
        ("::ffff:203.0.113.7", True),
        ("2001:db8::1", True),
        ("203.0.114.1", False),
        ("::ffff:203.0.114.1", False),
        ("2001:db9::1", False),
        ("", False),  # through a Unix socket
        ("unix:", False),
        ("fe80::1%eth0", False),
    ],
)
def test_only_listed_addresses_may_call(address: str, called: bool) -> None:
    settings = {"addresses": "203.0.113.0/24, 2001:db8::/32"}
    request = WebhookRequest(WebhookTopic.RECEIPT, "", {}, [], [], b"", address)
    with nullcontext() if called else pytest.raises(BadSignature):
        check_address(settings, request)


URL = {"url": "https://sms.example/send", "id_path": "id"}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"url": ""}, "url"),
        ({"url": "http://sms.example/"}, "https"),
        ({"url": "https://{to}.example/"}, "placeholder"),
        ({"url": "https://["}, "url"),
        ({"id_path": ""}, "id_path"),
        ({"id_path": "", "id_pattern": "abc"}, "group"),
        ({"id_pattern": "("}, "id_pattern"),
        ({"method": "DELETE"}, "method"),
        ({"body": "{txet}"}, "txet"),
        ({"headers": "X-Key: 1"}, "headers"),
        ({"headers": "[]"}, "headers"),
        ({"headers": '{"X": 1}'}, "headers"),
        ({"headers": '{"X": "a\\r\\nB: c"}'}, "headers"),
        ({"headers": '{"X": "{text}"}'}, "headers"),
        ({"temporary_status": "many"}, "temporary_status"),
        ({"receipt_reference": "id"}, "callback"),
        ({"receipt_reference": "id", "body": "{callback}"}, "receipt_status"),
        ({"read_seconds": "soon"}, "read_seconds"),
        ({"colour": "red"}, "colour"),
        ({"resend": "always"}, "resend"),
        ({"resend": "lookup", "body": "{reference}"}, "lookup_url"),
        ({"resend": "lookup", "lookup_url": "https://a.example/{reference}"}, "reference"),
        (
            {"resend": "lookup", "body": "{reference}", "lookup_url": "https://a.example/{to}"},
            "reference",
        ),
        (
            {"resend": "lookup", "body": "{reference}", "lookup_url": "https://{reference}/"},
            "placeholder",
        ),
        ({"lookup_pattern": "abc"}, "group"),
    ],
)
def test_it_refuses_settings_that_cannot_work(more: dict[str, str], words: str) -> None:
    with pytest.raises(BadSettings, match=words):
        GenericHttp({**URL, **more})
