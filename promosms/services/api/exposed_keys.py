"""Keys that came over plain HTTP to the process that redirects pages to HTTPS.

That process uses no database (`supervisor/redirect.py`). It leaves the SHA-256 of each key in a
file, and the tick reads it.
"""

import os
from pathlib import Path

from promosms.services.api import keys
from promosms.settings import instance_file

FILE = "exposed_keys"
LONGEST = 100_000  # bytes: more only comes from somebody who makes it up


def leave(path: Path, where: str, token: str) -> None:
    """Add a key that came by an "address" or a "header" to the file. Raises OSError."""
    with path.open("a", encoding="ascii") as file:
        if file.tell() < LONGEST:
            file.write(f"{where} {keys.digest_of(token)}\n")


def note() -> int:
    """Mark the keys of the file; returns how many lines it had."""
    path = instance_file(FILE)
    taken = path.with_suffix(".taken")
    try:
        # What is written meanwhile goes to a new file.
        os.replace(path, taken)
    except FileNotFoundError:
        if not taken.exists():  # of a tick that was killed
            return 0
    lines = _lines(taken)
    for line in lines:
        where, _, digest = line.partition(" ")
        if where == "address":
            keys.revoke_exposed(digest=digest)
        else:
            keys.note_unencrypted(digest=digest)
    taken.unlink()
    return len(lines)


def _lines(path: Path) -> list[str]:
    with path.open(encoding="ascii", errors="replace") as file:
        return sorted(set(file.read(LONGEST).splitlines()))
