"""Texts as they go over the connection."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.gateways.base import ErrorClass, GatewayError
from promosms.gateways.concatenation import concatenate
from promosms.gateways.smpp.inbound import decoded, piece
from promosms.gateways.smpp.parts import MOST_SENDERS, MOST_TAILS, Parts, concat_reference, validity
from promosms.gateways.smpp.pdus import Address, ShortMessage
from promosms.gateways.smpp.settings import Alphabet, Settings
from promosms.sms.segments import measure
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


@pytest.mark.parametrize(
    ("text", "coding"), [("Hi", 0x10), ("Zażółć", 0x18), ("a" * 161, 0x10), ("ż" * 71, 0x18)]
)
def test_a_flash_text_has_message_class_0_in_each_part(text: str, coding: int) -> None:
    parts = Parts(Settings.read(NEEDED))
    for flash in (True, False):
        bodies = parts.bodies(sms(text)._replace(flash=flash))
        codings = {ShortMessage.read(body).data_coding for body in bodies}
        assert codings == {coding if flash else coding & 0x0F}


def test_text_outside_the_alphabet_is_refused_and_not_made_dearer() -> None:
    with pytest.raises(GatewayError) as caught:
        written("€" * 71, alphabet="latin1")
    assert (caught.value.error_class, caught.value.reason) == (ErrorClass.PERMANENT, "alphabet")


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


def test_a_sender_that_cannot_be_written_is_a_permanent_error() -> None:
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


@pytest.mark.parametrize(
    ("text", "count"),
    [
        *(("a" * 160, 1), ("a" * 161, 2), ("€" * 80, 1), ("€" * 80 + "a", 2), ("a" * 306, 2)),
        *(("ł" * 70, 1), ("ł" * 71, 2), ("😀" * 35, 1), ("😀" * 36, 2), ("ł" * 134, 2), ("", 1)),
    ],
)
def test_it_has_no_more_parts_than_were_counted(text: str, count: int) -> None:
    assert len(written(text)) == count
    assert not text or measure(text).parts == count


def test_a_long_text_may_go_as_a_whole() -> None:
    (message,) = written("a" * 400, long="payload")
    assert (message.message, message.octets) == (b"", b"a" * 400)


@pytest.mark.parametrize(("receipts", "registered"), [("all", 1), ("failures", 2), ("none", 0)])
def test_receipts_are_asked_for(receipts: str, registered: int) -> None:
    assert written("Hi", receipts=receipts)[0].registered_delivery == registered


@pytest.mark.parametrize(
    ("our_reference", "number"), [("1", 1), ("65537", 65537), ("a-b", 0x35C2229E), ("", 0)]
)
def test_the_reference_of_parts_follows_from_ours(our_reference: str, number: int) -> None:
    assert concat_reference(our_reference) == number
    for long, width in (("udh8", 0xFF), ("udh16", 0xFFFF), ("sar", 0xFFFF)):
        parts = Parts(Settings.read(NEEDED | {"long": long}))
        bodies = parts.bodies(sms("a" * 400)._replace(our_reference=our_reference))
        references = {piece(ShortMessage.read(body)).reference for body in bodies}
        assert references == {number & width}


@given(
    st.text("abc€żλ😀", max_size=200),
    st.sampled_from(["PromoSMS", "8080", "+48732000001", "Café"]),
    st.sampled_from(["gsm7", "latin1", "ascii"]),
    st.booleans(),
    st.integers(0, 200),
    st.sampled_from([0, 1, 180]),
)
def test_prepared_bytes_are_what_the_codec_writes(
    text: str, sender: str, alphabet: str, flash: bool, hours: int, minutes: int
) -> None:
    given_ = {"alphabet": alphabet, "flash": str(flash), "validity_hours": str(hours)}
    parts = Parts(Settings.read(NEEDED | given_ | {"service_type": "CMT", "dest_npi": "8"}))
    for _ in range(2):  # the second time from what is kept
        bodies = []
        with suppress(GatewayError):  # such as a long one with € where only ASCII is read
            bodies = parts.bodies(sms(text, sender=sender)._replace(validity=minutes))
        for body in bodies:
            message = ShortMessage.read(body)
            assert message.write() == body
            assert message.destination == Address("48600000001", 1, 8)
            # What is left to the provider stays so: it may refuse the field.
            assert message.validity == validity(minutes if minutes and hours else hours * 60)
            assert message.service_type == "CMT"


def test_senders_are_not_kept_for_ever() -> None:
    parts = Parts(Settings.read(NEEDED))
    for number in range(MOST_SENDERS * 2 + 5):
        parts.bodies(sms(sender=f"Shop {number}"))
    assert len(parts.heads) <= MOST_SENDERS


def test_tails_are_not_kept_for_ever() -> None:
    parts = Parts(Settings.read(NEEDED))
    for minutes in range(MOST_TAILS * 2 + 5):
        parts.bodies(sms()._replace(validity=minutes))
    assert len(parts.tails) <= MOST_TAILS


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1b"), min_size=1)


@given(
    TEXTS | st.text("a€😀ł", min_size=150, max_size=500),
    st.sampled_from(["udh8", "udh16", "sar", "payload"]),
)
def test_every_text_comes_through(text: str, long: str) -> None:
    messages = written(text, long=long)
    pieces = [piece(message) for message in messages]
    assert concatenate(decoded(part, Alphabet.GSM7) for part in pieces) == text
    assert [part.number for part in pieces] == list(range(1, len(pieces) + 1))
    assert len({(part.reference, part.total) for part in pieces}) == 1
    assert all(_octets_on_air(message) <= 140 for message in messages if message.message)


def _octets_on_air(message: ShortMessage) -> int:
    """The octets of user data (3GPP TS 23.040): septets are packed there."""
    if message.data_coding == 8:
        return len(message.message)
    header = 1 + message.message[0] if message.esm_class & 0x40 else 0
    septets = len(message.message) - header
    return -(-(-(-header * 8 // 7) + septets) * 7 // 8)
