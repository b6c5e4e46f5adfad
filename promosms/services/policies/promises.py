"""The promises of the privacy policy, each with how it is kept and the tests that prove it.

They are in `promosms/policies/promises.toml`, in every language of the software. Numbers in them
are placeholders, filled from the settings and constants of the code (`promise_values.py`).
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from promosms.services.policies import promise_values
from promosms.services.policies.versions import FALLBACK, FOLDER


@dataclass(frozen=True)
class Promise:
    """A promise in one language. `tests` are `file::function`, from the folder of the sources."""

    id: str
    section: str
    title: str
    sentence: str
    how: str
    tests: tuple[str, ...]

    @property
    def proofs(self) -> list[str]:
        """The names of the tests, written as sentences."""
        return [_sentence(name) for name in self.tests]


@cache
def entries() -> dict[str, dict[str, Any]]:
    """The promises of the file by id."""
    return tomllib.loads((FOLDER / "promises.toml").read_text())


def promises(language: str) -> list[Promise]:
    """All promises, with today's values, in a language or else in English."""
    return [_promise(id_, entry, language) for id_, entry in entries().items()]


def by_section(promises: Iterable[Promise]) -> dict[str, list[Promise]]:
    """The promises by section of the privacy page."""
    sections: dict[str, list[Promise]] = {}
    for promise in promises:
        sections.setdefault(promise.section, []).append(promise)
    return sections


def _promise(id_: str, entry: dict[str, Any], language: str) -> Promise:
    words = entry.get(language) or entry[FALLBACK]
    values = {name: promise_values.VALUES[name]() for name in entry.get("values", ())}
    return Promise(
        id_,
        entry["section"],
        words["title"],
        words["sentence"] % values,
        words["how"] % values,
        tuple(entry["tests"]),
    )


def _sentence(test: str) -> str:
    words = test.rpartition("::")[2].removeprefix("test_").replace("_", " ")
    return words[:1].upper() + words[1:]
