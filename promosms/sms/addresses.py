"""Web addresses in a text, found as phones find them: with http(s):// or without."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from phonenumbers import SUPPORTED_REGIONS

LONGEST = 2000  # characters of an address; browsers and servers take no much longer ones
# Without http:// phones make links only of names that end like these. A point without a space
# behind it is a frequent slip: what ends otherwise is the beginning of the next sentence.
GENERIC = (
    *("com", "net", "org", "info", "biz", "eu", "uk", "app", "dev", "shop", "store", "online"),
    *("site", "page", "link", "club", "cafe", "coffee", "pizza", "restaurant", "bar", "beauty"),
    *("hair", "salon", "fitness", "health", "clinic", "dental", "auto", "business", "company"),
    *("digital", "email", "events", "fashion", "gallery", "garden", "gift", "group", "help"),
    *("hotel", "house", "kids", "live", "market", "media", "menu", "mobi", "name", "news"),
    *("photo", "plus", "pro", "pub", "sale", "school", "services", "shoes", "space", "studio"),
    *("style", "taxi", "team", "tech", "tickets", "today", "top", "tours", "travel", "vip"),
    *("website", "wine", "work", "world", "xyz", "yoga", "zone"),
)
TOP_LEVELS = {region.lower() for region in SUPPORTED_REGIONS if len(region) == 2} | set(GENERIC)
# Networks of many countries drop texts with these: nobody sees where they lead.
SHORTENERS = frozenset(
    (
        *("bit.ly", "bitly.com", "tinyurl.com", "goo.gl", "t.co", "is.gd", "v.gd", "ow.ly", "t.ly"),
        *("cutt.ly", "rb.gy", "shorturl.at", "tiny.cc", "tiny.pl", "buff.ly", "rebrand.ly", "x.co"),
        *("bl.ink", "s.id", "skroc.pl", "shorte.st", "adf.ly", "soo.gd", "urlz.fr"),
        *("clck.ru", "qr.ae", "2.gp", "dub.sh", "short.io", "u.to", "zpr.io", "kutt.it", "mcaf.ee"),
        *("u.nu", "tr.im", "bc.vc"),
    )
)
# Cyrillic letters that look like Latin ones: a name of these alone is read as another name.
LIKE_LATIN = frozenset("асеорхуіјѕԁһӏѵԛԝк")
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_FOUND = re.compile(
    rf"(?<![\w@.{{}}/-])(?P<scheme>https?://)?(?P<host>(?:{_LABEL}\.)+[^\W\d_]{{2,24}})"
    r"(?P<port>:\d{1,5})?(?![\w@{-])(?P<path>[/?#][^\s<>\"{}]*)?(?P<personal>\{)?",
    re.IGNORECASE,
)
_AFTER = ".,;:!?'\"*„”“’‘»…"
_PAIRS = {")": "(", "]": "["}
_SAFE = "%/:?#[]@!$&'()*+,;=~-._"


@dataclass(frozen=True)
class Address:
    """An address: where it stands in the text, and where it leads."""

    start: int
    end: int
    target: str
    """With scheme, in ASCII."""
    host: str
    """In small letters, as it is read."""


def find(text: str) -> list[Address]:
    """The addresses of a text, in order.

    Not those in which a detail of the recipient stands: they are different for each person.
    """
    found = (_address(match) for match in _FOUND.finditer(text))
    return [address for address in found if address]


def targets(text: str) -> list[str]:
    """Where the addresses of a text lead, each once, in order."""
    return list(dict.fromkeys(address.target for address in find(text)))


def replace(text: str, by: Callable[[str], str]) -> str:
    """The text with other words for each address, given its target."""
    written: list[str] = []
    place = 0
    for address in find(text):
        written += text[place : address.start], by(address.target)
        place = address.end
    return "".join((*written, text[place:]))


def is_shortener(host: str) -> bool:
    """Is this a public service that hides where an address leads?"""
    return host.removeprefix("www.") in SHORTENERS


def is_look_alike(host: str) -> bool:
    """Does the name have letters of one alphabet that are read as letters of another?"""
    *labels, _top_level = _readable(host).split(".")
    return any(_mixed(label) for label in labels)


def _address(match: re.Match[str]) -> Address | None:
    host, path = match["host"], _without_punctuation(match["path"] or "")
    if match["personal"] or not (match["scheme"] or _is_known(host)):
        return None
    try:
        ascii_host = host.lower().encode("idna").decode()
    except UnicodeError:
        return None
    scheme = (match["scheme"] or "http://").lower()  # phones open an address without one so
    target = scheme + ascii_host + (match["port"] or "") + quote(path, safe=_SAFE)
    if len(target) > LONGEST:
        return None
    end = match.start("path") + len(path) if match["path"] else match.end()
    return Address(match.start(), end, target, host.lower())


def _is_known(host: str) -> bool:
    last = host.rpartition(".")[2]
    return last.lower() in TOP_LEVELS and (last.islower() or host.isupper())


def _without_punctuation(path: str) -> str:
    """Signs at the end belong to the sentence; a bracket only if it was opened outside."""
    while path:
        last = path[-1]
        opened = _PAIRS.get(last)
        outside = opened is not None and path.count(last) > path.count(opened)
        if last not in _AFTER and not outside:
            break
        path = path[:-1]
    return path


def _readable(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _mixed(label: str) -> bool:
    scripts = {unicodedata.name(char, "").split(" ")[0] for char in label if char.isalpha()}
    others = scripts & {"CYRILLIC", "GREEK"}
    return bool(others) and ("LATIN" in scripts or LIKE_LATIN.issuperset(label))
