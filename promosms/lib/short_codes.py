"""Short codes: a pair of numbers as a few letters and digits, both ways, with a secret key.

A code is a permutation of all pairs of its size: two pairs never have the same code, no table of
codes is needed, and without the key nobody can guess one, count them, or tell what stands in one.
The permutation is a Feistel network with AES as its round function (as in NIST SP 800-38G, whose
ten rounds it has). A page of codes is computed at once: its halves stand side by side in one long
integer, and AES encrypts all of them by one call.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ROUNDS = 10
BLOCK = 16  # bytes of AES
_TRIPLES = tuple(a + b + c for a in DIGITS for b in DIGITS for c in DIGITS)
_VALUES = {digit: value for value, digit in enumerate(DIGITS)}


@dataclass(frozen=True)
class Size:
    """How many bits of both numbers a code holds, and how many letters it has."""

    first: int
    second: int
    length: int

    @property
    def bits(self) -> int:
        """Bits of both numbers together."""
        return self.first + self.second

    def holds(self, first: int, second: int) -> bool:
        """Do these numbers fit?"""
        return not (first >> self.first or second >> self.second)


SIZES = (Size(24, 29, 9), Size(32, 39, 12))
"""A code gets longer only when the numbers have outgrown the shorter one."""


class Codes:
    """The codes of one key: 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = Cipher(AES(key), ECB())

    def encode(self, first: int, seconds: Sequence[int]) -> list[str]:
        """The codes of `first` with each of `seconds`; ValueError for a number that never fits."""
        size = size_of(first, max(seconds, default=0))
        if any(size_of(first, second) is not size for second in seconds):
            return [self.encode(first, [second])[0] for second in seconds]
        pairs = [first << size.second | second for second in seconds]
        return [_written(value, size) for value in self._permuted(pairs, size, range(ROUNDS))]

    def decode(self, code: str) -> tuple[int, int] | None:
        """The pair of a code; None if it has not the form of one."""
        size = next((size for size in SIZES if size.length == len(code)), None)
        if size is None or not _VALUES.keys() >= set(code):
            return None
        value = 0
        for digit in code:
            value = value * len(DIGITS) + _VALUES[digit]
        if value >> size.bits:
            return None
        [pair] = self._permuted([value], size, reversed(range(ROUNDS)))
        first, second = pair >> size.second, pair & (1 << size.second) - 1
        # A longer code for what fits into a shorter one was never given.
        return (first, second) if size_of(first, second) is size else None

    def _permuted(self, values: Sequence[int], size: Size, rounds: Iterable[int]) -> list[int]:
        """Each round changes one half by a keyed function of the other, in turn."""
        widths = size.bits // 2, size.bits - size.bits // 2
        ones = _side_by_side([1] * len(values))
        halves = [
            _side_by_side([value >> widths[1] for value in values]),
            _side_by_side([value & (1 << widths[1]) - 1 for value in values]),
        ]
        encryptor = self._cipher.encryptor()  # of whole blocks, each by itself: it may go on
        for number in rounds:
            target = number % 2
            # The round and the size stand in the upper half of a block.
            tweak = (number << 8 | size.length) << 64
            blocks = halves[1 - target] | ones * tweak
            written = encryptor.update(blocks.to_bytes(len(values) * BLOCK, "little"))
            mixed = int.from_bytes(written, "little")
            halves[target] ^= mixed & ones * ((1 << widths[target]) - 1)
        left, right = (_apart(half, len(values)) for half in halves)
        return [high << widths[1] | low for high, low in zip(left, right, strict=True)]


def size_of(first: int, second: int) -> Size:
    """The smallest size that holds the pair; ValueError if none does."""
    for size in SIZES:
        if size.holds(first, second):
            return size
    raise ValueError("too large for a code")


def _side_by_side(values: Sequence[int]) -> int:
    """Numbers of up to 64 bits, each in a block of its own, as one long integer."""
    padded = [part for value in values for part in (value, 0)]
    return int.from_bytes(struct.pack(f"<{len(padded)}Q", *padded), "little")


def _apart(blocks: int, count: int) -> tuple[int, ...]:
    return struct.unpack(f"<{count * 2}Q", blocks.to_bytes(count * BLOCK, "little"))[::2]


def _written(value: int, size: Size) -> str:
    text = ""
    for _ in range(size.length // 3):
        value, triple = divmod(value, len(_TRIPLES))
        text = _TRIPLES[triple] + text
    return text
