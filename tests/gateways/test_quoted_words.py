"""Words that a receipt quotes are compared without being kept."""

import pytest

from promosms.gateways.quoted_words import checksum, may_quote

TEXT = "Zażółć 20% taniej w piątek, Sklep"


@pytest.mark.parametrize(
    ("quoted", "fits"),
    [
        ("Zażółć 20% taniej w", True),
        ("ZAŻÓŁĆ 20% TANIEJ W PIĄTEK, SKLEP i nie tylko", True),  # more than 20 are not looked at
        ("Za?\u00bf?? 20% taniej w ", True),
        ("Zazolc 20% taniej w", True),
        ("Za", True),  # too little to say anything
        ("", True),
        ("Za\ufffd\ufffd", True),  # spoilt
        ("\x00Z\x00a", True),
        ("Zazolc 30% taniej w", False),
        ("20% taniej w piatek", False),  # not at its beginning
        ("Your table", False),
    ],
)
def test_quoted_words_fit_the_beginning_of_a_text(quoted: str, fits: bool) -> None:
    assert may_quote(checksum(quoted), TEXT) is fits


def test_each_part_of_a_long_text_is_quoted() -> None:
    long = "a1" * 80 + "The second part" + "b2" * 60
    assert may_quote(checksum("The second part b2"), long, parts=2)
    assert not may_quote(checksum("The second part b2"), long)
    assert not may_quote(checksum("The third part"), long, parts=2)


def test_the_words_cannot_be_read_from_the_checksum() -> None:
    secret = checksum("3F7K-9Q2M-XXXX-YYYY is the code")
    assert len(secret) <= 7
    assert may_quote(secret, "PromoSMS: ••••-••••-••••-•••• is the code")  # nobody knows
