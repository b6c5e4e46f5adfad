"""The versions of the policies: the text of each, kept as it was published.

`promosms/policies/versions.toml` lists them, the newest first. Next to it there is a file per
version and language with the text of the pages under default settings.
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
        """The day as addresses and accounts have it: 2026-11-22."""
        return self.day.isoformat()

    @property
    def noon(self) -> datetime:
        """Noon in UTC, which is on the same day everywhere in Europe."""
        return datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)

    def language(self, preferred: str) -> str:
        """The preferred language, if this version has it, else English."""
        return preferred if preferred in self.digests else FALLBACK


@cache
def versions() -> tuple[Version, ...]:
    """All versions, the newest first."""
    listed = tomllib.loads((FOLDER / "versions.toml").read_text())["version"]
    return tuple(Version(entry["day"], entry["changes"], entry["sha256"]) for entry in listed)


def latest() -> Version:
    """The current version."""
    return versions()[0]


def find(name: str) -> Version | None:
    """The version of a day such as "2026-11-22"; None if nothing was published then."""
    return next((version for version in versions() if version.name == name), None)


def file_of(version: Version, language: str) -> Path:
    """The file with the text of a version."""
    return FOLDER / "versions" / f"{version.name}.{language}.html"


def words_of(version: Version, language: str) -> str:
    """The text of a version as HTML without links, forms and attributes."""
    return file_of(version, language).read_text()


def digest(words: str) -> str:
    """SHA-256 of the text, to compare two copies."""
    return hashlib.sha256(words.encode()).hexdigest()
