"""Words with which a text sounds like a promotion, such as discount, wyprzedaż, 20 % or a code.

A service text with one of them is asked about: a text that also advertises is a promotion (article
13 of Directive 2002/58/EC). The words stand in promotion_words.toml.
"""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from promosms.sms.keywords.words import bare

WORDS = Path(__file__).with_suffix(".toml")


def find(text: str) -> tuple[str, ...]:
    """The words of promotions in a text as they are written, each once, in order of appearance."""
    plain, places = _plain(text)
    found: dict[str, str] = {}
    for match in _any().finditer(plain):
        written = text[places[match.start()] : places[match.end() - 1] + 1]
        found.setdefault(bare(written), " ".join(written.split()))
    return tuple(found.values())


def _plain(text: str) -> tuple[str, list[int]]:
    """The text without case and accents, and the place of each of its letters in the text."""
    letters, places = [], []
    for place, letter in enumerate(text):
        piece = _bare_letter(letter)
        letters.append(piece)
        places += [place] * len(piece)
    return "".join(letters), places


@lru_cache(1_024)
def _bare_letter(letter: str) -> str:
    """Most letters of a text are always the same few."""
    return bare(letter)


@cache
def _any() -> re.Pattern[str]:
    """The pattern of all words; longer ones come first, so that they are named whole."""
    listed = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    groups = (group.split(",") for group in listed["words"].values())
    words = {" ".join(bare(word).split()) for group in groups for word in group}
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    # One condition before all of them: most letters begin no word, and no word is looked for there.
    whole = rf"(?<!\w)(?:{'|'.join(map(_pattern, longest_first))})(?!\w)"
    return re.compile("|".join([whole, *listed["patterns"]["any"]]))


def _pattern(word: str) -> str:
    """A word as a pattern: its star is any ending, and words may stand apart by any space."""
    pieces = (re.escape(piece).replace(r"\*", r"\w*") for piece in word.split())
    return r"[\s-]+".join(pieces)
