"""Plain replacements for costly characters, and tidy texts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms.gsm7 import costly, is_gsm7
from promosms.sms.transliterate import plain, plain_text, tidy

FAMILY = "👨\u200d👩\u200d👧"
AWKWARD = st.text("a \n\r\t\x00\u200b\u200d\ufe0f\u0301\ud83d\u0645👩🔥🏴\U000e0067éłᾳ—…")


@pytest.mark.parametrize(
    ("char", "replacement"),
    [
        ("’", "'"),
        ("„", '"'),
        ("«", '"'),
        ("—", "-"),
        ("…", "..."),
        ("\xa0", " "),
        ("\u202f", " "),
        ("\t", " "),
        ("\u200b", ""),
        ("\ufeff", ""),
        ("Ł", "L"),
        ("ł", "l"),
        ("đ", "d"),
        ("œ", "oe"),
        ("ç", "c"),
        ("ż", "z"),
        ("ó", "o"),
        ("ắ", "a"),
        ("ǘ", "ü"),  # the alphabet has the first of its two marks
        ("e\u0301", "é"),
        ("ł\u0301", "l"),
        ("©\ufe0f", "(c)"),
        ("x" + "\u0301" * 50_000, "x"),
        ("😀", None),
        (FAMILY, None),
        ("🇵🇱", None),
        ("я", None),
        ("й", None),
        ("ά", None),
        ("中", None),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_a_costly_character_has_a_plain_replacement_or_none(
    char: str, replacement: str | None
) -> None:
    assert plain(char) == replacement


def test_it_replaces_what_it_can_and_keeps_the_rest() -> None:
    text = f"„Zażółć” — 5 € {FAMILY} дім… Straße\u200b"
    assert plain_text(text) == f'"Zazolc" - 5 € {FAMILY} дім... Straße'


@given(st.text() | AWKWARD)
def test_remaining_costly_characters_have_no_replacement(text: str) -> None:
    assert all(plain(char) is None for char in costly(plain_text(text)))


@given(st.characters())
def test_every_replacement_is_cheap(char: str) -> None:
    assert is_gsm7(plain(char) or "")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a  \nb \xa0", "a\nb"),
        ("a\n\n\n\n\nb", "a\n\nb"),
        ("a\n \n\t\n \nb", "a\n\nb"),
        ("\n\na\n\n", "a"),
        ("a\tb", "a b"),
        ("\ufeffa\u200bb\x00\x07c\xad", "abc"),
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("a\u200db", "ab"),
        ("a\ud83d", "a"),
        (FAMILY, FAMILY),
        ("\u2764\ufe0f\u200d🔥", "\u2764\ufe0f\u200d🔥"),
        ("🏴\U000e0067\U000e007f \U000e0067", "🏴\U000e0067\U000e007f"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("  a  b", "  a  b"),
        ("\u0645\u200d\ud83d", "\u0645"),
        ("\u0600\u200c\U000e0001", "\u0600"),
    ],
    ids=ascii,
)
def test_it_tidies(typed: str, stored: str) -> None:
    assert tidy(typed) == stored


@given(st.text() | AWKWARD)
def test_a_tidy_text_is_tidy_composed_and_can_be_stored(text: str) -> None:
    stored = tidy(text)
    assert tidy(stored) == stored
    assert unicodedata.is_normalized("NFC", stored)
    assert not {unicodedata.category(char) for char in stored.replace("\n", "")} & {"Cc", "Cs"}
