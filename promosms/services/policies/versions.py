"""The versions of the policies: the words of each, kept as they were published.

`promosms/policies/versions.toml` lists them, the youngest first; beside it lies a file per version
and language with the words of the pages as an installation with default settings shows them.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "policies"
FALLBACK = "en"


@dataclass(frozen=True)
class Version:
    """A published version; `changes` and `digests` (SHA-256 of the file) by language."""

    day: date
    changes: Mapping[str, list[str]]
    digests: Mapping[str, str]

    @property
    def name(self) -> str:
        """The day as it stands in addresses and with accounts: 2026-11-22."""
        return self.day.isoformat()

    @property
    def noon(self) -> datetime:
        """A moment of that day which is on the same day in every zone of Europe."""
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    def language(self, wanted: str) -> str:
        """The language in which a reader of `wanted` gets it."""
        return wanted if wanted in self.digests else FALLBACK


@cache
def versions() -> tuple[Version, ...]:
    """All versions, the youngest first."""
    listed = tomllib.loads((FOLDER / "versions.toml").read_text())["version"]
    return tuple(Version(each["day"], each["changes"], each["sha256"]) for each in listed)


def latest() -> Version:
    """The version that counts now."""
    return versions()[0]


def find(name: str) -> Version | None:
    """The version of a day such as "2026-11-22"; None if nothing was published then."""
    return next((each for each in versions() if each.name == name), None)


def file_of(version: Version, language: str) -> Path:
    """Where the words of a version lie."""
    return FOLDER / "versions" / f"{version.name}.{language}.html"


def words_of(version: Version, language: str) -> str:
    """The words of a version as HTML without links, forms and attributes."""
    return file_of(version, language).read_text()


def digest(words: str) -> str:
    """SHA-256 of the words, by which anybody can compare two copies."""
    return hashlib.sha256(words.encode()).hexdigest()
