"""The byte scanner: finds canaries in any file and any encoding."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ahocorasick_rs import BytesAhoCorasick, Implementation

from tests.support.byte_scan.containers import unpacked
from tests.support.byte_scan.encodings import encodings


@dataclass(frozen=True)
class Hit:
    """A canary in a file."""

    canary: str
    path: Path


class Scanner:
    """Looks for all forms of all canaries in one pass, so that their number costs nothing."""

    def __init__(self, canaries: Iterable[str]) -> None:
        forms = defaultdict(list)
        for canary in dict.fromkeys(canaries):
            for form in encodings(canary):
                forms[form].append(canary)
        self.meant = list(forms.values())
        self.forms = BytesAhoCorasick(list(forms), implementation=Implementation.DFA)

    def folder(self, folder: Path) -> list[Hit]:
        """Every canary found in any file below a folder."""
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return [hit for path in files for hit in self.file(path)]

    def file(self, path: Path) -> list[Hit]:
        """The canaries in one file, also inside packed pieces of it, and in its name."""
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # the database deletes files of its own while we look
            return []
        pieces = (path.name.encode(), content, *unpacked(content))
        canaries = {canary for piece in pieces for canary in self.inside(piece)}
        return [Hit(canary, path) for canary in sorted(canaries)]

    def inside(self, piece: bytes) -> set[str]:
        """The canaries in some bytes."""
        # Forms lie in one another: a number without its plus in the number with it.
        matches = self.forms.find_matches_as_indexes(piece, overlapping=True)
        return {canary for form in {match[0] for match in matches} for canary in self.meant[form]}
