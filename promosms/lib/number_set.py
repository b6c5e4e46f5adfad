"""A set of whole numbers that takes eight bytes for each place: a million of them fit in 16 MB."""

import secrets
from array import array
from typing import BinaryIO

_WORD = 2**64 - 1


class NumberSet:
    """Whole numbers from 1 to 2**64 - 1, at most as many as said at the beginning."""

    def __init__(self, most: int) -> None:
        self._bits = max((2 * most).bit_length(), 10)
        self._slots = array("Q", (0,)) * (1 << self._bits)
        # Nobody can choose numbers that all want the same place.
        self._factor = secrets.randbits(64) | 1

    def add(self, number: int) -> bool:
        """Add a number; False if it was there."""
        place = self._place(number)
        if self._slots[place]:
            return False
        self._slots[place] = number
        return True

    def __contains__(self, number: int) -> bool:
        return bool(self._slots[self._place(number)])

    def _place(self, number: int) -> int:
        """The place of a number, or the free one that it would take."""
        slots, last = self._slots, (1 << self._bits) - 1
        place = (number * self._factor & _WORD) >> (64 - self._bits)
        while (found := slots[place]) and found != number:
            place = (place + 1) & last
        return place

    def save(self, file: BinaryIO) -> None:
        """Write the numbers to a file."""
        file.write(bytes((self._bits,)))
        file.write(self._factor.to_bytes(8))
        self._slots.tofile(file)

    @classmethod
    def load(cls, file: BinaryIO) -> "NumberSet":
        """Read what `save` has written."""
        loaded = cls(0)
        loaded._bits = file.read(1)[0]
        loaded._factor = int.from_bytes(file.read(8))
        loaded._slots = array("Q")
        loaded._slots.fromfile(file, 1 << loaded._bits)
        return loaded
