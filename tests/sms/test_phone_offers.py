"""Numbers that are offered instead of refused ones, and which of them are certain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms import phone
from promosms.sms.phone import InvalidPhone
from promosms.sms.phone_offers import LONGEST, offer

CERTAIN = [
    ("601234567, 22 621 00 00", "the other is a landline"),
    ("22 621 00 00; 601 234 567", "the landline comes first"),
    ("+48 601 234 567 +48 22 621 00 00", "both with a plus"),
    ("601 234 567 / 800 100 100", "the other is toll-free"),
    ("601234567 601234567", "the same number twice"),
    ("601 234 567 | +48601234567", "the same number, written differently"),
    ("48 601 234 567 wew. 12", "an extension"),
    ("601234567 ext 5", "an extension"),
    ("601 234 567 Anna", "a name behind it"),
    ("Anna Kowalska 601 234 567", "a name in front of it"),
]
LIKELY = [
    ("601 234 567 / 602 345 678", "two mobile numbers: the first"),
    ("601234567 602345678", "two mobile numbers: the first"),
    ("601 234 567 / 602 345 67", "the other may be a mobile number with a digit missing"),
    ("6O1 234 567", "a letter for a digit"),
    ("60l 234 567", "a letter for a digit"),
    ("48 6О1 234 567", "a Cyrillic letter for a digit"),
    ("601234567,12", "an extension, or a slip of the pen"),
    ("601 234 567 lub 22 621", "a word that nobody knows"),
    ("tel. 601 234 567 dzwonić po 18", "words that say something about it"),
    ("60123456789", "a number of another country, or one with digits too many"),
    ("+601234567", "a plus too many"),
    ("00601234567", "zeros too many"),
]
NOTHING = [
    "", "abc", "60123456", "601 234 56", "6012345678", "22 621 00 00", "0700 123 456",
    "800 100 100", "4.479E+11", "#####", "stary 601 234 567", "fax 601 234 567",
    "22 621 00 00 wew. 12", "601 234 567 stop", f"601 234 567 {'x' * LONGEST}",
]  # fmt: skip


@pytest.mark.parametrize(("cell", "why"), CERTAIN)
def test_it_is_certain(cell: str, why: str) -> None:
    found = offer(cell, "PL")
    assert found is not None, why
    assert (found.e164, found.certain) == ("+48601234567", True), why


@pytest.mark.parametrize(("cell", "why"), LIKELY)
def test_it_is_likely(cell: str, why: str) -> None:
    found = offer(cell, "PL")
    assert found is not None, why
    assert (found.e164, found.certain) == ("+48601234567", False), why


@pytest.mark.parametrize("cell", NOTHING)
def test_nothing_is_offered(cell: str) -> None:
    assert offer(cell, "PL") is None


@pytest.mark.parametrize(
    ("cell", "region", "e164", "certain"),
    [
        ("07911 123456 or 020 7946 0958", "GB", "+447911123456", True),
        ("0151 23456789 / 030 123456", "DE", "+4915123456789", True),
        ("0664 1234567-12", "AT", "+436641234567", False),  # or it ends with -12
    ],
)
def test_it_reads_as_in_the_country_of_the_account(
    cell: str, region: str, e164: str, certain: bool
) -> None:
    found = offer(cell, region)
    assert found is not None
    assert (found.e164, found.certain) == (e164, certain)


CELLS = st.text("0123456789+() /-.,;|OlIx" + "abnż", max_size=40) | st.lists(
    st.sampled_from(
        [
            "601234567",
            "+48 602 345 678",
            "22 621 00 00",
            "6O3",
            "wew. 3",
            "/",
            ",",
            " ",
            "Anna",
            "48",
        ]
    ),
    max_size=5,
).map(" ".join)


@given(CELLS, st.sampled_from(["PL", "DE", "GB", "IT"]))
def test_an_offer_can_be_texted_and_a_certain_one_stands_in_the_cell(
    cell: str, region: str
) -> None:
    found = offer(cell, region)
    if found is None:
        return
    assert phone.parse(found.e164, region).e164 == found.e164
    with pytest.raises(InvalidPhone):
        phone.parse(cell, region)
    if found.certain:
        digits = "".join(char for char in cell if char.isdecimal())
        national = "".join(phone.pretty(found.e164).split()[1:])
        assert "".join(char for char in national if char.isdecimal()) in digits
