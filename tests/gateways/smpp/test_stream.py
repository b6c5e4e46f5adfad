"""The stream of a connection is cut into the same PDUs however it arrives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promosms.gateways.smpp.fields import Malformed
from promosms.gateways.smpp.frames import LONGEST, Frame, Frames
from promosms.gateways.smpp.pdus import header

FRAMES = [
    Frame(0x80000004, 0, 1, b"id-1\0"),
    Frame(0x15, 0, 2, b""),
    Frame(0x05, 0, 3, bytes(range(200))),
    Frame(0x80000004, 0x58, 4, b""),
]
STREAM = b"".join(header(len(f.body), *f[:3]) + f.body for f in FRAMES)


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_it_may_be_cut_anywhere(cut: int) -> None:
    frames = Frames()
    assert [*frames.feed(STREAM[:cut]), *frames.feed(STREAM[cut:])] == FRAMES


@pytest.mark.parametrize("size", [1, 2, 3, 5, 16, 17, 1000])
def test_it_may_come_in_small_pieces(size: int) -> None:
    frames = Frames()
    pieces = [STREAM[place : place + size] for place in range(0, len(STREAM), size)]
    assert [frame for piece in pieces for frame in frames.feed(piece)] == FRAMES


@given(st.lists(st.binary(max_size=300), max_size=8), st.data())
def test_any_bodies_come_through(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(header(len(b), 5, 0, n) + b for n, b in enumerate(bodies))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    frames, got = Frames(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        got += frames.feed(stream[start:end])
    assert [frame.body for frame in got] == bodies


@pytest.mark.parametrize("length", [0, 15, LONGEST + 1, 0xFFFFFFFF])
def test_what_cannot_be_a_length_ends_the_stream_after_the_good_pdus(length: int) -> None:
    fed = Frames().feed(STREAM + length.to_bytes(4) + bytes(12))
    assert [next(fed) for _ in FRAMES] == FRAMES
    with pytest.raises(Malformed):
        next(fed)
