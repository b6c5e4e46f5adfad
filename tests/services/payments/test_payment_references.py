"""Payment references in the spellings of people and banks."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promosms.services.payments import payment_references

SIGNS = st.sampled_from(payment_references.SIGNS)
MADE = st.text(SIGNS, min_size=7, max_size=7).map(payment_references.of)


def plain(reference: str) -> str:
    return reference.replace("-", "")


def test_it_has_no_character_that_is_easily_confused() -> None:
    assert not set(payment_references.SIGNS) & set("01ILO")
    assert len(payment_references.SIGNS) == len(set(payment_references.SIGNS)) == 31


def test_it_is_random() -> None:
    references = {payment_references.new() for _ in range(500)}
    assert len(references) == 500
    assert all(len(reference) == 12 and reference.startswith("PS-") for reference in references)


@given(MADE)
def test_it_is_read_in_any_spelling(reference: str) -> None:
    written = [
        reference,
        reference.lower(),
        plain(reference),
        plain(reference)[2:],
        f" {reference[3:]} ",
        reference.replace("-", " "),
        reference.replace("-", "–"),
        " ".join(plain(reference)),
        f"Top-up {reference}, thanks",
        f"zapl.za{plain(reference)}FAKTURA",
    ]
    assert [payment_references.read(text) for text in written] == [reference] * len(written)


@given(MADE)
def test_a_doubled_prefix_is_read_too(reference: str) -> None:
    # One in 31 can be read in two ways.
    assume(payment_references.read(f"PS-PS{plain(reference)[2:8]}") is None)
    assert payment_references.read(f"PSPS-{reference[3:]}") == reference


@pytest.mark.parametrize("sign", ["\u212a", "\uff2b"])
def test_letters_that_only_look_different_are_read(sign: str) -> None:
    reference = payment_references.of("7K3M94Q")
    assert payment_references.read(reference.replace("K", sign)) == reference


@given(st.text(st.one_of(SIGNS, st.sampled_from("pPsS- \u017f\u212a\u0131\ufb06\u1e9e"))))
def test_any_text_can_be_searched(text: str) -> None:
    reference = payment_references.read(text)
    assert reference is None or payment_references.read(reference) == reference


@given(MADE, st.integers(3, 10), SIGNS)
def test_a_wrong_character_is_detected(reference: str, place: int, sign: str) -> None:
    bare = list(plain(reference))
    bare[place - 1], was = sign, bare[place - 1]
    assert (payment_references.read("".join(bare)) is None) == (sign != was)
    assert payment_references.mistyped("".join(bare)) == (sign != was)


@given(MADE, st.integers(2, 9), st.integers(2, 9))
def test_swapped_characters_are_detected(reference: str, first: int, second: int) -> None:
    bare = list(plain(reference))
    bare[first], bare[second] = bare[second], bare[first]
    same = "".join(bare) == plain(reference)
    assert (payment_references.read("".join(bare)) is not None) == same


@pytest.mark.parametrize("text", ["", "PS", "thank you for everything", "0" * 8, "PS-7K3M-94Q"])
def test_other_texts_contain_no_reference(text: str) -> None:
    assert payment_references.read(text) is None
    assert not payment_references.mistyped(text)
