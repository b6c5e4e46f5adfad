"""The fast way to read plain numbers says nothing that the full way would not."""

from random import Random

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from promosms.sms import phone, phone_plain
from promosms.sms.phone_plain import EITHER, MOBILE
from tests.sms.plain_numbers import REGIONS, full, generated

STRINGS = 8_000


def test_it_never_differs_from_the_full_way() -> None:
    differ = [
        (region, text, found)
        for region, text in generated(STRINGS, seed=5)
        if (found := phone_plain.find(text, region)) and found != full(text, region)
    ]
    assert not differ


@pytest.mark.parametrize(
    ("text", "region", "found"),
    [
        ("601 234 567", "PL", ("+48601234567", "PL", MOBILE)),
        ("601-234-567", "PL", ("+48601234567", "PL", MOBILE)),
        ("48601234567", "PL", ("+48601234567", "PL", MOBILE)),
        ("0048 601234567", "DE", ("+48601234567", "PL", MOBILE)),
        ("0171 1234567", "DE", ("+491711234567", "DE", MOBILE)),
        ("1711234567", "DE", ("+491711234567", "DE", MOBILE)),
        ("+39 312 345 6789", "PL", ("+393123456789", "IT", MOBILE)),
        ("2015550123", "US", ("+12015550123", "US", EITHER)),
        ("601234567.0", "PL", ("+48601234567", "PL", MOBILE)),
        ("  601 234  567 ", "PL", ("+48601234567", "PL", MOBILE)),
    ],
)
def test_what_is_usual_is_read_fast(
    text: str, region: str, found: phone_plain.Found | None
) -> None:
    assert phone_plain.find(text, region) == found


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("22 555 12 34", "PL"),  # a landline
        ("601 234 56", "PL"),  # a digit is missing
        ("0664 1234567-12", "AT"),  # an extension
        ("+48 0 601 234 567", "PL"),  # a zero that is not dialled
        ("tel. 601 234 567", "PL"),
        ("4.479E+11", "PL"),
        ("+870 773 111 632", "PL"),  # satellites have no country
        ("601234567", "XX"),
        ("", "PL"),
        ("٦٠١٢٣٤٥٦٧", "PL"),
    ],
)
def test_what_is_not_plain_is_left_to_the_full_way(text: str, region: str) -> None:
    assert phone_plain.find(text, region) is None


def test_most_mobile_numbers_of_all_countries_are_read_fast() -> None:
    chance, slow, tried = Random(3), set[str](), 0
    for region in REGIONS:
        example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
        national = phonenumbers.national_significant_number(example) if example else ""
        if not example or full(f"+{example.country_code}{national}", region) is None:
            continue
        written = chance.choice((f"+{example.country_code}", f"00{example.country_code}"))
        tried += 1
        if phone_plain.find(written + national, "PL") is None:
            slow.add(region)
    assert tried > 200
    assert len(slow) < tried / 20, slow


def test_parse_takes_the_fast_way_first() -> None:
    number = phone.parse("601 234 567", "PL")
    assert number == phone.parse_fully("601 234 567", "PL")
    assert number.kind == "mobile"
