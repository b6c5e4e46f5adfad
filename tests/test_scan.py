"""The scanner itself: it finds every form, or its scans prove nothing."""

import base64
import gzip
import hashlib
import io
import zipfile
import zlib
from pathlib import Path

import pytest

from promosms.sms import gsm7
from tests.support.byte_scan import Scanner, encodings, numbers


def _packed(text: str) -> bytes:
    """Seven bits for each letter, as in a PDU."""
    bits = sum(value << (7 * place) for place, value in enumerate(gsm7.encode(text)))
    return bits.to_bytes((7 * len(text) + 7) // 8, "little")


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
    hits = Scanner([CANARY, "absent-4711"]).folder(tmp_path)
    assert [hit.canary for hit in hits] == [CANARY]


@pytest.mark.parametrize(
    "stored",
    [
        bytes.fromhex("8406214395F7"),  # swapped, as a PDU carries it
        b"8406214395F7",
        b"8406214395f7",
        _packed("+48601234597"),
        _packed("Call +48601234597 now"),
        b"%2B48601234597",
        b"\\u002b48601234597",
        b"&#43;48601234597",
        hashlib.sha256(b"+48601234597").digest(),
        hashlib.sha1(b"48601234597").hexdigest().encode(),
        base64.b64encode(hashlib.md5(b"601234597").digest()),
        gzip.compress(b"line\n+48601234597\n", mtime=0),
    ],
)
def test_it_finds_a_number_however_it_is_written(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / "file").write_bytes(b"\0\x01 something " + stored + b"\xff rest")
    assert [hit.canary for hit in Scanner(["+48601234597"]).folder(tmp_path)] == ["+48601234597"]


def test_it_opens_archives_in_archives_and_torn_ones(tmp_path: Path) -> None:
    inner, outer = io.BytesIO(), io.BytesIO()
    for packed, name, content in (
        (inner, "list.csv", b"phone\n" + PLAIN),
        (outer, "inner.zip", inner),
    ):
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content if isinstance(content, bytes) else content.getvalue())
    (tmp_path / "whole.zip").write_bytes(outer.getvalue())
    (tmp_path / "torn.zip").write_bytes(inner.getvalue()[:-40])
    hits = Scanner([CANARY]).folder(tmp_path)
    assert {hit.path.name for hit in hits} == {"whole.zip", "torn.zip"}


def test_forms_inside_other_forms_are_all_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x +48601234597 x")
    canaries = ["+48601234597", "48601234597", "601234597", "601 234 597"]
    hits = Scanner(canaries).folder(tmp_path)
    assert {hit.canary for hit in hits} == set(canaries[:3])


def test_numbers_are_looked_for_in_every_way_of_writing() -> None:
    assert numbers("+48601234567") == ["+48601234567", "48601234567", "601234567", "601 234 567"]


def test_no_form_is_so_short_that_it_is_found_by_chance() -> None:
    assert min(len(form) for form in encodings("601234567")) >= 6
