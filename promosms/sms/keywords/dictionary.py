"""The words of all languages together, ready for the question what a word of a reply means."""

import re
from collections.abc import Collection, Iterable
from functools import cache

from promosms.sms.keywords.languages import LANGUAGES
from promosms.sms.keywords.phrases import Phrases, spellings
from promosms.sms.keywords.vocabulary import Vocabulary

# What is joined to a stop must be recognisable: "stopa" is not "stop a".
_SHORTEST_JOINED = 3
_SHORTEST_EVERYDAY = 5
_LONGEST_JOINED = 40
_SHORTEST_MISSPELT = 7
_ROOTS = ("stop", "ctoп")  # as words.bare spells them
_OTHER_WORDS = ("nonstop", "hohctoп")  # all day and night


class Dictionary:
    """All tables, each word in its bare spelling."""

    def __init__(self, tables: Iterable[Vocabulary]) -> None:
        tables = tuple(tables)
        self.clear = _words(table.clear for table in tables)
        self._in_sentences = _words(table.everyday + " " + table.slips for table in tables)
        self._everyday = self._in_sentences | _words(table.only_alone for table in tables)
        self._misspelt = _cuts(_words(table.misspelt for table in tables))
        self._clear_stems = tuple(_words(table.clear_stems for table in tables))
        self._stems = (*self._clear_stems, *_words(table.stems for table in tables))
        self._objects = _words(table.objects for table in tables)
        self._other_things = tuple(_words(table.other_things for table in tables))
        self.polite = _words(table.polite for table in tables)
        self.start = _words(table.start for table in tables)
        self.help = _words(table.help for table in tables)
        self.signatures = Phrases(table.signatures for table in tables)
        self.alone = Phrases(table.alone for table in tables)
        self.harmless = Phrases(table.harmless for table in tables)
        self.hold = Phrases(row for table in tables for row in _hold_rows(table))
        self._not_stops = self.start.union(_OTHER_WORDS)
        self._may_be_joined = tuple(self.clear | self._everyday | self.polite)
        self.joined = self._joined_words()

    def is_clear(self, word: str) -> bool:
        """Return whether a word is unambiguous, also with others joined to it: STOPSMS."""
        return word in self.clear or (
            len(word) <= _LONGEST_JOINED
            and word.startswith(self._may_be_joined)
            and self.joined.fullmatch(word) is not None
        )

    def is_everyday(self, word: str) -> bool:
        """Return whether a word is a stop alone or beside words of texting."""
        return (
            word in self._everyday
            or (word.startswith(self._clear_stems) and not self.harmless.is_all([word]))
            or self._is_misspelt(word)
        )

    def is_about_texting(self, word: str) -> bool:
        """Return whether a word beside a stop does not change its meaning."""
        return word in self._objects or self.is_clear(word) or word in self._everyday or word == "0"

    def is_other_thing(self, word: str) -> bool:
        """Return whether a word names what a customer may cancel as well."""
        return word.startswith(self._other_things)

    def may_be_stop(self, word: str) -> bool:
        """Return whether a word in a sentence may mean a stop."""
        return (
            self.is_clear(word)
            or word in self._in_sentences
            or word.startswith((*self._stems, *_ROOTS))
            or (word.endswith(_ROOTS) and word not in self._not_stops)
            or self._is_misspelt(word)
        )

    def is_nearly_stop(self, words: list[str]) -> bool:
        """Return whether the only word is STOP with a letter wrong, missing or too many."""
        near = len(words) == 1 and len(words[0]) in (4, 5)
        return near and not _STOP_CUTS.isdisjoint(_cuts(words))

    def _is_misspelt(self, word: str) -> bool:
        """Return whether one letter is wrong, missing, too many or swapped in a long word."""
        if not _SHORTEST_MISSPELT <= len(word) <= _LONGEST_JOINED or self.harmless.is_all([word]):
            return False
        return not self._misspelt.isdisjoint(_cuts([word]))

    def _joined_words(self) -> re.Pattern[str]:
        everyday = {word for word in self._everyday if len(word) >= _SHORTEST_EVERYDAY}
        polite = {word for word in self.polite if len(word) >= _SHORTEST_JOINED}
        objects = {word for word in self._objects if len(word) >= _SHORTEST_JOINED}
        after = _any_of(objects | polite | self.clear)
        numbered = rf"(?:{_any_of(self.clear)})(?:{after}){{0,3}}+\d++"
        joined = rf"(?:{_any_of(self.clear | everyday)})(?:{after}){{1,3}}"
        return re.compile(rf"(?:{_any_of(polite)})?(?:{numbered}|{joined}|{_any_of(self.clear)})")


def _hold_rows(table: Vocabulary) -> tuple[str, ...]:
    return (
        table.enough,
        table.do_not_write,
        table.leave_alone,
        table.insults,
        table.source_of_number,
        table.delete_number,
        table.block_or_report,
        table.law,
        table.spam,
        table.wrong_person,
        table.unsubscribe,
        table.never_agreed,
        table.not_interested,
    )


def _words(rows: Iterable[str]) -> frozenset[str]:
    return frozenset(
        spelling for row in rows for word in row.split() for spelling in spellings(word)
    )


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


def _cuts(words: Collection[str]) -> frozenset[str]:
    """Return the words, and each without one of its letters.

    Two words that differ by one letter wrong, missing, too many or swapped have one in common.
    """
    return frozenset(word[:at] + word[at + 1 :] for word in words for at in range(len(word))).union(
        words
    )


_STOP_CUTS = _cuts(["stop"])


@cache
def dictionary() -> Dictionary:
    """That of all languages. Made when the first reply is read: most processes read none."""
    return Dictionary(LANGUAGES.values())
