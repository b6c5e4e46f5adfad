"""The size of a picture in the format WebP, as it is kept without loss."""

from pathlib import Path

_HEADER = 25
_START = 21
_BITS = 14


def size(path: Path) -> tuple[int, int]:
    """Width and height in dots. Raises ValueError for other pictures (RFC 9649, section 3.4)."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
    if header[:4] != b"RIFF" or header[8:16] != b"WEBPVP8L":
        raise ValueError(f"no lossless WebP: {path.name}")
    bits = int.from_bytes(header[_START:], "little")
    most = (1 << _BITS) - 1
    return (bits & most) + 1, (bits >> _BITS & most) + 1
