"""What is packed in a file: zlib (jobs, PDF), gzip (old logs), zip (exports, xlsx), LZF (Redis)."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress

BLOCK = 8 * 1024 * 1024
ZLIB_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
GZIP_START, ZIP_START, LZF_START = b"\x1f\x8b\x08", b"PK\x03\x04", b"\xc3"
GZIP_BITS = 31
MOST_LZF = 1 << 20


def unpacked(content: bytes) -> Iterator[bytes]:
    """Every piece that can be unpacked, wherever in the content it begins."""
    for start in ZLIB_STARTS:
        yield from _inflated(content, start, zlib.MAX_WBITS)
    yield from _inflated(content, GZIP_START, GZIP_BITS)
    if ZIP_START in content:
        yield from _zipped(content)
    if content[:5] == b"REDIS" or b"REDIS00" in content[:4096] or content[:4] == b"VALK":
        yield from _lzf(content)


def _places(content: bytes, start: bytes) -> Iterator[int]:
    at = content.find(start)
    while at >= 0:
        yield at
        at = content.find(start, at + 1)


def _inflated(content: bytes, start: bytes, bits: int) -> Iterator[bytes]:
    view = memoryview(content)
    for at in _places(content, start):
        with suppress(zlib.error):
            yield zlib.decompressobj(bits).decompress(view[at : at + BLOCK], BLOCK)


def _zipped(content: bytes) -> Iterator[bytes]:
    """The entries of an archive, with those inside it; and of one that was torn, what is there."""
    view = memoryview(content)
    for at in _places(content, ZIP_START):
        head = content[at : at + 30]
        if len(head) == 30 and head[8:10] == b"\x08\x00":
            skipped = 30 + int.from_bytes(head[26:28], "little")
            skipped += int.from_bytes(head[28:30], "little")
            with suppress(zlib.error):
                packed = view[at + skipped : at + skipped + BLOCK]
                yield zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, BLOCK)
    with (
        suppress(zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError),
        zipfile.ZipFile(io.BytesIO(content)) as archive,
    ):
        for name in archive.namelist():
            if name.endswith(".zip"):
                yield from unpacked(archive.read(name))


def _lzf(content: bytes) -> Iterator[bytes]:
    """Strings of a Redis file: C3, the packed and the whole length, then LZF."""
    for at in _places(content, LZF_START):
        packed, place = _length(content, at + 1)
        unpacked_length, place = _length(content, place)
        if 0 < packed < unpacked_length < MOST_LZF:
            yield lzf(content[place : place + packed])


def _length(content: bytes, at: int) -> tuple[int, int]:
    """A length as Redis writes it: 6, 14 or 32 bits; 0 when it is none."""
    first = content[at] if at < len(content) else 0xFF
    if first < 0x40:
        return first, at + 1
    if first < 0x80:
        return (first & 0x3F) << 8 | int.from_bytes(content[at + 1 : at + 2]), at + 2
    return (int.from_bytes(content[at + 1 : at + 5]), at + 5) if first == 0x80 else (0, at + 1)


def lzf(packed: bytes) -> bytes:
    """Unpack LZF; as far as it goes, because not every C3 begins a string."""
    output = bytearray()
    at = 0
    while at < len(packed):
        control = packed[at]
        at += 1
        if control < 32:
            output += packed[at : at + control + 1]
            at += control + 1
            continue
        length = control >> 5
        if length == 7:
            length += packed[at] if at < len(packed) else 0
            at += 1
        back = (control & 31) << 8 | (packed[at] if at < len(packed) else 0)
        at += 1
        begin = len(output) - back - 1
        if begin < 0:
            break
        for place in range(begin, begin + length + 2):
            output.append(output[place])
    return bytes(output)
