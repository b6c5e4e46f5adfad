"""Starters: ready texts for some trades, in English and Polish.

They stand in starters.toml. An account that uses one gets a draft of its own.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from promosms.models import CampaignKind, is_promotional
from promosms.services.campaigns.drafts import Draft
from promosms.services.campaigns.writer import Writer
from promosms.sms import segments, transliterate

TEXTS = Path(__file__).with_suffix(".toml")
LANGUAGES = {"en": "English", "pl": "Polski"}
NAME = "Katarzyna"
"""Of the person for whom the size is said: a long name, as there are many."""


@dataclass(frozen=True)
class Starter:
    """A ready text as it is spelt; `key` names it in forms and addresses."""

    key: str
    trade: str
    language: str
    name: str
    kind: CampaignKind
    spelt: str

    def text(self, *, accents: bool = False) -> str:
        """The text; without accents it stays one part in Polish too."""
        return self.spelt if accents else transliterate.plain_text(self.spelt)

    def parts(self, *, accents: bool = False) -> int:
        """How many parts it counts as, with the opt-out line, for somebody with a long name."""
        draft = self.draft(accents=accents)
        writer = Writer(draft.text, draft.opt_out_line, draft.language)
        return segments.measure(writer.write({"first_name": NAME})).parts

    def draft(self, *, accents: bool = False) -> Draft:
        """The draft that begins with it; it is addressed to nobody yet."""
        return Draft(
            name=self.name,
            text=self.text(accents=accents),
            kind=self.kind,
            opt_out_line=is_promotional(self.kind),
            language=self.language,
        )


@cache
def all_starters() -> tuple[Starter, ...]:
    """Every starter, trade by trade."""
    listed = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    return tuple(
        Starter(f"{trade}-{language}-{place}", trade, language, row["name"], kind, row["text"])
        for trade, languages in listed.items()
        for language, kinds in languages.items()
        for place, (kind, row) in enumerate(
            (kind, row) for kind in CampaignKind for row in kinds[kind]
        )
    )


def trades() -> tuple[str, ...]:
    """The trades, in the order of the file."""
    return tuple(dict.fromkeys(starter.trade for starter in all_starters()))


def of(trade: str, language: str) -> Sequence[Starter]:
    """The starters of a trade in a language."""
    return [
        starter
        for starter in all_starters()
        if (starter.trade, starter.language) == (trade, language)
    ]


def find(key: str) -> Starter | None:
    """The starter with this key."""
    return next((starter for starter in all_starters() if starter.key == key), None)
