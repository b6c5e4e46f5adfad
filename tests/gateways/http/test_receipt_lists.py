"""Several receipts in one call, the recipient that they name, and calls with other headers."""

import json

import pytest

from promosms.gateways.base import BadWebhook, Inbound, Receipt, ReceiptStatus
from tests.gateways.http.runner import PHONE, SENDER, call
from tests.gateways.http.test_generic import JSON, events_of


@pytest.mark.parametrize("bad", [{}, 5, None, "x", {"report": {"id": "", "state": "failed"}}])
def test_a_bad_entry_of_a_list_does_not_refuse_the_others(bad: object) -> None:
    good = {"report": {"id": "abc", "state": "expired", "ref": "4711-1"}}
    expected = [Receipt("abc", "4711", ReceiptStatus.EXPIRED)]
    assert events_of("receipt", [bad, good, bad]) == expected
    reply = {"id": 5, "from": {"number": PHONE}, "to": SENDER, "text": "STOP"}
    assert events_of("inbound", [bad, reply]) == [Inbound("5", PHONE, SENDER, "STOP")]
    with pytest.raises(BadWebhook):
        events_of("receipt", [bad, bad])


@pytest.mark.parametrize(
    ("number", "phone", "address"),
    [
        ("48601234567", PHONE, ""),
        ("601 234 567", PHONE, "601234567"),
        ("Shop", "", "Shop"),
        ("", "", ""),
    ],
)
def test_a_receipt_may_name_the_recipient(number: str, phone: str, address: str) -> None:
    document = {"report": {"id": "abc", "state": "delivered", "ref": "1-1"}, "to": number}
    (receipt,) = events_of("receipt", document, receipt_phone="to", country="PL")
    assert isinstance(receipt, Receipt)
    assert (receipt.phone, receipt.address) == (phone, address)


REPORT = {"report": {"id": "abc", "state": "failed", "ref": "4711-1"}}
STOP = {"sms_from": PHONE, "sms_to": SENDER, "sms_text": "STOP", "MsgId": "5"}


@pytest.mark.parametrize("kind", ["", "text/plain", "TEXT/JSON", "application/octet-stream"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b" \r\n"])
def test_json_is_read_whatever_its_header_says(kind: str, mark: bytes) -> None:
    headers, query = {"content-type": kind}, "our_reference=1-1"
    body = mark + json.dumps([REPORT, {}, REPORT]).encode()
    expected = [Receipt("abc", "4711", ReceiptStatus.UNDELIVERED)] * 2
    assert call("http", JSON, "receipt", {}, body=body, query=query, headers=headers) == expected
    body = mark + json.dumps(STOP).encode()
    expected_reply = [Inbound("5", PHONE, SENDER, "STOP")]
    found = call("smsapi", {"token": "t"}, "inbound", {}, headers=headers, body=body)
    assert found == expected_reply


def test_json_with_the_type_of_a_form_is_read() -> None:
    body = json.dumps(REPORT).encode()
    expected = [Receipt("abc", "4711", ReceiptStatus.UNDELIVERED)]
    assert call("http", JSON, "receipt", {body.decode(): ""}, body=body) == expected


GIVEN: dict[str, dict[str, str]] = {
    "http": JSON,
    "smsapi": {"token": "t"},
    "vonage": {"unsigned": "yes"},
    "sinch": {"unsigned": "yes"},
    "infobip": {},
    "telnyx": {"unsigned": "yes"},
    "gatewayapi": {"unsigned": "yes"},
    "clicksend": {},
    "android": {"unsigned": "yes"},
}


@pytest.mark.parametrize("kind", GIVEN)
@pytest.mark.parametrize("topic", ["receipt", "inbound"])
@pytest.mark.parametrize("body", [b"<report><id>abc</id></report>", b"STOP", b"\xff\xfe\0", b"[1"])
def test_what_cannot_be_read_is_not_acknowledged(kind: str, topic: str, body: bytes) -> None:
    """It may be a STOP: the provider has to repeat it, and the log has to say so."""
    given = GIVEN[kind]
    for header in ("text/xml", "application/json"):
        with pytest.raises(BadWebhook):
            call(kind, given, topic, {}, headers={"content-type": header}, body=body)
    empty = {"content-type": "application/json"}
    assert call(kind, given, topic, {}, headers=empty, body=b" ") == []


@pytest.mark.parametrize(
    ("word", "words", "status"),
    [
        ("rejected", "failed, rejected", ReceiptStatus.UNDELIVERED),
        ("FAILED ", "failed , rejected", ReceiptStatus.UNDELIVERED),
        ("failed\0", "failed", ReceiptStatus.UNDELIVERED),
        ("UNDELIVERABLE", "", ReceiptStatus.UNDELIVERED),
        ("SKIPPED", "", ReceiptStatus.UNDELIVERED),
        ("EXPIRD", "", ReceiptStatus.EXPIRED),
    ],
)
def test_words_are_told_apart_without_blanks(word: str, words: str, status: ReceiptStatus) -> None:
    document = {"report": {"id": "abc", "state": word, "ref": "1-1"}}
    more = {"undelivered": words} if words else {}
    assert events_of("receipt", document, **more) == [Receipt("abc", "1", status)]


def test_a_list_inside_an_object_is_read_to_its_end() -> None:
    """As of Infobip: the paths of the settings name the first entry."""
    paths = {
        "receipt_reference": "data.results.0.messageId",
        "receipt_status": "data.results.0.status.name",
        "receipt_phone": "data.results.0.to",
        "receipt_our_reference": "call",
        "inbound_reference": "results.0.messageId",
        "inbound_phone": "results.0.from",
        "inbound_number": "results.0.to",
        "inbound_text": "results.0.text",
    }
    one, two = (
        {"messageId": name, "status": {"name": "delivered"}, "to": PHONE} for name in ("a", "b")
    )
    document = {"data": {"results": [one, {}, two]}, "call": "7-1"}
    good = ReceiptStatus.DELIVERED
    expected = [Receipt("a", "7", good, PHONE), Receipt("b", "7", good, PHONE)]
    assert events_of("receipt", document, **paths) == expected
    assert events_of("receipt", [document, document], **paths) == expected * 2
    alone = {"data": {"results": [one]}, "call": "7-1"}
    assert events_of("receipt", alone, **paths) == expected[:1]
    replies = [{"messageId": str(n), "from": PHONE, "to": SENDER, "text": "STOP"} for n in (1, 2)]
    found = events_of("inbound", {"results": replies}, **paths)
    assert found == [Inbound(str(n), PHONE, SENDER, "STOP") for n in (1, 2)]
    for empty in ({"results": []}, {"data": {"results": 5}}, {}):
        with pytest.raises(BadWebhook):
            events_of("inbound", empty, **paths)
