"""Phrases in the words of a reply.

The notation of the tables, in which commas separate phrases:

    no more        these words, one after the other
    messag*        every word that begins so
    lose/delete    one word or the other
    ..             at most three words between
    nie_pisz*      in two words or in one

A phrase reads at most a few words from each word of a reply, and none twice in the same place.
There is nothing to go back to, so a long reply costs as much as its length.
"""

from collections.abc import Iterable, Iterator, Sequence

from promosms.sms.keywords.words import bare

GAP = ".."
_MOST_BETWEEN = 3
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def spellings(word: str) -> tuple[str, ...]:
    """Return the spellings of a word of the tables: bare, and with ae for ä."""
    return tuple(dict.fromkeys((bare(word), bare(word.lower().translate(_UMLAUTS)))))


class _Part:
    """One word of a phrase: a few words, or beginnings of words."""

    def __init__(self, alternatives: Iterable[str]) -> None:
        spelled = [each for word in alternatives for each in spellings(word)]
        self.words = frozenset(word for word in spelled if not word.endswith("*"))
        self.beginnings = tuple(word[:-1] for word in spelled if word.endswith("*"))

    def fits(self, word: str) -> bool:
        return word in self.words or word.startswith(self.beginnings)


class Phrases:
    """Phrases by the word with which they begin."""

    def __init__(self, rows: Iterable[str]) -> None:
        self._by_word: dict[str, list[tuple[_Part | None, ...]]] = {}
        self._by_beginning: dict[str, list[tuple[_Part | None, ...]]] = {}
        for row in rows:
            for phrase in row.split(","):
                for variant in _variants(phrase.split()):
                    self._add(variant)
        self._longest = max((len(each) for each in self._by_beginning), default=0)

    def _add(self, phrase: list[str]) -> None:
        parts = tuple(None if part == GAP else _Part(part.split("/")) for part in phrase)
        first = parts[0] if parts else None
        if first is None:
            return
        for word in first.words:
            self._by_word.setdefault(word, []).append(parts)
        for beginning in first.beginnings:
            self._by_beginning.setdefault(beginning, []).append(parts)

    def find(self, words: Sequence[str]) -> bool:
        """Return whether one of the phrases is somewhere in the words."""
        return any(True for _ in self.spans(words))

    def spans(self, words: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Return where the phrases are: the first word, and the one after the last."""
        for start, word in enumerate(words):
            for parts in self._beginning_with(word):
                if ends := _ends(parts, words, start):
                    yield start, max(ends)

    def is_all(self, words: Sequence[str]) -> bool:
        """Return whether one of the phrases is all of the words."""
        first = self._beginning_with(words[0]) if words else ()
        return any(len(words) in _ends(parts, words, 0) for parts in first)

    def _beginning_with(self, word: str) -> Iterator[tuple[_Part | None, ...]]:
        yield from self._by_word.get(word, ())
        for length in range(1, min(len(word), self._longest) + 1):
            yield from self._by_beginning.get(word[:length], ())


def _variants(phrase: list[str]) -> Iterator[list[str]]:
    """Yield a phrase with its joinable words in two words, and in one."""
    at = next((at for at, part in enumerate(phrase) if "_" in part), None)
    if at is None:
        yield phrase
        return
    head, tail = phrase[at].split("_", 1)
    joined = "/".join(a + b for a in head.split("/") for b in tail.split("/"))
    for words in ([head, tail], [joined]):
        yield from _variants([*phrase[:at], *words, *phrase[at + 1 :]])


def _ends(parts: Sequence[_Part | None], words: Sequence[str], start: int) -> set[int]:
    """Return the places after a phrase that begins at `start`, none if it is not there."""
    places = {start}
    for part in parts:
        if part is None:
            places = {place + more for place in places for more in range(_MOST_BETWEEN + 1)}
        else:
            places = {
                place + 1 for place in places if place < len(words) and part.fits(words[place])
            }
    return places
