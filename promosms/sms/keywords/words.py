"""The words of a reply in one spelling, without case, accents and letters of other alphabets."""

import re
import unicodedata

_WORDS = re.compile(r"[^\W_]+")
# Written apart or with a sign, but one word: don't, SMS-y, non-stop.
_JOINED = re.compile(
    r"(?<=n)['’`´](?=t)|(?<=sms)['’-](?=y|ów)|(?<=\bnon)[ -](?=stop)|(?<=\bнон)[ -](?=стоп)",
    re.IGNORECASE,
)
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")  # stoooop
_SHORTEST_SPELLED = 3

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "œ": "oe", "æ": "ae"}
# Cyrillic and Greek letters that look Latin, at least as capitals. A reply may mix the alphabets,
# so that the tables are spelled in the same way.
_LOOK_ALIKES = dict(zip("авеһіјкмнорсѕтухԁԝ", "abehijkmhopcstyxdw", strict=True)) | dict(
    zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)
)
_SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))
_FIRST_BOXED = (0x1F150, 0x1F170)  # white letters in black circles and squares: 🅢 🆂
_BOXED = {chr(first + at): chr(ord("a") + at) for first in _FIRST_BOXED for at in range(26)}
_SPELLING = str.maketrans(_LETTERS | _LOOK_ALIKES | _SMALL_CAPITALS | _BOXED)


def bare(text: str) -> str:
    """Return a text in lower case, without accents and invisible characters."""
    marked = unicodedata.normalize("NFKD", text).casefold()
    letters = (char for char in marked if unicodedata.category(char) not in {"Mn", "Me", "Cf"})
    return "".join(letters).translate(_SPELLING)


def words_of(text: str) -> list[str]:
    """Return the words without punctuation and emoji; words spelled letter by letter are joined."""
    words = _WORDS.findall(bare(_JOINED.sub("", text)))
    if len(words) > 1 and all(len(word) == 1 for word in words):
        words = ["".join(words)]
    return [_REPEATED.sub(r"\1", word) for word in join_spelled(words)]


def join_spelled(words: list[str]) -> list[str]:
    """Join three or more letters in a row: "s t o p sms"."""
    joined: list[str] = []
    letters: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            letters.append(word)
            continue
        joined += ["".join(letters)] if len(letters) >= _SHORTEST_SPELLED else letters
        letters = []
        joined.append(word)
    return joined[:-1]
