"""Broken files get an explanation, not an error. `python -m tests.fuzz` runs longer."""

import io
import time
from pathlib import Path

import pytest
from flask import Flask

from tests.fuzz import fuzz
from tests.support.pages import PageClient

# Found by the long run: each of these files once took from seconds to hours.
SLOW = {
    "nothing but letters": b"a" * 480_000,
    "letters, then one that is not ASCII": b"a" * 480_000 + b"\xe9",
    "nearly an e-mail": b"phone,x\n" + b"601234567,a@" + b"." * 100_000 + b"@\n",
    "nearly many e-mails": b"phone,x\n" + (b"601234567,a@" + b"." * 2_000 + b"@\n") * 200,
    "apostrophes": b"phone\n" + b"'" * 120_000 + b"\n",
    "open quotes": b'phone\n"' + b'"",' * 40_000,
    "many columns": b"601234567" + b"," * 480_000,
}


def test_broken_files_are_explained(app: Flask, owner: PageClient) -> None:
    answers = fuzz(app, owner, 60, seed=1)
    assert answers[200]
    assert answers[303]


@pytest.mark.parametrize("kind", SLOW)
def test_every_file_is_handled_quickly(owner: PageClient, kind: str) -> None:
    began = time.monotonic()
    response = owner.send("/imports/new", {"file": (io.BytesIO(SLOW[kind]), "list.csv")})
    assert response.status_code in (200, 303, 422)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("name", ["../../secret_key", "/etc/passwd", "..\\..\\x.csv", "a\0b.csv"])
def test_a_file_name_does_not_choose_where_it_is_stored(
    app: Flask, owner: PageClient, name: str
) -> None:
    owner.send("/imports/new", {"file": (io.BytesIO(b"phone\n601234567\n"), name)})
    (stored,) = Path(app.instance_path, "uploads").iterdir()
    assert len(stored.name) == 32
    assert set(stored.name) <= set("0123456789abcdef")
    assert stored.stat().st_mode & 0o777 == 0o600
    assert owner.get(f"/static/../uploads/{stored.name}").status_code == 404
