"""Reads requests: of a body that is larger than allowed nothing is kept, it is only counted."""

from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser


class Body(OverflowableBuffer):
    """A body: in memory, then in a file; counted only as soon as it is larger than allowed."""

    def __init__(self, overflow: int, largest: int) -> None:
        super().__init__(overflow)
        self.largest, self.size = largest, 0

    def append(self, piece: bytes) -> None:
        """Keep a piece, or forget everything if it is too much."""
        self.size += len(piece)
        if self.size <= self.largest:
            super().append(piece)
        elif super().__len__():
            self.close()
            self.buf, self.strbuf, self.overflowed = None, b"", False

    def __len__(self) -> int:
        return self.size


class Parser(HTTPRequestParser):
    """Reads a request. The application refuses a body that is too large, after it was drained."""

    def parse_header(self, header_plus: bytes) -> None:
        """Give the body a buffer with a limit."""
        super().parse_header(header_plus)
        if self.body_rcv is not None:
            largest = self.adj.larger.get(self.path, self.adj.largest)
            self.body_rcv.buf = Body(self.adj.inbuf_overflow, largest)
