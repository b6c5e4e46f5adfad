"""Measuring a text, and splitting it into parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms.clusters import clusters
from promosms.sms.gsm7 import encode
from promosms.sms.segments import Measure, measure, split

FAMILY = "👨\u200d👩\u200d👧\u200d👦"  # 11 code units
PIECES = [*"a€^ ł😀", "e\u0301", "🇵🇱", FAMILY, "👍🏽", "b" * 40, "€" * 70, "ł" * 30, "\ud83d"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=300)
LIMITS = {("gsm7", True): 160, ("gsm7", False): 153, ("ucs2", True): 70, ("ucs2", False): 67}


def units_of(part: str, encoding: str) -> int:
    """Count the units that are really transmitted."""
    if encoding == "gsm7":
        return len(encode(part))
    return len(part.encode("utf-16-be", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("text", "encoding", "parts", "units", "left"),
    [
        ("", "gsm7", 0, 0, 160),
        ("a", "gsm7", 1, 1, 159),
        ("€", "gsm7", 1, 2, 158),
        ("a" * 160, "gsm7", 1, 160, 0),
        ("a" * 161, "gsm7", 2, 161, 145),
        ("a" * 306, "gsm7", 2, 306, 0),
        ("a" * 307, "gsm7", 3, 307, 152),
        ("€" * 80, "gsm7", 1, 160, 0),
        ("€" * 81, "gsm7", 2, 162, 143),
        ("€" * 153, "gsm7", 3, 306, 151),
        ("a" * 152 + "^" + "a" * 152, "gsm7", 3, 306, 152),
        ("a" * 151 + "^" + "a" * 153, "gsm7", 2, 306, 0),
        ("a" * 918, "gsm7", 6, 918, 0),
        ("ł", "ucs2", 1, 1, 69),
        ("ł" * 70, "ucs2", 1, 70, 0),
        ("ł" * 71, "ucs2", 2, 71, 63),
        ("ł" * 134, "ucs2", 2, 134, 0),
        ("ł" * 135, "ucs2", 3, 135, 66),
        ("😀" * 35, "ucs2", 1, 70, 0),
        ("😀" * 36, "ucs2", 2, 72, 61),
        ("😀" * 67, "ucs2", 3, 134, 65),
        (FAMILY * 6, "ucs2", 1, 66, 4),
        (FAMILY * 7, "ucs2", 2, 77, 56),
        ("ł" * 60 + FAMILY, "ucs2", 2, 71, 56),
        ("ł" * 66 + "e\u0301" + "ł" * 66, "ucs2", 3, 134, 66),
        ("ł" * 65 + "🇵🇱" + "ł" * 5, "ucs2", 2, 74, 58),
    ],
)
def test_it_measures(text: str, encoding: str, parts: int, units: int, left: int) -> None:
    measured = measure(text)
    assert measured == Measure("gsm7" if encoding == "gsm7" else "ucs2", parts, units, left)
    assert len(split(text)) == parts


@given(TEXTS)
def test_joined_parts_are_the_text(text: str) -> None:
    assert "".join(split(text)) == text


@given(TEXTS)
def test_the_measure_matches_the_parts(text: str) -> None:
    measured, parts = measure(text), split(text)
    sizes = [units_of(part, measured.encoding) for part in parts]
    limit = LIMITS[measured.encoding, len(parts) <= 1]
    assert measured.parts == len(parts)
    assert measured.units == sum(sizes)
    assert measured.left == limit - (sizes[-1] if sizes else 0)
    assert all(0 < size <= limit for size in sizes)


@given(TEXTS)
def test_no_cluster_is_cut(text: str) -> None:
    cut = [unit for part in split(text) for unit in clusters(part)]
    assert cut == clusters(text)


@given(TEXTS)
def test_a_part_ends_only_when_the_next_cluster_does_not_fit(text: str) -> None:
    measured, parts = measure(text), split(text)
    for part, following in zip(parts, parts[1:], strict=False):
        longer = part + clusters(following)[0]
        assert units_of(longer, measured.encoding) > LIMITS[measured.encoding, False]


@given(TEXTS, TEXTS)
def test_a_longer_text_never_has_fewer_parts(text: str, more: str) -> None:
    assert measure(text).parts <= measure(text + more).parts


def test_only_a_cluster_longer_than_a_part_is_cut() -> None:
    tower = "ł" + "\u0301" * 99
    assert [len(part) for part in split("ab" + tower)] == [67, 35]
    assert [len(part) for part in split("🏴" + "\U000e0067" * 50)] == [33, 18]
