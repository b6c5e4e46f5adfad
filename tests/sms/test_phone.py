"""Reading and formatting phone numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms.phone import InvalidPhone, Phone, PhoneProblem, country_of, mask, parse, pretty

REGIONS = ["PL", "DE", "GB", "FR", "US", "IT"]
MOBILE = st.integers(0, 9_999_999).map(lambda tail: f"+4860{tail:07}")


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("601234567", "PL", "+48601234567"),
        ("601 234 567", "pl", "+48601234567"),
        ("601\xa0234\u202f567", "PL", "+48601234567"),
        ("(601) 234-567", "PL", "+48601234567"),
        ("601.234.567", "PL", "+48601234567"),
        ("601/234/567", "PL", "+48601234567"),
        ("601–234–567", "PL", "+48601234567"),
        ("\u202a+48 601 234 567\u202c", "GB", "+48601234567"),
        ("+48 (0) 601 234 567", "GB", "+48601234567"),
        ("(+48) 601 234 567", "GB", "+48601234567"),
        ("0048601234567", "US", "+48601234567"),
        ("+0048601234567", "PL", "+48601234567"),
        ("01148601234567", "US", "+48601234567"),
        ("'+48601234567", "PL", "+48601234567"),
        ("’601234567", "PL", "+48601234567"),
        ("tel:+48-601-234-567", "GB", "+48601234567"),
        ("TEL: 601234567", "PL", "+48601234567"),
        ("48601234567", "GB", "+48601234567"),
        ("48601234567", "US", "+48601234567"),
        ("48601234567", "", "+48601234567"),
        ("48601234567.0", "PL", "+48601234567"),
        ("+48601234567,0", "GB", "+48601234567"),
        ("601234567.0", "PL", "+48601234567"),
        ("٦٠١٢٣٤٥٦٧", "PL", "+48601234567"),
        ("＋４８６０１２３４５６７", "GB", "+48601234567"),
        ("07400123456", "GB", "+447400123456"),
        ("7400123456", "GB", "+447400123456"),
        ("+44 (0)7400 123456", "PL", "+447400123456"),
        ("0171/1234567", "DE", "+491711234567"),
        ("171 1234567", "DE", "+491711234567"),
        ("0707123456", "CI", "+2250707123456"),
        ("707123456", "CI", "+2250707123456"),
        ("347 123 4567", "IT", "+393471234567"),
    ],
)
def test_it_parses(raw: str, region: str, e164: str) -> None:
    assert parse(raw, region).e164 == e164


def test_it_returns_country_and_kind() -> None:
    assert parse("601234567", "PL") == Phone("+48601234567", "PL", "mobile")
    assert parse("201-555-0123", "US") == Phone("+12015550123", "US", "fixed_or_mobile")
    assert parse("+1 416 555 0123", "US") == Phone("+14165550123", "CA", "fixed_or_mobile")


@pytest.mark.parametrize(
    ("raw", "region", "problem"),
    [
        ("", "PL", "empty"),
        (" \xa0\t", "PL", "empty"),
        ("-", "PL", "empty"),
        ("tel:", "PL", "empty"),
        ("none", "PL", "letters"),
        ("601*234#567", "PL", "letters"),
        ("1-800-FLOWERS", "US", "letters"),
        ("112", "PL", "too_short"),
        ("+4811", "PL", "too_short"),
        ("601234567890123", "PL", "too_long"),
        ("1" * 5000, "PL", "too_long"),
        ("+999123456789", "PL", "unknown_country"),
        ("601234567", "", "unknown_country"),
        ("601234567", "ZZ", "unknown_country"),
        ("+881612345678", "PL", "unknown_country"),  # satellite
        ("60123456", "PL", "not_valid"),
        (
            "298211234",
            "US",
            "too_short",
        ),  # more likely a missing digit than a number of the Faroe Islands
        ("+48 111 111 111", "PL", "not_valid"),
        ("+48+601234567", "PL", "not_valid"),
        ("4479111234", "PL", "not_valid"),
        ("4654335637", "IT", "landline"),  # a lost 0 or a lost +: neither can be texted
        ("372512345", "DE", "landline"),
        ("22 123 45 67", "PL", "landline"),
        ("+442079460018", "PL", "landline"),
        ("48601234567", "DE", "landline"),  # also a Polish mobile, but at home a number, too
        ("701 234 567", "PL", "premium"),
        ("801 234 567", "PL", "premium"),  # cost is shared
    ],
)
def test_it_refuses_and_says_why(raw: str, region: str, problem: str) -> None:
    with pytest.raises(InvalidPhone) as error:
        parse(raw, region)
    assert error.value.code is PhoneProblem(problem)
    assert str(error.value) == problem


@given(MOBILE, st.sampled_from(REGIONS), st.data())
def test_all_formats_of_a_number_are_the_same_number(
    e164: str, region: str, data: st.DataObject
) -> None:
    prefix = data.draw(st.sampled_from(["+48", "0048", "+48(0)", "(+48)", "tel:+48", "'+48"]))
    gaps = data.draw(st.lists(st.sampled_from(["", " ", "-", ".", "\xa0"]), min_size=9, max_size=9))
    local = "".join(map("".join, zip(gaps, e164[3:], strict=True)))
    assert parse(f"{prefix}{local}", region).e164 == e164
    for spoilt in (local, e164[1:], f"{e164[1:]}.0", f" {local} "):
        assert parse(spoilt, "PL").e164 == e164


@given(st.text() | st.text("+0123456789 ()-./,;eE'", max_size=25), st.sampled_from(REGIONS))
def test_it_accepts_a_number_or_says_why_not(raw: str, region: str) -> None:
    try:
        phone = parse(raw, region)
    except InvalidPhone:
        return
    for other_region in REGIONS:
        assert parse(phone.e164, other_region) == phone
        assert parse(pretty(phone.e164), other_region) == phone
    assert country_of(phone.e164) == phone.country


@pytest.mark.parametrize(
    ("e164", "masked", "written"),
    [
        ("+48601234567", "+48 *** *** 567", "+48 601 234 567"),
        ("+33612345678", "+33 * ** ** *6 78", "+33 6 12 34 56 78"),
        ("+12015550123", "+1 ***-***-*123", "+1 201-555-0123"),
        ("+447700900123", "+44 **** ***123", "+44 7700 900123"),  # not in use, yet shown
    ],
)
def test_it_masks_and_formats(e164: str, masked: str, written: str) -> None:
    assert mask(e164) == masked
    assert pretty(e164) == written


@given(MOBILE)
def test_a_mask_shows_three_digits_after_the_country_code(e164: str) -> None:
    assert mask(e164) == f"+48 *** *** {e164[-3:]}"


@pytest.mark.parametrize("junk", ["", "601234567", "Anna", "+999123456789"])
def test_anything_else_is_hidden_entirely(junk: str) -> None:
    assert mask(junk) == "***"
    with pytest.raises(InvalidPhone):
        pretty(junk)
    with pytest.raises(InvalidPhone):
        country_of(junk)


def test_a_satellite_has_no_country() -> None:
    with pytest.raises(InvalidPhone):
        country_of("+881612345678")
