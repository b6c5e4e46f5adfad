"""Encodings of uploaded files: certain, or a choice of readings that somebody has to look at.

An encoding is the Python name of a codec, or one of these: `utf-8/cp1250` is UTF-8 whose invalid
bytes are letters of that code page, `utf-8/ignore` leaves them out, and `utf-8*cp1252` was encoded
twice, the second time as if it had been in that code page (KrakÃ³w).
"""

import codecs
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from promosms.lib import letters

_CHUNK = 1 << 20
_ENOUGH = 65_536
_MOST_WORDS = 300
_MOST_READINGS = 4
_SHOWN = 6
_LONGEST = 60
"""Bytes of a word that are looked at."""
_DOUBT = 6.0
"""Readings whose costs differ by less are asked about."""
_ODD = 3.0
"""What a word costs on average in a reading that looks odd."""
# The lookbehind starts matches at words only: otherwise long runs of letters take quadratic time.
_NOT_ASCII = re.compile(rb"(?<![A-Za-z])[A-Za-z]*[\x80-\xff]+[A-Za-z\x80-\xff]*")
# What the first byte of UTF-8 becomes in a code page, followed by another sign beyond ASCII.
_TWICE = re.compile(
    rb"(?:\xc3[\x82-\x85\x8e\x8f\x90\x91\xa2]|\xc4[\x82\x90\xb9]|\xc5\x83|\xe2\x94[\x80\x9c\xac\xbc])"
    rb"(?:[\xc2-\xc5\xcb][\x80-\xbf]|\xe2[\x80-\x96][\x80-\xbf])"
)
_TWICE_BY = ("cp1252", "cp1250", "cp852", "cp850", "mac_roman")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]{2,}")
_LOST = "\ufffd"
IGNORE = "utf-8/ignore"


class Unreadable(Exception):
    """The bytes are not text in any accepted encoding."""


@dataclass(frozen=True)
class Reading:
    """An encoding, and the doubtful words as they read in it."""

    encoding: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Detected:
    """The likeliest encoding; and, if it is not certain, the readings, the likeliest first."""

    encoding: str
    readings: tuple[Reading, ...] = ()


def examine(file: BinaryIO, region: str) -> Detected:
    """The encoding of a file, which is rewound afterwards. Raises Unreadable.

    `region` (ISO 3166-1 alpha-2) says which languages are likely: 0xF1 is ñ in Spain and ń in
    Poland.
    """
    start = file.read(4096)
    file.seek(0)
    found = _by_mark(start) or _wide(start)
    detected = Detected(found) if found else _narrow(file, region)
    if detected == Detected("utf-8") and start.startswith(codecs.BOM_UTF8):
        detected = Detected("utf-8-sig")
    file.seek(0)
    return detected


def detect(file: BinaryIO, region: str) -> str:
    """The likeliest encoding of a file, which is rewound afterwards. Raises Unreadable."""
    return examine(file, region).encoding


def code_page(sample: bytes, region: str) -> str:
    """The likeliest code page of some bytes. Raises Unreadable."""
    found = letters.guesses(map(_shortened, _NOT_ASCII.findall(sample)[:_MOST_WORDS]), region)
    if not found:
        raise Unreadable
    return found[0].page


def opened(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """The file as text in an encoding of this module; line ends stay. See `repair`."""
    base, _, page = encoding.partition("*")[0].partition("/")
    errors = "strict" if not page else page if page == "ignore" else f"promosms.{page}"
    if page not in ("", "ignore"):
        codecs.register_error(errors, partial(_in_page, page))
    # A mark at the start is none of the text.
    return io.TextIOWrapper(
        file, encoding="utf-8-sig" if base == "utf-8" else base, errors=errors, newline=""
    )


def repair(encoding: str) -> Callable[[str], str] | None:
    """What has to be done to each line of the opened file; None for nothing."""
    if encoding == IGNORE:
        return lambda line: line.replace(_LOST, "")
    _, _, page = encoding.partition("*")
    return partial(_decoded_again, page) if page else None


def decode(raw: bytes, encoding: str) -> str:
    """Bytes in an encoding of this module. Raises UnicodeError."""
    text = opened(io.BytesIO(raw), encoding).read()
    repaired = repair(encoding)
    return repaired(text) if repaired else text


def _by_mark(start: bytes) -> str:
    """The encoding that a byte order mark names; UTF-8 may be wrong in spite of it."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    return "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""


def _wide(start: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: ASCII in it has zeros, always in the same places."""
    zeros = [start[place::4].count(0) / max(len(start) // 4, 1) for place in range(4)]
    if min(zeros[1:]) > 0.9 and zeros[0] < 0.1:
        return "utf-32-le"
    if min(zeros[:3]) > 0.9 and zeros[3] < 0.1:
        return "utf-32-be"
    even, odd = zeros[0] + zeros[2], zeros[1] + zeros[3]
    if odd > 0.3 and even < 0.02:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.02 else ""


def _narrow(file: BinaryIO, region: str) -> Detected:
    """UTF-8 or a code page, by the bytes beyond ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid, size = True, 0
    words: dict[bytes, None] = {}
    twice: dict[bytes, None] = {}
    lost: dict[bytes, None] = {}
    last = b""
    while True:
        chunk = file.read(_CHUNK)
        if valid:
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError:
                valid = False
        if not chunk:
            break
        piece = last + chunk
        if size < _ENOUGH or not valid:
            found = _NOT_ASCII.findall(piece)
            size += sum(map(len, found))
            words.update(dict.fromkeys(map(_shortened, found)))
        twice.update(dict.fromkeys(_around(piece, _TWICE.finditer(piece))))
        lost.update(dict.fromkeys(_around(piece, re.finditer(b"\xef\xbf\xbd", piece))))
        last = piece[-40:].rpartition(b"\n")[2] if len(chunk) == _CHUNK else b""
    words.pop(codecs.BOM_UTF8, None)
    kept = [word.removeprefix(codecs.BOM_UTF8) for word in words]
    if valid:
        return _valid_utf8(kept, list(twice), list(lost), region)
    return _invalid_utf8(kept, region)


def _valid_utf8(words: list[bytes], twice: list[bytes], lost: list[bytes], region: str) -> Detected:
    plain = tuple(word.decode(errors="ignore") for word in twice)
    if by := _encoded_twice_by(plain):
        again = tuple(_decoded_again(by, word) for word in plain)
        return _asked({f"utf-8*{by}": again, "utf-8": plain})
    if lost:
        kept = tuple(word.decode(errors="ignore") for word in lost)
        return _asked({"utf-8": kept, IGNORE: tuple(word.replace(_LOST, "") for word in kept)})
    strange = [word for word in words if not letters.are_known(word.decode(errors="ignore"))]
    if strange and len(strange) == len(words):
        # ÓŁ in Windows-1250 is also a Cyrillic letter in UTF-8.
        guesses = letters.guesses(words[:_MOST_WORDS], region)
        if guesses and not any(map(letters.are_known, (word.decode() for word in strange))):
            decoded = tuple(word.decode(errors="ignore") for word in words[:_MOST_WORDS])
            return _asked({guesses[0].page: guesses[0].words, "utf-8": decoded})
    return Detected("utf-8")


def _invalid_utf8(words: list[bytes], region: str) -> Detected:
    good = [word for word in words if _is_good_utf8(word)]
    bad = [word for word in words if word not in set(good)][:_MOST_WORDS]
    guesses = letters.guesses(bad, region)
    if good:
        readings = {
            f"utf-8/{guess.page}": tuple(_mixed(word, guess.page) for word in bad)
            for guess in guesses[: _MOST_READINGS - 1]
        }
        readings[IGNORE] = tuple(word.decode(errors="ignore") for word in bad)
        return _asked(readings)
    if not guesses:
        raise Unreadable
    best = guesses[0].cost
    # Where even the best reading is odd, a worse one may be right.
    doubt = _DOUBT if best < _ODD * len(bad) + _DOUBT else 4 * _DOUBT
    near = [guess for guess in guesses if guess.cost - best < doubt]
    if len(near) == 1:
        return Detected(guesses[0].page)
    return _asked({guess.page: guess.words for guess in near[:_MOST_READINGS]})


def _asked(readings: dict[str, tuple[str, ...]]) -> Detected:
    """The words that read differently in each encoding; a reading like an earlier one goes."""
    rows = [n for n, row in enumerate(zip(*readings.values(), strict=True)) if len(set(row)) > 1]
    shown: dict[tuple[str, ...], str] = {}
    for encoding, words in readings.items():
        shown.setdefault(tuple(words[n] for n in rows[:_SHOWN]), encoding)
    found = tuple(Reading(encoding, words) for words, encoding in shown.items())
    return Detected(next(iter(readings)), found if len(found) > 1 else ())


def _shortened(word: bytes) -> bytes:
    """A word; of a very long one the part around its first letter beyond ASCII."""
    if len(word) < _LONGEST:
        return word
    first = next(n for n, byte in enumerate(word) if byte > 127)
    return word[max(first - _LONGEST // 2, 0) : first + _LONGEST // 2]


def _around(piece: bytes, found: Iterable[re.Match[bytes]]) -> Iterator[bytes]:
    """The words around the first places that were found."""
    for match, _ in zip(found, range(_SHOWN), strict=False):
        begin, end = match.span()
        limit = max(begin - _LONGEST, 0), min(end + _LONGEST, len(piece))
        while begin > limit[0] and (piece[begin - 1] > 127 or piece[begin - 1 : begin].isalpha()):
            begin -= 1
        while end < limit[1] and (piece[end] > 127 or piece[end : end + 1].isalpha()):
            end += 1
        yield piece[begin:end]


def _is_good_utf8(word: bytes) -> bool:
    try:
        return letters.are_known(word.decode())
    except UnicodeDecodeError:
        return False


def _mixed(word: bytes, page: str) -> str:
    return opened(io.BytesIO(word), f"utf-8/{page}").read()


def _in_page(page: str, error: UnicodeError) -> tuple[str, int]:
    """An error handler: the invalid bytes are letters of this code page."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode(page, "replace"), error.end


def _encoded_twice_by(words: tuple[str, ...]) -> str:
    """The code page through which most of the words were encoded a second time, or ""."""
    repaired = {by: sum(_decoded_again(by, word) != word for word in words) for by in _TWICE_BY}
    best = max(_TWICE_BY, key=lambda by: repaired[by])
    return best if repaired[best] else ""


def _decoded_again(page: str, text: str) -> str:
    return _BEYOND_ASCII.sub(lambda match: _once(page, match[0]), text)


def _once(page: str, run: str) -> str:
    """What was encoded twice; the run itself if it was not."""
    try:
        return b"".join(_byte(page, char) for char in run).decode()
    except UnicodeError:
        return run


def _byte(page: str, char: str) -> bytes:
    try:
        return char.encode(page)
    except UnicodeEncodeError:
        return char.encode("latin-1")  # bytes without a letter in the page stay as they are
