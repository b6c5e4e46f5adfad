"""The GSM 7-bit alphabet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms.gsm7 import costly, decode, encode, is_gsm7, septets

EXTENSION = "\f^{}\\[~]|€"
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_TEXT = st.text(BASIC + EXTENSION)


def test_the_alphabet_has_exactly_the_characters_of_the_standard() -> None:
    assert len(set(BASIC)) == 127
    assert {chr(code) for code in range(0x11000) if is_gsm7(chr(code))} == {*BASIC, *EXTENSION}


@pytest.mark.parametrize(
    ("char", "code"),
    [
        ("@", "00"),
        ("_", "11"),
        ("$", "02"),
        ("¡", "40"),
        ("§", "5f"),
        ("¿", "60"),
        ("à", "7f"),
        ("Ç", "09"),
        ("É", "1f"),
        ("€", "1b65"),
        ("|", "1b40"),
        ("^", "1b14"),
        ("{", "1b28"),
        ("}", "1b29"),
        ("\\", "1b2f"),
        ("[", "1b3c"),
        ("~", "1b3d"),
        ("]", "1b3e"),
        ("\f", "1b0a"),
    ],
)
def test_characters_have_the_codes_of_the_standard(char: str, code: str) -> None:
    assert encode(char).hex() == code


@given(GSM7_TEXT)
def test_it_decodes_what_it_encodes(text: str) -> None:
    assert decode(encode(text)) == text


@given(GSM7_TEXT)
def test_septets_count_the_encoded_bytes(text: str) -> None:
    assert septets(text) == len(encode(text))


@given(st.binary().map(lambda data: bytes(byte & 0x7F for byte in data)))
def test_it_decodes_any_septets(data: bytes) -> None:
    assert is_gsm7(decode(data))


@pytest.mark.parametrize(
    ("data", "text"),
    [("1b41", "A"), ("1b", " "), ("611b", "a "), ("1b1b65", " e"), ("1b1b1b65", " €")],
)
def test_an_undefined_escape_is_decoded_by_the_standard(data: str, text: str) -> None:
    assert decode(bytes.fromhex(data)) == text


def test_it_refuses_bytes_above_0x7f() -> None:
    with pytest.raises(ValueError, match="ascii"):
        decode(b"\x80")


@pytest.mark.parametrize("char", ["ç", "`", "ł", "’", "\t", "\x1b", "😀", "\xa0"], ids=ascii)
def test_it_refuses_characters_outside_the_alphabet(char: str) -> None:
    assert not is_gsm7(char)
    assert costly(f"a{char}b{char}") == (char,)
    with pytest.raises(UnicodeEncodeError) as error:
        encode(f"ab{char}")
    assert error.value.start == 2


def test_costly_characters_are_whole_clusters() -> None:
    text = "“Ana” e\u0301 👨\u200d👩\u200d👧 “é” 🇵🇱"
    assert costly(text) == ("“", "”", "e\u0301", "👨\u200d👩\u200d👧", "🇵🇱")


@given(st.text())
def test_only_texts_outside_gsm7_have_costly_characters(text: str) -> None:
    assert (costly(text) == ()) is is_gsm7(text)
