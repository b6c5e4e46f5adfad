"""How likely bytes are words of European languages in a code page: a cost, the lower the better.

A cost is about the negative logarithm of a probability. Each letter beyond ASCII costs what it is
rare in the language of the file; one of another language, a sign within a word and a capital after
a small letter cost more. So a list of names is read right although no word of it is known.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

_FOREIGN, _SIGN, _EDGE, _CONTROL, _MIXED, _CAPITAL, _SMALL = 6.0, 12.0, 10.0, 15.0, 10.0, 4.0, 1.5
_OTHER_LANGUAGE, _OTHER_ALPHABET, _OTHER_WORD = 3.0, 8.0, 4.0
_UNLIKELY = 7.0
"""So much a word may cost at most, on average."""

# Letters beyond ASCII by language: the usual ones, then the rarer ones.
LETTERS = {
    "pl": "ąęłóśżćńź",
    "cs": "áíéěšřžčýůú ťďňó",
    "sk": "áíéčšžýúľťň ďôäĺŕó",
    "hu": "áéöóőüíúű",
    "ro": "ăâîşţșț",
    "hr": "čćžšđ",
    "sq": "ëç",
    "en": " éèëïöü",
    "de": "äöüß é",
    "fr": "éèêçàôâîïë ùûœÿæü",
    "es": "ñáéíóú üªºç",
    "ca": "àçèéíïòóúü ·ñ",
    "it": "èéàòùì íóú",
    "nl": "ëéïèö üêá",
    "pt": "ãçáéóêâí õàúôªº",
    "sv": "åäö é",
    "da": "æøå éöä",
    "is": "áðéíóúýþæö",
    "ga": "áéíóú",
    "et": "äõöü šž",
    "lv": "āčēģīķļņšūž",
    "lt": "ąčęėįšųūž",
    "tr": "ğüşıöçi̇ â",
    "el": "αοιετσνηυρπκμλωδγχθφβξζψςάόίέύήώ ϊϋΐΰ",
    "ru": "аоеинтрсвлкмдпя угзбчйыьхжшю цщэфъё",
    "uk": "аоинвіертслкдумпя згйбьчюхцжїєш щфґ",
    "bg": "аиоентрсвлдкпмзгъбя чуйцжшхф щью",
    "sr": "аиоенрстјвкдмлпу збгчћшњљжцђфхџ",
}
LANGUAGES = {
    "PL": "pl", "CZ": "cs sk", "SK": "sk cs hu", "HU": "hu", "RO": "ro", "HR": "hr", "SI": "hr",
    "BA": "hr sr", "ME": "hr sr", "RS": "sr hr", "MK": "sr", "AL": "sq", "XK": "sq", "GB": "en",
    "IE": "en ga", "MT": "en", "DE": "de", "AT": "de", "CH": "de fr it", "LI": "de", "LU": "fr de",
    "FR": "fr", "MC": "fr", "BE": "nl fr", "NL": "nl", "ES": "es ca", "AD": "ca es", "PT": "pt",
    "IT": "it", "SM": "it", "SE": "sv", "FI": "sv", "DK": "da", "NO": "da", "IS": "is", "EE": "et",
    "LV": "lv", "LT": "lt", "TR": "tr", "GR": "el", "CY": "el tr", "RU": "ru", "BY": "ru",
    "UA": "uk ru", "BG": "bg", "MD": "ro",
}  # fmt: skip
"""The languages of the names in a country (ISO 3166-1 alpha-2)."""
_PAGES = (
    ("pl cs sk hu ro hr sq de", "cp1250 iso8859_2 cp852 mac_latin2"),
    ("en de fr es ca it nl pt sv da is ga sq et", "cp1252 iso8859_15 cp850 mac_roman"),
    ("lt lv et", "cp1257 iso8859_13 cp775"),
    ("pl", "cp1257 iso8859_13"),  # of the Poles in Lithuania
    ("tr", "cp1254 iso8859_9 cp857 mac_turkish"),
    ("el", "cp1253 iso8859_7 cp737 mac_greek"),
    ("ru uk bg sr", "cp1251 iso8859_5 koi8_u cp866 mac_cyrillic"),
    ("uk", "cp1251 iso8859_5 cp1125"),
    ("is", "cp1252 iso8859_1 mac_iceland cp861"),
    ("pt", "cp1252 iso8859_1 cp860"),
)
"""Languages and their code pages: of Windows, ISO, DOS and other systems."""
_AGE = (0.0, 2.0, 4.0, 5.0, 6.0)
"""What a code page costs by its place in the list."""
_ALPHABETS = ("el", "ru", "uk", "bg", "sr")
_BEGINS = "„“«¿¡€№…\u00a0"
_ENDS = "”’»…€°®™\u00a0"
_SELDOM = "‚‘”‹»›–—•§“«"
"""Signs that may stand beside a word, but seldom touch it."""
_WITHIN = {"’": 1.0, "‘": 4.0, "´": 2.0, "·": 3.0, "\u00a0": 3.0, "–": 3.0, "—": 3.0}


@dataclass(frozen=True)
class Guess:
    """A code page, the words in it, and what they cost."""

    page: str
    words: tuple[str, ...]
    cost: float


def guesses(words: Iterable[bytes], region: str) -> list[Guess]:
    """Readings of words in code pages, the best first; those that read alike once.

    `region` (ISO 3166-1 alpha-2) says which languages are likely. Empty when no reading is words.
    """
    raw = tuple(words)
    found: dict[tuple[str, ...], Guess] = {}
    likely = LANGUAGES.get(region, "en").split()
    for languages, pages in _PAGES:
        # Old systems are looked for where the alphabet is at home, and for Latin letters.
        far = {"pl", "en", *likely}.isdisjoint(languages.split())
        for age, page in zip(_AGE[: 2 if far else None], pages.split(), strict=False):
            try:
                decoded = tuple(word.decode(page) for word in raw)
            except UnicodeDecodeError:
                continue
            cost = age + _cost(decoded, languages.split(), region)
            if decoded not in found or cost < found[decoded].cost:
                found[decoded] = Guess(page, decoded, cost)
    words_like = [guess for guess in found.values() if guess.cost <= _UNLIKELY * len(raw) + 8]
    return sorted(words_like, key=lambda guess: guess.cost)


def are_known(word: str) -> bool:
    """Are all letters of the word of a language that is known here, and of one alphabet?"""
    return all(
        char.isascii() or not _is_letter_or_mark(char) or char.lower() in _all_letters()
        for char in word
    ) and not _is_mixed(word)


def _is_letter_or_mark(char: str) -> bool:
    """Also an accent of another alphabet; not one that Latin letters carry, or that of an emoji."""
    mark = unicodedata.category(char).startswith("M")
    return char.isalpha() or (
        mark and not "\u0300" <= char < "\u0370" and char not in "\ufe0e\ufe0f"
    )


def _cost(words: tuple[str, ...], languages: list[str], region: str) -> float:
    likely = LANGUAGES.get(region, "en").split()
    table = [[_word_cost(word, language) for language in languages] for word in words]
    least = [min(costs) + _OTHER_WORD for costs in table]
    return min(
        _distance(language, likely)
        + sum(min(costs[n], most) for costs, most in zip(table, least, strict=True))
        for n, language in enumerate(languages)
    )


def _distance(language: str, likely: list[str]) -> float:
    if language in likely:
        return 0.0
    return _OTHER_ALPHABET if language in _ALPHABETS else _OTHER_LANGUAGE


@cache
def _costs_of(language: str) -> dict[str, float]:
    usual, _, rare = LETTERS[language].partition(" ")
    return dict.fromkeys(rare, 2.0) | dict.fromkeys(usual, 1.0)


@cache
def _all_letters() -> frozenset[str]:
    return frozenset(char for letters in LETTERS.values() for char in letters if char.isalpha())


def _word_cost(word: str, language: str) -> float:
    letters = _costs_of(language)
    scale = 0.5 if language in _ALPHABETS else 1.0  # each letter of such a word costs something
    total = _MIXED if _is_mixed(word) else 0.0
    if word[0].islower() and not word[0].isascii():
        total += _SMALL  # names begin with a capital
    for n, char in enumerate(word):
        if char.isascii():
            continue
        before, after = word[n - 1 : n], word[n + 1 : n + 2]
        if char.isalpha():
            total += scale * letters.get(char.lower(), _FOREIGN)
        elif char in "\u00ad" or not char.isprintable() and char != "\u00a0":
            total += _CONTROL
        elif before.isalpha() and after.isalpha():
            total += _WITHIN.get(char, _SIGN)
        elif char in (_ENDS if before else _BEGINS) and (char != "€" or not after.isalpha()):
            total += 1.0
        else:
            total += _EDGE / 2 if char in _SELDOM else _EDGE
    return total + _CAPITAL * sum(
        a.islower() and b.isupper() and not (a + b).isascii()
        for a, b in zip(word, word[1:], strict=False)
    )


def _is_mixed(word: str) -> bool:
    """Do letters of the Latin alphabet stand beside those of another?"""
    latin = any(char.isalpha() and char < "\u0250" for char in word)
    return latin and any(char.isalpha() and "\u0370" <= char < "\u0530" for char in word)
