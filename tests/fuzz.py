"""Ten thousand broken files for the pages that take files: `python -m tests.fuzz --count 10000`.

Each is uploaded through the real page. Whatever is in it, the answer is a page with words or the
next step, never a crash, never late, and no file stays behind that no import knows.
"""

import argparse
import io
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from promosms.extensions import db
from tests.support.cast import invite_cast
from tests.support.pages import PageClient

GOOD = (200, 303, 413, 422)
SLOWEST = 3.0  # seconds for a file of up to 300 kB, on a machine that does other things too
LONG = 300_000
Chance = random.Random
SEED_FILES = (
    b"phone,name\n+48601234567,Ola\n602 345 678,Jan\n",
    'telefon;imię;uwagi\n601234567;Żaneta;"a;b\nc"\n'.encode("cp1250"),
    "\ufeffphone\tnote\n+48601234567\t=1+1\n".encode(),
    "phone,name\n+48601234567,Ola\n".encode("utf-16"),
    b'sep=;\n"601234567";"x"\n',
)


def zipped(chance: Chance) -> bytes:
    """A spreadsheet that unpacks to a lot, or a file that claims to be one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * chance.choice([10, 2_000_000]))
    raw = bytearray(file.getvalue())
    if chance.random() < 0.5:  # lies about its sizes
        raw[22:26] = chance.randbytes(4)
    return bytes(raw) if chance.random() < 0.7 else b"phone\n601234567\n" + bytes(raw)


def flipped(chance: Chance) -> bytes:
    """A good file with some bytes changed, taken out, doubled."""
    raw = bytearray(chance.choice(SEED_FILES) * chance.choice([1, 1, 20]))
    for _ in range(chance.randint(1, 30)):
        place = chance.randrange(len(raw) + 1)
        cut = raw[place : place + chance.randint(0, 9)]
        raw[place : place + len(cut)] = chance.choice(
            [b"", bytes(cut) * 2, chance.randbytes(3), b'"', b"\0", b"\r", b"\xff\xfe", b"'"]
        )
    return bytes(raw)


def long_cells(chance: Chance) -> bytes:
    """Long runs of almost right characters, which make careless patterns slow."""
    size = chance.choice([1_000, 100_000, LONG])
    run = chance.choice(
        [b"a", b"a@", b".", b"1", b" ", b"'", b"+", b"\xe9a", b"-", b"(", b"\t", b'""']
    )
    start = chance.choice([b"", b"phone,x\n601234567,", b"a@", b'"', b"\xff"])
    return start + (run * size)[:size] + chance.choice([b"", b"@", b"\n601234567\n", b"\xff"])


def many(chance: Chance) -> bytes:
    """Too many columns, rows, quotes or empty lines."""
    piece = chance.choice(
        [b",", b";", b"\n", b"\r", b'"\n', b'","', b"\0", b"601234567\n", b"a,\n"]
    )
    return piece * chance.randint(1, 30_000)


def noise(chance: Chance) -> bytes:
    """Anything."""
    return chance.randbytes(chance.randint(0, 5_000))


def disguised(chance: Chance) -> bytes:
    """The beginning of another kind of file, then something else."""
    start = chance.choice(
        [
            b"PK\x03\x04",
            b"\xd0\xcf\x11\xe0",
            b"%PDF-1.7\n",
            b"\x89PNG\r\n\x1a\n",
            b"GIF8",
            b"\x1f\x8b",
        ]
        + [b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>", b"MZ"]
    )
    return start + chance.choice([b"", noise(chance), SEED_FILES[0]])


MAKERS: tuple[Callable[[Chance], bytes], ...] = (
    *(flipped, flipped, flipped, long_cells, many, noise, disguised, zipped),
)
NAMES = (
    "list.csv",
    "../../etc/passwd",
    "a\0b.csv",
    "x" * 3_000,
    "",
    "lista ąę.xlsx",
    "\\\\x\\y.csv",
)


def fuzz(app: Flask, client: PageClient, count: int, seed: int) -> Counter[int]:
    """Upload so many files; count each status. Raises AssertionError with the seed."""
    statuses: Counter[int] = Counter()
    for number in range(seed, seed + count):
        chance = random.Random(number)
        content, name = chance.choice(MAKERS)(chance), chance.choice(NAMES)
        began = time.monotonic()
        answer = client.send("/imports/new", {"file": (io.BytesIO(content), name)})
        shown = client.get(answer.location) if answer.status_code == 303 else answer
        spent = time.monotonic() - began
        assert answer.status_code in GOOD, f"file {number}: {answer.status}"
        assert shown.status_code in GOOD, f"file {number}: {shown.status}"
        assert "<h1" in shown.text, f"file {number}: no page"
        assert spent < SLOWEST, f"file {number}: {spent:.1f} s"
        statuses[answer.status_code] += 1
        if number % 200 == 0:
            forget(app)
    _check_files(app)
    return statuses


def forget(app: Flask) -> None:
    """Cancel the imports, or their list grows longer than any real one."""
    from promosms.models import Import, ImportStatus
    from promosms.services.imports import imports

    with app.app_context():
        waiting = db.select(Import).where(Import.status == ImportStatus.MAPPING)
        for import_ in db.session.scalars(waiting).all():
            imports.cancel(import_)
        db.session.remove()


def _check_files(app: Flask) -> None:
    from promosms.models import Import, ImportStatus

    folder = Path(app.instance_path, "uploads")
    with app.app_context():
        query = db.select(Import.stored_as).where(Import.status == ImportStatus.MAPPING)
        expected = set(db.session.scalars(query))
        db.session.remove()
    present = {path.name for path in folder.iterdir()} if folder.exists() else set()
    assert present == expected, "a file stayed behind, or is missing"


def main() -> None:
    """Fuzz on SQLite in a temporary folder, and print the result."""
    from promosms import create_app
    from promosms.services.installation import defaults

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMOSMS_INSTANCE", folder)
        cheap = {"ARGON2_TIME": 1, "ARGON2_MEMORY_KIB": 64, "RATE_LIMITS": False}
        app = create_app({"REDIS_URL": "memory://", "TESTING": True, **cheap})
        with app.app_context():
            db.create_all()
            defaults.ensure_defaults()
            db.session.remove()
        began = time.monotonic()
        statuses = fuzz(app, invite_cast(app).owner.browser(), options.count, options.seed)
    spent = time.monotonic() - began
    sys.stdout.write(
        f"{options.count} files, seed {options.seed}: {dict(statuses)} in {spent:.0f} s\n"
    )


if __name__ == "__main__":
    main()
