"""The byte scanner: finds canaries in any file, however they are written down there."""

import base64
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BLOCK = 8 * 1024 * 1024
ZLIB_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


@dataclass(frozen=True)
class Hit:
    """A canary in a file."""

    canary: str
    path: Path


def numbers(e164: str) -> list[str]:
    """A Polish number as it may be written: with and without +, national, with spaces."""
    national = e164[3:]
    spaced = f"{national[:3]} {national[3:6]} {national[6:]}"
    return [e164, e164[1:], national, spaced]


def encodings(canary: str, shortest: int = 6) -> set[bytes]:
    """The bytes that a text may be stored as."""
    found: set[bytes] = set()
    for plain in (canary.encode(), canary.encode("utf-16-le"), canary.encode("utf-16-be")):
        found |= {plain, plain.hex().encode(), plain.hex().upper().encode()}
        found |= set(_base64(plain))
    return {form for form in found if len(form) >= shortest}


def _base64(plain: bytes) -> Iterator[bytes]:
    """The middle of its base64 form at each of the three alignments."""
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + plain)
        begin = 4 if shift else 0
        end = len(whole) - 4 if (shift + len(plain)) % 3 else len(whole)
        yield whole[begin:end]


class Scanner:
    """Looks for canaries. Given what they have in common (`stems`), it is faster."""

    def __init__(self, canaries: Iterable[str], stems: Iterable[str] = ()) -> None:
        self.wanted = {canary: encodings(canary) for canary in canaries}
        self.stems = {form for stem in stems for form in encodings(stem, shortest=4)}

    def folder(self, folder: Path) -> list[Hit]:
        """Every canary found in any file below a folder."""
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        return [hit for path in files for hit in self.file(path)]

    def file(self, path: Path) -> list[Hit]:
        """The canaries in one file, also inside compressed pieces of it."""
        content = path.read_bytes()
        found = {c for piece in (content, *_inflated(content)) for c in self._in(piece)}
        return [Hit(canary, path) for canary in sorted(found)]

    def _in(self, piece: bytes) -> list[str]:
        if self.stems and not any(stem in piece for stem in self.stems):
            return []
        return [c for c, forms in self.wanted.items() if any(form in piece for form in forms)]


def _inflated(content: bytes) -> Iterator[bytes]:
    view = memoryview(content)
    for start in ZLIB_STARTS:
        at = content.find(start)
        while at >= 0:
            with suppress(zlib.error):
                yield zlib.decompressobj().decompress(view[at : at + BLOCK], BLOCK)
            at = content.find(start, at + 1)
