"""The byte scanner: finds canaries in any file, however they are written down there."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from promosms.privacy_scan.containers import unpacked
from promosms.privacy_scan.encodings import encodings, hashed

STEM = 4


@dataclass(frozen=True)
class Hit:
    """A canary in a file."""

    canary: str
    path: Path


class Scanner:
    """Looks for canaries. Given what they have in common (`stems`), it is faster."""

    def __init__(self, canaries: Iterable[str], stems: Iterable[str] = ()) -> None:
        self.wanted = {canary: encodings(canary) for canary in canaries}
        self.stems = {form for stem in stems for form in encodings(stem, shortest=STEM)}
        self.hashes = {h for c in self.wanted if c.startswith("+") for h in hashed(c)}

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
        found = {canary for piece in pieces for canary in self.inside(piece)}
        return [Hit(canary, path) for canary in sorted(found)]

    def inside(self, piece: bytes) -> list[str]:
        """The canaries in some bytes."""
        if self.stems and not any(form in piece for form in (*self.stems, *self.hashes)):
            return []
        return [c for c, forms in self.wanted.items() if any(form in piece for form in forms)]
