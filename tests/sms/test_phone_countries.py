"""Which country a number belongs to: lost plus signs and zeros, and the reasons of a refusal."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from promosms.lib import formulas
from promosms.sms.phone import InvalidPhone, PhoneProblem, parse

EXAMPLES = {
    region: example
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    if (example := phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE))
}
"""A mobile number of each country; Tristan da Cunha (TA) has none."""
FORMATS = (
    PhoneNumberFormat.E164,
    PhoneNumberFormat.INTERNATIONAL,
    PhoneNumberFormat.NATIONAL,
    PhoneNumberFormat.RFC3966,
)


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        # The account's own country code without a plus.
        ("48601234567", "PL", "+48601234567"),
        ("491711234567", "DE", "+491711234567"),
        ("4915112345678", "DE", "+4915112345678"),
        ("0491711234567", "DE", "+491711234567"),
        ("436641234567", "AT", "+436641234567"),
        ("33612345678", "FR", "+33612345678"),
        ("447988123456", "GB", "+447988123456"),
        ("298211234", "FO", "+298211234"),
        ("393471234567", "IT", "+393471234567"),
        # Of another country: exact, and nothing at home.
        ("447988123456", "PL", "+447988123456"),
        ("4915112345678", "PL", "+4915112345678"),
        ("4915112345678", "AT", "+4915112345678"),
        ("380501234567", "PL", "+380501234567"),
        ("420601234567", "PL", "+420601234567"),
        ("33612345678", "PL", "+33612345678"),
        # Both could be texted: the account's country.
        ("15125550123", "DE", "+4915125550123"),
        # Groups of two digits are usual.
        ("0664 123 45 67", "AT", "+436641234567"),
        ("0664/123-45-67", "AT", "+436641234567"),
        ("+7 916 12345-67", "PL", "+79161234567"),
        # A prefix or a code typed more than once.
        ("0+447988123456", "GB", "+447988123456"),
        ("(0) +44 7988 123456", "PL", "+447988123456"),
        ("00+48601234567", "GB", "+48601234567"),
        ("+0048 601234567", "GB", "+48601234567"),
        ("+ 48 601234567", "GB", "+48601234567"),
        ("++48601234567", "GB", "+48601234567"),
        ("+48+48601234567", "GB", "+48601234567"),
        ("+4848601234567", "GB", "+48601234567"),
        ("+48 48 601 234 567", "PL", "+48601234567"),
        ("004848601234567", "PL", "+48601234567"),
        ("4848601234567", "PL", "+48601234567"),
        ("+44447988123456", "PL", "+447988123456"),
        ("+380380671234567", "PL", "+380671234567"),
        ("00 48 601234567", "GB", "+48601234567"),
        ("048601234567", "PL", "+48601234567"),
        ("+048601234567", "PL", "+48601234567"),
        ("+0601234567", "PL", "+48601234567"),
        ("0011 48601234567", "AU", "+48601234567"),
        # Zeros and other prefixes that are dialled, or were before the plan changed.
        ("0601234567", "PL", "+48601234567"),
        ("+48 0601234567", "PL", "+48601234567"),
        ("+48 (0) 601 234 567", "GB", "+48601234567"),
        ("480601234567", "PL", "+48601234567"),
        ("0612345678", "ES", "+34612345678"),
        ("06201234567", "HU", "+36201234567"),
        ("+36 06 20 1234567", "PL", "+36201234567"),
        ("89161234567", "RU", "+79161234567"),
        ("87011234567", "KZ", "+77011234567"),
        ("8 (067) 123-45-67", "UA", "+380671234567"),
        ("80671234567", "UA", "+380671234567"),
        ("861234567", "LT", "+37061234567"),
        ("061234567", "LT", "+37061234567"),
        ("+39 (0)347 1234567", "PL", "+393471234567"),
        ("707123456", "CI", "+2250707123456"),
        # Parts of a country that have their own code.
        ("0692 12 34 56", "FR", "+262692123456"),
        ("0693 12 34 56", "FR", "+262693123456"),
        ("0639 01 23 45", "FR", "+262639012345"),
        ("692123456", "FR", "+262692123456"),
        ("0690 12 34 56", "FR", "+590690123456"),
        ("0694 20 12 34", "FR", "+594694201234"),
        ("0696 20 12 34", "FR", "+596696201234"),
        ("0612345678", "RE", "+33612345678"),
        ("0690 12 34 56", "MQ", "+590690123456"),
        ("07797 712345", "GB", "+447797712345"),
        ("07781 123456", "GB", "+447781123456"),
        ("07624 412345", "GB", "+447624412345"),
        ("07911 123456", "JE", "+447911123456"),
        ("(787) 234-5678", "US", "+17872345678"),
        ("506 234 5678", "US", "+15062345678"),
    ],
)
def test_the_only_number_that_can_be_meant_is_taken(raw: str, region: str, e164: str) -> None:
    assert parse(raw, region).e164 == e164


@pytest.mark.parametrize(
    ("raw", "region", "problem"),
    [
        # Digits too many.
        ("601234567 00", "PL", "unclear_country"),
        ("601234567-00", "PL", "unclear_country"),
        ("601-234-567-00", "PL", "unclear_country"),
        ("60123456700", "PL", "unclear_country"),
        ("60123456789", "PL", "unclear_country"),
        ("573123456000", "PL", "unclear_country"),  # +57 312… is a Colombian mobile
        ("336123456 00", "PL", "unclear_country"),  # a landline and zeros, or a French mobile
        ("7911123456 7", "GB", "unclear_country"),  # +7 911… is a Russian mobile
        ("601234567 0", "PL", "not_valid"),
        ("+48 601234567 00", "PL", "too_long"),
        ("0664 1234567 00", "AT", "extension"),  # Austrian numbers have various lengths
        ("0664 1234567-12", "AT", "extension"),
        ("0664/1234567/8", "AT", "extension"),
        ("+43 664 1234567 8", "DE", "extension"),
        ("0048601234567 00", "PL", "too_long"),
        ("4860123456700", "PL", "too_long"),
        ("+4848 22 123 45 67", "PL", "too_long"),  # a landline behind the code twice
        ("+484860123456", "PL", "not_valid"),
        ("+48 48 123 45 67", "PL", "landline"),  # 48 is the area code of Radom
        # A plus decides, and is never put in front of a zero.
        ("+601234567", "PL", "too_short"),
        ("+48+601234567", "PL", "not_valid"),
        ("0380501234567", "PL", "too_long"),
        # A number at home, of whatever kind, is not taken for one abroad.
        ("48601234567", "DE", "landline"),
        ("0371 234567", "IT", "landline"),  # the zero belongs to the number
        ("+39 0371 234567", "PL", "landline"),
        ("0347 1234567", "IT", "not_valid"),
        ("0262 12 34 56", "FR", "landline"),
        # Numbers that exist.
        ("800 100 100", "PL", "not_mobile"),
        ("0800 123 4567", "DE", "not_mobile"),
        ("39 123 45 67", "PL", "not_mobile"),  # internet telephony
        ("070 1234 5678", "GB", "not_mobile"),  # a personal number
        ("076 4012 3456", "GB", "not_mobile"),  # a pager
        ("055 1234 5678", "GB", "not_mobile"),  # a number of a company
        ("801 234 567", "PL", "premium"),
        ("112", "PL", "too_short"),
        ("19115", "PL", "too_short"),
    ],
)
def test_anything_else_is_refused_for_the_true_reason(raw: str, region: str, problem: str) -> None:
    with pytest.raises(InvalidPhone) as error:
        parse(raw, region)
    assert error.value.code is PhoneProblem(problem)


@given(st.integers(0, 9_999_999), st.sampled_from(["60", "57", "53", "72", "88"]), st.data())
def test_digits_too_many_never_make_a_foreign_number(
    tail: int, prefix: str, data: st.DataObject
) -> None:
    more = data.draw(st.text("0123456789", min_size=1, max_size=4))
    between = data.draw(st.sampled_from(["", " ", "-", "/"]))
    with pytest.raises(InvalidPhone):
        parse(f"{prefix}{tail:07}{between}{more}", "PL")


def test_every_way_to_write_a_number_is_read_in_its_country() -> None:
    assert len(EXAMPLES) > 240
    for region, example in EXAMPLES.items():
        written = [phonenumbers.format_number(example, style) for style in FORMATS]
        e164 = written[0]
        for raw in (*written, f"00{e164[1:]}", e164[1:], f"{e164[1:]}.0", f"0{e164}"):
            assert parse(raw, region).e164 == e164, (region, raw)


def test_an_exported_number_is_the_same_everywhere() -> None:
    regions = list(EXAMPLES)
    for n, example in enumerate(EXAMPLES.values()):
        e164 = phonenumbers.format_number(example, PhoneNumberFormat.E164)
        cell = formulas.escaped(e164)
        for step in range(0, len(regions), 35):
            region = regions[(n + step) % len(regions)]
            assert parse(formulas.unescaped(cell), region).e164 == e164
            assert parse(cell, region).e164 == e164
