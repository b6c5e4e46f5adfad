"""The journal of erasures: a file beside the database, so that no old backup brings anybody back.

After a backup has been restored everything in the journal is erased again. A line is a time, a
kind, and either the random id of an account or a keyed hash of the random ids of an account and
one of its recipients: from neither does anything lead to a person. It is appended and on the disk
before the first row goes. It belongs into a backup of its own, never into that of the database.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from promosms.models import now
from promosms.settings import instance_file, settings


class Kind(StrEnum):
    """Who has gone."""

    ACCOUNT = "account"
    RECIPIENT = "recipient"


class Line(NamedTuple):
    """When who has gone: the id of an account, or the hash of a recipient."""

    at: datetime
    kind: Kind
    name: str


def file() -> Path:
    """Where the journal is."""
    return instance_file("erased", "journal")


def note(kind: Kind, names: Iterable[str]) -> None:
    """Write down who is about to be erased, once; on the disk when this returns."""
    there = {(line.kind, line.name) for line in lines()}
    new = [name for name in names if (kind, name) not in there]
    if not new:
        return
    path = file()
    moment = now().isoformat(timespec="seconds")
    text = "".join(f"{moment} {kind} {name}\n" for name in new)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, text.encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    _sync_folder(path.parent)


def lines() -> list[Line]:
    """What the journal says; a line that a power cut has torn is left out."""
    path = file()
    if not path.exists():
        return []
    found = (_line(line) for line in path.read_text(errors="replace").splitlines())
    return [line for line in found if line is not None]


def recipient_name(account: str, recipient: str) -> str:
    """What stands in the journal for a recipient: HMAC-SHA256 of both public ids."""
    key = hashlib.sha256(b"erasure journal:" + settings.secret_key.encode()).digest()
    return hmac.digest(key, f"{account}:{recipient}".encode(), "sha256").hex()


def _line(text: str) -> Line | None:
    try:
        moment, kind, name = text.split()
        return Line(datetime.fromisoformat(moment), Kind(kind), name)
    except ValueError:
        return None


def _sync_folder(folder: Path) -> None:
    """The name of a new file is safe only when its folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
