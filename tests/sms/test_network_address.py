"""Addresses of a network: national and international forms, mistaken types, no numbers."""

import pytest
from phonenumbers import SUPPORTED_REGIONS, PhoneNumberType, example_number_for_type, format_number
from phonenumbers import PhoneNumberFormat as Format

from promosms.sms.network_address import is_complete, national_digits, read

PL, GB, US, DE, IT = (
    "+48500001999",
    "+447700900123",
    "+12025550123",
    "+4915112345678",
    "+393331234567",
)


@pytest.mark.parametrize(
    ("country", "address", "tons", "number"),
    [
        # In national form, with and without what is dialled in front.
        ("PL", "500001999", (0, 1, 2, 4), PL),
        ("PL", "500 001 999", (0, 2), PL),
        ("PL", "0500001999", (0, 1, 2), PL),
        ("PL", "+500001999", (0, 1, 2), PL),
        ("PL", "+0500001999", (0, 1, 2), PL),
        ("GB", "07700900123", (0, 1, 2), GB),
        ("GB", "+07700900123", (0, 1, 2), GB),
        ("GB", "7911123456", (0, 2), "+447911123456"),
        ("US", "2025550123", (0, 2), US),
        ("US", "(202) 555-0123", (0, 2), US),
        ("DE", "015112345678", (0, 1, 2), DE),
        ("DE", "15112345678", (0, 2), DE),
        ("IT", "3331234567", (0, 2), IT),
        ("HU", "06301234567", (0, 1, 2), "+36301234567"),
        ("RU", "89161234567", (0, 2), "+79161234567"),
        # With the country code.
        *((c, "48500001999", (0, 1, 2), PL) for c in ("PL", "GB", "US", "DE")),
        *((c, "+48500001999", (0, 1, 2), PL) for c in ("PL", "GB", "US", "DE")),
        *((c, "0048500001999", (0, 1, 2), PL) for c in ("PL", "GB", "DE")),
        *((c, "+0048500001999", (0, 1, 2), PL) for c in ("PL", "GB", "DE")),
        *((c, "01148500001999", (0, 1, 2), PL) for c in ("PL", "US", "DE")),
        ("US", "+01148500001999", (0, 1), PL),
        ("PL", "+48 500 001 999", (0, 1), PL),
        ("PL", "+48 (0) 500 001 999", (0, 1), PL),
        ("PL", "480500001999", (0, 1), PL),
        ("GB", "+4407700900123", (0, 1), GB),
        ("PL", "4915112345678", (0, 1, 2), DE),
        ("", "48500001999", (0, 1), PL),
        ("", "+0048500001999", (0, 1, 2), PL),
        # A range that nobody has heard of may be new; a landline may text.
        ("PL", "+48990001999", (0, 1), "+48990001999"),
        ("PL", "48221234567", (1,), "+48221234567"),
        # No number, or nobody knows which.
        ("", "500001999", (0, 1, 2), None),
        ("", "+500001999", (0, 1, 2), None),
        ("", "+07700900123", (0, 1, 2), None),
        ("PL", "500001999", (3, 5, 6), None),
        ("PL", "48500001999", (3, 5, 6), None),
        ("PL", "8080", (0, 1, 2, 3), None),
        ("PL", "+8080", (0, 1), None),
        ("PL", "71234", (0, 1, 2), None),
        ("PL", "PromoSMS", (0, 1, 5), None),
        ("PL", "SHOP500001999", (0, 5), None),
        ("PL", "+", (0, 1), None),
        ("PL", "", (0, 1, 2), None),
        ("PL", "0", (0, 1, 2), None),
        ("PL", "000000000", (0, 1, 2), None),
        ("PL", "+000000000", (0, 1, 2), None),
        ("PL", "5000019990000000000000", (0, 1, 2), None),
        ("PL", "٥٠٠٠٠١٩٩٩", (0, 2), None),
        ("PL", "990001999", (0, 1), None),
        ("PL", "990001999", (2,), "+48990001999"),
        # In Poland a number of Orange, abroad one of Saint Pierre: not decided here.
        ("PL", "508551234", (0, 1), None),
        ("PL", "508551234", (2,), "+48508551234"),
        ("PL", "+508551234", (1,), "+508551234"),
    ],
)
def test_it_reads(country: str, address: str, tons: tuple[int, ...], number: str | None) -> None:
    assert {ton: read(address, ton, country) for ton in tons} == dict.fromkeys(tons, number)


def test_mobile_numbers_of_every_country_are_read_in_both_forms() -> None:
    tried = 0
    for region in sorted(SUPPORTED_REGIONS):
        example = example_number_for_type(region, PhoneNumberType.MOBILE)
        if example is None or example.national_number < 10**6:  # shorter than a short code
            continue
        e164 = format_number(example, Format.E164)
        national = format_number(example, Format.NATIONAL)
        assert read(national, 2, region) == e164, national
        for address in (e164, e164[1:], f"00{e164[1:]}", f"+00{e164[1:]}"):
            assert read(address, 1, region) == e164, address
        tried += 1
    assert tried > 200


@pytest.mark.parametrize(
    ("address", "ton", "complete"),
    [
        ("48500001999", 1, True),
        ("48500001999", 0, False),
        ("+48500001999", 0, True),
        ("0048500001999", 2, True),
        ("+0500001999", 1, False),
        ("500001999", 2, False),
    ],
)
def test_it_knows_what_says_that_it_is_complete(address: str, ton: int, complete: bool) -> None:
    assert is_complete(address, ton) is complete


def test_the_digits_of_a_national_number_have_no_zeros_in_front() -> None:
    spellings = ("+0500 001-999", "500001999", "0500001999", "SHOP")
    assert [national_digits(spelling) for spelling in spellings] == ["500001999"] * 3 + [""]
