"""Receipts in the forms that providers really send."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.gateways.base import Receipt, ReceiptStatus
from promosms.gateways.smpp import receipts
from promosms.gateways.smpp.codes import Tag
from promosms.gateways.smpp.pdus import Address, DataMessage, Delivered, ShortMessage
from promosms.gateways.smpp.settings import MessageIdSetting, Settings

HERE = Address("")
GIVEN = {"host": "smsc", "system_id": "promo", "password": "secret"}
GOOD, BAD, LATE = ReceiptStatus.DELIVERED, ReceiptStatus.UNDELIVERED, ReceiptStatus.EXPIRED


def reported(delivered: Delivered, **settings: str) -> tuple[str, ReceiptStatus] | str:
    """Reference and status of a receipt; "no receipt" or "nothing" without an event."""
    report = receipts.report(delivered)
    if report is None:
        return "no receipt"
    receipt = receipts.receipt(report, Settings.read(GIVEN | settings))
    return (receipt.reference, receipt.status) if receipt else "nothing"


def message(text: str, esm_class: int = 4, **tlvs: bytes) -> ShortMessage:
    """A deliver_sm with this text, and parameters by their names."""
    parameters = {Tag[name.upper()]: value for name, value in tlvs.items()}
    return ShortMessage(HERE, HERE, text.encode(), esm_class=esm_class, tlvs=parameters)


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
        (f"text:Hello {REST} id:123", "nothing"),  # all of it is the text
        (f"{REST} id:123 text:Hello", ("123", GOOD)),
        ("err:000 stat:UNDELIV dlvrd:000 sub:001 id:12-ab", ("12-ab", BAD)),
        (
            "id:5f0e-11ec sub:001 dlvrd:001 submitdate:2611220900 donedate:2611220901"
            " stat:DELIVRD err:000 text:Hi",
            ("5f0e-11ec", GOOD),
        ),
        (
            "id:1 sub:001 dlvrd:001 submit date:261122090059 done date:261122090130"
            " stat:DELIVRD err:000",
            ("1", GOOD),
        ),
        (
            "id:1 sub:001 dlvrd:000 submit date:2611220900 done date:0000000000"
            " stat:EXPIRED err:0x1F text:",
            ("1", LATE),
        ),
        ("id:1 sub:001 dlvrd:000 stat:UNDELIVERABLE err:BL4C", ("1", BAD)),
        ("id:1\nsub:001\r\nstat:DELIVERED\terr:0", ("1", GOOD)),
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
        ("id:1 sub:1 stat:SCHEDULED", "nothing"),
        ("id:1 sub:1 stat:UNKNOWN", "nothing"),
        ("id:1 sub:1 stat:SOMETHING", "nothing"),
        # NUL, brackets, quotation marks and separators do not belong to a word.
        ("id:0123456789 stat:DELIVRD\x00", ("123456789", GOOD)),
        ("id:12\x00 stat:DELIVRD\x00\x00", ("12", GOOD)),
        ("id:12\x00sub:001\x00stat:EXPIRED\x00err:000\x00", ("12", LATE)),
        ("id:12,sub:001,dlvrd:001,stat:DELIVRD,err:000", ("12", GOOD)),
        ("id:12;sub:001;stat:UNDELIV;err:001;text:id:9", ("12", BAD)),
        ("id:12|stat:REJECTD|err:001", ("12", BAD)),
        ("id=12 sub=001 dlvrd=001 stat=DELIVRD err=000 text=Hi", ("12", GOOD)),
        ("id=12&stat=EXPIRED", ("12", LATE)),
        ("id = 12 stat = DELIVRD", ("12", GOOD)),
        ('id:"12" stat:"DELIVRD"', ("12", GOOD)),
        ("id:<12> stat:(DELIVRD)", ("12", GOOD)),
        ("message_id:12 status:DELIVRD", ("12", GOOD)),
        ("message-id=12 message-state=UNDELIV", ("12", BAD)),
        ("sms_id=12 sms_status=DELIVRD", ("12", GOOD)),
        ("id==12 stat==DELIVRD", ("12", GOOD)),
        ("id:=12 stat:=DELIVRD", ("12", GOOD)),
        ("id=>12, stat=>EXPIRED", ("12", LATE)),
        ("delivery report id=12 stat=DELIVRD text=id=13", ("12", GOOD)),
        ("msgid:12 state:UNDELIV", ("12", BAD)),
        ("status:0 stat:DELIVRD id:12", ("12", GOOD)),
        ("id:12 submit_date:2611220900 done-date:2611220901 stat:DELIVRD", ("12", GOOD)),
        # JSON, and what follows a word without a blank.
        ('{"id":"12","sub":"001","stat":"DELIVRD","err":"000"}', ("12", GOOD)),
        ("{'message_id' : '12', 'status' : 'UNDELIV'}", ("12", BAD)),
        ("{id:12,stat:EXPIRED}", ("12", LATE)),
        ("id:12. stat:DELIVRD.", ("12", GOOD)),
        ("id:12 stat:DELIVRD:000", ("12", GOOD)),
        ("id:12 stat:UNDELIV/027", ("12", BAD)),
        ("id:12 stat:REJECTD-8", ("12", BAD)),
        ("id:12 stat:2.", ("12", GOOD)),
        ("id:1-2:3 stat:DELIVRD", ("1-2:3", GOOD)),
        ("id:12 stat:DELIVERED_NOT", "nothing"),
        ("id:12 stat:-2", "nothing"),
        # Words of any length, and numbers.
        ("id:1 stat:DELIVRED", ("1", GOOD)),
        ("id:1 stat:DELVRD", ("1", GOOD)),
        ("id:1 stat:CANCELLED", ("1", BAD)),
        ("id:1 stat:DELIV", ("1", GOOD)),
        ("id:1 stat:DELIVR", ("1", GOOD)),
        ("id:1 stat:DELIVERD", ("1", GOOD)),
        ("id:1 stat:DLVRD", ("1", GOOD)),
        ("id:1 stat:UNDEL", ("1", BAD)),
        ("id:1 stat:UNDELIVERED", ("1", BAD)),
        ("id:1 stat:UNDELIVERAB", ("1", BAD)),
        ("id:1 stat:EXPIR", ("1", LATE)),
        ("id:1 stat:REJECT", ("1", BAD)),
        ("id:1 stat:DELET", ("1", BAD)),
        ("id:1 stat:2", ("1", GOOD)),
        ("id:1 stat:002", ("1", GOOD)),
        ("id:1 stat:3", ("1", LATE)),
        ("id:1 stat:5", ("1", BAD)),
        ("id:1 stat:8", ("1", BAD)),
        ("id:1 stat:1", "nothing"),
        ("id:1 stat:6", "nothing"),
        ("id:1 stat:7", "nothing"),
        ("id:1 stat:99", "nothing"),
        ("id:1 stat:2222222222222222222222", "nothing"),
        ("id:1 stat:²", "nothing"),
        # Too little to be sure, or another word.
        ("id:1 stat:DEL", "nothing"),
        ("id:1 stat:UND", "nothing"),
        ("id:1 stat:DELIVERY", "nothing"),
        ("id:1 stat:DELIVERING", "nothing"),
        ("id:1 stat:ENROU", "nothing"),
        ("id:1 stat:UNKN", "nothing"),
        ("id:1 stat:ACCEPT", "nothing"),
        ("id:1 sub:1 stat:", "nothing"),
        ("id: sub:1 stat:DELIVRD", "nothing"),
        ("text:id:9 stat:EXPIRED", "nothing"),
        (f"id:1 {REST} text:stat:EXPIRED id:2", ("1", GOOD)),
        ("", "nothing"),
    ],
)
def test_the_text_is_read_key_by_key(text: str, expected: object) -> None:
    assert reported(message(text)) == expected


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        (message("", receipted_message_id=b"7\0", message_state=b"\2"), ("7", GOOD)),
        (message("", receipted_message_id=b"7", message_state=b"\3"), ("7", LATE)),
        (message("", 0, receipted_message_id=b"7\0", message_state=b"\5"), ("7", BAD)),
        (message("", receipted_message_id=b"7\0", message_state=b"\1"), "nothing"),
        (message("", receipted_message_id=b"7\0", message_state=b"\7"), "nothing"),
        (message("", receipted_message_id=b"7\0", message_state=b"\x63"), "nothing"),
        (
            message(
                "", receipted_message_id=b"7", message_state=b"\2", network_error_code=b"\3\0\x1b"
            ),
            ("7", GOOD),
        ),
        # The parameters go before the text, but a final state before a step on the way.
        (message(f"id:8 {REST}", receipted_message_id=b"7\0", message_state=b"\5"), ("7", BAD)),
        (message(f"id:8 {REST}", receipted_message_id=b"7\0", message_state=b"\1"), ("7", GOOD)),
        (message("id:8 sub:1 stat:ENROUTE", message_state=b"\2"), ("8", GOOD)),
        (message(f"id:8 {REST}", message_state=b"\7"), ("8", GOOD)),
        (message(f"id:8 {REST}", message_state=b"\x63"), ("8", GOOD)),
        (message(f"id:8 {REST}", receipted_message_id=b"7\0"), ("7", GOOD)),
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
    assert reported(delivered) == expected


@pytest.mark.parametrize(
    ("esm_class", "text", "expected"),
    [
        (0x04, f"id:1 {REST}", ("1", GOOD)),
        (0x20, f"id:1 {REST}", ("1", GOOD)),
        (0x08, f"id:1 {REST}", ("1", GOOD)),
        (0x24, f"id:1 {REST}", ("1", GOOD)),
        (0x24, "", "nothing"),
        (0x00, f"id:1 {REST}", ("1", GOOD)),
        (0x03, f"id:1 {REST}", ("1", GOOD)),
        (0x10, "Thank you", "no receipt"),
        (0x00, "id:0123456789 stat:DELIVRD\x00", ("123456789", GOOD)),
        (0x00, "My id: 12, stat: good", "no receipt"),
        (0x00, "Status: my id = none", "no receipt"),
        (0x00, "Stop", "no receipt"),
        (0x40, "Stop", "no receipt"),
    ],
)
def test_it_is_known_by_its_mark_or_its_words(esm_class: int, text: str, expected: object) -> None:
    assert reported(message(text, esm_class)) == expected


@pytest.mark.parametrize(
    ("delivered", "marked"),
    [
        (message(f"id:1 {REST}", 0x04), True),
        (message(f"id:1 {REST}", 0x20), True),
        (message(f"id:1 {REST}", 0x00), False),
        (message(f"id:1 {REST}", 0x03), False),
        (message("id=1 stat=DELIVRD", 0x00), False),
        (message("", 0, receipted_message_id=b"7\0", message_state=b"\5"), True),
        (message(f"id:1 {REST}", 0, receipted_message_id=b"7\0"), False),
        (DataMessage(HERE, HERE, tlvs={Tag.MESSAGE_PAYLOAD: f"id:1 {REST}".encode()}), False),
    ],
)
def test_words_alone_are_no_mark(delivered: Delivered, marked: bool) -> None:
    report = receipts.report(delivered)
    assert report is not None
    assert report.marked is marked


@pytest.mark.parametrize(
    ("days", "outdated"), [(0, False), (14, False), (15, True), (400, True), (-30, False)]
)
def test_its_date_may_say_that_it_is_about_a_text_of_long_ago(days: int, outdated: bool) -> None:
    day = datetime.now(UTC) - timedelta(days=days)
    for name, date in (("submit date", f"{day:%y%m%d}0900"), ("submitdate", f"{day:%y%m%d}090059")):
        report = receipts.report(message(f"id:1 {name}:{date} done date:0101010000 stat:DELIVRD"))
        assert report is not None
        assert report.outdated is outdated


@pytest.mark.parametrize("date", ["0000000000", "2613450900", "20260101090000", "yesterday!", ""])
def test_a_date_that_cannot_be_read_says_nothing(date: str) -> None:
    report = receipts.report(message(f"id:1 submit date:{date} stat:DELIVRD"))
    assert report is not None
    assert not report.outdated


def test_an_id_is_cut_to_what_can_be_stored() -> None:
    for message_id_format in MessageIdSetting:
        name = "f" * 64  # 77 digits in decimal
        answer = receipts.of_response(name, message_id_format)
        receipt = receipts.of_receipt(name, message_id_format)
        assert max(len(answer), len(receipt)) <= 64


@pytest.mark.parametrize("coded", [False, True])
def test_accepted_may_be_the_good_end(coded: bool) -> None:
    tlvs = {"receipted_message_id": b"1", "message_state": b"\6"}
    delivered = message("", **tlvs) if coded else message("id:1 sub:1 stat:ACCEPTD")
    assert reported(delivered, accepted="delivered") == ("1", GOOD)
    assert reported(delivered, accepted="intermediate") == "nothing"


@pytest.mark.parametrize("kind", [ShortMessage, DataMessage])
@pytest.mark.parametrize(
    ("state", "status"),
    [
        *((0, None), (1, None), (2, GOOD), (3, LATE), (4, BAD)),
        *((5, BAD), (6, None), (7, None), (8, BAD), (9, BAD)),
    ],
)
def test_each_state_has_its_meaning(
    kind: type[ShortMessage | DataMessage], state: int, status: ReceiptStatus | None
) -> None:
    given_ = {Tag.RECEIPTED_MESSAGE_ID: b"1\0", Tag.MESSAGE_STATE: bytes((state,))}
    expected = ("1", status) if status else "nothing"
    assert reported(kind(HERE, HERE, esm_class=4, tlvs=given_)) == expected


@pytest.mark.parametrize(
    ("address", "phone"),
    [
        (Address("48601234567", 1, 1), "+48601234567"),
        (Address("+48601234567", 0, 0), "+48601234567"),
        (Address("0048601234567", 0, 1), "+48601234567"),
        (Address("601234567", 2, 1), ""),  # of which country nobody knows
        (Address("PromoSMS", 5, 0), ""),
        (Address("", 0, 0), ""),
    ],
)
def test_it_names_the_recipient(address: Address, phone: str) -> None:
    for given_ in ({}, {"message_id_format": "same"}):
        delivered = ShortMessage(address, HERE, f"id:1 {REST}".encode(), esm_class=4)
        report = receipts.report(delivered)
        assert report is not None
        assert receipts.receipt(report, Settings.read(GIVEN | given_)) == Receipt(
            "1", "", GOOD, phone
        )


@pytest.mark.parametrize(
    ("message_id_format", "answer", "receipt"),
    [
        (MessageIdSetting.AUTO, "00AbC ", "abc"),
        (MessageIdSetting.SAME, "00AbC ", "abc"),
        (MessageIdSetting.SAME, "000123", "123"),
        (MessageIdSetting.RESPONSES_HEX, "1A2B", "6699"),
        (MessageIdSetting.RESPONSES_HEX, "0x1a2b", "0000006699"),
        (MessageIdSetting.RECEIPTS_HEX, "6699", "1A2B"),
        (MessageIdSetting.RECEIPTS_HEX, "0006699", "001a2b"),
        (MessageIdSetting.RESPONSES_HEX, "no-number", "NO-NUMBER"),
    ],
)
def test_answer_and_receipt_mean_the_same_id(
    message_id_format: MessageIdSetting, answer: str, receipt: str
) -> None:
    assert receipts.of_response(answer, message_id_format) == receipts.of_receipt(
        receipt, message_id_format
    )


@given(st.integers(0, 2**64))
def test_ids_in_two_systems_of_numbers_meet(number: int) -> None:
    for message_id_format, answer, receipt in (
        (MessageIdSetting.RESPONSES_HEX, f"{number:X}", f"{number:010}"),
        (MessageIdSetting.RECEIPTS_HEX, f"{number}", f"{number:08x}"),
    ):
        assert receipts.of_response(answer, message_id_format) == receipts.of_receipt(
            receipt, message_id_format
        )


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    values = receipts.keys(text)
    assert all(value in text.lower() for value in values.values())
    report = receipts.report(message(text))
    assert report is not None
    event = receipts.receipt(report, Settings.read(GIVEN))
    assert event is None or isinstance(event, Receipt)
