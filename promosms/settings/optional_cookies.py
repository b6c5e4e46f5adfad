"""Optional cookies: what the operator's own additions, such as statistics, want to set.

Without the setting `OPTIONAL_COOKIES` there are none, and nobody is asked. With it visitors are
asked, and nothing of a category is loaded before they have accepted it. Its form:

    OPTIONAL_COOKIES = {
        "statistics": {
            "title": {"en": "Statistics", "pl": "Statystyka"},
            "purpose": {"en": "Counts visits, on our own server.", "pl": "Liczy wizyty, u nas."},
            "script": "/statistics/count.js",
            "cookies": {"_visits": 30},
        },
    }

`script` is an address of this installation, `cookies` are names with lifetimes in days.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from promosms.settings.schema import Settings

LONGEST = 390  # days; browsers cut at 400
NAME = re.compile(r"[a-z]{2,20}")
COOKIE = re.compile(r"[\w.-]{1,60}", re.ASCII)
SCRIPT = re.compile(r"/(?!/)[\w./-]+\.js", re.ASCII)


@dataclass(frozen=True)
class Category:
    """What may be accepted or rejected as one; texts by language, lifetimes in days."""

    name: str
    title: Mapping[str, str]
    purpose: Mapping[str, str]
    script: str
    cookies: Mapping[str, int]


def categories(settings: Settings) -> list[Category]:
    """The categories of the setting, which has been checked at the start."""
    return [
        Category(
            name,
            category["title"],
            category["purpose"],
            category.get("script", ""),
            category["cookies"],
        )
        for name, category in settings.optional_cookies.items()
    ]


def problem(settings: Settings) -> str:
    """What is wrong with the setting, in one line; empty if nothing is."""
    return next(_problems(settings), "")


def _problems(settings: Settings) -> Iterator[str]:
    for name, category in settings.optional_cookies.items():
        if not isinstance(name, str) or not NAME.fullmatch(name) or not isinstance(category, dict):
            yield f"OPTIONAL_COOKIES: {name!r} is no category: use a word of small letters."
            return
        yield from (f"OPTIONAL_COOKIES, {name}: {words}" for words in _wrong(category, settings))


def _wrong(category: Mapping[str, Any], settings: Settings) -> Iterator[str]:
    for part in ("title", "purpose"):
        translations = category.get(part)
        if not isinstance(translations, dict) or not all(
            translations.get(lang) for lang in settings.languages
        ):
            yield f"{part} is needed in every language of LANGUAGES."
    script = category.get("script", "")
    if script and not (isinstance(script, str) and SCRIPT.fullmatch(script) and ".." not in script):
        yield "script must be an address on this site, such as /statistics/count.js."
    cookies = category.get("cookies")
    if not isinstance(cookies, dict) or not cookies:
        yield "cookies must name each cookie with its lifetime in days."
        return
    for cookie, days in cookies.items():
        if not COOKIE.fullmatch(str(cookie)) or not isinstance(days, int):
            yield f"{cookie!r} needs a plain name and a whole number of days."
        elif not 1 <= days <= LONGEST:
            yield f"{cookie} may stay from 1 to {LONGEST} days."
