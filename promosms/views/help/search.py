"""The search of the help: by the beginnings of words, without accents, in the reader's language."""

import re

from promosms.services.recipients.fields import plain_word
from promosms.views.help.topic import Topic

SHORT = 4
"""Words up to this length have to be the beginning of a word; longer ones may end differently."""
ENDING = 2
_WORD = re.compile(r"\w+")


def find(topics: list[Topic], query: str) -> list[Topic]:
    """The topics with all words of the query; first those that have most of them in the title."""
    stems = [_stem(word) for word in _words(query)]
    fitting = [topic for topic in topics if _hits(" ".join((*topic.texts(), topic.also)), stems)]
    return sorted(fitting, key=lambda topic: not _hits(f"{topic.title} {topic.also}", stems))


def _hits(text: str, stems: list[str]) -> bool:
    words = _words(text)
    return all(any(word.startswith(stem) for word in words) for stem in stems)


def _words(text: str) -> list[str]:
    return [word for word in map(plain_word, _WORD.findall(text)) if word]


def _stem(word: str) -> str:
    """The word without what changes with number and case: "faktury" also finds "faktura"."""
    return word[: max(SHORT, len(word) - ENDING)]
