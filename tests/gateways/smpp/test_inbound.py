"""Texts of recipients: alphabets, numbers, parts."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.gateways.base import Inbound
from promosms.gateways.smpp.codes import Tag
from promosms.gateways.smpp.inbound import Joined, Joiner, Piece, decoded, number_of, piece
from promosms.gateways.smpp.parts import sar, ucs2, udh
from promosms.gateways.smpp.pdus import Address, DataMessage, Delivered, ShortMessage
from promosms.gateways.smpp.settings import Alphabet
from promosms.sms import gsm7
from promosms.sms.segments import split

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
    assert decoded([Piece(coding, octets)], Alphabet.GSM7) == text


def test_the_default_alphabet_is_that_of_the_provider() -> None:
    assert decoded([Piece(0, b"@_")], Alphabet.LATIN1) == "@_"
    assert decoded([Piece(0, b"@_")], Alphabet.GSM7) == "¡§"


@pytest.mark.parametrize(
    ("address", "number"),
    [
        (Address("48601234567", 1, 1), "+48601234567"),
        (Address("+48601234567", 1, 1), "+48601234567"),
        (Address("0048601234567", 0, 0), "+48601234567"),
        (Address("48601234567", 0, 0), "+48601234567"),
        (Address("601234567", 2, 1), "601234567"),
        (Address("8080", 0, 0), "8080"),
        (Address("8080", 3, 0), "8080"),
        (Address("PromoSMS", 5, 0), "PromoSMS"),
    ],
)
def test_a_number_is_written_as_we_write_it(address: Address, number: str) -> None:
    assert number_of(address) == number


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
        # What makes no sense is a text of its own.
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


TEXTS = st.text(min_size=161, max_size=400) | st.text("a€^", min_size=161, max_size=400)


@given(TEXTS, st.sampled_from(["udh", "wide", "sar"]), st.randoms())
def test_parts_in_any_order_are_the_text_again(text: str, way: str, random: Random) -> None:
    pieces = split(text)
    plain = gsm7.is_gsm7(text)
    encode = gsm7.encode if plain else ucs2
    messages = [
        part(way, encode(one), 0 if plain else 8, len(pieces), number)
        for number, one in enumerate(pieces, 1)
    ]
    order = list(range(len(messages)))
    random.shuffle(order)
    joiner: Joiner[int] = Joiner(2, Alphabet.GSM7)
    found = [joined for i in order if (joined := joiner.add(messages[i], i, 0.0))]
    whole = text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")
    assert [one.event.text for one in found] == [whole.replace("\0", "")]
    assert found[0].deliveries == order
    assert not joiner.pending()


def part(way: str, octets: bytes, coding: int, total: int, number: int) -> ShortMessage:
    if way == "sar":
        return ShortMessage(WHO, US, octets, data_coding=coding, tlvs=sar(9, total, number))
    header = udh(9, total, number, wide=way == "wide")
    return ShortMessage(WHO, US, header + octets, esm_class=0x40, data_coding=coding)


def event(text: str) -> Inbound:
    return Inbound("", "+48601234567", "8080", text)


def test_parts_that_wait_too_long_are_shown_and_again_when_they_are_whole() -> None:
    joiner: Joiner[str] = Joiner(2, Alphabet.GSM7)
    assert joiner.add(part("udh", b"B", 0, 3, 2), "two", 0) is None
    assert joiner.add(part("udh", b"A", 0, 3, 1), "one", 1) is None
    assert joiner.due(2) == []
    assert joiner.due(2.1) == [Joined(event("AB"), ["two", "one"])]
    assert joiner.due(9) == []
    assert joiner.add(part("udh", b"C", 0, 3, 3), "three", 9) == Joined(event("ABC"), ["three"])


def test_a_part_that_comes_twice_is_answered_twice_and_stands_once() -> None:
    joiner: Joiner[str] = Joiner(2, Alphabet.GSM7)
    assert joiner.add(part("udh", b"A", 0, 2, 1), "one", 0) is None
    assert joiner.add(part("udh", b"A", 0, 2, 1), "again", 0) is None
    joined = joiner.add(part("udh", b"B", 0, 2, 2), "two", 0)
    assert joined == Joined(event("AB"), ["one", "again", "two"])


def test_people_and_references_are_not_mixed() -> None:
    joiner: Joiner[str] = Joiner(2, Alphabet.GSM7)
    other = ShortMessage(Address("48609999999", 1, 1), US, udh(9, 2, 2) + b"X", esm_class=0x40)
    assert joiner.add(part("udh", b"A", 0, 2, 1), "one", 0) is None
    assert joiner.add(other, "other", 0) is None
    assert len(joiner.due(3)) == 2


def test_what_was_shown_is_forgotten_in_the_end() -> None:
    joiner: Joiner[str] = Joiner(2, Alphabet.GSM7)
    joiner.add(part("udh", b"A", 0, 2, 1), "one", 0)
    assert len(joiner.due(3)) == 1
    assert joiner.due(700) == []
    assert joiner.groups == {}
