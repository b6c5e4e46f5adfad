"""Grapheme clusters, which are not cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.sms.clusters import clusters, has_bound, without_last_extension

WHOLE = [
    "e\u0301",  # letter and accent
    "\u2764\ufe0f",  # red heart
    "2\ufe0f\u20e3",  # keycap
    "👍🏽",
    "🇵🇱",
    "👨\u200d👩\u200d👧\u200d👦",
    "\u2764\ufe0f\u200d🔥",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "क्\u200dष",
]


@pytest.mark.parametrize("cluster", WHOLE, ids=ascii)
def test_it_keeps_clusters_together(cluster: str) -> None:
    assert clusters(f"a{cluster}{cluster}b") == ["a", cluster, cluster, "b"]


def test_a_joiner_does_not_bind_latin_letters() -> None:
    assert clusters("a\u200db") == ["a\u200d", "b"]


def test_a_third_flag_letter_begins_a_new_cluster() -> None:
    assert clusters("🇵🇱🇩") == ["🇵🇱", "🇩"]


def test_plain_letters_are_not_bound() -> None:
    assert not has_bound("Zażółć “gęślą” – 5 €")


def test_the_last_mark_is_removed_first() -> None:
    assert without_last_extension("e\u0302\u0301") == "e\u0302"
    assert without_last_extension("e") == without_last_extension("") == ""


@given(st.lists(st.sampled_from([*WHOLE, "a", "ł", "\u200d", "\u0301"])).map("".join) | st.text())
def test_joined_clusters_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text
    assert all(clusters(text))
