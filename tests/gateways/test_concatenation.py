"""Parts of a reply become one text, also where a character was cut."""

import pytest

from promosms.gateways.concatenation import concatenate


@pytest.mark.parametrize(
    ("texts", "joined"),
    [
        ([], ""),
        (["A"], "A"),
        (["A", "B", "C"], "ABC"),
        (["A\ud83d", "\ude00B"], "A😀B"),
        (["A\ud83d", "B"], "A\ufffdB"),
        (["A\ud83d"], "A\ufffd"),
        (["\ude00B"], "\ufffdB"),
        (["5 \x1b", "e each"], "5 € each"),
        (["\x1b", "(x\x1b", ")"], "{x}"),
        (["A\x1b", ""], "A "),
        (["A\x1b", "", "e"], "A€"),
        (["A\x1b"], "A "),
        (["A\x1b", "Z"], "AZ"),  # an escape before a code without a meaning
        (["A\x1b", "ż"], "A ż"),  # the next part is not in that alphabet
        (["A\x1b", "€"], "A €"),  # nor an escape that is escaped
    ],
)
def test_characters_that_were_cut_are_whole_again(texts: list[str], joined: str) -> None:
    assert concatenate(texts) == joined
