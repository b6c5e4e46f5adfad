"""Texts of recipients: alphabets, numbers, parts."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.gateways.base import Inbound
from promosms.gateways.concatenation import concatenate
from promosms.gateways.smpp.codes import Tag
from promosms.gateways.smpp.inbound import Piece, decoded, inbound, number_of, piece
from promosms.gateways.smpp.parts import sar, ucs2, udh
from promosms.gateways.smpp.pdus import Address, DataMessage, Delivered, ShortMessage
from promosms.gateways.smpp.settings import Alphabet
from promosms.sms import gsm7

WHO, US = Address("48601234567", 1, 1), Address("8080", 3, 0)


@pytest.mark.parametrize(
    ("coding", "octets", "text"),
    [
        (0, b"Hi \x00 \x1b\x65 \x11", "Hi @ € _"),
        (0, b"Caf\xe9", "Café"),  # no septets: the provider means Latin-1
        (1, b"Hi @", "Hi @"),
        (3, b"Caf\xe9", "Café"),
        (8, "Zażółć 😀".encode("utf-16-be"), "Zażółć 😀"),
        (8, b"\x00H\x00", "H\ufffd"),
        (6, b"\xbf\xe0", "Пр"),
        (0x10, b"\x00", "@"),
        (0x18, b"\x01\x7c", "ż"),
        (0x11, b"\x11", "_"),
        (0xF0, b"\x11", "_"),
        (0xF4, b"\xe9", "é"),
        (4, b"\xe9", "é"),
        (0, b"", ""),
        (3, b"a\0b", "ab"),
    ],
)
def test_it_is_decoded(coding: int, octets: bytes, text: str) -> None:
    assert decoded(Piece(coding, octets), Alphabet.GSM7) == text


def test_the_default_alphabet_is_that_of_the_provider() -> None:
    assert decoded(Piece(0, b"@_"), Alphabet.LATIN1) == "@_"
    assert decoded(Piece(0, b"@_"), Alphabet.GSM7) == "¡§"


@pytest.mark.parametrize(
    ("address", "number"),
    [
        (Address("48601234567", 1, 1), "+48601234567"),
        (Address("+48601234567", 1, 1), "+48601234567"),
        (Address("0048601234567", 0, 0), "+48601234567"),
        (Address("48601234567", 0, 0), "+48601234567"),
        (Address("601234567", 2, 1), "+48601234567"),
        (Address("601234567", 0, 1), "+48601234567"),
        (Address("500001999", 2, 1), "+48500001999"),
        (Address("+0048500001995", 0, 0), "+48500001995"),
        (Address("+0500001999", 1, 1), "+48500001999"),
        (Address("601234567", 3, 0), "601234567"),
        (Address("601234567", 5, 0), "601234567"),
        (Address("8080", 0, 0), "8080"),
        (Address("8080", 3, 0), "8080"),
        (Address("PromoSMS", 5, 0), "PromoSMS"),
    ],
)
def test_a_number_is_written_as_we_write_it(address: Address, number: str) -> None:
    assert number_of(address, "PL") == number


@pytest.mark.parametrize(
    ("source", "phone", "address"),
    [
        (Address("48601234567", 1, 1), "+48601234567", ""),
        (Address("0048601234567", 0, 1), "+48601234567", ""),
        (Address("601234567", 2, 1), "+48601234567", "601234567"),
        (Address("+0601234567", 1, 1), "+48601234567", "+0601234567"),
        (Address("60123", 2, 1), "60123", "60123"),
        (Address("Sh\0op", 5, 0), "Shop", "Shop"),
    ],
)
def test_the_address_is_kept_where_the_number_was_made_longer(
    source: Address, phone: str, address: str
) -> None:
    reply = inbound(ShortMessage(source, Address("732000001", 2, 1), b"A"), Alphabet.GSM7, "PL")
    assert (reply.phone, reply.address) == (phone, address)
    assert reply.inbound_number == "+48732000001"


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        (ShortMessage(WHO, US, b"Hi"), Piece(0, b"Hi")),
        (ShortMessage(WHO, US, udh(7, 2, 1) + b"Hi", esm_class=0x40), Piece(0, b"Hi", 7, 2, 1)),
        (
            ShortMessage(WHO, US, udh(700, 3, 3, wide=True) + b"Hi", esm_class=0x40),
            Piece(0, b"Hi", 700, 3, 3),
        ),
        # Ports before the element that joins.
        (
            ShortMessage(
                WHO, US, bytes.fromhex("0B 0504 15811581 0003 07 02 01") + b"Hi", esm_class=0x40
            ),
            Piece(0, b"Hi", 7, 2, 1),
        ),
        (ShortMessage(WHO, US, b"Hi", tlvs=sar(7, 2, 2)), Piece(0, b"Hi", 7, 2, 2)),
        (
            DataMessage(WHO, US, tlvs={Tag.MESSAGE_PAYLOAD: b"Hi", **sar(7, 2, 2)}),
            Piece(0, b"Hi", 7, 2, 2),
        ),
        # A part that makes no sense is a separate text.
        (ShortMessage(WHO, US, udh(7, 2, 3) + b"Hi", esm_class=0x40), Piece(0, b"Hi")),
        (ShortMessage(WHO, US, udh(7, 1, 1) + b"Hi", esm_class=0x40), Piece(0, b"Hi")),
        (ShortMessage(WHO, US, udh(7, 2, 0) + b"Hi", esm_class=0x40), Piece(0, b"Hi")),
        (ShortMessage(WHO, US, b"\x01\x00", esm_class=0x40), Piece(0, b"")),
        (ShortMessage(WHO, US, b"\xff\x00", esm_class=0x40), Piece(0, b"")),
        (ShortMessage(WHO, US, b"", esm_class=0x40), Piece(0, b"")),
    ],
)
def test_parts_are_known_by_header_or_parameters(delivered: Delivered, expected: Piece) -> None:
    assert piece(delivered) == expected


# Characters that take two octets or two code units, so that a careless cut goes through them.
TEXTS = st.text(min_size=161, max_size=400) | st.text("a€^😀", min_size=161, max_size=400)


@given(TEXTS, st.sampled_from(["udh", "wide", "sar"]), st.integers(1, 130), st.randoms())
def test_parts_in_any_order_are_the_text_again(
    text: str, way: str, size: int, random: Random
) -> None:
    plain = gsm7.is_gsm7(text)
    octets = gsm7.encode(text) if plain else ucs2(text)
    size = max(size, -(-len(octets) // 200)) * (1 if plain else 2)
    cuts = [octets[place : place + size] for place in range(0, len(octets), size)]
    coding = 0 if plain else 8
    events = [
        inbound(part(way, cut, coding, len(cuts), number), Alphabet.GSM7)
        for number, cut in enumerate(cuts, 1)
    ]
    random.shuffle(events)
    assert (
        len(
            {(event.concat_ref, event.parts, event.phone, event.inbound_number) for event in events}
        )
        == 1
    )
    joined = concatenate(event.text for event in sorted(events, key=lambda event: event.part))
    text = text.translate({0: None, 0x1B: None})
    assert joined == text


def part(way: str, octets: bytes, coding: int, total: int, number: int) -> ShortMessage:
    """A part of a text, joined by reference 9."""
    if way == "sar":
        return ShortMessage(WHO, US, octets, data_coding=coding, tlvs=sar(9, total, number))
    header = udh(9, total, number, wide=way == "wide")
    return ShortMessage(WHO, US, header + octets, esm_class=0x40, data_coding=coding)


def test_each_part_is_a_separate_event() -> None:
    concat_ref = "+48601234567:8080:9:2"
    assert inbound(part("udh", b"A", 0, 2, 1), Alphabet.GSM7) == Inbound(
        "", "+48601234567", "8080", "A", concat_ref, 1, 2
    )
    assert inbound(part("sar", b"B", 0, 2, 2), Alphabet.GSM7) == Inbound(
        "", "+48601234567", "8080", "B", concat_ref, 2, 2
    )
    assert inbound(ShortMessage(WHO, US, b"A"), Alphabet.GSM7) == Inbound(
        "", "+48601234567", "8080", "A"
    )


def test_concat_refs_differ_by_people_references_and_totals_and_are_short() -> None:
    long = Address("9" * 40, 1, 1)
    deliveries = [
        ShortMessage(sender, recipient, udh(reference, total, 1, wide=True) + b"X", esm_class=0x40)
        for sender in (WHO, long)
        for recipient in (US, long)
        for reference in (9, 65535)
        for total in (2, 255)
    ]
    refs = {inbound(delivery, Alphabet.GSM7).concat_ref for delivery in deliveries}
    assert len(refs) == len(deliveries)
    assert max(map(len, refs)) <= 64


@pytest.mark.parametrize(
    ("octets", "number", "text"),
    [
        ("d83d", 1, "\ud83d"),  # the first half of a pair at the end
        ("d83d", 2, "\ufffd"),  # nothing follows
        ("de00", 2, "\ude00"),
        ("de00", 1, "\ufffd"),
        ("d83d 0041", 1, "\ufffdA"),
        ("0041 de00", 2, "A\ufffd"),
        ("d83d de00", 1, "😀"),
        ("0041 00", 1, "A\ufffd"),
    ],
)
def test_only_halves_at_a_cut_are_kept(octets: str, number: int, text: str) -> None:
    delivered = part("udh", bytes.fromhex(octets), 8, 2, number)
    assert inbound(delivered, Alphabet.GSM7).text == text


@pytest.mark.parametrize(
    ("coding", "number", "default", "text"),
    [
        (0, 1, Alphabet.GSM7, "A\x1b"),
        (0x10, 1, Alphabet.GSM7, "A\x1b"),
        (0, 2, Alphabet.GSM7, "A "),
        (3, 1, Alphabet.GSM7, "A"),
        (0, 1, Alphabet.LATIN1, "A"),
    ],
)
def test_an_escape_waits_for_the_next_part(
    coding: int, number: int, default: Alphabet, text: str
) -> None:
    assert inbound(part("udh", b"A\x1b", coding, 2, number), default).text == text
