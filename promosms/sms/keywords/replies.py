"""What a reply asks for."""

import re
from collections.abc import Sequence
from enum import StrEnum

from promosms.sms.keywords.dictionary import dictionary
from promosms.sms.keywords.words import join_spelled, words_of


class Keyword(StrEnum):
    """What a reply asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    HOLD = "hold"  # perhaps an opt-out: no promotions until a person has read it
    NOTHING = "nothing"


_PAIRS = re.compile(r"\b(opt|stop) (?:me |us )?(out|all)\b")
_SENTENCE_ENDS = re.compile(r"[.,;:!?…\n()–—]|\s[-/|]\s")
_WORDS_AFTER_STOP = 2
_VISITS = ("by", "over", "at")  # "stop by" means to visit
# Before the number of the service: "STOP to 4821".
_BEFORE_NUMBER = words_of(
    "to at na do an die der au al a il nr number numer nummer numéro número numero číslo номер"
)
_NUMBER = "0"
_CENSORED = re.compile(r"[^\W\d_]\*++[^\W\d_]|\b[^\W\d_]{1,2}\*{3}")  # f**k, f***

# In a text, and alone, where nothing softens them.
_SIGNS = "🛑⛔🚫🖕🤬📵"
_SIGNS_ALONE = "✋🤚😡😠👎🙅❌✖❎🔇🔕🚷🤐💩👿😤🖐⏹"


def recognise(text: str) -> Keyword:
    """Return what a reply asks for, in English or one of the seven other languages.

    Case, accents, punctuation, emoji, polite words, look-alike letters of other alphabets and
    common typing errors are ignored.

    A stop must be certain: it is confirmed to the recipient, and only the recipient can undo it.
    It is an unambiguous word, alone or with at most two words or a number after it; or an everyday
    word ("end", "cancel"), alone or beside words of texting; or one of both on the first line. The
    signature of a phone and quoted lines do not count.
    A hold may mean a stop: one of these words in a sentence or a question, a similar word, or a
    wish in other words ("no more"): an insult, a law, the question where the number is from, a
    wrong number. It stops promotions too, but a person reads the reply, because "cancel my order"
    or "don't stop" means something else. In doubt a reply is a hold: that costs one look, a missed
    wish costs a fine. Only phrases that cannot be a wish ("bus stop") are nothing.
    Help and start must stand alone. "Yes" alone is nothing: it is not a consent to promotions.
    """
    words = words_of(text)
    content = _without_courtesies(words)
    alone = content[0] if len(content) == 1 else ""
    if alone in dictionary().start:
        return Keyword.START
    if alone in dictionary().help:
        return Keyword.HELP
    if _is_certain(text):
        return Keyword.STOP
    return Keyword.HOLD if _may_be_stop(words, text) else Keyword.NOTHING


def _is_certain(text: str) -> bool:
    lines = [line.strip() for line in text.splitlines() if not line.lstrip().startswith(">")]
    words = _without_courtesies(_without_signature(words_of("\n".join(lines))))
    if _is_stop(words) and not _is_question(text, words):
        return True
    first_line = next(filter(None, lines), "")
    words = _without_courtesies(words_of(first_line))
    return (
        _is_stop(words)
        and not _is_question(first_line, words)
        and all(map(dictionary().is_about_texting, _with_one_number(words)))
    )


def _is_question(text: str, words: list[str]) -> bool:
    """Return whether a text asks: "STOP?" alone does not."""
    return len(words) > 1 and text.rstrip().endswith("?")


def _is_stop(words: list[str]) -> bool:
    if not words or any(map(dictionary().is_other_thing, words)):
        return False
    if any(start == 0 for start, _ in dictionary().harmless.spans(words)):
        return False
    if len(words) <= _WORDS_AFTER_STOP + 1 and "".join(words) in dictionary().clear:
        return True
    first, *rest = words
    if not dictionary().is_clear(first):
        return dictionary().is_everyday(first) and all(map(dictionary().is_about_texting, rest))
    rest = _with_one_number([word for word in rest if word not in dictionary().clear])
    return len(rest) <= _WORDS_AFTER_STOP and not (rest and rest[0] in _VISITS)


def _with_one_number(words: Sequence[str]) -> list[str]:
    """Return the words with a number in several pieces, and what leads to it, as one."""
    result: list[str] = []
    for word in words:
        if not word.isdecimal():
            result.append(word)
            continue
        while result and result[-1] in (_NUMBER, *_BEFORE_NUMBER):
            result.pop()
        result.append(_NUMBER)
    return result


def _may_be_stop(words: list[str], text: str) -> bool:
    if any(sign in text for sign in _SIGNS) or _CENSORED.search(text):
        return True
    if not _without_courtesies(words):
        return any(sign in text for sign in _SIGNS_ALONE)
    sentences = [words_of(sentence) for sentence in _SENTENCE_ENDS.split(text)]
    read = join_spelled([word for each in sentences for word in _without_harmless(each)])
    if any(map(dictionary().may_be_stop, read)) or dictionary().hold.find(read):
        return True
    return any(map(_says_nothing_else, (words, *sentences))) or dictionary().is_nearly_stop(read)


def _says_nothing_else(words: list[str]) -> bool:
    return dictionary().alone.is_all(words) or dictionary().alone.is_all(_without_courtesies(words))


def _without_harmless(words: list[str]) -> list[str]:
    """Return the words of a sentence with blanks for phrases that certainly mean something else.

    Not if words of texting follow: "I am on the bus stop texting me".
    """
    read = list(words)
    for start, end in dictionary().harmless.spans(words):
        goes_on = end < len(words) and dictionary().is_about_texting(words[end])
        if not (goes_on and words[end - 1] in dictionary().clear):
            read[start:end] = [""] * (end - start)
    return read


def _without_signature(words: list[str]) -> list[str]:
    starts = (start for start, _ in dictionary().signatures.spans(words) if start)
    return words[: next(starts, len(words))]


def _without_courtesies(words: Sequence[str]) -> list[str]:
    """Return the words without polite ones; "opt out" and "stop all" become one word."""
    text = " ".join(word for word in words if word not in dictionary().polite)
    return _PAIRS.sub(r"\1\2", text).split()
