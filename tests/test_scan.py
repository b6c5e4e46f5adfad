"""The scanner itself: blind eyes prove nothing."""

import base64
import zlib
from pathlib import Path

import pytest

from tests.scan import Scanner, encodings, numbers

CANARY = "Zażółć-4711"
PLAIN = CANARY.encode()


@pytest.mark.parametrize(
    "stored",
    [
        PLAIN,
        CANARY.encode("utf-16-le"),
        CANARY.encode("utf-16-be"),
        PLAIN.hex().encode(),
        base64.b64encode(PLAIN + b"!"),
        base64.b64encode(b"a" + PLAIN + b"!!"),
        base64.b64encode(b"ab" + PLAIN + b"!"),
        zlib.compress(b"before " + PLAIN + b" behind"),
    ],
)
def test_it_finds_a_canary_however_it_is_written(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(b"\0\x01 something " + stored + b"\xff rest")
    for stems in ([], [CANARY[:7]], [CANARY[3:10]]):
        hits = Scanner([CANARY, "absent-4711"], stems).folder(tmp_path)
        assert [hit.canary for hit in hits] == [CANARY]


def test_numbers_are_looked_for_in_every_way_of_writing() -> None:
    assert numbers("+48601234567") == ["+48601234567", "48601234567", "601234567", "601 234 567"]


def test_no_form_is_so_short_that_it_is_found_by_chance() -> None:
    assert min(len(form) for form in encodings("601234567")) >= 6
