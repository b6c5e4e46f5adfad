"""What the reply of a recipient asks for: stop, start, help, or none of these."""

import re
import unicodedata
from enum import StrEnum

from promosms.sms import keyword_tables as tables


class Keyword(StrEnum):
    """What a reply asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    HOLD = "hold"  # perhaps an opt-out: no promotions until a person has read it
    NOTHING = "nothing"


_WORDS = re.compile(r"[^\W_]+")
# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "œ": "oe", "æ": "ae"})
_APOSTROPHES = re.compile("(?<=n)['’`´](?=t)", re.IGNORECASE)  # don't is one word
_LONG = re.compile(r"s+t+o+p+")
_PAIRS = re.compile(r"\b(opt|stop) (out|all)\b")
_WORDS_AFTER_STOP = 2
_VISITS = ("by", "over", "at")  # "stop by" means to visit


def _words(text: str) -> list[str]:
    """Return the words in lower case, without accents, punctuation and emoji."""
    words = _WORDS.findall(_bare(_APOSTROPHES.sub("", text)))
    spelled = len(words) > 1 and all(len(word) == 1 for word in words)
    words = ["".join(words)] if spelled else words
    return ["stop" if _LONG.fullmatch(word) and word != "stopp" else word for word in words]


def _bare(text: str) -> str:
    """Return a text in lower case, without accents and invisible characters."""
    marked = unicodedata.normalize("NFKD", text).casefold()
    letters = (char for char in marked if unicodedata.category(char) not in {"Mn", "Me", "Cf"})
    return "".join(letters).translate(_LETTERS)


def _set(rows: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for row in rows for word in _words(row))


_CLEAR = _set(tables.CLEAR)
_EVERYDAY = _set(tables.EVERYDAY)
_CLEAR_STEMS = tuple(_set(tables.CLEAR_STEMS))
_STEMS = (*_CLEAR_STEMS, *_set(tables.STEMS))
_SOUNDS = _set(tables.SOUNDS_LIKE)
_OBJECTS = _set(tables.OBJECTS)
_POLITE = _set(tables.POLITE)
_START = _set(tables.START)
_HELP = _set(tables.HELP)
_PHRASES = re.compile("|".join(rf"\b(?:{_bare(phrase)})" for phrase in tables.PHRASES))

_OPT_OUT_LINES = {
    "en": "Reply STOP to opt out",
    "pl": "Rezygnacja: odpisz STOP",
    "de": "Abmelden: STOP antworten",
    "fr": "Pour se désabonner: STOP",
    "es": "Para darse de baja: STOP",
    "it": "Per disiscriverti: STOP",
    "cs": "Odhlaseni: STOP",
    "uk": "Vidpysatysia: STOP",
}


def recognise(text: str) -> Keyword:
    """Return what a reply asks for, in English or one of the seven other languages.

    Case, accents, punctuation, emoji, polite words and common typing errors are ignored.

    A stop must be certain: it is confirmed to the recipient, and only the recipient can undo it.
    It is an unambiguous word, alone or with at most two words after it; or an everyday word ("end",
    "cancel"), alone or beside words of texting; or one of both alone on the first line.
    A hold may mean a stop: one of these words in a sentence or a question, a similar word, or a
    wish in other words ("no more texts"). It stops promotions too, but a person reads the reply,
    because "cancel my order" or "don't stop" means something else.
    Help and start must stand alone. "Yes" alone is nothing: it is not a consent to promotions.
    """
    words = _without_courtesies(_words(text))
    alone = words[0] if len(words) == 1 else ""
    if alone in _START:
        return Keyword.START
    if alone in _HELP:
        return Keyword.HELP
    first_line = _without_courtesies(_words(text.strip().partition("\n")[0]))
    is_question = len(words) > 1 and text.rstrip().endswith("?")
    if (_is_stop(words) and not is_question) or (len(first_line) == 1 and _is_stop(first_line)):
        return Keyword.STOP
    return Keyword.HOLD if _may_be_stop(words, text) else Keyword.NOTHING


def _is_stop(words: list[str]) -> bool:
    first, rest = (words[0], words[1:]) if words else ("", [])
    if len(rest) > _WORDS_AFTER_STOP:
        return False
    if first in _CLEAR:
        return not rest or rest[0] not in _VISITS
    everyday = first in _EVERYDAY or first.startswith(_CLEAR_STEMS)
    return everyday and all(word in _OBJECTS for word in rest)


def _may_be_stop(words: list[str], text: str) -> bool:
    words_of_stop = _CLEAR | _EVERYDAY | _SOUNDS
    if any(word in words_of_stop or word.startswith(_STEMS) for word in words):
        return True
    only_sign = not words and any(char in tables.STOP_SIGNS for char in text)
    return only_sign or _PHRASES.search(" ".join(_words(text))) is not None


def _without_courtesies(words: list[str]) -> list[str]:
    """Return the words without polite ones; "opt out" and "stop all" become one word."""
    text = " ".join(word for word in words if word not in _POLITE)
    return _PAIRS.sub(r"\1\2", text).split()


def opt_out_line(language: str) -> str:
    """Return the line that says how to opt out, in GSM 7-bit characters.

    The language is a tag such as pl or pl-PL; English is used for languages without a line.
    """
    return _OPT_OUT_LINES.get(re.split("[-_]", language.lower())[0], _OPT_OUT_LINES["en"])
