"""Texts as they go over the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.gateways.base import GatewayError, Trouble
from promosms.gateways.smpp.inbound import decoded, piece
from promosms.gateways.smpp.parts import Parts
from promosms.gateways.smpp.pdus import Address, ShortMessage
from promosms.gateways.smpp.settings import Alphabet, Settings
from tests.gateways.smpp.stories import sms

NEEDED = {"host": "smsc.example.net", "system_id": "promo", "password": "secret"}


def written(text: str, sender: str = "PromoSMS", **settings: str) -> list[ShortMessage]:
    bodies = Parts(Settings.read(NEEDED | settings)).bodies(sms(text, sender=sender))
    return [ShortMessage.read(body) for body in bodies]


@pytest.mark.parametrize(
    ("text", "settings", "coding", "octets"),
    [
        ("@ _ € [", {}, 0, b"\x00 \x11 \x1be \x1b<"),
        ("@ _ [", {"alphabet": "latin1"}, 3, b"@ _ ["),
        ("ñ", {"alphabet": "latin1", "data_coding": "0"}, 0, b"\xf1"),
        ("@ _ [", {"alphabet": "ascii"}, 1, b"@ _ ["),
        ("€ ñ", {"alphabet": "latin1"}, 8, "€ ñ".encode("utf-16-be")),
        ("é", {"alphabet": "ascii"}, 8, "é".encode("utf-16-be")),
        ("Zażółć 😀", {}, 8, "Zażółć 😀".encode("utf-16-be")),
        ("Hi", {"flash": "yes"}, 0x10, b"Hi"),
        ("ż", {"flash": "yes"}, 0x18, b"\x01\x7c"),
        ("`", {}, 8, b"\0`"),
    ],
)
def test_it_is_encoded(text: str, settings: dict[str, str], coding: int, octets: bytes) -> None:
    (message,) = written(text, **settings)
    assert (message.data_coding, message.message) == (coding, octets)


def test_what_the_provider_cannot_read_is_refused_rather_than_made_dearer() -> None:
    with pytest.raises(GatewayError) as found:
        written("€" * 71, alphabet="latin1")
    assert (found.value.trouble, found.value.reason) == (Trouble.PERMANENT, "alphabet")


@pytest.mark.parametrize(
    ("sender", "settings", "address"),
    [
        ("PromoSMS", {}, Address("PromoSMS", 5, 0)),
        ("+48732000001", {}, Address("48732000001", 1, 1)),
        ("8080", {}, Address("8080", 3, 0)),
        ("8080", {"source_ton": "6", "source_npi": "9"}, Address("8080", 6, 9)),
        ("Café", {"source_npi": "1"}, Address("Café", 5, 1)),
    ],
)
def test_the_sender_has_its_type(sender: str, settings: dict[str, str], address: Address) -> None:
    assert written("Hi", sender, **settings)[0].source == address


def test_a_sender_that_cannot_be_written_is_permanent_trouble() -> None:
    with pytest.raises(GatewayError, match="permanent: malformed"):
        written("Hi", "Żółw")


@pytest.mark.parametrize(
    ("long", "sizes"),
    [("udh8", [159, 159, 100]), ("udh16", [159, 159, 103]), ("sar", [153, 153, 94])],
)
def test_long_texts_fill_their_parts(long: str, sizes: list[int]) -> None:
    messages = written("a" * 400, long=long)
    assert [len(message.message) for message in messages] == sizes
    assert {message.esm_class for message in messages} == {0 if long == "sar" else 0x40}


def test_a_long_text_may_go_as_a_whole() -> None:
    (message,) = written("a" * 400, long="payload")
    assert (message.message, message.octets) == (b"", b"a" * 400)


@pytest.mark.parametrize(("receipts", "asked"), [("all", 1), ("failures", 2), ("none", 0)])
def test_receipts_are_asked_for(receipts: str, asked: int) -> None:
    assert written("Hi", receipts=receipts)[0].registered_delivery == asked


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@given(
    TEXTS | st.text("a€😀ł", min_size=150, max_size=500),
    st.sampled_from(["udh8", "udh16", "sar", "payload"]),
)
def test_every_text_comes_through(text: str, long: str) -> None:
    messages = written(text, long=long)
    pieces = [piece(message) for message in messages]
    assert decoded(pieces, Alphabet.GSM7) == text
    assert [one.number for one in pieces] == list(range(1, len(pieces) + 1))
    assert len({(one.reference, one.total) for one in pieces}) == 1
    assert all(_octets_on_air(message) <= 140 for message in messages if message.message)


def _octets_on_air(message: ShortMessage) -> int:
    """The octets of user data (3GPP TS 23.040): septets are packed there."""
    if message.data_coding == 8:
        return len(message.message)
    header = 1 + message.message[0] if message.esm_class & 0x40 else 0
    septets = len(message.message) - header
    return -(-(-(-header * 8 // 7) + septets) * 7 // 8)
