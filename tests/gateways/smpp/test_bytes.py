"""PDUs byte by byte, as sections 3 and 4 of the SMPP 3.4 specification write them."""

from typing import Protocol

import pytest

from promosms.gateways.smpp import tlvs
from promosms.gateways.smpp.codes import Tag
from promosms.gateways.smpp.fields import Malformed
from promosms.gateways.smpp.frames import Frame, Frames
from promosms.gateways.smpp.parts import sar, udh, validity
from promosms.gateways.smpp.pdus import (
    Address,
    Bind,
    DataMessage,
    Named,
    ShortMessage,
    header,
)

FROM = Address("PromoSMS", 5, 0)
TO = Address("48601234567", 1, 1)
TO_BYTES = "0101 3438363031323334353637 00"


class Body(Protocol):
    """What all bodies can do."""

    def write(self) -> bytes: ...


# Each whole PDU: name, header and body in hex, what the header says, the body.
PDUS: list[tuple[str, str, tuple[int, int, int], Body | None]] = [
    (
        "bind_transmitter",
        "0000002F 00000002 00000000 00000001"
        "534D50503354455354 00 7365637265743038 00 5355424D495431 00 34 01 01 00",
        (0x02, 0, 1),
        Bind("SMPP3TEST", "secret08", "SUBMIT1", 0x34, Address("", 1, 1)),
    ),
    (
        "bind_receiver",
        "0000001F 00000001 00000000 00000002 70726F6D6F 00 6B6579 00 00 34 00 00 00",
        (0x01, 0, 2),
        Bind("promo", "key"),
    ),
    (
        "bind_transceiver",
        "0000001F 00000009 00000000 7FFFFFFF 70726F6D6F 00 6B6579 00 00 34 00 00 00",
        (0x09, 0, 0x7FFFFFFF),
        Bind("promo", "key"),
    ),
    (
        "bind_transceiver_resp with sc_interface_version",
        "0000001A 80000009 00000000 00000001 534D5343 00 0210 0001 34",
        (0x80000009, 0, 1),
        Named("SMSC", {Tag.INTERFACE_VERSION: b"\x34"}),
    ),
    (
        "bind_transceiver_resp that refuses has no body",
        "00000010 80000009 0000000E 00000001",
        (0x80000009, 0x0E, 1),
        None,
    ),
    (
        "submit_sm",
        "00000046 00000004 00000000 00000005 00 0500 50726F6D6F534D53 00" + TO_BYTES + "00 00 00 00"
        "303030303031303030303030303030 52 00 01 00 00 00 02 4869",
        (0x04, 0, 5),
        ShortMessage(FROM, TO, b"Hi", validity=validity(24 * 60), registered_delivery=1),
    ),
    (
        "submit_sm with a header of parts",
        "0000003E 00000004 00000000 00000006 00 0500 50726F6D6F534D53 00" + TO_BYTES + "40 00 00 00"
        "00 01 00 08 00 0A 050003A70201 0142 007C",
        (0x04, 0, 6),
        ShortMessage(
            FROM,
            TO,
            udh(0xA7, 2, 1) + "ł|".encode("utf-16-be"),
            esm_class=0x40,
            registered_delivery=1,
            data_coding=8,
        ),
    ),
    (
        "submit_sm with parameters of parts",
        "00000046 00000004 00000000 00000007 00 0500 50726F6D6F534D53 00" + TO_BYTES + "00 00 00 00"
        "00 00 00 00 00 02 4869 020C 0002 01A7 020E 0001 02 020F 0001 01",
        (0x04, 0, 7),
        ShortMessage(FROM, TO, b"Hi", tlvs=sar(0x1A7, 2, 1)),
    ),
    (
        "submit_sm with message_payload",
        "0000003A 00000004 00000000 00000008 00 0500 50726F6D6F534D53 00" + TO_BYTES + "00 00 00 00"
        "00 00 00 00 00 00 0424 0002 4869",
        (0x04, 0, 8),
        ShortMessage(FROM, TO, tlvs={Tag.MESSAGE_PAYLOAD: b"Hi"}),
    ),
    (
        "submit_sm_resp",
        "00000015 80000004 00000000 00000005 31413246 00",
        (0x80000004, 0, 5),
        Named("1A2F"),
    ),
    (
        "submit_sm_resp that refuses has no body",
        "00000010 80000004 00000058 00000005",
        (0x80000004, 0x58, 5),
        None,
    ),
    (
        "deliver_sm with a receipt, and a parameter that nobody knows",
        "00000058 00000005 00000000 00000009 00" + TO_BYTES + "0300 38303830 00 04 00 00 00"
        "00 00 00 00 00 11 69643A31 20 737461743A44454C49565244"
        "001E 0002 31 00 0427 0001 02 0423 0003 03 0000 1401 0001 FF",
        (0x05, 0, 9),
        ShortMessage(
            TO,
            Address("8080", 3, 0),
            b"id:1 stat:DELIVRD",
            esm_class=4,
            tlvs={
                Tag.RECEIPTED_MESSAGE_ID: b"1\0",
                Tag.MESSAGE_STATE: b"\x02",
                Tag.NETWORK_ERROR_CODE: b"\x03\0\0",
                0x1401: b"\xff",
            },
        ),
    ),
    (
        "deliver_sm_resp",
        "00000011 80000005 00000000 00000009 00",
        (0x80000005, 0, 9),
        Named(),
    ),
    (
        "data_sm",
        "00000035 00000103 00000000 0000000A 00" + TO_BYTES + "0300 38303830 00 04 00 00"
        "001E 0003 6162 00 0427 0001 05",
        (0x103, 0, 10),
        DataMessage(
            TO,
            Address("8080", 3, 0),
            esm_class=4,
            tlvs={Tag.RECEIPTED_MESSAGE_ID: b"ab\0", Tag.MESSAGE_STATE: b"\x05"},
        ),
    ),
    ("data_sm_resp", "00000011 80000103 00000000 0000000A 00", (0x80000103, 0, 10), Named()),
    ("enquire_link", "00000010 00000015 00000000 0000000B", (0x15, 0, 11), None),
    ("enquire_link_resp", "00000010 80000015 00000000 0000000B", (0x80000015, 0, 11), None),
    ("unbind", "00000010 00000006 00000000 0000000C", (0x06, 0, 12), None),
    ("unbind_resp", "00000010 80000006 00000000 0000000C", (0x80000006, 0, 12), None),
    ("generic_nack", "00000010 80000000 00000003 0000000D", (0x80000000, 3, 13), None),
]


@pytest.mark.parametrize(
    ("data", "numbers", "body"),
    [(bytes.fromhex(data), numbers, body) for _, data, numbers, body in PDUS],
    ids=[name for name, *_ in PDUS],
)
def test_it_is_written_and_read(
    data: bytes, numbers: tuple[int, int, int], body: Body | None
) -> None:
    written = body.write() if body else b""
    assert (header(len(written), *numbers) + written).hex(" ") == data.hex(" ")
    (frame,) = Frames().feed(data)
    assert frame == Frame(*numbers, written)
    if isinstance(body, Bind | Named | ShortMessage | DataMessage):
        assert type(body).read(frame.body) == body


def test_a_header_of_parts_may_have_a_wide_reference() -> None:
    assert udh(0x1A7, 3, 2, wide=True).hex(" ") == "06 08 04 01 a7 03 02"
    assert udh(0x1A7, 3, 2).hex(" ") == "05 00 03 a7 03 02"


@pytest.mark.parametrize(
    ("minutes", "written"),
    [
        *((0, ""), (1, "000000000100000R"), (59, "000000005900000R"), (60, "000000010000000R")),
        *((24 * 60, "000001000000000R"), (48 * 60, "000002000000000R")),
        (7 * 24 * 60 + 5 * 60 + 1, "000007050100000R"),
    ],
)
def test_validity_is_a_relative_time(minutes: int, written: str) -> None:
    assert validity(minutes) == written


@pytest.mark.parametrize(
    "body",
    [
        Bind("a" * 16, "secret"),
        Bind("a", "zero\0"),
        Bind("żółw", "secret"),
        ShortMessage(Address("a" * 21), TO),
        ShortMessage(FROM, TO, b"a" * 255),
        DataMessage(Address("a" * 65), TO),
    ],
)
def test_what_does_not_fit_is_not_written(body: Body) -> None:
    with pytest.raises(Malformed):
        body.write()


@pytest.mark.parametrize("kind", [Bind, ShortMessage, DataMessage])
def test_what_is_cut_off_is_not_read(kind: type[Bind | ShortMessage | DataMessage]) -> None:
    data = next(body for *_, body in PDUS if isinstance(body, kind)).write()
    needed = data[: -4 - 3] if kind is DataMessage else data
    for end in range(20):
        with pytest.raises(Malformed):
            kind.read(needed[:end])


def test_parameters_that_are_cut_off_or_repeated_do_no_harm() -> None:
    good = bytes.fromhex("0427 0001 02")
    assert tlvs.read(good + good[:3] + b"\xff") == {Tag.MESSAGE_STATE: b"\x02"}
    assert tlvs.read(good + bytes.fromhex("0427 0001 05")) == {Tag.MESSAGE_STATE: b"\x02"}
    assert tlvs.read(good + bytes.fromhex("001E 0009 31")) == {Tag.MESSAGE_STATE: b"\x02"}
    assert tlvs.number({}, Tag.MESSAGE_STATE) is None
    assert tlvs.string({Tag.RECEIPTED_MESSAGE_ID: b"a\0\0"}, Tag.RECEIPTED_MESSAGE_ID) == "a"


def test_an_answer_is_read_with_or_without_its_zero() -> None:
    assert Named.read(b"").name == ""
    assert Named.read(b"17").name == "17"
    assert Named.read(b"17\0").name == "17"
