"""Receipts in the forms that providers really send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.gateways.base import Receipt, ReceiptStatus
from promosms.gateways.smpp import receipts
from promosms.gateways.smpp.codes import Tag
from promosms.gateways.smpp.pdus import Address, DataMessage, Delivered, ShortMessage
from promosms.gateways.smpp.settings import Ids, Settings

HERE = Address("")
GIVEN = {"host": "smsc", "system_id": "promo", "password": "secret"}
GOOD, BAD, LATE = ReceiptStatus.DELIVERED, ReceiptStatus.UNDELIVERED, ReceiptStatus.EXPIRED


def told(delivered: Delivered, **settings: str) -> tuple[str, ReceiptStatus] | str:
    """Reference and status of a receipt; "no receipt" or "nothing" without an event."""
    report = receipts.report(delivered)
    if report is None:
        return "no receipt"
    found = receipts.receipt(report, Settings.read(GIVEN | settings))
    return (found.reference, found.status) if found else "nothing"


def message(text: str, esm_class: int = 4, **tlvs: bytes) -> ShortMessage:
    """A deliver_sm with this text, and parameters by their names."""
    given = {Tag[name.upper()]: value for name, value in tlvs.items()}
    return ShortMessage(HERE, HERE, text.encode(), esm_class=esm_class, tlvs=given)


REST = "sub:001 dlvrd:001 submit date:2611220900 done date:2611220901 stat:DELIVRD err:000"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"id:123 {REST} text:Hello", ("123", GOOD)),
        (f"id:123 {REST} Text:Hello", ("123", GOOD)),
        (f"id:123 {REST}", ("123", GOOD)),
        (f"ID:123 {REST.upper()} TEXT:", ("123", GOOD)),
        (f"id:0000123 {REST}", ("123", GOOD)),
        (f"id:000 {REST}", ("0", GOOD)),
        (f"id:1A2B-c3d4-EF {REST}", ("1a2b-c3d4-ef", GOOD)),
        (f"id: 123 {REST.replace(':', ': ')}", ("123", GOOD)),
        ("stat:EXPIRED err:004 id:123 sub:001", ("123", LATE)),
        ("id:1 submitdate:261122090000 donedate:0000000000 stat:UNDELIV err:0E7B", ("1", BAD)),
        ("id:1 sub:1 dlvrd:0 stat:REJECTD err:1", ("1", BAD)),
        ("id:1 sub:1 stat:FAILED err:1", ("1", BAD)),
        ("id:1 sub:1 stat:DELETED", ("1", BAD)),
        ("id:1 sub:1 stat:SKIPPED", ("1", BAD)),
        ("id:1 sub:1 stat:DELIVRD err:027", ("1", GOOD)),
        ("id:1 sub:1 stat:ENROUTE", "nothing"),
        ("id:1 sub:1 stat:BUFFRED", "nothing"),
        ("id:1 sub:1 stat:ACKED", "nothing"),
        ("id:1 sub:1 stat:ACCEPTD", "nothing"),
        ("id:1 sub:1 stat:UNKNOWN", "nothing"),
        ("id:1 sub:1 stat:SOMETHING", "nothing"),
        ("id:1 sub:1 stat:", "nothing"),
        ("id: sub:1 stat:DELIVRD", "nothing"),
        ("text:id:9 stat:EXPIRED", "nothing"),
        (f"id:1 {REST} text:stat:EXPIRED id:2", ("1", GOOD)),
        ("", "nothing"),
    ],
)
def test_the_text_is_read_key_by_key(text: str, expected: object) -> None:
    assert told(message(text)) == expected


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        (message("", receipted_message_id=b"7\0", message_state=b"\2"), ("7", GOOD)),
        (message("", receipted_message_id=b"7", message_state=b"\3"), ("7", LATE)),
        (message("", 0, receipted_message_id=b"7\0", message_state=b"\5"), ("7", BAD)),
        (message("", receipted_message_id=b"7\0", message_state=b"\1"), "nothing"),
        (message("", receipted_message_id=b"7\0", message_state=b"\7"), "nothing"),
        (message("", receipted_message_id=b"7\0", message_state=b"\x63"), "nothing"),
        # The parameters go before the text, but a final state before a step on the way.
        (message(f"id:8 {REST}", receipted_message_id=b"7\0", message_state=b"\5"), ("7", BAD)),
        (message(f"id:8 {REST}", receipted_message_id=b"7\0", message_state=b"\1"), ("7", GOOD)),
        (message(f"id:8 {REST}", message_state=b"\x08"), ("8", BAD)),
        (message("", message_payload=f"id:8 {REST}".encode()), ("8", GOOD)),
        (
            DataMessage(
                HERE,
                HERE,
                esm_class=4,
                tlvs={Tag.RECEIPTED_MESSAGE_ID: b"9\0", Tag.MESSAGE_STATE: b"\2"},
            ),
            ("9", GOOD),
        ),
        (
            ShortMessage(
                HERE, HERE, f"id:8 {REST}".encode("utf-16-be"), esm_class=4, data_coding=8
            ),
            ("8", GOOD),
        ),
    ],
)
def test_parameters_are_read(delivered: Delivered, expected: object) -> None:
    assert told(delivered) == expected


@pytest.mark.parametrize(
    ("esm_class", "text", "expected"),
    [
        (0x04, f"id:1 {REST}", ("1", GOOD)),
        (0x20, f"id:1 {REST}", ("1", GOOD)),
        (0x08, f"id:1 {REST}", ("1", GOOD)),
        (0x00, f"id:1 {REST}", ("1", GOOD)),
        (0x03, f"id:1 {REST}", ("1", GOOD)),
        (0x10, "Thank you", "no receipt"),
        (0x00, "My id: 12, stat: good", "no receipt"),
        (0x00, "Stop", "no receipt"),
        (0x40, "Stop", "no receipt"),
    ],
)
def test_it_is_known_by_its_mark_or_its_words(esm_class: int, text: str, expected: object) -> None:
    assert told(message(text, esm_class)) == expected


def test_accepted_may_be_the_good_end() -> None:
    text = message("id:1 sub:1 stat:ACCEPTD")
    assert told(text, accepted="delivered") == ("1", GOOD)


@pytest.mark.parametrize(
    ("ids", "answer", "receipt"),
    [
        (Ids.SAME, "00AbC ", "abc"),
        (Ids.SAME, "000123", "123"),
        (Ids.ANSWERS_HEX, "1A2B", "6699"),
        (Ids.ANSWERS_HEX, "0x1a2b", "0000006699"),
        (Ids.RECEIPTS_HEX, "6699", "1A2B"),
        (Ids.RECEIPTS_HEX, "0006699", "001a2b"),
        (Ids.ANSWERS_HEX, "no-number", "NO-NUMBER"),
    ],
)
def test_answer_and_receipt_mean_the_same_id(ids: Ids, answer: str, receipt: str) -> None:
    assert receipts.of_answer(answer, ids) == receipts.of_receipt(receipt, ids)


@given(st.integers(0, 2**64))
def test_ids_in_two_systems_of_numbers_meet(number: int) -> None:
    for ids, answer, receipt in (
        (Ids.ANSWERS_HEX, f"{number:X}", f"{number:010}"),
        (Ids.RECEIPTS_HEX, f"{number}", f"{number:08x}"),
    ):
        assert receipts.of_answer(answer, ids) == receipts.of_receipt(receipt, ids)


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    found = receipts.keys(text)
    assert all(value in text for value in found.values())
    report = receipts.report(message(text))
    assert report is not None
    event = receipts.receipt(report, Settings.read(GIVEN))
    assert event is None or isinstance(event, Receipt)
