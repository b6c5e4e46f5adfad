"""Cuts the stream of a connection into PDUs."""

from collections.abc import Iterator
from typing import NamedTuple

from promosms.gateways.smpp.fields import Malformed
from promosms.gateways.smpp.pdus import HEADER, NUMBERS

LONGEST = 0x20000
"""Twice the longest optional parameter; a longer PDU is an error."""


class Frame(NamedTuple):
    """A PDU whose body is not read yet."""

    command: int
    status: int
    sequence: int
    body: bytes


class Frames:
    """Keeps the beginning of a PDU until the rest of it arrives."""

    def __init__(self) -> None:
        self.kept = b""

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The PDUs that are complete now. Raises Malformed where no PDU can begin."""
        data = self.kept + data if self.kept else data
        place = 0
        try:
            while len(data) - place >= HEADER:
                length, command, status, sequence = NUMBERS.unpack_from(data, place)
                if not HEADER <= length <= LONGEST:
                    raise Malformed(f"a PDU of {length} octets")
                if len(data) - place < length:
                    break
                body = data[place + HEADER : place + length]
                place += length
                yield Frame(command, status, sequence, body)
        finally:
            self.kept = data[place:]
