"""What a recipient's answer asks for: to stop, to start again, for help, or nothing of these."""

import re
import unicodedata
from enum import StrEnum


class Keyword(StrEnum):
    """What to do with an answer."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    HOLD = "hold"  # perhaps an opt-out: nothing promotional until a person has read it
    NOTHING = "nothing"


_WORDS = re.compile(r"[^\W_]+")
# Letters that Unicode does not take for a base letter with a mark.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "œ": "oe", "æ": "ae"})


def _words(text: str) -> list[str]:
    """Return the words in small letters, without accents, punctuation and emoji."""
    marked = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(
        char for char in marked if unicodedata.category(char) not in {"Mn", "Me", "Cf"}
    )
    words = _WORDS.findall(letters.translate(_LETTERS))
    spelled = len(words) > 1 and all(len(word) == 1 for word in words)
    return ["".join(words)] if spelled else words


def _set(*rows: str) -> frozenset[str]:
    return frozenset(word for row in rows for word in _words(row))


_STOP = _set(
    "stop stopall unsubscribe optout cancel end quit revoke remove td",
    "rezygnuję rezygnacja zrezygnuj rezygnować wypisz koniec anuluj",
    "stopp abmelden abbestellen abmeldung ende",
    "arrêt arrêter arrête arrett désabonner désinscrire",
    "baja parar cancelar",
    "basta cancella cancellami disiscrivi disiscrivimi",
    "odhlásit odhlas konec",
    "стоп відписатися відписатись відпишіть",
)
_STEMS = tuple(
    _set(
        "unsub optout cancel remov revok stopp",
        "rezygn wypis anuluj usuń wykreśl",
        "abmeld abbestell kündig entfern lösch",
        "arrêt désabon désinscri supprim",
        "cancel elimin borra",
        "disiscri cancella rimuov",
        "odhlás odhlaš zruš smaž",
        "відпис видал",
    )
)
_PAIRS = re.compile(r"\b(opt|stop) (out|all)\b")
_POLITE = _set("please pls proszę bitte svp favor favore prosím прошу")
_START = _set("start unstop")
_HELP = _set("help info pomoc hilfe aide ayuda aiuto допомога")
_WORDS_AFTER_STOP = 2

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
    """Return what an answer asks for, in English or one of the seven other languages.

    Case, accents, punctuation, emoji and polite words do not count. A stop word alone, at
    most two words after it, or alone on the first line is a stop; in any other place it is a
    hold, as is a word that sounds like one. Help and start must stand alone. Bare yes is
    nothing: consent to something else cannot be read into it.
    """
    words = _words(text)
    alone = " ".join(words)
    if alone in _START:
        return Keyword.START
    if alone in _HELP:
        return Keyword.HELP
    first_line = _words(text.strip().partition("\n")[0])
    if _is_stop(words) or (_is_stop(first_line) and len(_merged(first_line)) == 1):
        return Keyword.STOP
    if any(word in _STOP or word.startswith(_STEMS) for word in _merged(words)):
        return Keyword.HOLD
    return Keyword.NOTHING


def _is_stop(words: list[str]) -> bool:
    """Does a stop word come first, with at most two words after it?"""
    meant = _merged(words)
    return bool(meant) and meant[0] in _STOP and len(meant) <= 1 + _WORDS_AFTER_STOP


def _merged(words: list[str]) -> list[str]:
    """Return the words without polite ones, and opt out and stop all as one word."""
    text = " ".join(word for word in words if word not in _POLITE)
    return _PAIRS.sub(r"\1\2", text).split()


def opt_out_line(language: str) -> str:
    """Return the line that says how to opt out, in GSM 7-bit characters.

    The language is a tag such as pl or pl-PL; English stands in for one without a line.
    """
    return _OPT_OUT_LINES.get(re.split("[-_]", language.lower())[0], _OPT_OUT_LINES["en"])
