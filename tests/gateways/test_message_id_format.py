"""References that a provider writes in hexadecimal or in decimal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.gateways.message_id_format import MessageIdFormat, canonical, format_of, other_forms


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("0001A2B", "1a2b"),
        (" 17 ", "17"),
        ("0x01A2B", "1a2b"),
        ("0x", ""),
        ("000", "0"),
        ("", ""),
        ("Ab-Cd", "ab-cd"),
        ("9" * 70, "9" * 64),
    ],
)
def test_a_reference_has_one_way_to_be_written(name: str, written: str) -> None:
    assert canonical(name) == written
    assert canonical(written) == written


@pytest.mark.parametrize(
    ("reference", "others"),
    [
        ("6699", ("1a2b", "26265")),
        ("1a2b", ("6699",)),
        ("1A2B", ("1a2b", "6699")),
        ("0x1A2B", ("1a2b", "6699")),
        ("000123", ("123", "7b", "291")),
        ("7", ()),
        ("10", ("a", "16")),
        ("1a2b-c3", ()),
        ("id-17", ()),
        ("1_0", ()),
        ("+12", ()),
        ("١٢", ()),
        ("", ()),
        ("f" * 64, ()),  # its decimal form is too long for a reference
    ],
)
def test_it_has_other_readings(reference: str, others: tuple[str, ...]) -> None:
    assert other_forms(reference) == others


@pytest.mark.parametrize(
    ("answer", "receipt", "how"),
    [
        ("17", "17", MessageIdFormat.SAME),
        ("0017", "17", MessageIdFormat.SAME),
        ("ab-1", "AB-1", MessageIdFormat.SAME),
        ("1a2b", "6699", MessageIdFormat.RESPONSES_HEX),
        ("0x1a2b", "6699", MessageIdFormat.RESPONSES_HEX),
        ("1A2B", "0000006699", MessageIdFormat.RESPONSES_HEX),
        ("6699", "1a2b", MessageIdFormat.RECEIPTS_HEX),
        ("6699", "00001A2B", MessageIdFormat.RECEIPTS_HEX),
        ("6699", "6698", None),
        ("id-1", "id-2", None),
        ("", "0", None),
    ],
)
def test_a_match_tells_how_the_provider_writes(
    answer: str, receipt: str, how: MessageIdFormat | None
) -> None:
    assert format_of(answer, receipt) is how


NUMBERS = st.integers(0, 2**128)
WRITTEN = st.sampled_from(["{:d}", "{:010d}", "{:x}", "{:X}", "{:016X}"])


@given(NUMBERS, WRITTEN, WRITTEN)
def test_an_id_is_found_in_decimal_and_hexadecimal(
    number: int, answers: str, receipts: str
) -> None:
    answer, receipt = canonical(answers.format(number)), canonical(receipts.format(number))
    assert answer in (receipt, *other_forms(receipt))
    id_format = format_of(answer, receipt)
    assert id_format is not None
    if answer != receipt:
        hexadecimal = answers.endswith(("x}", "X}"))
        assert id_format is (
            MessageIdFormat.RESPONSES_HEX if hexadecimal else MessageIdFormat.RECEIPTS_HEX
        )


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_it(one: str, other: str) -> None:
    forms = other_forms(one)
    assert one not in forms
    assert all(len(name) <= 64 for name in forms)
    assert len(set(forms)) == len(forms)
    assert format_of(one, one) is MessageIdFormat.SAME
    if format_of(one, other) is MessageIdFormat.SAME:
        assert canonical(one) == canonical(other)
